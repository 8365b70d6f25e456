"""The newest sound of a microphone, which is heard once more at the end: as a recording is heard, pauses and all.

Live, a sentence is decided in pieces, each as soon as it can be. A model that hears sentences better with what stands
around them gets the last half minute again when the microphone is off, and its answer is the text to keep.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from engine.stt.base import Recognizer, Steps
from engine.types import Samples, Word

_REMEMBERED = 40  # words in front of the sound, for what follows them
_ROOM = 0.8  # of the longest sound is kept when it grows beyond that


@dataclass(slots=True)
class Stretch:
    """Turns with short pauses between them.

    Attributes:
        begin: its first sample's place in the session.
        told: certain words of the session in front of it.
        places: where it may be cut, as (sample of the session, certain words before it, whether a turn begins there).
        length: samples.
        is_decided: whether its words were decided from all of its sound, so that nothing is left to find out.
    """

    begin: int
    told: int
    places: list[tuple[int, int, bool]] = field(default_factory=list[tuple[int, int, bool]])
    length: int = 0
    is_decided: bool = False
    _sound: list[Samples] = field(default_factory=list[Samples])

    @property
    def end(self) -> int:
        """The sample of the session behind it."""
        return self.begin + self.length

    @property
    def sound(self) -> Samples:
        """float32 [n]; between two turns nothing is heard."""
        return np.concatenate([np.zeros(0, dtype=np.float32), *self._sound])

    def add(self, start: int, samples: Samples) -> None:
        """The next samples, which begin at this place of the session."""
        if start > self.end:
            self._put(np.zeros(start - self.end, dtype=np.float32))
        self._put(samples[max(0, self.end - start) :])

    def cut(self, most: int) -> bool:
        """Let go of the oldest sound, to have this much; False where no place to cut is known."""
        later = [place for place in self.places if place[0] > self.begin and self.end - place[0] <= most]
        place = next((place for place in later if place[2]), None) or next(iter(later), None)
        if place is None:
            return False
        self._sound = [self.sound[place[0] - self.begin :]]
        self.begin, self.told, self.length = place[0], place[1], self.end - place[0]
        self.places = [one for one in self.places if one[0] >= self.begin]
        return True

    def _put(self, samples: Samples) -> None:
        self._sound.append(samples)
        self.length += len(samples)


@dataclass(frozen=True, slots=True)
class HeardAgain:
    """What the end says of the newest sound.

    Attributes:
        words: of all of it, in the session's time.
        corrects: for how many of the words told so far they stand, the last ones.
        last: those of the last stretch; None where it has none, and what was told of it stays.
    """

    words: tuple[Word, ...]
    corrects: int
    last: tuple[Word, ...] | None


class Stretches:
    """The newest sound, no more than the model takes at once. Belongs to its session.

    Args:
        model: who will hear it; for one that hears no better so nothing is kept.
        language: as for the session.
    """

    def __init__(self, model: Recognizer, language: str) -> None:
        self._model = model
        self._language = language
        self._most = round(model.max_region_s * model.sample_rate)
        self._pause = round(model.pause_s * model.sample_rate)
        self._held: list[Stretch] = []
        self._words: list[Word] = []  # certain ones, of the sound in hand and the last before it
        self._told = 0
        self._is_lost = False

    def has_room(self, seconds: float) -> bool:
        """Whether so much more is heard with all that is in hand, and nothing of that is lost."""
        held = sum(one.length for one in self._held)
        return bool(self._held) and held + seconds * self._model.sample_rate <= self._most

    def goes_on(self, start: int) -> bool:
        """Whether somebody who begins to speak at this sample goes on with what is in hand."""
        return bool(self._held) and start - self._held[-1].end <= self._pause

    def forget(self) -> None:
        """Nothing that was heard so far counts any more."""
        self._held, self._words = [], []

    def begin_turn(self, start: int) -> None:
        """Somebody begins to speak at this sample of the session."""
        if not self._model.hears_better_whole:
            return
        if self._is_lost or not self.goes_on(start):
            self._held.append(Stretch(start, self._told))
            self._is_lost = False
        self._held[-1].is_decided = False
        self._held[-1].places.append((start, self._told, True))

    def hear(self, start: int, samples: Samples) -> None:
        """More of the turn."""
        if self._is_lost or not self._held:
            return
        self._held[-1].add(start, samples)
        while len(self._held) > 1 and sum(one.length for one in self._held) > self._most:
            self._held.pop(0)
        if self._held[-1].length > self._most and not self._held[-1].cut(round(_ROOM * self._most)):
            # So long without a word: nobody knows which words belong to what is left.
            self._held, self._is_lost = [], True

    def tell(self, words: Sequence[Word]) -> None:
        """These have become certain."""
        self._words.extend(words)
        rate = self._model.sample_rate
        for word in words:
            self._told += 1
            if self._held:
                self._held[-1].places.append((round(word.end_s * rate), self._told, False))
        first = self._held[0].told if self._held else self._told
        del self._words[: max(0, len(self._words) - (self._told - first) - _REMEMBERED)]

    def end_turn(self, is_decided: bool) -> None:
        """The turn is over; `is_decided` where one answer about all of it gave its words."""
        if self._held:
            self._held[-1].is_decided = is_decided and sum(place[2] for place in self._held[-1].places) == 1

    def once_more(self) -> Steps[HeardAgain | None]:
        """Hear it all again, in steps; None where that would tell nothing new."""
        if all(one.is_decided for one in self._held):
            return None
        told = self._model.following(self._between(self._told - len(self._words), self._held[0].told))
        segments = yield from told.recognize_steps([one.sound for one in self._held], self._language)
        ends = [*(one.told for one in self._held[1:]), self._told]
        words: list[Word] = []
        last: tuple[Word, ...] | None = None
        for stretch, end, segment in zip(self._held, ends, segments, strict=True):
            by_s = stretch.begin / self._model.sample_rate
            found = tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in segment.words)
            is_last = stretch is self._held[-1]
            # What was told stays where the end has no word for it.
            words.extend(found or self._between(stretch.told, end))
            last = (found or None) if is_last else last
        return HeardAgain(tuple(words), self._told - self._held[0].told, last)

    def _between(self, first: int, end: int) -> tuple[Word, ...]:
        before = self._told - len(self._words)
        return tuple(self._words[max(0, first - before) : max(0, end - before)])
