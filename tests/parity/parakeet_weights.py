"""A small Parakeet's configuration and weights, drawn by name, so that the fixture need not hold them."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

Kind = Literal["tdt", "rnnt", "ctc"]

MELS, LAYERS, WIDTH, HEADS, CHANNELS, HIDDEN = 80, 3, 32, 4, 8, 24
PIECES = ["<unk>", *(f"{mark}{a}{b}" for a in "bdgklmn" for b in "ae" for mark in ("▁", ""))]
BLANK = len(PIECES)
DURATIONS = [0, 1, 2, 3, 4]
BLANK_BIAS = {"joint.head.bias": 14.0, "ctc_head.bias": 4.0}  # so that about half of the frames say nothing
# Wider than activations want, so that many different tokens are said.
_GAINS = {
    "joint.head": 4.0,
    "ctc_head": 4.0,
    "encoder_projector": 2.0,
    "decoder.decoder_projector": 6.0,
    "decoder.": 4.0,
}


def is_older(kind: Kind) -> bool:
    """The published CTC models have biases everywhere and scale what comes in; TDT's have neither."""
    return kind == "ctc"


def encoder_config(kind: Kind) -> dict[str, Any]:
    """As transformers writes it."""
    return {
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": 4 * WIDTH,
        "attention_bias": is_older(kind),
        "convolution_bias": is_older(kind),
        "conv_kernel_size": 9,
        "subsampling_factor": 8,
        "subsampling_conv_channels": CHANNELS,
        "num_mel_bins": MELS,
        "scale_input": is_older(kind),
    }


def transformers_config(kind: Kind) -> dict[str, Any]:
    """config.json as transformers writes it."""
    config: dict[str, Any] = {
        "model_type": f"parakeet_{kind}",
        "encoder_config": encoder_config(kind),
        "vocab_size": BLANK + 1,
        "pad_token_id": BLANK,
    }
    if kind != "ctc":
        config |= {"blank_token_id": BLANK, "decoder_hidden_size": HIDDEN, "num_decoder_layers": 2}
    if kind == "tdt":
        config |= {"durations": DURATIONS}
    return config


def tokenizer() -> dict[str, Any]:
    """As much of a tokenizer.json as is read."""
    return {"model": {"type": "BPE", "vocab": {piece: number for number, piece in enumerate(PIECES)}}}


def nemo_config(kind: Kind) -> dict[str, Any]:
    """config.json as mlx-community publishes it."""
    config: dict[str, Any] = {
        "target": f"nemo.collections.asr.models.{_TARGETS[kind]}",
        "preprocessor": {
            "sample_rate": 16000,
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "window": "hann",
            "features": MELS,
            "n_fft": 512,
            "dither": 1e-05,
            "pad_to": 0,
            "pad_value": 0.0,
        },
        "encoder": {
            "feat_in": MELS,
            "n_layers": LAYERS,
            "d_model": WIDTH,
            "n_heads": HEADS,
            "ff_expansion_factor": 4,
            "subsampling_factor": 8,
            "self_attention_model": "rel_pos",
            "subsampling": "dw_striding",
            "conv_kernel_size": 9,
            "subsampling_conv_channels": CHANNELS,
            "pos_emb_max_len": 5000,
            "causal_downsampling": False,
            "use_bias": is_older(kind),
            "xscaling": is_older(kind),
        },
        "decoding": {"model_type": kind, "greedy": {"max_symbols": 10}},
    }
    if kind == "ctc":
        config["decoder"] = {"feat_in": WIDTH, "num_classes": BLANK, "vocabulary": list(PIECES)}
        return config
    config["decoder"] = {
        "blank_as_pad": True,
        "vocab_size": BLANK,
        "prednet": {"pred_hidden": HIDDEN, "pred_rnn_layers": 2},
    }
    config["joint"] = {
        "num_classes": BLANK,
        "vocabulary": list(PIECES),
        "jointnet": {"joint_hidden": HIDDEN, "activation": "relu", "encoder_hidden": WIDTH, "pred_hidden": HIDDEN},
        "num_extra_outputs": len(DURATIONS) if kind == "tdt" else 0,
    }
    if kind == "tdt":
        config["model_defaults"] = {"tdt_durations": DURATIONS}
        config["decoding"]["durations"] = list(DURATIONS)
    return config


def shapes(kind: Kind) -> dict[str, tuple[int, ...]]:
    """Transformers' names -> torch's shapes."""
    found: dict[str, tuple[int, ...]] = {
        "encoder.subsampling.layers.0.weight": (CHANNELS, 1, 3, 3),
        "encoder.subsampling.layers.0.bias": (CHANNELS,),
        "encoder.subsampling.linear.weight": (WIDTH, CHANNELS * MELS // 8),
        "encoder.subsampling.linear.bias": (WIDTH,),
    }
    for i in (2, 5):
        found |= {f"encoder.subsampling.layers.{i}.weight": (CHANNELS, 1, 3, 3)}
        found |= {f"encoder.subsampling.layers.{i + 1}.weight": (CHANNELS, CHANNELS, 1, 1)}
        found |= {f"encoder.subsampling.layers.{i + j}.bias": (CHANNELS,) for j in (0, 1)}
    for i in range(LAYERS):
        layer = f"encoder.layers.{i}"
        for part in ("feed_forward1", "feed_forward2"):
            found |= {f"{layer}.{part}.linear1.weight": (4 * WIDTH, WIDTH)}
            found |= {f"{layer}.{part}.linear2.weight": (WIDTH, 4 * WIDTH)}
        for part in ("q_proj", "k_proj", "v_proj", "o_proj", "relative_k_proj"):
            found |= {f"{layer}.self_attn.{part}.weight": (WIDTH, WIDTH)}
        found |= {f"{layer}.self_attn.bias_{end}": (HEADS, WIDTH // HEADS) for end in "uv"}
        found |= {
            f"{layer}.conv.pointwise_conv1.weight": (2 * WIDTH, WIDTH, 1),
            f"{layer}.conv.depthwise_conv.weight": (WIDTH, 1, 9),
            f"{layer}.conv.pointwise_conv2.weight": (WIDTH, WIDTH, 1),
        }
        found |= {f"{layer}.conv.norm.{end}": (WIDTH,) for end in ("weight", "bias", "running_mean", "running_var")}
        for part in ("feed_forward1", "self_att", "conv", "feed_forward2", "out"):
            found |= {f"{layer}.norm_{part}.{end}": (WIDTH,) for end in ("weight", "bias")}
    if is_older(kind):
        matrices = ("linear1", "linear2", "q_proj", "k_proj", "v_proj", "o_proj")
        ends = (*(f".{name}.weight" for name in matrices), "conv1.weight", "conv2.weight", "conv.weight")
        biased = [name for name in found if name.startswith("encoder.layers.") and name.endswith(ends)]
        found |= {name.replace(".weight", ".bias"): found[name][:1] for name in biased}
    if kind == "ctc":
        return found | {"ctc_head.weight": (BLANK + 1, WIDTH, 1), "ctc_head.bias": (BLANK + 1,)}
    found |= {
        "encoder_projector.weight": (HIDDEN, WIDTH),
        "encoder_projector.bias": (HIDDEN,),
        "decoder.embedding.weight": (BLANK + 1, HIDDEN),
        "decoder.decoder_projector.weight": (HIDDEN, HIDDEN),
        "decoder.decoder_projector.bias": (HIDDEN,),
    }
    for i in range(2):
        found |= {f"decoder.lstm.weight_{side}_l{i}": (4 * HIDDEN, HIDDEN) for side in ("ih", "hh")}
        found |= {f"decoder.lstm.bias_{side}_l{i}": (4 * HIDDEN,) for side in ("ih", "hh")}
    outputs = BLANK + 1 + (len(DURATIONS) if kind == "tdt" else 0)
    return found | {"joint.head.weight": (outputs, HIDDEN), "joint.head.bias": (outputs,)}


def draw(wanted: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Weights of a size that keeps activations near 1; the same for the same name."""
    drawn: dict[str, np.ndarray] = {}
    for name, shape in wanted.items():
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        if name.endswith("running_var"):
            array = rng.uniform(0.5, 1.5, shape)
        elif len(shape) == 1:
            array = rng.normal(0, 0.1, shape) + (1.0 if "norm" in name and name.endswith("weight") else 0.0)
        elif "bias_" in name:
            array = rng.normal(0, 0.3, shape)
        elif name.startswith(tuple(_GAINS)):
            gain = next(gain for prefix, gain in _GAINS.items() if name.startswith(prefix))
            array = rng.normal(0, gain / np.sqrt(np.prod(shape[1:])), shape)
        else:
            array = rng.normal(0, 1.0 / np.sqrt(np.prod(shape[1:])), shape)
        if name in BLANK_BIAS:
            array[BLANK] += BLANK_BIAS[name]
        drawn[name] = array.astype(np.float32)
    return drawn


def write_transformers(folder: Path, kind: Kind) -> None:
    """A folder as transformers saves it."""
    import mlx.core as mx

    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: mx.array(array) for name, array in draw(shapes(kind)).items()}
    mx.save_safetensors(str(folder / "model.safetensors"), weights)
    (folder / "config.json").write_text(json.dumps(transformers_config(kind)), encoding="utf-8")
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer()), encoding="utf-8")


def write_nemo(folder: Path, kind: Kind) -> None:
    """A folder as mlx-community publishes it."""
    import mlx.core as mx

    from engine.stt.parakeet.checkpoint import from_transformers

    folder.mkdir(parents=True, exist_ok=True)
    weights = from_transformers({name: mx.array(array) for name, array in draw(shapes(kind)).items()})
    mx.save_safetensors(str(folder / "model.safetensors"), {name: mx.contiguous(w) for name, w in weights.items()})
    (folder / "config.json").write_text(json.dumps(nemo_config(kind)), encoding="utf-8")


_TARGETS: dict[Kind, str] = {
    "tdt": "rnnt_bpe_models.EncDecRNNTBPEModel",
    "rnnt": "rnnt_bpe_models.EncDecRNNTBPEModel",
    "ctc": "ctc_bpe_models.EncDecCTCModelBPE",
}
