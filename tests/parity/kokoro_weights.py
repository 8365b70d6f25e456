"""A small random Kokoro. Its weights are drawn by name: maker and test have the same ones and store none."""

import zlib

import numpy as np

Arrays = dict[str, np.ndarray]

# The published network's shape at a fraction of its width.
CONFIG = {
    "istftnet": {
        "upsample_rates": [4, 2],
        "upsample_kernel_sizes": [8, 4],
        "gen_istft_n_fft": 20,
        "gen_istft_hop_size": 5,
        "resblock_kernel_sizes": [3, 7],
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5]],
        "upsample_initial_channel": 32,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 64,
    "max_conv_dim": 64,
    "max_dur": 12,
    "multispeaker": True,
    "n_layer": 2,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 64,
        "num_attention_heads": 4,
        "intermediate_size": 128,
        "max_position_embeddings": 512,
        "num_hidden_layers": 3,
        "dropout": 0.1,
    },
    "vocab": {chr(0x400 + i): i for i in range(1, 178)},
}
DECODER_WIDTH, ASIDE_WIDTH = 48, 8


def draw(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Each tensor from its own name, scaled so that signals keep their size through the network."""
    return {name: _draw_one(name, tuple(shape)) for name, shape in shapes.items()}


def draw_style(rows: int) -> np.ndarray:
    """Voice vectors [rows, 2 * style_dim]."""
    return _random("style").normal(size=(8, 2 * CONFIG["style_dim"])).astype(np.float32)[:rows] * 0.3


def draw_noise(samples: int) -> np.ndarray:
    """The source's noise [1, samples, 9]."""
    return _random("noise").normal(size=(1, samples, 9)).astype(np.float32)


def draw_tokens(count: int) -> list[int]:
    """Phoneme ids."""
    return [int(i) for i in _random("tokens").randint(1, 178, size=600)[:count]]


def _random(name: str) -> np.random.RandomState:
    # Its stream is frozen for good, which default_rng does not promise.
    return np.random.RandomState(zlib.crc32(name.encode()))


def _draw_one(name: str, shape: tuple[int, ...]) -> np.ndarray:
    random = _random(name)
    if ".alpha" in name:
        return random.uniform(0.5, 1.5, shape).astype(np.float32)
    if name.endswith(("weight_g", "original0")) or ("norm" in name.lower() and name.endswith(("weight", "gamma"))):
        gain = 0.5 if name.startswith("decoder.") and ".norm" not in name else 1.0
        return (gain * random.uniform(0.8, 1.2, shape)).astype(np.float32)
    if name.endswith("bias") or "bias_" in name or name.endswith("beta"):
        array = random.normal(size=shape) * 0.1
        if name == "predictor.duration_proj.linear_layer.bias":
            array = array + 0.5
        if name == "predictor.F0_proj.bias":
            array = array + 150.0  # a voiced pitch
        return array.astype(np.float32)
    fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else shape[0]
    array = random.normal(size=shape) / np.sqrt(fan_in)
    if name == "predictor.duration_proj.linear_layer.weight":
        array = array + 20 * array[2:3]  # all scores of a phoneme rise and fall together, so that durations differ
    return array.astype(np.float32)
