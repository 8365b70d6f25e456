"""When a player may begin so that it need not stop in the middle: from what is still to be said and what it costs here.

The cut of a text is the same on every machine (`engine.text.growing`); this is all that depends on one. A machine that
is quick enough waits for nothing but the first piece.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from math import ceil
from typing import NamedTuple

from engine.text.growing import count
from engine.text.segment import TextSegment
from engine.tts.pace import Pace

MOST_S = 60.0
"""Nobody is asked to wait longer, and then it will have to stop after all."""

_LOOKED_AT = 48  # segments; of the rest only the length counts
_MARGIN = 1.05  # a machine is not always as quick as it was
_QUICK = 0.3  # seconds of work for a second of sound
_LONGEST_WORDS = 40


class Coming(NamedTuple):
    """Something that will be heard in one piece: the work until it is there, and how long it sounds."""

    work_s: float
    sound_s: float


def lead_s(held_s: float, coming: Iterable[Coming]) -> float:
    """How long to wait before playing what is held, so that each piece is there when all before it has been heard.

    Args:
        held_s: seconds of sound that are there and were not heard yet.
        coming: what follows, in order; each is worked on when the one before it is done.

    Returns:
        Seconds from now: the least that leaves no gap. 0 when playing may begin at once.
    """
    wait, done_s, heard_s = 0.0, 0.0, held_s
    for work_s, sound_s in coming:
        done_s += work_s
        wait = max(wait, done_s - heard_s)
        heard_s += sound_s
    return wait


class Ahead(Iterator[TextSegment]):
    """Segments, some of which may be looked at before they are taken."""

    def __init__(self, segments: Iterator[TextSegment]) -> None:
        self._segments = segments
        self._seen: deque[TextSegment] = deque()

    def __next__(self) -> TextSegment:
        return self._seen.popleft() if self._seen else next(self._segments)

    def look(self, number: int) -> TextSegment | None:
        """The one that comes after `number` others; it is still to be taken."""
        while len(self._seen) <= number:
            segment = next(self._segments, None)
            if segment is None:
                return None
            self._seen.append(segment)
        return self._seen[number]


class Lead:
    """One stream's: learns from its pieces and says after each how long a player should still wait."""

    def __init__(self, pace: Pace, ahead: Ahead, length: int, speed: float) -> None:
        """Args:
        pace: of the model.
        ahead: what is still to be spoken.
        length: characters of the whole text.
        speed: as asked for; a word lasts as much shorter.
        """
        self._pace = pace
        self._ahead = ahead
        self._length = length
        self._speed = speed
        self._segment: TextSegment | None = None
        self._words = 0.0
        self._work_s = self._sound_s = 0.0
        self._parts = 0
        self._is_learnt = False

    def add(self, segment: TextSegment, work_s: float, sound_s: float) -> None:
        """A part of a segment was made, its pause aside."""
        if segment is not self._segment:
            self.close()
            self._segment, self._words = segment, count(segment.text) / self._speed
        self._work_s += work_s
        self._sound_s += sound_s
        self._parts += sound_s > 0

    def close(self) -> None:
        """The segment in hand is done."""
        if self._segment is not None and not self._is_learnt:
            self._pace.learn(self._work_s, self._sound_s, self._words, self._parts)
        self._segment = None
        self._work_s = self._sound_s = 0.0
        self._parts = 0
        self._is_learnt = False

    def wait_s(self, held_s: float) -> float:
        """How long a player that has not begun should still wait.

        Args:
            held_s: seconds of sound given so far.
        """
        if not self._pace.is_known and self._sound_s > 0:
            # The first that this model ever spoke: better a guess by its beginning than none.
            self._pace.learn(self._work_s, self._sound_s, self._words, self._parts)
            self._is_learnt = True
        # Whoever is so quick is always in time: a text need not be read ahead for that.
        if not self._pace.is_known or self._pace.work_s(1.0) <= _QUICK:
            return 0.0
        return min(MOST_S, lead_s(held_s, self._coming(held_s)))

    def _coming(self, held_s: float) -> Iterator[Coming]:
        pause_s = 0.0
        if self._segment is not None:
            pause_s = self._segment.pause_s
            left_s = self._sounds(self._segment) - self._sound_s
            if left_s > 0 and self._pace.parts(left_s) > 1:
                yield from self._in_parts(left_s)
        # Enough is held when even the longest piece would come in time, and each leaves more than it takes.
        longest_s = self._pace.sound_s(_LONGEST_WORDS / self._speed)
        gains = _MARGIN * self._pace.work_s(longest_s) < longest_s
        ahead_s = held_s
        segment, sounds_s, number = None, 0.0, 0
        while number < _LOOKED_AT and (coming := self._ahead.look(number)) is not None:
            segment, sound_s = coming, self._sounds(coming)
            # What lies before a segment is heard to the end of its pause.
            yield Coming(0.0, pause_s)
            yield from self._in_parts(sound_s)
            pause_s, number = segment.pause_s, number + 1
            sounds_s += sound_s
            ahead_s += sound_s + pause_s - _MARGIN * self._pace.work_s(sound_s)
            if gains and ahead_s > _MARGIN * self._pace.work_s(longest_s):
                return
        if number == _LOOKED_AT and segment is not None:
            # The rest of a long text: its length by its characters, in pieces like those that were looked at.
            first = self._ahead.look(0)
            read = segment.span[1] - (first.span[0] if first else 0)
            total_s = (self._length - segment.span[1]) / max(1, read) * sounds_s
            for _ in range(pieces := ceil(total_s / max(sounds_s / number, 1.0))):
                yield Coming(_MARGIN * self._pace.work_s(total_s / pieces), total_s / pieces + pause_s)

    def _sounds(self, segment: TextSegment) -> float:
        return self._pace.sound_s(count(segment.text) / self._speed)

    def _in_parts(self, sound_s: float) -> Iterator[Coming]:
        parts = self._pace.parts(sound_s)
        for _ in range(parts):
            yield Coming(_MARGIN * self._pace.work_s(sound_s) / parts, sound_s / parts)
