"""The trained network in the files people have: NeMo's config.json and mlx-community's model.safetensors."""

import json
from pathlib import Path

import numpy as np
import torch
from features import HOP, N_FFT, N_MELS, SAMPLE_RATE, WINDOW
from network import Shape, TinyParakeet
from safetensors.numpy import load_file, save_file
from vocabulary import WORDS

LSTM = "decoder.prediction.dec_rnn.lstm.0."


def write(model: TinyParakeet, folder: Path, about: dict[str, object]) -> None:
    """Write config.json and model.safetensors (half precision), as `engine.stt.parakeet` and its peers read them."""
    folder.mkdir(parents=True, exist_ok=True)
    config = _config(model.shape) | {"about": about}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    save_file(_arrays(model), folder / "model.safetensors", metadata={"format": "mlx"})


def read(model: TinyParakeet, folder: Path) -> None:
    """Take back what `write` wrote. The head that helps in training is not kept; it begins anew."""
    arrays = {name: torch.from_numpy(array).float() for name, array in load_file(folder / "model.safetensors").items()}
    state = model.state_dict()
    for name, value in state.items():
        kept = arrays.get(_kept(name))
        if kept is None:
            continue
        if kept.ndim == 4:
            kept = kept.permute(0, 3, 1, 2)
        elif kept.ndim == 3:
            kept = kept.permute(0, 2, 1)
        value.copy_(kept)
    for ours, theirs in (("weight_ih", "Wx"), ("weight_hh", "Wh"), ("bias_ih", "bias")):
        state[f"predictor.lstm.{ours}_l0"].copy_(arrays[LSTM + theirs])
    state["predictor.lstm.bias_hh_l0"].zero_()


def _config(shape: Shape) -> dict[str, object]:
    return {
        "target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
        "model_defaults": {"tdt_durations": list(shape.durations)},
        "preprocessor": {
            "sample_rate": SAMPLE_RATE,
            "normalize": "per_feature",
            "window_size": WINDOW / SAMPLE_RATE,
            "window_stride": HOP / SAMPLE_RATE,
            "window": "hann",
            "features": N_MELS,
            "n_fft": N_FFT,
            "dither": 1e-5,
            "pad_to": 0,
            "pad_value": 0.0,
            "preemph": 0.97,
        },
        "encoder": {
            "feat_in": N_MELS,
            "n_layers": shape.layers,
            "d_model": shape.width,
            "n_heads": shape.heads,
            "ff_expansion_factor": 4,
            "subsampling_factor": 8,
            "self_attention_model": "rel_pos",
            "subsampling": "dw_striding",
            "conv_kernel_size": shape.kernel,
            "subsampling_conv_channels": shape.subsampling_channels,
            "pos_emb_max_len": 5000,
            "causal_downsampling": False,
            "use_bias": False,
            "xscaling": False,
        },
        "decoder": {
            "blank_as_pad": True,
            "vocab_size": shape.vocabulary,
            "prednet": {"pred_hidden": shape.predictor, "pred_rnn_layers": 1},
        },
        "joint": {
            "num_classes": shape.vocabulary,
            "vocabulary": [f"▁{word}" for word in WORDS],
            "num_extra_outputs": len(shape.durations),
            "jointnet": {
                "joint_hidden": shape.joint,
                "activation": "relu",
                "encoder_hidden": shape.width,
                "pred_hidden": shape.predictor,
            },
        },
        "decoding": {"model_type": "tdt", "durations": list(shape.durations), "greedy": {"max_symbols": 10}},
    }


def _arrays(model: TinyParakeet) -> dict[str, np.ndarray]:
    """Parameters under the names and in the layouts of MLX: channels last, an LSTM's two biases added up."""
    arrays: dict[str, np.ndarray] = {}
    for name, value in model.state_dict().items():
        if name.startswith("ctc.") or name.endswith("num_batches_tracked") or ".lstm." in name:
            continue
        array = value.detach().float()
        if array.ndim == 4:
            array = array.permute(0, 2, 3, 1)
        elif array.ndim == 3:
            array = array.permute(0, 2, 1)
        arrays[_kept(name)] = array.contiguous().numpy().astype(np.float16)
    lstm = model.predictor.lstm
    with torch.no_grad():
        for name, value in (
            ("Wx", lstm.weight_ih_l0),
            ("Wh", lstm.weight_hh_l0),
            ("bias", lstm.bias_ih_l0 + lstm.bias_hh_l0),
        ):
            arrays[LSTM + name] = value.float().numpy().astype(np.float16)
    return arrays


def _kept(name: str) -> str:
    """Our name of a parameter -> its name in the file."""
    return name.replace("predictor.embed", "decoder.prediction.embed").replace("joint.head", "joint.joint_net.2")
