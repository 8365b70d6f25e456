"""Makes a small Pocket TTS with random weights, in the files and names of the real one: it speaks noise, at once.

    python examples/make_tiny_pocket_tts.py FOLDER

Everything that a real one goes through can be tried with it: the loader, a recording that is copied, the page, the API,
a book. It has two ready voices, ada and ben.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

WIDTH, HEADS, LAYERS, HIDDEN, LATENT = 32, 2, 2, 64, 8
FLOW, FLOW_BLOCKS = 32, 2
CODEC, FILTERS, CODEC_HEADS, CODEC_LAYERS = 16, 2, 2, 1
RATIOS, FRAME_STRIDE = (6, 5, 4), 16
VOICES = {"ada": 6, "ben": 9}
"""How many frames each was made of."""
LOUDNESS = 0.1
TERSE = 0.6
"""The end's bias: many parts end by themselves within some seconds."""
LETTERS = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"()-…’‘“”–—"

CONFIG = {
    "model_type": "pocket_tts",
    "release": "english_2026-10",
    "voice": "ada",
    "heads": HEADS,
    "codec_heads": CODEC_HEADS,
    "window": 40,
    "threshold": 0.0,
}

Weights = dict[str, np.ndarray]


def make(folder: Path, seed: int = 0) -> Path:
    """Write the folder: config.json, model.safetensors, tokenizer.json and embeddings/ with the ready voices."""
    random = np.random.default_rng(seed)
    (folder / "embeddings").mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=2), encoding="utf-8")
    made = tokenizer()
    made.save(str(folder / "tokenizer.json"))
    weights = {f"flow_lm.{name}": array for name, array in flow_weights(random, made.get_vocab_size()).items()}
    weights |= {f"mimi.{name}": array for name, array in codec_weights(random).items()}
    _save(folder / "model.safetensors", weights)
    for name, frames in VOICES.items():
        _save(folder / "embeddings" / f"{name}.safetensors", voice(random, frames))
    return folder


def flow_weights(random: np.random.Generator, tokens: int) -> Weights:
    """The language model's and the flow head's, without "flow_lm."."""

    def matrix(*shape: int) -> np.ndarray:
        return random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))

    found: Weights = {
        "bos_emb": random.standard_normal(LATENT),
        "bos_before_voice": random.standard_normal((1, 1, WIDTH)),
        "emb_mean": np.zeros(LATENT),
        "emb_std": np.ones(LATENT),
        "speaker_proj_weight": matrix(WIDTH, LATENT),
        "conditioner.embed.weight": random.standard_normal((tokens + 1, WIDTH)),
        "input_linear.weight": matrix(WIDTH, LATENT),
        "out_norm.weight": np.ones(WIDTH),
        "out_norm.bias": np.zeros(WIDTH),
        "out_eos.weight": matrix(1, WIDTH),
        "out_eos.bias": np.full(1, TERSE),
        "flow_net.cond_embed.weight": matrix(FLOW, WIDTH),
        "flow_net.cond_embed.bias": np.zeros(FLOW),
        "flow_net.input_proj.weight": matrix(FLOW, LATENT),
        "flow_net.input_proj.bias": np.zeros(FLOW),
        "flow_net.final_layer.linear.weight": matrix(LATENT, FLOW),
        "flow_net.final_layer.linear.bias": np.zeros(LATENT),
        "flow_net.final_layer.adaLN_modulation.1.weight": matrix(2 * FLOW, FLOW),
        "flow_net.final_layer.adaLN_modulation.1.bias": np.zeros(2 * FLOW),
    }
    for at in range(2):
        name = f"flow_net.time_embed.{at}"
        found |= {
            f"{name}.freqs": np.exp(-np.log(10000) * np.arange(128) / 128),
            f"{name}.mlp.0.weight": matrix(FLOW, 256),
            f"{name}.mlp.0.bias": np.zeros(FLOW),
            f"{name}.mlp.2.weight": matrix(FLOW, FLOW),
            f"{name}.mlp.2.bias": np.zeros(FLOW),
            f"{name}.mlp.3.alpha": np.ones(FLOW),
        }
    for at in range(FLOW_BLOCKS):
        name = f"flow_net.res_blocks.{at}"
        found |= {f"{name}.in_ln.weight": np.ones(FLOW), f"{name}.in_ln.bias": np.zeros(FLOW)}
        for part, out in (("mlp.0", FLOW), ("mlp.2", FLOW), ("adaLN_modulation.1", 3 * FLOW)):
            found |= {f"{name}.{part}.weight": matrix(out, FLOW), f"{name}.{part}.bias": np.zeros(out)}
    return found | _transformer(random, "transformer", WIDTH, HIDDEN, LAYERS, scales=False)


def codec_weights(random: np.random.Generator) -> Weights:
    """The decoder's and the encoder's, without "mimi."."""
    found: Weights = {}

    def conv(name: str, out: int, channels: int, kernel: int, gain: float = 1.0) -> None:
        found[f"{name}.conv.weight"] = (
            gain * random.standard_normal((out, channels, kernel)) / np.sqrt(channels * kernel)
        )
        found[f"{name}.conv.bias"] = np.zeros(out)

    def residual(name: str, channels: int) -> None:
        conv(f"{name}.block.1", channels // 2, channels, 3)
        conv(f"{name}.block.3", channels, channels // 2, 1)

    channels, at = FILTERS, 0
    conv("encoder.model.0", channels, 1, 7, gain=3)
    for ratio in reversed(RATIOS):
        residual(f"encoder.model.{at + 1}", channels)
        conv(f"encoder.model.{at + 3}", 2 * channels, channels, 2 * ratio)
        channels, at = 2 * channels, at + 3
    conv(f"encoder.model.{at + 2}", CODEC, channels, 3)
    conv("decoder.model.0", channels, CODEC, 7)
    at = 0
    for ratio in RATIOS:
        up = random.standard_normal((channels, channels // 2, 2 * ratio)) / np.sqrt(2 * channels)
        found[f"decoder.model.{at + 2}.convtr.weight"] = up
        found[f"decoder.model.{at + 2}.convtr.bias"] = np.zeros(channels // 2)
        channels, at = channels // 2, at + 3
        residual(f"decoder.model.{at}", channels)
    conv(f"decoder.model.{at + 2}", 1, channels, 3, gain=LOUDNESS)
    found["quantizer.output_proj.weight"] = random.standard_normal((CODEC, LATENT, 1)) / np.sqrt(LATENT)
    kernel = 2 * FRAME_STRIDE
    found["downsample.conv.conv.weight"] = random.standard_normal((LATENT, CODEC, kernel)) / np.sqrt(CODEC * kernel)
    found["upsample.convtr.convtr.weight"] = random.standard_normal((CODEC, 1, kernel))
    for side in ("encoder", "decoder"):
        found |= _transformer(random, f"{side}_transformer.transformer", CODEC, 2 * CODEC, CODEC_LAYERS, scales=True)
    return found


def voice(random: np.random.Generator, frames: int) -> Weights:
    """A ready voice: keys and values of its positions, as they are released."""
    found: Weights = {}
    for layer in range(LAYERS):
        name = f"transformer.layers.{layer}.self_attn"
        cache = np.full((2, 1, frames + 3, HEADS, WIDTH // HEADS), np.nan)
        cache[:, :, : frames + 1] = random.standard_normal(cache[:, :, : frames + 1].shape)
        found |= {f"{name}/cache": cache, f"{name}/offset": np.full(1, frames + 1, dtype=np.int64)}
    return found


def tokenizer() -> Tokenizer:
    """A token a letter, and some words, in the library's own format."""
    words = [
        f"▁{word}"
        for word in ["the", "a", "and", "of", "to", "in", "is", "was", "he", "she", "it", "that", "you", "said"]
    ]
    vocabulary = [("<unk>", 0.0), ("▁", -3.0), *((letter, -4.0) for letter in LETTERS.strip())]
    vocabulary += [(word, -5.0) for word in words]
    made = Tokenizer(models.Unigram(vocabulary, 0, False))
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return made


def _transformer(random: np.random.Generator, name: str, width: int, hidden: int, layers: int, scales: bool) -> Weights:
    found: Weights = {}
    for layer in range(layers):
        one = f"{name}.layers.{layer}"
        for part, shape in (
            ("self_attn.in_proj", (3 * width, width)),
            ("self_attn.out_proj", (width, width)),
            ("linear1", (hidden, width)),
            ("linear2", (width, hidden)),
        ):
            found[f"{one}.{part}.weight"] = random.standard_normal(shape) / np.sqrt(shape[1])
        for norm in ("norm1", "norm2"):
            found |= {f"{one}.{norm}.weight": np.ones(width), f"{one}.{norm}.bias": np.zeros(width)}
        if scales:
            found |= {f"{one}.layer_scale_{half}.scale": np.full(width, 0.3) for half in (1, 2)}
    return found


def _save(path: Path, weights: Weights) -> None:
    arrays = {
        name: mx.array(array if array.dtype == np.int64 else array.astype(np.float32))
        for name, array in weights.items()
    }
    mx.save_safetensors(str(path), arrays)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Say where: python examples/make_tiny_pocket_tts.py FOLDER")
    print(make(Path(sys.argv[1])))
