"""Makes a small Qwen3-TTS with random weights, in the files and names of the real one: it speaks noise, at once.

    python examples/make_tiny_qwen3_tts.py FOLDER [base | custom_voice | voice_design]

Everything that a real one goes through can be tried with it: the loader, the page, the API, a book, a copied voice. The
marks of its codec's lane keep their distances; codebooks have 64 codes, letters are tokens.
"""

import json
import sys
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from tokenizers import pre_tokenizers

CODES = 64
REAL_CODES = 2048
LANGUAGES = {
    "chinese": 2055,
    "english": 2050,
    "german": 2053,
    "italian": 2070,
    "portuguese": 2071,
    "spanish": 2054,
    "japanese": 2058,
    "korean": 2064,
    "french": 2061,
    "russian": 2069,
}
DIALECTS = {"beijing_dialect": 2074, "sichuan_dialect": 2062}
VOICES = {
    "serena": 3066,
    "vivian": 3065,
    "uncle_fu": 3010,
    "ryan": 3061,
    "aiden": 2861,
    "ono_anna": 2873,
    "sohee": 2864,
    "eric": 2875,
    "dylan": 2878,
}
MARKS = {"pad": 2148, "bos": 2149, "eos_token": 2150, "think": 2154, "nothink": 2155, "think_bos": 2156}
MARKS["think_eos"] = 2157
TEXT = {"im_start": 256, "im_end": 257, "tts_pad": 258, "tts_bos": 259, "tts_eos": 260}

HIDDEN, INNER, WIDTH = 48, 64, 40
TERSE = 1.5  # how strongly the end of speech is felt: a line has some ten frames
LOUDNESS = 0.06

Arrays = dict[str, np.ndarray]


def config(kind: str) -> dict[str, Any]:
    """What config.json says."""
    named = kind == "custom_voice"
    decoder = {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "rope_theta": 1_000_000,
        "rms_norm_eps": 1e-6,
        "num_code_groups": 16,
    }
    predictor = decoder | {"vocab_size": CODES, "hidden_size": 32, "intermediate_size": 48}
    shift = CODES - REAL_CODES
    languages = LANGUAGES | (DIALECTS if named else {})
    dialects = {"eric": "sichuan_dialect", "dylan": "beijing_dialect"}
    talker = decoder | {
        "code_predictor_config": predictor,
        "vocab_size": CODES + 1024,
        "hidden_size": HIDDEN,
        "intermediate_size": INNER,
        "text_hidden_size": WIDTH,
        "text_vocab_size": 264,
        "codec_language_id": {name: token + shift for name, token in languages.items()},
        "spk_id": {name: token + shift for name, token in VOICES.items()} if named else {},
        "spk_is_dialect": {name: dialects.get(name, False) for name in VOICES} if named else {},
        **{f"codec_{name}_id": token + shift for name, token in MARKS.items()},
    }
    return {
        "model_type": "qwen3_tts",
        "tokenizer_type": "qwen3_tts_tokenizer_12hz",
        "tts_model_size": "1b7",
        "tts_model_type": kind,
        "talker_config": talker,
        "speaker_encoder_config": {"enc_dim": HIDDEN, "enc_res2net_scale": 4},
        **{f"{name}_token_id": token for name, token in TEXT.items()},
    }


CODEC: dict[str, Any] = {
    "input_sample_rate": 24_000,
    "output_sample_rate": 24_000,
    "decode_upsample_rate": 1920,
    "encode_downsample_rate": 1920,
    "decoder_config": {
        "codebook_size": CODES,
        "num_quantizers": 16,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "head_dim": 8,
        "sliding_window": 12,
        "upsample_rates": [8, 5, 4, 3],
        "upsampling_ratios": [2, 2],
    },
    "encoder_config": {
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "head_dim": 8,
        "sliding_window": 20,
        "upsampling_ratios": [8, 6, 5, 4],
    },
}


def make(folder: Path, kind: str = "base", seed: int = 0) -> Path:
    """Write the folder: config.json, model.safetensors, vocab.json, merges.txt, and the codec in speech_tokenizer/."""
    random = np.random.default_rng(seed)
    codec = folder / "speech_tokenizer"
    codec.mkdir(parents=True, exist_ok=True)
    said = config(kind)
    (folder / "config.json").write_text(json.dumps(said, indent=2), encoding="utf-8")
    (codec / "config.json").write_text(json.dumps(CODEC, indent=2), encoding="utf-8")
    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    (folder / "vocab.json").write_text(json.dumps(letters), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    weights = talker_weights(random, said)
    if kind == "base":
        weights |= speaker_weights(random)
    save(folder / "model.safetensors", weights, mx.bfloat16)
    save(codec / "model.safetensors", decoder_weights(random) | encoder_weights(random), mx.float32)
    return folder


def save(path: Path, weights: Arrays, kind: mx.Dtype) -> None:
    """Write a checkpoint."""
    arrays = {name: mx.array(array).astype(kind) for name, array in weights.items()}
    mx.save_safetensors(str(path), arrays, metadata={"format": "pt"})


def matrix(random: np.random.Generator, *shape: int) -> np.ndarray:
    """Numbers that keep a signal's size."""
    return (random.standard_normal(shape) * (0.9 / np.sqrt(np.prod(shape[1:])))).astype(np.float32)


def talker_weights(random: np.random.Generator, said: dict[str, Any]) -> Arrays:
    """The talker and its predictor, by upstream's names."""
    talker = said["talker_config"]
    weights = blocks(random, "talker.model.", talker)
    weights |= blocks(random, "talker.code_predictor.model.", talker["code_predictor_config"])
    weights |= {
        "talker.model.text_embedding.weight": random.standard_normal((talker["text_vocab_size"], WIDTH)),
        "talker.model.codec_embedding.weight": 0.3 * random.standard_normal((talker["vocab_size"], HIDDEN)),
        "talker.text_projection.linear_fc1.weight": matrix(random, WIDTH, WIDTH),
        "talker.text_projection.linear_fc1.bias": np.zeros(WIDTH),
        "talker.text_projection.linear_fc2.weight": matrix(random, HIDDEN, WIDTH),
        "talker.codec_head.weight": 3 * matrix(random, talker["vocab_size"], HIDDEN),
        "talker.code_predictor.small_to_mtp_projection.weight": matrix(random, 32, HIDDEN),
        "talker.code_predictor.small_to_mtp_projection.bias": np.zeros(32),
    }
    # Every row of text points one way too, and the end of speech is heard from there: lines end by and by.
    way = random.standard_normal(HIDDEN)
    way /= np.linalg.norm(way)
    weights["talker.text_projection.linear_fc2.bias"] = 6 * way
    weights["talker.codec_head.weight"][talker["codec_eos_token_id"]] = TERSE * way
    for book in range(15):
        name = "talker.code_predictor"
        weights[f"{name}.model.codec_embedding.{book}.weight"] = 0.3 * random.standard_normal((CODES, HIDDEN))
        weights[f"{name}.lm_head.{book}.weight"] = 3 * matrix(random, CODES, 32)
    return weights


def blocks(random: np.random.Generator, name: str, shapes: dict[str, Any]) -> Arrays:
    """A Qwen3 decoder's layers and last norm."""
    hidden, inner, size = shapes["hidden_size"], shapes["intermediate_size"], shapes["head_dim"]
    heads, kv = shapes["num_attention_heads"] * size, shapes["num_key_value_heads"] * size
    weights: Arrays = {f"{name}norm.weight": np.ones(hidden)}
    for layer in range(shapes["num_hidden_layers"]):
        own = f"{name}layers.{layer}."
        for part, shape in (("q", (heads, hidden)), ("k", (kv, hidden)), ("v", (kv, hidden)), ("o", (hidden, heads))):
            weights[f"{own}self_attn.{part}_proj.weight"] = matrix(random, *shape)
        for part in ("q", "k"):
            weights[f"{own}self_attn.{part}_norm.weight"] = np.ones(size)
        for part, shape in (("gate", (inner, hidden)), ("up", (inner, hidden)), ("down", (hidden, inner))):
            weights[f"{own}mlp.{part}_proj.weight"] = matrix(random, *shape)
        for part in ("input", "post_attention"):
            weights[f"{own}{part}_layernorm.weight"] = np.ones(hidden)
    return weights


def speaker_weights(random: np.random.Generator) -> Arrays:
    """What hears whose voice a recording is."""
    weights: Arrays = {}

    def conv(name: str, out: int, channels: int, kernel: int = 1) -> None:
        weights[f"speaker_encoder.{name}.weight"] = matrix(random, out, channels, kernel)
        weights[f"speaker_encoder.{name}.bias"] = np.zeros(out)

    conv("blocks.0.conv", 32, 128, 5)
    for block in (1, 2, 3):
        name = f"blocks.{block}"
        conv(f"{name}.tdnn1.conv", 32, 32)
        for chunk in range(3):
            conv(f"{name}.res2net_block.blocks.{chunk}.conv", 8, 8, 3)
        conv(f"{name}.tdnn2.conv", 32, 32)
        conv(f"{name}.se_block.conv1", 8, 32)
        conv(f"{name}.se_block.conv2", 32, 8)
    conv("mfa.conv", 96, 96)
    conv("asp.tdnn.conv", 16, 288)
    conv("asp.conv", 96, 16)
    conv("fc", HIDDEN, 192)
    return weights


def decoder_weights(random: np.random.Generator) -> Arrays:
    """The codec's half that makes codes sound: torch's layouts."""
    weights: Arrays = {}
    latent, wide, inside, entry = 16, 32, 24, 8

    def conv(name: str, out: int, channels: int, kernel: int, gain: float = 1.0) -> None:
        weights[f"decoder.{name}.conv.weight"] = gain * matrix(random, out, channels, kernel)
        weights[f"decoder.{name}.conv.bias"] = np.zeros(out)

    def transposed(name: str, channels: int, out: int, kernel: int) -> None:
        scale = 0.9 / np.sqrt(channels * 2)
        weights[f"decoder.{name}.conv.weight"] = random.standard_normal((channels, out, kernel)) * scale
        weights[f"decoder.{name}.conv.bias"] = np.zeros(out)

    def snake(name: str, channels: int) -> None:
        weights[f"decoder.{name}.alpha"] = np.zeros(channels)
        weights[f"decoder.{name}.beta"] = np.zeros(channels)

    for group, layers in (("rvq_first", 1), ("rvq_rest", 15)):
        for layer in range(layers):
            name = f"decoder.quantizer.{group}.vq.layers.{layer}._codebook"
            weights[f"{name}.embedding_sum"] = random.standard_normal((CODES, entry))
            weights[f"{name}.cluster_usage"] = np.ones(CODES)
        weights[f"decoder.quantizer.{group}.output_proj.weight"] = matrix(random, latent, entry, 1)
    conv("pre_conv", wide, latent, 3)
    weights |= codec_blocks(random, inside, wide)
    for index in range(2):
        name = f"upsample.{index}"
        transposed(f"{name}.0", wide, wide, 2)
        conv(f"{name}.1.dwconv", wide, 1, 7)
        for part, shape in (("pwconv1", (4 * wide, wide)), ("pwconv2", (wide, 4 * wide))):
            weights[f"decoder.{name}.1.{part}.weight"] = matrix(random, *shape)
            weights[f"decoder.{name}.1.{part}.bias"] = np.zeros(shape[0])
        weights[f"decoder.{name}.1.norm.weight"] = np.ones(wide)
        weights[f"decoder.{name}.1.norm.bias"] = np.zeros(wide)
        weights[f"decoder.{name}.1.gamma"] = np.full(wide, 0.3)
    conv("decoder.0", wide, wide, 7)
    channels = wide
    for index, rate in enumerate(CODEC["decoder_config"]["upsample_rates"], 1):
        name = f"decoder.{index}.block"
        snake(f"{name}.0", channels)
        transposed(f"{name}.1", channels, channels // 2, 2 * rate)
        channels //= 2
        for unit in (2, 3, 4):
            snake(f"{name}.{unit}.act1", channels)
            conv(f"{name}.{unit}.conv1", channels, channels, 7, 0.5)
            snake(f"{name}.{unit}.act2", channels)
            conv(f"{name}.{unit}.conv2", channels, channels, 1, 0.5)
    snake("decoder.5", channels)
    conv("decoder.6", 1, channels, 7, LOUDNESS)
    return weights


def codec_blocks(random: np.random.Generator, inside: int, wide: int) -> Arrays:
    """The transformer in the codec's decoder."""
    name = "decoder.pre_transformer"
    shapes = CODEC["decoder_config"]
    heads = shapes["num_attention_heads"] * shapes["head_dim"]
    weights: Arrays = {f"{name}.norm.weight": np.ones(inside)}
    for part, shape in (("input_proj", (inside, wide)), ("output_proj", (wide, inside))):
        weights[f"{name}.{part}.weight"] = matrix(random, *shape)
        weights[f"{name}.{part}.bias"] = np.zeros(shape[0])
    for layer in range(shapes["num_hidden_layers"]):
        own = f"{name}.layers.{layer}"
        for part in "qkv":
            weights[f"{own}.self_attn.{part}_proj.weight"] = matrix(random, heads, inside)
        weights[f"{own}.self_attn.o_proj.weight"] = matrix(random, inside, heads)
        for part, shape in (("gate", (48, inside)), ("up", (48, inside)), ("down", (inside, 48))):
            weights[f"{own}.mlp.{part}_proj.weight"] = matrix(random, *shape)
        for part in ("self_attn", "mlp"):
            weights[f"{own}.{part}_layer_scale.scale"] = np.full(inside, 0.3)
        for part in ("input", "post_attention"):
            weights[f"{own}.{part}_layernorm.weight"] = np.ones(inside)
    return weights


def encoder_weights(random: np.random.Generator) -> Arrays:
    """The codec's half that makes codes of sound: Mimi's, with transformers' names."""
    weights: Arrays = {}
    hidden, heads, entry = 32, 32, 8

    def conv(name: str, out: int, channels: int, kernel: int, bias: bool = True) -> None:
        weights[f"encoder.{name}.conv.weight"] = matrix(random, out, channels, kernel)
        if bias:
            weights[f"encoder.{name}.conv.bias"] = np.zeros(out)

    conv("encoder.layers.0", 4, 1, 7)
    channels, place = 4, 1
    for rate in (4, 5, 6, 8):
        conv(f"encoder.layers.{place}.block.1", channels // 2, channels, 3)
        conv(f"encoder.layers.{place}.block.3", channels, channels // 2, 1)
        conv(f"encoder.layers.{place + 2}", 2 * channels, channels, 2 * rate)
        channels, place = 2 * channels, place + 3
    conv(f"encoder.layers.{place + 1}", hidden, channels, 3)
    for layer in range(CODEC["encoder_config"]["num_hidden_layers"]):
        name = f"encoder.encoder_transformer.layers.{layer}"
        for part in "qkv":
            weights[f"{name}.self_attn.{part}_proj.weight"] = matrix(random, heads, hidden)
        weights[f"{name}.self_attn.o_proj.weight"] = matrix(random, hidden, heads)
        weights[f"{name}.mlp.fc1.weight"] = matrix(random, 48, hidden)
        weights[f"{name}.mlp.fc2.weight"] = matrix(random, hidden, 48)
        for part in ("input", "post_attention"):
            weights[f"{name}.{part}_layernorm.weight"] = np.ones(hidden)
            weights[f"{name}.{part}_layernorm.bias"] = np.zeros(hidden)
        for part in ("self_attn", "mlp"):
            weights[f"{name}.{part}_layer_scale.scale"] = np.full(hidden, 0.3)
    conv("downsample", hidden, hidden, 4, bias=False)
    for group, layers in (("semantic", 1), ("acoustic", 15)):
        name = f"encoder.quantizer.{group}_residual_vector_quantizer"
        weights[f"{name}.input_proj.weight"] = matrix(random, entry, hidden, 1)
        for layer in range(layers):
            weights[f"{name}.layers.{layer}.codebook.embed_sum"] = random.standard_normal((CODES, entry))
            weights[f"{name}.layers.{layer}.codebook.cluster_usage"] = np.ones(CODES)
    return weights


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(
            "Say where: python examples/make_tiny_qwen3_tts.py FOLDER [base | custom_voice | voice_design]"
        )
    print(make(Path(sys.argv[1]), sys.argv[2] if sys.argv[2:] else "base"))
