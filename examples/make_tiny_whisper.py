"""Makes a tiny Whisper with random weights in a real layout: the way from a folder to words, without a download.

It recognises nothing: its words are chance. Run: python examples/make_tiny_whisper.py FOLDER [--layout mlx] [--bits 4]
"""

import argparse
import json
from pathlib import Path
from typing import Any, Literal

import mlx.core as mx
import mlx.nn as nn
import numpy as np
from mlx.utils import tree_flatten
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.languages import CODES
from engine.stt.whisper.network import WhisperNetwork

Layout = Literal["huggingface", "mlx", "npz"]
PROSE = (
    "The quick brown fox jumps over the lazy dog. One, two, three: who would not like to be read to? "
    "Good morning, said the rabbit; it was four o'clock, and the garden was full of children. "
)
SIZES = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 64,
    "n_audio_head": 4,
    "n_audio_layer": 2,
    "n_text_ctx": 448,
    "n_text_state": 64,
    "n_text_head": 4,
    "n_text_layer": 2,
}


def make(
    folder: Path,
    layout: Layout = "huggingface",
    bits: int | None = None,
    seed: int = 0,
    with_tokenizer: bool = True,
    **sizes: int,
) -> None:
    """Write a folder.

    Args:
        folder: made if need be.
        layout: "huggingface" as openai/whisper-tiny, "mlx" as the newer conversions, "npz" as the older ones.
        bits: 4 or 8 for a quantised one (mlx layouts).
        seed: of the weights.
        with_tokenizer: without it, as in the older conversions.
        sizes: other than SIZES.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = make_tokenizer()
    config = SIZES | {"n_vocab": tokenizer.get_vocab_size()} | sizes
    weights = draw(WhisperConfig(**config), seed)
    described: dict[str, Any] = {"model_type": "whisper", **config}
    if bits:
        network = WhisperNetwork(WhisperConfig(**config))
        network.load_weights(list(weights.items()), strict=True)
        nn.quantize(network, 32, bits)
        weights = dict(tree_flatten(network.parameters()))
        described["quantization"] = {"group_size": 32, "bits": bits}
    if layout == "huggingface":
        described, weights = _described_as_theirs(config), _named_as_theirs(weights)
        _write(folder / "generation_config.json", {"alignment_heads": [[1, 0], [1, 2]]})
    if layout == "npz":
        np.savez(folder / "weights.npz", **{name: np.array(array) for name, array in weights.items()})
    else:
        name = "model.safetensors" if layout == "huggingface" else "weights.safetensors"
        mx.save_safetensors(str(folder / name), weights)
    _write(folder / "config.json", described)
    if with_tokenizer:
        tokenizer.save(str(folder / "tokenizer.json"))


def make_tokenizer() -> Tokenizer:
    """Bytes and a few merges, and behind them the special tokens in Whisper's order."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=320, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([PROSE], trainer)
    tasks = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    names = ["endoftext", "startoftranscript", *CODES[:99], *tasks, *(f"{at * 0.02:.2f}" for at in range(1501))]
    tokenizer.add_special_tokens([AddedToken(f"<|{name}|>", special=True) for name in names])
    return tokenizer


def draw(config: WhisperConfig, seed: int) -> dict[str, mx.array]:
    """Random weights under our names, scaled so that signals keep their size."""
    chance = np.random.default_rng(seed)
    drawn: dict[str, mx.array] = {}
    for name, array in tree_flatten(WhisperNetwork(config).parameters()):
        noise = chance.normal(size=array.shape).astype(np.float32)
        if array.ndim == 1:
            noise = noise * 0.1 + (1.0 if name.endswith("weight") else 0.0)
        elif "embedding" not in name:
            noise /= np.sqrt(np.prod(array.shape[1:]))
        drawn[name] = mx.array(noise.astype(np.float32))
    return drawn


def _described_as_theirs(config: dict[str, int]) -> dict[str, Any]:
    return {
        "model_type": "whisper",
        "num_mel_bins": config["n_mels"],
        "max_source_positions": config["n_audio_ctx"],
        "d_model": config["n_audio_state"],
        "encoder_attention_heads": config["n_audio_head"],
        "encoder_layers": config["n_audio_layer"],
        "vocab_size": config["n_vocab"],
        "max_target_positions": config["n_text_ctx"],
        "decoder_attention_heads": config["n_text_head"],
        "decoder_layers": config["n_text_layer"],
    }


def _named_as_theirs(weights: dict[str, mx.array]) -> dict[str, mx.array]:
    names = (
        (".cross_attn.", ".encoder_attn."), (".cross_attn_ln.", ".encoder_attn_layer_norm."),
        (".attn.", ".self_attn."), (".attn_ln.", ".self_attn_layer_norm."), (".mlp_ln.", ".final_layer_norm."),
        (".query.", ".q_proj."), (".key.", ".k_proj."), (".value.", ".v_proj."), (".out.", ".out_proj."),
        (".mlp1.", ".fc1."), (".mlp2.", ".fc2."), (".blocks.", ".layers."),
        ("decoder.positional_embedding", "decoder.embed_positions.weight"),
        ("decoder.token_embedding.", "decoder.embed_tokens."),
        ("encoder.ln_post.", "encoder.layer_norm."), ("decoder.ln.", "decoder.layer_norm."),
    )  # fmt: skip
    found: dict[str, mx.array] = {}
    for name, array in weights.items():
        new = name
        for ours, theirs in names:
            new = new.replace(ours, theirs)
        found[f"model.{new}"] = array.transpose(0, 2, 1) if ".conv" in name and array.ndim == 3 else array
    return found


def _write(path: Path, found: dict[str, Any]) -> None:
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layout", choices=("huggingface", "mlx", "npz"), default="huggingface")
    parser.add_argument("--bits", type=int, choices=(4, 8))
    asked = parser.parse_args()
    make(asked.folder, asked.layout, asked.bits)
    print(f"{asked.folder} holds a tiny Whisper now; its words are chance.")


if __name__ == "__main__":
    main()
