"""A Parakeet folder -> its tensors under one set of names.

What is read, in NeMo's names as mlx-community, parakeet-mlx and mlx-audio have them:

config.json (keys not named here are left alone):
    preprocessor   sample_rate, normalize "per_feature", window_size and window_stride in seconds, window "hann",
                   features, n_fft, and preemph where it is not 0.97
    encoder        feat_in, n_layers, d_model, n_heads, conv_kernel_size, subsampling_factor,
                   subsampling_conv_channels, xscaling (true where it is missing, as in NeMo); ff_expansion_factor and
                   use_bias show in the tensors
    decoder        prednet.pred_rnn_layers; for CTC vocabulary instead
    joint          vocabulary, jointnet.activation; absent for CTC
    decoding       durations (or model_defaults.tdt_durations) makes it a TDT; greedy.max_symbols
    quantization   bits and group_size where linear layers are stored in few bits
    target         NeMo's class; not needed here, but parakeet-mlx chooses by it
model.safetensors, convolutions in MLX's layout [out, ...kernel, in]:
    encoder.pre_encode.conv.{0,2,3,5,6}.{weight,bias}      [C,3,3,1], then depthwise [C,3,3,1] and pointwise [C,1,1,C]
    encoder.pre_encode.out.{weight,bias}                   [d_model, C * n_mels / 8], channel-major
    encoder.layers.N.norm_{feed_forward1,self_att,conv,feed_forward2,out}.{weight,bias}
    encoder.layers.N.feed_forward{1,2}.linear{1,2}.weight  (and .bias)
    encoder.layers.N.self_attn.linear_{q,k,v,out}.weight   (and .bias), linear_pos.weight
    encoder.layers.N.self_attn.pos_bias_{u,v}              [heads, d_model / heads]
    encoder.layers.N.conv.pointwise_conv{1,2}.weight       [out,1,in] (and .bias)
    encoder.layers.N.conv.depthwise_conv.weight            [d_model, kernel, 1] (and .bias)
    encoder.layers.N.conv.batch_norm.{weight,bias,running_mean,running_var}
    decoder.prediction.embed.weight                        [vocabulary + 1, hidden], the last row is the blank's
    decoder.prediction.dec_rnn.lstm.N.{Wx,Wh,bias}         gates i, f, g, o; bias is torch's two biases added
    joint.{enc,pred}.{weight,bias}, joint.joint_net.2.{weight,bias}: vocabulary, blank, then durations
    decoder.decoder_layers.0.{weight,bias}                 CTC only: [vocabulary + 1, 1, d_model]

A folder of transformers' ParakeetFor{TDT,RNNT,CTC} (config.json with encoder_config, model.safetensors in torch's
layout, tokenizer.json) is read too.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import WeightsError
from engine.nn.stored.checkpoint import load_arrays
from engine.stt.parakeet.config import ParakeetConfig

if TYPE_CHECKING:
    import mlx.core as mx

    from engine.nn.parts import Map, Parts

_TRANSFORMERS = (
    ("encoder.subsampling.layers.", "encoder.pre_encode.conv."),
    ("encoder.subsampling.linear", "encoder.pre_encode.out"),
    ("self_attn.q_proj", "self_attn.linear_q"),
    ("self_attn.k_proj", "self_attn.linear_k"),
    ("self_attn.v_proj", "self_attn.linear_v"),
    ("self_attn.o_proj", "self_attn.linear_out"),
    ("self_attn.relative_k_proj", "self_attn.linear_pos"),
    ("self_attn.bias_", "self_attn.pos_bias_"),
    ("conv.norm.", "conv.batch_norm."),
    ("encoder_projector", "joint.enc"),
    ("decoder.embedding", "decoder.prediction.embed"),
    ("decoder.decoder_projector", "joint.pred"),
    ("joint.head", "joint.joint_net.2"),
    ("ctc_head", "decoder.decoder_layers.0"),
)


def load_parts(folder: Path, config: ParakeetConfig, dtype: "mx.Dtype | None" = None) -> "Parts":
    """The tensors of a folder, ready to build layers from; on the model's thread.

    Where no dtype is given: float32 on the CPU, where half precision is slow; bfloat16 on a GPU, as parakeet-mlx.

    Raises:
        WeightsError: nothing to load, or damaged.
    """
    import mlx.core as mx

    from engine.nn.parts import Parts

    if dtype is None:
        dtype = mx.bfloat16 if mx.default_device().type == mx.DeviceType.gpu else mx.float32
    weights = load_arrays(folder)
    if config.layout == "transformers":
        weights = from_transformers(weights)
    weights = {name: _cast(name, _flat(name, array), dtype) for name, array in weights.items()}
    quantization = config.quantization
    if quantization is None:
        return Parts(weights, "Parakeet")
    return Parts(weights, "Parakeet", quantization.bits, quantization.group_size)


def head(parts: "Parts", name: str, outputs: int) -> "Map":
    """The last linear layer, whose width must fit the vocabulary.

    Raises:
        WeightsError: it does not.
    """
    rows = parts.array(f"{name}.weight").shape[0]
    if rows != outputs:
        raise WeightsError(f"This Parakeet says {rows} things, and its config.json names {outputs}. Get it again.")
    return parts.linear(name)


def from_transformers(weights: "Mapping[str, mx.array]") -> "dict[str, mx.array]":
    """Transformers' names and torch's layouts -> NeMo's names and MLX's layouts.

    Raises:
        WeightsError: an LSTM with half of its biases.
    """
    renamed: dict[str, mx.array] = {}
    for name, array in weights.items():
        if name.endswith("num_batches_tracked"):
            continue
        lstm = re.fullmatch(r"decoder\.lstm\.(weight|bias)_(ih|hh)_l(\d+)", name)
        if lstm is None:
            for theirs, ours in _TRANSFORMERS:
                name = name.replace(theirs, ours)
            array = array.transpose(0, 2, 3, 1) if array.ndim == 4 else array
            renamed[name] = array.transpose(0, 2, 1) if array.ndim == 3 else array
            continue
        kind, side, layer = lstm.groups()
        prefix = f"decoder.prediction.dec_rnn.lstm.{layer}"
        if kind == "weight":
            renamed[f"{prefix}.{'Wx' if side == 'ih' else 'Wh'}"] = array
        elif side == "ih":
            other = weights.get(f"decoder.lstm.bias_hh_l{layer}")
            if other is None:
                raise WeightsError(f"The Parakeet checkpoint has no tensor decoder.lstm.bias_hh_l{layer}.")
            renamed[f"{prefix}.bias"] = array + other
    return renamed


def _flat(name: str, array: "mx.array") -> "mx.array":
    """Convolutions over one frame are matrices."""
    is_pointwise = array.ndim >= 3 and name.endswith(".weight") and all(size == 1 for size in array.shape[1:-1])
    if is_pointwise and array.shape[-1] > 1:
        return array.reshape(array.shape[0], array.shape[-1])
    return array


def _cast(name: str, array: "mx.array", dtype: "mx.Dtype") -> "mx.array":
    import mlx.core as mx

    # Batch norm is folded into other weights first, in full precision.
    if not mx.issubdtype(array.dtype, mx.floating) or ".batch_norm." in name:
        return array
    return array.astype(dtype)
