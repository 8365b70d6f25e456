"""The whole way from a microphone to captions: packets -> resample -> voice activity -> utterances -> words.

Work is done in steps counted in samples from the beginning, so packets of any size lead to the same words; nothing is
kept but the utterance in hand, so the tenth hour costs what the first minute does.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from engine.audio.resample import StreamingResampler
from engine.errors import OptionError
from engine.stt.base import (
    Guidance,
    Hypothesis,
    Recognizer,
    Steps,
    UtteranceDecoder,
    checked_interval,
    guided,
    last,
)
from engine.stt.once_more import Stretches
from engine.stt.vad import LIVE, SpeechDetector, SpeechPart, VadOptions
from engine.types import Samples, TranscriptEvent, Word

# Past this share of the longest utterance a short breath is reason enough to begin a new one.
_LONG_ENOUGH = 0.7
_REMEMBERED = 40  # words, for what follows them
_SILENT_STEP = 0.01  # of full scale; a step of 32 ms that is this quiet is a breath


class LiveSession:
    """One microphone. Lives on the model's thread; feed it with `add_audio`, end it with `finish` or `close`.

    Args:
        model: a loaded family.
        language: BCP 47 tag; "" is the model's own choice.
        input_sample_rate: Hz of what the microphone sends.
        vad: when a turn begins and ends.
        guidance: what to expect, and whether to translate.
        partial_interval_s: seconds of sound between two answers about words that may still change; None is the
            model's own pace. See `engine.controls.PARTIAL_INTERVAL`.

    Raises:
        OptionError: the model does not know the language, or cannot do what it is told; an interval out of range.
        AudioFormatError: a sample rate nobody records at.
    """

    def __init__(
        self,
        model: Recognizer,
        language: str,
        input_sample_rate: int,
        vad: VadOptions | None = None,
        guidance: Guidance | None = None,
        partial_interval_s: float | None = None,
    ) -> None:
        self._partial_interval_s = checked_interval(partial_interval_s)
        model = guided(model, guidance)
        model.recognize((), language)
        self._model = model
        self._language = language
        self._input_sample_rate = input_sample_rate
        self._resampler = StreamingResampler(input_sample_rate, model.sample_rate)
        self._detector = SpeechDetector(model.sample_rate, vad or LIVE)
        self._utterance: _Utterance | None = None
        self._heard = 0  # samples of the microphone
        self._stretches = Stretches(model, language)
        self._said: deque[Word] = deque(maxlen=_REMEMBERED)
        self._shown: tuple[tuple[Word, ...], bool] = ((), False)
        self._is_hurried = False
        self._is_closed = False

    def add_audio(self, samples: Samples) -> list[TranscriptEvent]:
        """Hear float32 [n] mono at the microphone's rate; say what changed.

        Raises:
            OptionError: the session is over.
        """
        return last(self.add_audio_steps(samples))

    def add_audio_steps(self, samples: Samples) -> Steps[list[TranscriptEvent]]:
        """As `add_audio`, with pauses where the family takes long; ask nothing else of the session meanwhile."""
        if self._is_closed:
            raise OptionError("This live session is over; begin a new one.")
        self._heard += len(samples)
        return (yield from self._hear(self._detector.feed(self._resampler.feed(samples))))

    def flush(self) -> list[TranscriptEvent]:
        """Nobody speaks for a while (somebody pressed Pause): decide on what was heard so far, and go on listening."""
        return last(self.flush_steps())

    def flush_steps(self) -> Steps[list[TranscriptEvent]]:
        """As `flush`, with pauses."""
        if self._is_closed:
            return []
        events = yield from self._hear(self._detector.end_turn())
        self._shown = ((), False)
        return [*events, TranscriptEvent((), (), self._heard_s)]

    def hurry(self, left_s: float) -> None:
        """The microphone is off, and so much sound is still to be added before `finish`, which will decide on it.

        Where the end hears it again anyway, the turn in hand is not asked about meanwhile.
        """
        self._is_hurried = self._stretches.has_room(left_s)

    def forget(self) -> None:
        """What was heard so far is of no account to the end; `flush` before."""
        self._stretches.forget()
        self._said.clear()

    def finish(self) -> list[TranscriptEvent]:
        """The microphone is off: decide on all that was heard. The last event is final."""
        return last(self.finish_steps())

    def finish_steps(self) -> Steps[list[TranscriptEvent]]:
        """As `finish`, with pauses."""
        if self._is_closed:
            return []
        rest = self._detector.feed(self._resampler.finish()) + self._detector.finish()
        # A turn that only ends because nothing more comes is decided together with what stands before it.
        events = yield from self._hear(part for part in rest if len(part.samples) or not self._model.hears_better_whole)
        again = yield from self._stretches.once_more()
        last = again.last if again is not None else None
        stable = yield from self._end_utterance(last)
        self.close()
        event = TranscriptEvent(stable, (), self._heard_s, is_final=True)
        if again is not None:
            corrected = (*again.words, *(stable if last is None else ()))
            event = replace(event, corrected=corrected, corrects=again.corrects + len(stable))
        return [*events, event]

    def close(self) -> None:
        """Drop what is not decided yet. Safe to call twice."""
        self._is_closed = True
        utterance, self._utterance = self._utterance, None
        if utterance is not None:
            utterance.decoder.close()

    @property
    def _heard_s(self) -> float:
        return self._heard / self._input_sample_rate

    def _hear(self, parts: Iterable[SpeechPart]) -> Steps[list[TranscriptEvent]]:
        events: list[TranscriptEvent] = []
        for part in parts:
            stable, draft = yield from self._hear_part(part)
            speech = self._utterance is not None
            if stable or (draft, speech) != self._shown:
                self._shown = (draft, speech)
                events.append(TranscriptEvent(stable, draft, self._heard_s, speech=speech))
        return events

    def _hear_part(self, part: SpeechPart) -> Steps[tuple[tuple[Word, ...], tuple[Word, ...]]]:
        stable: tuple[Word, ...] = ()
        if self._is_hurried and self._utterance is not None and not self._parts(part):
            self._stretches.hear(part.start, part.samples)
            self._utterance.unheard.append(part.samples)
            return (), ()
        if self._utterance is not None and (part.begins or self._is_long_enough(part)):
            stable = yield from self._end_utterance()
        if self._utterance is None and len(part.samples):
            begin_s = part.start / self._model.sample_rate
            self._utterance = _Utterance(self._decoder(), begin_s)
            self._stretches.begin_turn(part.start)
        draft: tuple[Word, ...] = ()
        if self._utterance is not None and len(part.samples):
            self._stretches.hear(part.start, part.samples)
            new, draft = self._utterance.add(part.samples)
            stable += self._told(new)
        if part.ends_at is not None:
            stable, draft = stable + (yield from self._end_utterance()), ()
        return stable, draft

    def _parts(self, part: SpeechPart) -> bool:
        """Whether what begins here has nothing to do with what was said before."""
        return part.begins and not self._stretches.goes_on(part.start)

    def _told(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """These are certain from now on."""
        self._said.extend(words)
        self._stretches.tell(words)
        return words

    def _listener(self) -> Recognizer:
        """The model, told what was said before where it makes use of that."""
        return self._model.following(tuple(self._said)) if self._said else self._model

    def _decoder(self) -> UtteranceDecoder:
        model = self._listener()
        if self._partial_interval_s is None:
            return model.utterance(self._language)
        return model.utterance_every(self._language, self._partial_interval_s)

    def _is_long_enough(self, part: SpeechPart) -> bool:
        """Whether somebody who speaks without a pause gets a new utterance here."""
        if self._utterance is None or len(part.samples) == 0:
            return False
        length_s = self._utterance.samples / self._model.sample_rate
        # A decoder that lets go of sound by itself is not cut in the middle of a word.
        if length_s >= self._model.max_region_s and not self._utterance.decoder.is_endless:
            return True
        return length_s >= _LONG_ENOUGH * self._model.max_region_s and float(abs(part.samples).max()) < _SILENT_STEP

    def _end_utterance(self, heard_whole: tuple[Word, ...] | None = None) -> Steps[tuple[Word, ...]]:
        """The words not handed out yet; `heard_whole` are those of an answer about more than the turn."""
        utterance = self._utterance
        if utterance is None:
            return ()
        try:
            is_decided = utterance.told == 0
            words = utterance.settle(heard_whole) if heard_whole is not None else None
            if words is None:
                words = yield from utterance.finish()
            self._told(words)
            self._stretches.end_turn(is_decided)
            return words
        finally:
            # Not before: a session that is closed meanwhile drops what is being decided.
            self._utterance = None


class _Utterance:
    """One turn being decoded, in the session's time."""

    def __init__(self, decoder: UtteranceDecoder, begin_s: float) -> None:
        self.decoder = decoder
        self.samples = 0
        self._begin_s = begin_s
        self.told = 0  # stable words already handed out
        self.unheard: list[Samples] = []  # what only the end is asked about

    def add(self, samples: Samples) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        """(words that became stable, the draft behind them)"""
        self.samples += len(samples)
        hypothesis: Hypothesis = self.decoder.add(samples)
        return self._new(hypothesis.stable), self._placed(hypothesis.draft)

    def finish(self) -> Steps[tuple[Word, ...]]:
        """The words not handed out yet."""
        for samples in self.unheard:
            self.decoder.add(samples)
        return self._new((yield from self.decoder.finish_steps()))

    def settle(self, words: Sequence[Word]) -> tuple[Word, ...] | None:
        """The same, where these are the words of the session's newest sound; None where the decoder is to be asked."""
        by_s = self._begin_s
        own = [word for word in words if (word.start_s + word.end_s) / 2 >= by_s]
        placed = [replace(word, start_s=word.start_s - by_s, end_s=word.end_s - by_s) for word in own]
        settled = self.decoder.settle(placed)
        return None if settled is None else self._new(settled)

    def _new(self, stable: tuple[Word, ...]) -> tuple[Word, ...]:
        new, self.told = stable[self.told :], len(stable)
        return self._placed(new)

    def _placed(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        by_s = self._begin_s
        return tuple(replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s) for word in words)
