"""What a piece of speech costs on this machine, and how long a word lasts: learnt from the pieces a model spoke last.

Work is a line over the length of the sound, `fixed + factor * seconds`, by least squares: a neural voice has a cost for
beginning at all, which a factor alone would put on the length.
"""

from collections import deque
from typing import NamedTuple

_REMEMBERED = 24
_WORD_S = 0.36  # of English at its own speed; holds until something was heard


class _Spoken(NamedTuple):
    work_s: float
    sound_s: float
    words: float
    parts: int


class Pace:
    """One model's; used on its thread alone."""

    def __init__(self) -> None:
        self._spoken: deque[_Spoken] = deque(maxlen=_REMEMBERED)
        self._fixed_s = 0.0
        self._factor = 0.0
        self._word_s = _WORD_S
        self._cuts_per_s = 0.0

    @property
    def is_known(self) -> bool:
        """Whether anything was learnt."""
        return bool(self._spoken)

    def learn(self, work_s: float, sound_s: float, words: float, parts: int) -> None:
        """A piece was spoken.

        Args:
            work_s: seconds of work on it.
            sound_s: seconds of its sound, without the pause behind it.
            words: how many it has (`engine.text.growing.count`), over the speed they were asked for.
            parts: in how many parts it came.
        """
        if sound_s <= 0:
            return
        self._spoken.append(_Spoken(work_s, sound_s, words, parts))
        sound = sum(one.sound_s for one in self._spoken)
        counted = sum(one.words for one in self._spoken)
        self._word_s = sound / counted if counted > 0 else _WORD_S
        self._cuts_per_s = sum(one.parts - 1 for one in self._spoken) / sound
        self._fixed_s, self._factor = self._line(sound)

    def work_s(self, sound_s: float) -> float:
        """Seconds of work for a piece of this length; 0 while nothing is known."""
        return self._fixed_s + self._factor * sound_s

    def sound_s(self, words: float) -> float:
        """Seconds of sound of so many words at the voice's own speed."""
        return words * self._word_s

    def parts(self, sound_s: float) -> int:
        """In how many parts a piece of this length comes; 1 for a model whose pieces come whole."""
        return 1 + round(self._cuts_per_s * sound_s)

    def _line(self, sound: float) -> tuple[float, float]:
        n = len(self._spoken)
        work = sum(one.work_s for one in self._spoken)
        middle = sound / n
        spread = sum((one.sound_s - middle) ** 2 for one in self._spoken)
        if spread < 0.01 * sound * middle:
            # All of one length: half of what it costs is taken for the cost of beginning.
            return work / n / 2, work / sound / 2
        factor = sum((one.sound_s - middle) * one.work_s for one in self._spoken) / spread
        factor = min(max(factor, 0.0), work / sound)
        return (work - factor * sound) / n, factor
