"""Makes a small Orpheus with random weights, in the files and names of the real one: it speaks noise, at once.

    python examples/make_tiny_orpheus.py FOLDER

Everything that a real Orpheus goes through can be tried with it: the loader, the page, the API, a book. The vocabulary
is the real one (its token numbers are part of the format), the Llama has two layers of 64 channels, SNAC is narrow.
"""

import json
import sys
from pathlib import Path

import mlx.core as mx
import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

VOCABULARY = 156_940
FIRST_ADDED = 128_000
END_OF_SPEECH = 128_258
TERSE = 2.4  # how strongly the end of speech is felt: many lines end by themselves, others are stopped
LOUDNESS = 0.1
BEGIN_OF_TEXT, END_OF_TEXT = "<|begin_of_text|>", "<|eot_id|>"

LLAMA = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "hidden_act": "silu",
    "max_position_embeddings": 131_072,
    "rms_norm_eps": 1e-05,
    "rope_theta": 500_000.0,
    "rope_scaling": {
        "factor": 32.0,
        "high_freq_factor": 4.0,
        "low_freq_factor": 1.0,
        "original_max_position_embeddings": 8192,
        "rope_type": "llama3",
    },
    "tie_word_embeddings": True,
    "torch_dtype": "bfloat16",
}
SNAC = {
    "sampling_rate": 24_000,
    "encoder_dim": 4,
    "encoder_rates": [2, 4, 8, 8],
    "decoder_dim": 32,
    "decoder_rates": [8, 8, 4, 2],
    "attn_window_size": None,
    "codebook_size": 4096,
    "codebook_dim": 8,
    "vq_strides": [4, 2, 1],
    "noise": True,
    "depthwise": True,
}


def make(folder: Path, seed: int = 0) -> Path:
    """Write the folder: config.json, model.safetensors, tokenizer.json, and snac_24khz/ with the codec."""
    random = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(LLAMA, indent=2), encoding="utf-8")
    weights = {name: mx.array(array).astype(mx.bfloat16) for name, array in llama_weights(random).items()}
    mx.save_safetensors(str(folder / "model.safetensors"), weights, metadata={"format": "mlx"})
    tokenizer().save(str(folder / "tokenizer.json"))
    codec = folder / "snac_24khz"
    codec.mkdir(exist_ok=True)
    (codec / "config.json").write_text(json.dumps(SNAC, indent=2), encoding="utf-8")
    arrays = {name: mx.array(array) for name, array in as_mlx_community(snac_weights(random)).items()}
    mx.save_safetensors(str(codec / "model.safetensors"), arrays, metadata={"format": "mlx"})
    return folder


def llama_weights(random: np.random.Generator) -> dict[str, np.ndarray]:
    """Hugging Face's names; a head that is the embedding."""
    hidden, inner = LLAMA["hidden_size"], LLAMA["intermediate_size"]
    kv = LLAMA["num_key_value_heads"] * LLAMA["head_dim"]

    def matrix(out: int, channels: int) -> np.ndarray:
        return (random.standard_normal((out, channels), dtype=np.float32) / np.sqrt(channels)).astype(np.float32)

    weights = {
        "model.embed_tokens.weight": matrix(VOCABULARY, hidden),
        "model.norm.weight": np.ones(hidden, dtype=np.float32),
    }
    weights["model.embed_tokens.weight"][END_OF_SPEECH] *= TERSE
    for layer in range(LLAMA["num_hidden_layers"]):
        name = f"model.layers.{layer}"
        weights |= {
            f"{name}.self_attn.q_proj.weight": matrix(hidden, hidden),
            f"{name}.self_attn.k_proj.weight": matrix(kv, hidden),
            f"{name}.self_attn.v_proj.weight": matrix(kv, hidden),
            f"{name}.self_attn.o_proj.weight": matrix(hidden, hidden),
            f"{name}.mlp.gate_proj.weight": matrix(inner, hidden),
            f"{name}.mlp.up_proj.weight": matrix(inner, hidden),
            f"{name}.mlp.down_proj.weight": matrix(hidden, inner),
            f"{name}.input_layernorm.weight": np.ones(hidden, dtype=np.float32),
            f"{name}.post_attention_layernorm.weight": np.ones(hidden, dtype=np.float32),
        }
    return weights


def snac_weights(random: np.random.Generator) -> dict[str, np.ndarray]:
    """The reference's names and layouts: convolutions [out, in, kernel], weight norm in two tensors."""
    weights: dict[str, np.ndarray] = {}

    def conv(name: str, out: int, channels: int, kernel: int, bias: bool = True, gain: float = 0.7) -> None:
        # Gains that keep the level from layer to layer, so that what comes out is heard and not clipped.
        weights[f"{name}.weight_g"] = np.full((out, 1, 1), gain, dtype=np.float32)
        weights[f"{name}.weight_v"] = random.standard_normal((out, channels, kernel), dtype=np.float32)
        if bias:
            weights[f"{name}.bias"] = np.zeros(out, dtype=np.float32)

    def snake(name: str, channels: int) -> None:
        weights[f"{name}.alpha"] = np.ones((1, channels, 1), dtype=np.float32)

    def units(name: str, channels: int, first: int) -> None:
        for unit in range(3):
            block = f"{name}.{first + unit}.block"
            snake(f"{block}.0", channels)
            conv(f"{block}.1", channels, 1, 7)
            snake(f"{block}.2", channels)
            conv(f"{block}.3", channels, channels, 1)

    channels = SNAC["encoder_dim"]
    conv("encoder.block.0", channels, 1, 7)
    for block, stride in enumerate(SNAC["encoder_rates"], start=1):
        units(f"encoder.block.{block}.block", channels, 0)
        snake(f"encoder.block.{block}.block.3", channels)
        conv(f"encoder.block.{block}.block.4", 2 * channels, channels, 2 * stride)
        channels *= 2
    latent = channels
    conv(f"encoder.block.{len(SNAC['encoder_rates']) + 1}", latent, 1, 7)

    for level in range(len(SNAC["vq_strides"])):
        name = f"quantizer.quantizers.{level}"
        conv(f"{name}.in_proj", SNAC["codebook_dim"], latent, 1)
        conv(f"{name}.out_proj", latent, SNAC["codebook_dim"], 1)
        shape = (SNAC["codebook_size"], SNAC["codebook_dim"])
        weights[f"{name}.codebook.weight"] = random.standard_normal(shape, dtype=np.float32)

    channels = SNAC["decoder_dim"]
    conv("decoder.model.0", latent, 1, 7)
    conv("decoder.model.1", channels, latent, 1)
    for block, stride in enumerate(SNAC["decoder_rates"]):
        name = f"decoder.model.{2 + block}.block"
        snake(f"{name}.0", channels)
        # A transposed convolution is [in, out, kernel]: its bias has the second size.
        direction = random.standard_normal((channels, channels // 2, 2 * stride), dtype=np.float32)
        weights[f"{name}.1.weight_g"] = np.full((channels, 1, 1), 1.0, dtype=np.float32)
        weights[f"{name}.1.weight_v"] = direction
        weights[f"{name}.1.bias"] = np.zeros(channels // 2, dtype=np.float32)
        channels //= 2
        conv(f"{name}.2.linear", channels, channels, 1, bias=False)
        units(name, channels, 3)
    last = 2 + len(SNAC["decoder_rates"])
    snake(f"decoder.model.{last}", channels)
    conv(f"decoder.model.{last + 1}", 1, channels, 7, gain=LOUDNESS)
    return weights


def as_mlx_community(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """mlx-community's names (`block.layers.0`) and layouts ([out, kernel, in])."""
    renamed: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        parts = name.split(".")
        spelled = [
            f"layers.{part}" if part.isdigit() and before in ("block", "model") else part
            for before, part in zip(["", *parts], parts, strict=False)
        ]
        renamed[".".join(spelled)] = (
            np.ascontiguousarray(array.transpose(0, 2, 1)) if name.endswith("weight_v") else array
        )
    return renamed


def tokenizer() -> Tokenizer:
    """Bytes for text, and the real numbers for everything that is not text."""
    letters = {letter: number for number, letter in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    # Numbers that no merge of this small tokenizer makes are there, so that the added tokens stand where they must.
    filler = {f"<unused_{number}>": number for number in range(len(letters), FIRST_ADDED)}
    made = Tokenizer(models.BPE(vocab=letters | filler, merges=[], ignore_merges=True))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    made.decoder = decoders.ByteLevel()
    special = {0: BEGIN_OF_TEXT, 9: END_OF_TEXT}
    names = [special.get(number, f"<|reserved_{number}|>") for number in range(256)]
    names += [f"<custom_token_{number}>" for number in range(VOCABULARY - FIRST_ADDED - 256)]
    made.add_special_tokens([AddedToken(name, special=True, normalized=False) for name in names])
    made.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN_OF_TEXT} $A", special_tokens=[(BEGIN_OF_TEXT, FIRST_ADDED)]
    )
    return made


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("Say where: python examples/make_tiny_orpheus.py FOLDER")
    print(make(Path(sys.argv[1])))
