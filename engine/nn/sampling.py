"""Choosing the next token from logits: penalties, filters, and a draw that a seed repeats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from engine.controls import MIN_P, REPETITION_PENALTY, REPETITION_WINDOW, TEMPERATURE, TOP_K, TOP_P


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are drawn.

    Attributes:
        temperature: 0 takes the likeliest token; higher is freer, up to 2.
        top_p: keep the likeliest tokens that together reach this probability; 1 keeps all.
        top_k: keep this many; 0 keeps all.
        min_p: drop tokens less likely than this share of the likeliest; 0 keeps all.
        repetition_penalty: divide the scores of tokens seen lately; 1 is off.
        repetition_window: how many tokens back "lately" reaches.

    Raises:
        OptionError: a value outside its range.
    """

    temperature: float = 0.6
    top_p: float = 0.8
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.3
    repetition_window: int = 64

    def __post_init__(self) -> None:
        for control in (TEMPERATURE, TOP_P, TOP_K, MIN_P, REPETITION_PENALTY, REPETITION_WINDOW):
            control.check(getattr(self, control.name))


def penalise(logits: mx.array, recent: mx.array, penalty: float) -> mx.array:
    """Make tokens seen lately less likely.

    Args:
        logits: [batch, vocab].
        recent: int [batch, n], tokens to penalise; repeats count once, -1 is nobody.
        penalty: above 1.

    Returns:
        [batch, vocab]. Source: Keskar et al. 2019, arXiv:1909.05858, as transformers applies it.
    """
    if penalty == 1.0 or recent.shape[1] == 0:
        return logits
    # Out-of-place entries are pointed at an extra column that is cut off again.
    extended = mx.pad(logits, [(0, 0), (0, 1)])
    index = mx.where(recent < 0, logits.shape[1], recent)
    scores = mx.take_along_axis(extended, index, axis=1)
    scores = mx.where(scores < 0, scores * penalty, scores / penalty)
    return mx.put_along_axis(extended, index, scores, axis=1)[:, :-1]


def filtered(logits: mx.array, sampling: Sampling) -> mx.array:
    """Logits with the unlikely tokens at -inf and the temperature applied: [batch, vocab] -> [batch, vocab].

    In transformers' order: temperature, top_k, top_p, min_p.
    """
    logits = logits / sampling.temperature
    if 0 < sampling.top_k < logits.shape[-1]:
        least = mx.min(mx.topk(logits, sampling.top_k, axis=-1), axis=-1, keepdims=True)
        logits = mx.where(logits < least, -math.inf, logits)
    if sampling.top_p < 1.0:
        ordered = mx.sort(logits, axis=-1)
        # Keep a token unless it and all less likely ones together stay within 1 - top_p; the likeliest always stays.
        together = mx.cumsum(mx.softmax(ordered, axis=-1, precise=True), axis=-1)
        dropped = mx.sum(together[..., :-1] <= 1.0 - sampling.top_p, axis=-1, keepdims=True)
        logits = mx.where(logits < mx.take_along_axis(ordered, dropped, axis=-1), -math.inf, logits)
    if sampling.min_p > 0.0:
        least = mx.max(logits, axis=-1, keepdims=True) + math.log(sampling.min_p)
        logits = mx.where(logits < least, -math.inf, logits)
    return logits


def draw(logits: mx.array, sampling: Sampling, key: mx.array | None) -> mx.array:
    """One token a row: [batch, vocab] -> int [batch].

    Args:
        logits: after `penalise`.
        sampling: how.
        key: from `mx.random.key`, or [batch, 2] of them so that each row draws as it would alone; None is free.
    """
    if sampling.temperature == 0.0:
        return mx.argmax(logits, axis=-1)
    scores = filtered(logits, sampling)
    if key is not None and key.ndim == 2:
        # The Gumbel trick, by hand: each row's noise is made from its own key, all rows in one operation.
        return mx.argmax(scores + noise_of(key, scores.shape[1]), axis=-1)
    return mx.random.categorical(scores, key=key)


def draw_with(logits: mx.array, sampling: Sampling, noise: mx.array | None) -> mx.array:
    """As `draw`, with noise of `noise_of` that was made before: for draws inside a compiled graph."""
    if noise is None or sampling.temperature == 0.0:
        return mx.argmax(logits, axis=-1)
    return mx.argmax(filtered(logits, sampling) + noise, axis=-1)


def keys_at(seeds: Sequence[int], places: Sequence[int]) -> mx.array:
    """A key for each row and place, whatever the other rows and places are: uint32 [rows, places, 2].

    Args:
        seeds: a row's own, 0 to 2^32 - 1.
        places: what is drawn, counted from the row's beginning: 0 to 2^32 - 1.
    """
    pairs = np.empty((len(seeds), len(places), 2), dtype=np.uint32)
    pairs[..., 0] = np.array(seeds, dtype=np.uint32)[:, None]
    pairs[..., 1] = np.array(places, dtype=np.uint32)
    return mx.array(pairs)


def noise_of(keys: mx.array, size: int) -> mx.array:
    """Gumbel noise, each row of its own key: [..., 2] -> [..., size]"""
    flat = keys.reshape(-1, 2)
    drawn = mx.vmap(lambda key: mx.random.gumbel((size,), key=key))(flat)
    return drawn.reshape(*keys.shape[:-1], size)
