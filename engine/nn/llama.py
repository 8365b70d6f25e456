"""The Llama decoder: tokens or embeddings in, hidden states or logits out. It knows neither words nor audio.

Qwen3 is the same with a norm over each head's queries and keys (`head_norms`), Qwen2 with biases there (`qkv_biases`).

Parameter names are Hugging Face's, so that upstream and mlx-community checkpoints load as they are, quantised ones too.

Source: Touvron et al. 2023, arXiv:2302.13971; llama3 rotary scaling as in transformers' `rope_type="llama3"`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
import mlx.nn as nn

from engine.errors import WeightsError
from engine.nn.kv_cache import KVCache


@dataclass(frozen=True, slots=True)
class RopeScaling:
    """llama3 scaling: long wavelengths are slowed by `factor`, short ones left, those between blended."""

    factor: float
    low_freq_factor: float
    high_freq_factor: float
    original_max_position_embeddings: int


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """Mirrors the checkpoint's config.json."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    head_dim: int
    rms_norm_eps: float
    rope_theta: float
    rope_scaling: RopeScaling | None
    tie_word_embeddings: bool
    qkv_biases: bool = False
    head_norms: bool = False

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> "LlamaConfig":
        """From config.json, of transformers 4 or 5 (which moved the rotary settings).

        Raises:
            WeightsError: a required key is missing, or a rotary scaling nobody here knows.
        """
        rope = dict(found.get("rope_parameters") or found.get("rope_scaling") or {})
        kind = rope.get("rope_type", rope.get("type", "default"))
        if kind not in ("default", "llama3"):
            raise WeightsError(f"This checkpoint scales its positions by “{kind}”, which is not supported.")
        try:
            heads = int(found["num_attention_heads"])
            return cls(
                vocab_size=int(found["vocab_size"]),
                hidden_size=int(found["hidden_size"]),
                intermediate_size=int(found["intermediate_size"]),
                num_hidden_layers=int(found["num_hidden_layers"]),
                num_attention_heads=heads,
                num_key_value_heads=int(found.get("num_key_value_heads") or heads),
                head_dim=int(found.get("head_dim") or found["hidden_size"] // heads),
                rms_norm_eps=float(found.get("rms_norm_eps", 1e-5)),
                rope_theta=float(found.get("rope_theta") or rope.get("rope_theta") or 10000.0),
                rope_scaling=None if kind == "default" else _scaling(rope),
                tie_word_embeddings=bool(found.get("tie_word_embeddings", True)),
            )
        except KeyError as exc:
            raise WeightsError(f"The model's config.json has no {exc.args[0]}. Download the model again.") from exc


class Attention(nn.Module):
    """Grouped-query attention with rotary positions."""

    def __init__(self, config: LlamaConfig, frequencies: mx.array) -> None:
        super().__init__()
        heads, kv_heads, size = config.num_attention_heads, config.num_key_value_heads, config.head_dim
        self._heads, self._kv_heads, self._size = heads, kv_heads, size
        self._frequencies = frequencies
        self.q_proj = nn.Linear(config.hidden_size, heads * size, bias=config.qkv_biases)
        self.k_proj = nn.Linear(config.hidden_size, kv_heads * size, bias=config.qkv_biases)
        self.v_proj = nn.Linear(config.hidden_size, kv_heads * size, bias=config.qkv_biases)
        if config.head_norms:
            self.q_norm = nn.RMSNorm(size, eps=config.rms_norm_eps)
            self.k_norm = nn.RMSNorm(size, eps=config.rms_norm_eps)
        self._head_norms = config.head_norms
        self.o_proj = nn.Linear(heads * size, config.hidden_size, bias=False)

    def __call__(self, x: mx.array, cache: KVCache, mask: mx.array | str | None) -> mx.array:
        """[batch, n, hidden] -> [batch, n, hidden]"""
        batch, n, _ = x.shape
        queries, keys = self._split(self.q_proj(x), self._heads), self._split(self.k_proj(x), self._kv_heads)
        if self._head_norms:
            queries, keys = self.q_norm(queries), self.k_norm(keys)
        queries, keys = self._rotated(queries, cache.offset), self._rotated(keys, cache.offset)
        keys, values = cache.update(keys, self._split(self.v_proj(x), self._kv_heads))
        out = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=self._size**-0.5, mask=mask)
        return self.o_proj(out.transpose(0, 2, 1, 3).reshape(batch, n, -1))

    def _split(self, x: mx.array, heads: int) -> mx.array:
        return x.reshape(x.shape[0], x.shape[1], heads, self._size).transpose(0, 2, 1, 3)

    def _rotated(self, x: mx.array, offset: int) -> mx.array:
        return mx.fast.rope(
            x, self._size, traditional=False, base=None, scale=1.0, offset=offset, freqs=self._frequencies
        )


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def __call__(self, x: mx.array) -> mx.array:
        """[batch, n, hidden] -> [batch, n, hidden]"""
        return self.down_proj(nn.silu(self.gate_proj(x)) * self.up_proj(x))


class Block(nn.Module):
    """Attention and feed-forward, each behind a norm."""

    def __init__(self, config: LlamaConfig, frequencies: mx.array) -> None:
        super().__init__()
        self.self_attn = Attention(config, frequencies)
        self.mlp = FeedForward(config)
        self.input_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)
        self.post_attention_layernorm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def __call__(self, x: mx.array, cache: KVCache, mask: mx.array | str | None) -> mx.array:
        """[batch, n, hidden] -> [batch, n, hidden]"""
        x = x + self.self_attn(self.input_layernorm(x), cache, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Blocks(nn.Module):
    """Blocks and final norm: embeddings in, hidden states out."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        frequencies = rope_frequencies(config)
        self.layers = [Block(config, frequencies) for _ in range(config.num_hidden_layers)]
        self.norm = nn.RMSNorm(config.hidden_size, eps=config.rms_norm_eps)

    def hidden(self, x: mx.array, caches: Sequence[KVCache], padding: mx.array | None = None) -> mx.array:
        """Hidden states behind the final norm; see `Llama.hidden`: [batch, n, hidden] -> [batch, n, hidden]"""
        mask = _mask(x.shape[1], caches[0].offset, padding)
        for layer, cache in zip(self.layers, caches, strict=True):
            x = layer(x, cache, mask)
        return self.norm(x)


class Decoder(Blocks):
    """Embedding, blocks and final norm."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__(config)
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)

    def __call__(self, tokens: mx.array, caches: Sequence[KVCache], padding: mx.array | None = None) -> mx.array:
        """[batch, n] -> [batch, n, hidden]"""
        return self.hidden(self.embed_tokens(tokens), caches, padding)


class Llama(nn.Module):
    """A causal language model."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.model = Decoder(config)
        if not config.tie_word_embeddings:
            self.lm_head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    def caches(self) -> list[KVCache]:
        """Fresh caches, one a layer."""
        return [KVCache() for _ in self.model.layers]

    def hidden(self, tokens: mx.array, caches: Sequence[KVCache], padding: mx.array | None = None) -> mx.array:
        """Hidden states, so that a caller may ask for few logits.

        Args:
            tokens: int [batch, n], the next tokens of each row.
            caches: from `caches()`; advanced by n.
            padding: int [batch], how many positions at the start of each row are padding; None for none. Rows of
                different length are padded on the left: rotary attention sees differences of position only, so a
                padded row computes what it would alone.

        Returns:
            [batch, n, hidden_size]
        """
        return self.model(tokens, caches, padding)

    def logits(self, hidden: mx.array, start: int = 0, end: int | None = None) -> mx.array:
        """Scores of the tokens start to end only: [..., hidden_size] -> [..., end - start].

        A codec model needs 4,096 of 156,940; the other rows of the head are never multiplied.
        """
        head = self.model.embed_tokens if self.config.tie_word_embeddings else self.lm_head
        rows = slice(start, self.config.vocab_size if end is None else end)
        if isinstance(head, nn.QuantizedEmbedding | nn.QuantizedLinear):
            return mx.quantized_matmul(
                hidden,
                head.weight[rows],
                scales=head.scales[rows],
                biases=None if head.biases is None else head.biases[rows],
                transpose=True,
                group_size=head.group_size,
                bits=head.bits,
            )
        return hidden @ head.weight[rows].T


def rope_frequencies(config: LlamaConfig) -> mx.array:
    """Wavelength divisors for `mx.fast.rope`, [head_dim / 2], with llama3 scaling applied."""
    exponents = mx.arange(0, config.head_dim, 2, dtype=mx.float32) / config.head_dim
    periods = config.rope_theta**exponents
    scaling = config.rope_scaling
    if scaling is None:
        return periods
    wavelengths = 2 * math.pi * periods
    longest = scaling.original_max_position_embeddings / scaling.low_freq_factor
    shortest = scaling.original_max_position_embeddings / scaling.high_freq_factor
    smooth = (scaling.original_max_position_embeddings / wavelengths - scaling.low_freq_factor) / (
        scaling.high_freq_factor - scaling.low_freq_factor
    )
    blended = periods / ((1 - smooth) / scaling.factor + smooth)
    slowed = mx.where(wavelengths > longest, periods * scaling.factor, blended)
    return mx.where(wavelengths < shortest, periods, slowed)


def _scaling(rope: Mapping[str, Any]) -> RopeScaling:
    return RopeScaling(
        factor=float(rope["factor"]),
        low_freq_factor=float(rope["low_freq_factor"]),
        high_freq_factor=float(rope["high_freq_factor"]),
        original_max_position_embeddings=int(rope["original_max_position_embeddings"]),
    )


def _mask(n: int, offset: int, padding: mx.array | None) -> mx.array | str | None:
    """None for one unpadded token, "causal" for several, else a boolean [batch, 1, n, offset + n]."""
    if padding is None:
        return None if n == 1 else "causal"
    positions = mx.arange(offset + n)
    seen = positions[None, :] <= mx.arange(offset, offset + n)[:, None]
    real = positions[None, :] >= padding[:, None]
    # A padding position may look at itself: a row of attention with nothing to see would be NaN.
    itself = positions[None, :] == mx.arange(offset, offset + n)[:, None]
    return (seen[None, None] & real[:, None, None, :]) | itself[None, None]
