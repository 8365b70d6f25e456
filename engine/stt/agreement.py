"""Live words from a recogniser that only knows whole regions: it is asked again about what is not certain yet.

The sound behind the last certain word is decoded every `partial_interval_ms`. Words that successive answers agree on
become certain, are never taken back, and their sound is let go: an answer costs in minute 60 what it costs in minute 1.
Knows no model.

Source: D. Liu et al. 2020 (see `stability`); D. Macháček, R. Dabre, O. Bojar, "Turning Whisper into Real-Time
Transcription System" (2023), for letting go of sound.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

import numpy as np

from engine.controls import PARTIAL_INTERVAL
from engine.errors import OptionError
from engine.stt.base import Hypothesis, Recognizer, UtteranceDecoder
from engine.stt.stability import common_prefix, folded
from engine.types import Samples, Segment, Word

# Two answers time the same word differently, by about this much.
_JITTER_S = 0.4
_REMEMBERED = 40  # words whose sound is gone, for what follows them
_HEARD_AGAIN, _MARGIN_S = 2, 0.1  # certain words whose sound is kept
_TELLING_S = 2.0  # sound that shows what language is spoken
_WORTH_S = 0.2  # how much better a time would have to be than a word that is the same


@dataclass(frozen=True, slots=True)
class AgreementOptions:
    """When live words are asked for, and when they are certain.

    Attributes:
        partial_interval_ms: sound between two answers; more where the machine cannot keep up.
        agreements: how many answers in a row must agree on a word.
        lag_ms: a word that ends nearer than this to the newest sound may be half a word, and waits.
        keep_s: sound that is kept, at most, though its words are certain: what was said helps to hear what follows.
        max_uncertain_s: where this much sound has no certain word, the newest answer decides.
    """

    partial_interval_ms: float = 600
    agreements: int = 2
    lag_ms: int = 200
    keep_s: float = 5.0
    max_uncertain_s: float = 20.0

    def __post_init__(self) -> None:
        PARTIAL_INTERVAL.check(self.partial_interval_ms)
        if not 1 <= self.agreements <= 10:
            raise OptionError(f"1 to 10 answers may have to agree, not {self.agreements}.")


class AgreedUtterance(UtteranceDecoder):
    """One utterance of any length, decoded live. Belongs to its stream.

    Args:
        model: who is asked.
        language: BCP 47 tag; "" is the model's own choice, made once: it stays for the rest of the utterance.
        options: when.
        clock: seconds; how long answers take decides whether they come at every interval.
    """

    is_endless = True
    """It lets go of sound by itself: nobody needs to cut it at the model's longest region."""

    def __init__(
        self,
        model: Recognizer,
        language: str,
        options: AgreementOptions | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._model = model
        self._language = language
        self._options = options or AgreementOptions()
        self._clock = clock
        self._rate = model.sample_rate
        self._interval = max(1, round(self._options.partial_interval_ms / 1000 * self._rate))
        self._sound: Samples = np.zeros(0, dtype=np.float32)
        self._waiting: list[Samples] = []
        self._waits = 0  # samples that wait
        self._begin = 0  # where the sound in hand begins, in samples of the utterance
        self._answers: deque[list[Word]] = deque(maxlen=self._options.agreements)
        self._newest: list[Word] = []
        self._stable: tuple[Word, ...] = ()
        self._hypothesis = Hypothesis((), ())
        self._skip = 0  # intervals to let pass, for the machine is behind
        self._is_closed = False

    def add(self, samples: Samples) -> Hypothesis:
        """Hear the next float32 [n] and say what is believed of the whole utterance so far.

        Raises:
            OptionError: the utterance is closed.
        """
        self._refuse_if_closed()
        at = 0
        while at < len(samples):
            part = samples[at : at + self._interval - self._waits]
            self._waiting.append(part)
            self._waits += len(part)
            at += len(part)
            if self._waits == self._interval:
                self._take_waiting()
                self._ask_in_time()
        return self._hypothesis

    def flush(self) -> tuple[Word, ...]:
        """A pause: decide on all that was heard, and let its sound go. Says all words so far; more may be added.

        Raises:
            OptionError: the utterance is closed.
        """
        self._refuse_if_closed()
        self._take_waiting()
        if len(self._sound):
            self._commit(self._sure())
        self._begin += len(self._sound)
        self._sound = self._sound[:0]
        self._answers.clear()
        self._newest = []
        self._hypothesis = Hypothesis(self._stable, ())
        return self._stable

    def finish(self) -> tuple[Word, ...]:
        """The utterance has ended: all its words. Begins with every word that was ever stable."""
        if self._is_closed:
            return self._stable
        words = self.flush()
        self.close()
        return words

    def settle(self, words: Sequence[Word]) -> tuple[Word, ...]:
        """It has ended, and was heard as a whole elsewhere: all its words, with these behind the stable ones.

        Raises:
            OptionError: the utterance is closed.
        """
        self._refuse_if_closed()
        self._take_waiting()
        self._commit(self._beyond(words))
        self.close()
        return self._stable

    def close(self) -> None:
        """Drop what was heard, without a last answer."""
        self._is_closed = True
        self._sound = self._sound[:0]
        self._waiting, self._waits = [], 0
        self._answers.clear()

    cancel = close

    @property
    def held_s(self) -> float:
        """Seconds of sound in hand."""
        return (len(self._sound) + self._waits) / self._rate

    def _take_waiting(self) -> None:
        self._sound = np.concatenate([self._sound, *self._waiting])
        self._waiting, self._waits = [], 0
        # Nobody takes more than this at once, and nothing may be lost.
        longest = round(self._model.max_region_s * self._rate)
        if len(self._sound) > longest - self._interval:
            self._give_in()

    def _ask_in_time(self) -> None:
        """Ask, unless the last answer took longer than the sound it came for."""
        if self._skip > 0:
            self._skip -= 1
            return
        began = self._clock()
        self._ask()
        self._skip = int((self._clock() - began) * self._rate / self._interval)

    def _ask(self) -> None:
        newest, is_sure = self._asked(is_draft=True)
        # What may be no speech at all is shown, and decides nothing.
        if is_sure:
            self._answers.append(newest)
        else:
            self._answers.clear()
        if len(self._answers) == self._options.agreements:
            tails = [self._beyond(answer) for answer in self._answers]
            heard_s = (self._begin + len(self._sound)) / self._rate - self._options.lag_ms / 1000
            self._commit(list(takewhile(lambda word: word.end_s <= heard_s, common_prefix(tails))))
        self._hypothesis = Hypothesis(self._stable, tuple(self._beyond(newest)))
        self._let_go()

    def _sure(self) -> list[Word]:
        """The words in the sound in hand that come after the certain ones, where it is speech."""
        words, is_sure = self._asked()
        return self._beyond(words) if is_sure else []

    def _asked(self, is_draft: bool = False) -> tuple[list[Word], bool]:
        """The words in the sound in hand, in the utterance's time, and whether it is surely speech."""
        by_s = self._begin / self._rate
        # Much of the sound was heard before, and mostly as this.
        again = [word for word in self._newest if (word.start_s + word.end_s) / 2 > by_s]
        gone = [word for word in self._stable[-_REMEMBERED:] if (word.start_s + word.end_s) / 2 <= by_s]
        told = self._model.expecting(again, self._language, gone)
        segments = (told.recognize_draft if is_draft else told.recognize)((self._sound,), self._language)
        is_sure = all(segment.is_sure for segment in segments)
        if not self._language and is_sure and len(self._sound) >= _TELLING_S * self._rate:
            self._language = self._spoken(segments)
        words = [word for segment in segments for word in segment.words]
        self._newest = [replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in words]
        return self._newest, is_sure

    def _spoken(self, segments: Sequence[Segment]) -> str:
        """The language of what was just heard, where the model says it: it is not asked for again."""
        if not any(segment.words for segment in segments):
            return ""
        if self._model.is_translating:
            return self._model.detect_language(self._sound)
        return next((segment.language for segment in segments if segment.words), "")

    def _beyond(self, words: Sequence[Word]) -> list[Word]:
        """The words of an answer that come after the certain ones: by text where that is heard again, and by time."""
        if not self._stable:
            return list(words)
        end_s = self._stable[-1].end_s
        certain = [folded(word.text) for word in self._stable[-_HEARD_AGAIN:]]
        best, beyond, is_found = float("inf"), 0, False
        for at in range(len(words) + 1):
            away_s = abs((words[at - 1].end_s if at else min(self._begin / self._rate, end_s)) - end_s)
            if at and (words[at - 1].start_s + words[at - 1].end_s) / 2 > end_s + _JITTER_S:
                break
            if at < len(words) and (words[at].start_s + words[at].end_s) / 2 < end_s - _JITTER_S:
                continue
            said = [folded(word.text) for word in words[max(0, at - _HEARD_AGAIN) : at]]
            alike = 0
            while alike < min(len(said), len(certain)) and said[-1 - alike] == certain[-1 - alike]:
                alike += 1
            # A word that is said again stands for itself too: the time decides between the two.
            if away_s - alike * _WORTH_S < best:
                best, beyond, is_found = away_s - alike * _WORTH_S, at, alike > 0
        if not is_found:
            # None is heard again: their sound was let go, or is heard otherwise now.
            return [word for word in words if (word.start_s + word.end_s) / 2 > end_s]
        return list(words[beyond:])

    def _commit(self, words: Sequence[Word]) -> None:
        """These are certain. Time does not run backwards, whatever two answers say of it."""
        if not words:
            return
        floor = self._stable[-1].end_s if self._stable else 0.0
        certain: list[Word] = []
        for word in words:
            start = max(floor, word.start_s)
            floor = max(start, word.end_s)
            certain.append(replace(word, start_s=start, end_s=floor))
        self._stable = (*self._stable, *certain)

    def _let_go(self) -> None:
        """Forget the sound of certain words, when there is enough of it."""
        if self._known > self._options.keep_s * self._rate:
            self._drop(self._known)
        elif len(self._sound) > self._options.max_uncertain_s * self._rate:
            self._give_in()

    @property
    def _known(self) -> int:
        """Samples in hand that nobody needs any more: all before the last certain words.

        Those are heard once more: so the next word has its beginning, and it shows where an answer goes beyond them.
        """
        if len(self._stable) < _HEARD_AGAIN:
            return 0
        return round((self._stable[-_HEARD_AGAIN].start_s - _MARGIN_S) * self._rate) - self._begin

    def _give_in(self) -> None:
        """There is much sound and no agreement: cut behind a certain word, or believe the newest answer."""
        if self._known > self._interval:
            self._drop(self._known)
            if len(self._sound) <= self._options.max_uncertain_s * self._rate:
                return
        words = self._sure()
        # Its last words may be half heard.
        heard_s = (self._begin + len(self._sound)) / self._rate - self._options.lag_ms / 1000
        sure = list(takewhile(lambda word: word.end_s <= heard_s, words))
        self._commit(sure[:-1] if len(sure) > 1 else sure)
        self._drop(self._known)
        longest = round(self._model.max_region_s * self._rate)
        if len(self._sound) > longest - self._interval:
            # No word in all of it: noise.
            self._drop(len(self._sound) // 2)

    def _drop(self, count: int) -> None:
        count = min(max(0, count), len(self._sound))
        self._sound = self._sound[count:].copy()
        self._begin += count

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise OptionError("This utterance is closed; begin another one.")
