"""A small random Whisper. Its weights are drawn by name: maker and test have the same ones and store none."""

import zlib

import numpy as np

Arrays = dict[str, np.ndarray]

# The published network's shape at a fraction of its width; the vocabulary is whole, so the tokens are the real ones.
CONFIG = {
    "model_type": "whisper",
    "vocab_size": 51865,
    "num_mel_bins": 80,
    "d_model": 32,
    "encoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_layers": 3,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 128,
    "decoder_ffn_dim": 128,
    "max_source_positions": 60,
    "max_target_positions": 64,
    "activation_function": "gelu",
}
COLUMNS = slice(50200, 51865)  # of the logits that are stored


def draw(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Each tensor from its own name, scaled so that signals keep their size through the network."""
    return {name: _draw_one(name, tuple(shape)) for name, shape in shapes.items()}


def draw_mel(rows: int = 2) -> np.ndarray:
    """[rows, frames, mels]"""
    shape = (rows, 2 * CONFIG["max_source_positions"], CONFIG["num_mel_bins"])
    return random("mel").normal(size=shape).astype(np.float32)


def draw_sound(seconds: float = 2.5) -> np.ndarray:
    """Something with tones, noise and silence in it, float32 [n] at 16 kHz."""
    count = round(16000 * seconds)
    time = np.arange(count) / 16000
    tone = 0.3 * np.sin(2 * np.pi * (180 + 60 * np.sin(2 * np.pi * 0.7 * time)) * time) * (np.sin(9 * time) > 0)
    return (tone + 0.02 * random("sound").normal(size=count)).astype(np.float32)


def random(name: str) -> np.random.Generator:
    """The same chance wherever the same name is called."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def _draw_one(name: str, shape: tuple[int, ...]) -> np.ndarray:
    chance = random(name)
    if "layer_norm" in name:
        return ((1.0 if name.endswith("weight") else 0.0) + 0.2 * chance.normal(size=shape)).astype(np.float32)
    if "embed" in name:
        return (0.5 * chance.normal(size=shape)).astype(np.float32)
    fan_in = int(np.prod(shape[1:])) if len(shape) > 1 else 16
    return (chance.normal(size=shape) / np.sqrt(fan_in)).astype(np.float32)
