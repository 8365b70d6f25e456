"""When a word of a live hypothesis may be called certain. Knows nothing of sound or models.

Local agreement: a decoder is asked again and again about a growing stretch of speech. Words that several answers in a
row agree on, and that lie far enough behind the newest sound, become stable and are never taken back.
Source: D. Liu, G. Spanakis, J. Niehues, "Low-Latency Sequence-to-Sequence Speech Recognition and Translation by Partial
Hypothesis Selection" (2020).
"""

import unicodedata
from collections import deque
from collections.abc import Sequence
from itertools import takewhile

from engine.stt.base import Hypothesis
from engine.types import Word


class LocalAgreement:
    """Stable and draft words of one utterance. Belongs to its utterance.

    Args:
        agreements: how many answers in a row must agree.
        lag_s: how far behind the newest sound a word must have ended.
    """

    def __init__(self, agreements: int = 2, lag_s: float = 0.0) -> None:
        self._lag_s = lag_s
        self._answers: deque[list[Word]] = deque(maxlen=max(1, agreements))
        self._stable: list[Word] = []

    @property
    def stable(self) -> tuple[Word, ...]:
        """All words that are certain so far."""
        return tuple(self._stable)

    def update(self, words: Sequence[Word], heard_s: float) -> Hypothesis:
        """Take the decoder's newest answer about the whole utterance.

        Args:
            words: all words it believes in, in order.
            heard_s: how much sound it has heard.
        """
        self._answers.append(list(words))
        if len(self._answers) == self._answers.maxlen:
            tails = [self._behind_stable(answer) for answer in self._answers]
            agreed = common_prefix(tails)
            self._stable.extend(takewhile(lambda word: word.end_s <= heard_s - self._lag_s, agreed))
        return Hypothesis(self.stable, tuple(self._behind_stable(words)))

    def finish(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """The last answer: what is stable stays, the rest is as it says."""
        return (*self._stable, *self._behind_stable(words))

    def _behind_stable(self, words: Sequence[Word]) -> list[Word]:
        """The words that come after the stable ones, by their middle: two answers time the same word differently."""
        if not self._stable:
            return list(words)
        end_s = self._stable[-1].end_s
        return [word for word in words if (word.start_s + word.end_s) / 2 > end_s]


def common_prefix(answers: Sequence[Sequence[Word]]) -> list[Word]:
    """The words on which all answers agree from the beginning, with the times of the last answer."""
    agreed: list[Word] = []
    for words in zip(*answers, strict=False):
        if len({folded(word.text) for word in words}) > 1:
            break
        agreed.append(words[-1])
    return agreed


def folded(text: str) -> str:
    """A word for comparison: without case and without the punctuation around it."""
    return "".join(char for char in text.casefold() if not unicodedata.category(char).startswith("P")) or text
