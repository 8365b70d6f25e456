"""What may follow what: suppressed tokens and the order of times, for a batch of rows, computed where the logits are.

The state is arrays, so that a step needs no look at the tokens of the step before.

Source: OpenAI, whisper/decoding.py (MIT): SuppressBlank, SuppressTokens, ApplyTimestampRules.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from engine.nn.smooth import log_sum_exp
from engine.stt.whisper.tokens import SpecialTokens

_NEVER = -float("inf")
MAX_FIRST_STAMP = 50  # 1 s: the first words begin early, for voice activity was looked for


@dataclass(slots=True)
class Said:
    """What matters of the tokens each row has said; -1 before the first."""

    last: mx.array
    before_last: mx.array
    last_stamp: mx.array

    @classmethod
    def nothing(cls, rows: int) -> "Said":
        """At the beginning."""
        none = mx.full((rows,), -1, dtype=mx.int32)
        return cls(none, none, none)

    def then(self, token: mx.array, first_stamp: int) -> "Said":
        """After one more token of each row, int [rows]."""
        return Said(token, self.last, mx.where(token >= first_stamp, token, self.last_stamp))

    def rows(self, index: mx.array) -> "Said":
        """Only these rows."""
        return Said(self.last[index], self.before_last[index], self.last_stamp[index])

    def held(self) -> list[mx.array]:
        """The arrays, for evaluation."""
        return [self.last, self.before_last, self.last_stamp]


class Rules:
    """The rules of one vocabulary. Lives on the model's thread; holds no state of a row."""

    def __init__(self, special: SpecialTokens, suppressed: Sequence[int], blank: Sequence[int]) -> None:
        never = np.zeros(special.n_vocab, dtype=np.float32)
        never[[t for t in suppressed if 0 <= t < special.n_vocab]] = _NEVER
        never[special.start : special.first_stamp] = _NEVER
        first = never.copy()
        first[[*blank, special.end]] = _NEVER
        self._special = special
        self._never, self._first = mx.array(never), mx.array(first)
        self._ids = mx.arange(special.n_vocab)

    def __call__(self, logits: mx.array, said: Said, is_first: bool, with_stamps: bool) -> mx.array:
        """What is left of the scores: float32 [rows, n_vocab], -inf where a token may not follow."""
        logits = logits + (self._first if is_first else self._never)
        first_stamp = self._special.first_stamp
        if not with_stamps:
            return mx.where(self._ids >= first_stamp, _NEVER, logits)
        return self._stamped(logits, said, is_first)

    def _stamped(self, logits: mx.array, said: Said, is_first: bool) -> mx.array:
        ids, first_stamp, end = self._ids[None], self._special.first_stamp, self._special.end
        is_stamp = ids >= first_stamp
        if is_first:
            # The first token is a time, and an early one.
            logits = mx.where(is_stamp & (ids <= first_stamp + MAX_FIRST_STAMP), logits, _NEVER)
        else:
            after_stamp = (said.last >= first_stamp)[:, None]
            # Before the first token, too, counts as a time.
            after_two = ((said.before_last >= first_stamp) | (said.before_last < 0))[:, None]
            # Times come in pairs, except before the end.
            forbidden = (after_stamp & after_two & is_stamp) | (after_stamp & ~after_two & (ids < end))
            # They do not run backwards, and a piece is not empty.
            has_stamp = (said.last_stamp >= 0)[:, None]
            earliest = mx.where(after_stamp & ~after_two, said.last_stamp[:, None], said.last_stamp[:, None] + 1)
            forbidden = forbidden | (has_stamp & is_stamp & (ids < earliest))
            logits = mx.where(forbidden, _NEVER, logits)
        # Where all times together are likelier than any word, it is a time.
        stamps = log_sum_exp(logits[:, first_stamp:])
        word = mx.where(is_stamp, _NEVER, logits).max(axis=-1, keepdims=True)
        return mx.where((stamps > word) & ~is_stamp, _NEVER, logits)
