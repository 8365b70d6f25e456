"""Speech decoded by PocketSphinx: whole regions and utterances as they are spoken, with word times and confidences.

A decoder holds the state of what it hears, so each utterance has one of its own; they come from a small pool because
loading one takes a quarter of a second and 90 MB. The decoder keeps Python's lock while it works: it is fed in small
steps, so that a page or a player in the same process goes on meanwhile.
"""

import re
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import OptionError, WeightsError
from engine.spacing import text_of
from engine.stt.base import Hypothesis, Recognizer, UtteranceDecoder, last
from engine.stt.pocketsphinx import cepstra
from engine.stt.stability import LocalAgreement
from engine.types import Samples, Segment, Word

if TYPE_CHECKING:
    # Not every platform has it: what is here can be imported all the same, and says so when it is loaded.
    from pocketsphinx import Decoder

SAMPLE_RATE = 16000
LANGUAGES = ("en-us",)

# The model knows rooms with a little noise in them. Digital silence, as between synthesised words, it has never heard
# and takes for speech: a tenth of an espeak voice's words come through without this noise, eight tenths with it.
_DITHER = 0.025  # of the level of the speech, which is 32 dB below it
_QUIETEST_LEVEL = 0.02
_STEP = 800  # 50 ms: the decoder holds Python's lock for about 10 ms
_PAD = round(0.2 * SAMPLE_RATE)
_FRAMES_PER_S = 100
_ANSWER_EVERY = 6 * _STEP  # asking the decoder costs little, but words do not change faster
_FIRST_HEARD = round(0.8 * SAMPLE_RATE)  # what an utterance's first guess at the room is made from
# In a region of noise every word is a guess among many. In speech at least one word stands out.
_CONVINCING = 0.12
_IDLE_DECODERS = 2


def load(files: Path | None = None) -> "PocketSphinx":
    """The built-in recogniser; it needs no files.

    Raises:
        WeightsError: its model is missing or damaged.
    """
    return PocketSphinx()


class PocketSphinx(Recognizer):
    """US English. Lives on one thread; what is heard lives in the utterances."""

    sample_rate = SAMPLE_RATE
    languages = LANGUAGES
    # A decoder's last pass over a region cannot be interrupted: about a thirtieth of the region's length.
    max_region_s = 12.0
    takes_steps = True

    def __init__(self) -> None:
        self._idle: list[Decoder] = [_new_decoder()]

    def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
        """Decode speech regions, each float32 [n] at 16 kHz; one Segment each, times from the region's own start.

        Raises:
            OptionError: a language it does not know.
        """
        return last(self.recognize_steps(regions, language))

    def recognize_steps(self, regions: Sequence[Samples], language: str) -> Generator[None, None, list[Segment]]:
        """The same, with a pause after every 50 ms of sound in which others may have their turn.

        Raises:
            OptionError: a language it does not know.
        """
        check_language(language)
        segments: list[Segment] = []
        for samples in regions:
            segments.append((yield from self._region(samples)))
        return segments

    def utterance(self, language: str) -> "Utterance":
        """Begin a streaming decode of one utterance.

        Raises:
            OptionError: a language it does not know.
        """
        check_language(language)
        return Utterance(self)

    def close(self) -> None:
        """Let all decoders go."""
        self._idle.clear()

    def take(self) -> "Decoder":
        """A decoder nobody else uses."""
        return self._idle.pop() if self._idle else _new_decoder()

    def give_back(self, decoder: "Decoder") -> None:
        """The decoder is free: its utterance has ended."""
        if len(self._idle) < _IDLE_DECODERS:
            self._idle.append(decoder)

    def _region(self, samples: Samples) -> Generator[None, None, Segment]:
        if len(samples) == 0:
            return Segment("", 0.0, 0.0)
        room = _Room(_level(samples))
        sound = np.concatenate((room.silence(_PAD), room.add(samples), room.silence(_PAD)))
        with self._borrowed() as decoder:
            decoder.set_cmn(cepstra.mean(sound))
            decoder.start_utt()
            try:
                for begin in range(0, len(sound), _STEP):
                    decoder.process_raw(_pcm16(sound[begin : begin + _STEP]), False, False)
                    yield
            finally:
                decoder.end_utt()
            words = _final_words(decoder, -_PAD / SAMPLE_RATE, len(samples) / SAMPLE_RATE)
        return _segment(words)

    @contextmanager
    def _borrowed(self) -> "Generator[Decoder]":
        decoder = self.take()
        yield decoder
        # One that failed is not given back: what state it is in, nobody knows.
        self.give_back(decoder)


class Utterance(UtteranceDecoder):
    """One utterance being spoken. Whatever the packets, it is decoded in the same steps."""

    def __init__(self, model: PocketSphinx) -> None:
        self._model = model
        self._decoder: Decoder | None = model.take()
        self._room = _Room()
        self._waiting: Samples = np.zeros(0, dtype=np.float32)
        self._is_started = False
        self._heard = 0
        self._agreement = LocalAgreement(agreements=4, lag_s=1.6)
        self._hypothesis = Hypothesis((), ())

    def add(self, samples: Samples) -> Hypothesis:
        """Hear the next float32 [n] at 16 kHz and say what is believed of the whole utterance so far."""
        self._waiting = np.concatenate((self._waiting, samples))
        if not self._is_started:
            if len(self._waiting) < _FIRST_HEARD:
                return self._hypothesis
            self._start()
        while len(self._waiting) >= _STEP:
            self._hear(self._waiting[:_STEP])
            self._waiting = self._waiting[_STEP:]
            if self._heard % _ANSWER_EVERY == 0:
                heard_s = self._heard / SAMPLE_RATE
                words = _words(self._open_decoder(), -_PAD / SAMPLE_RATE, heard_s, are_final=False)
                self._hypothesis = self._agreement.update(words, heard_s)
        return self._hypothesis

    def finish(self) -> tuple[Word, ...]:
        """The utterance has ended: all its words. Begins with every word that was ever stable."""
        if not self._is_started:
            if len(self._waiting) == 0:
                self.close()
                return self._agreement.stable
            self._start()
        while len(self._waiting):
            self._hear(self._waiting[:_STEP])
            self._waiting = self._waiting[_STEP:]
        decoder = self._open_decoder()
        decoder.process_raw(_pcm16(self._room.silence(_PAD)), False, False)
        decoder.end_utt()
        self._is_started = False
        words = _final_words(decoder, -_PAD / SAMPLE_RATE, self._heard / SAMPLE_RATE)
        self.close()
        return self._agreement.finish(words)

    def close(self) -> None:
        """Drop what was heard."""
        decoder, self._decoder = self._decoder, None
        if decoder is None:
            return
        if self._is_started:
            self._is_started = False
            decoder.end_utt()
        self._model.give_back(decoder)

    def _start(self) -> None:
        first = self._waiting[:_FIRST_HEARD]
        self._room = _Room(_level(first))
        decoder = self._open_decoder()
        # The pad's noise is part of the room too; the mean is taken of what the decoder will hear.
        rehearsal = _Room(_level(first))
        decoder.set_cmn(cepstra.mean(np.concatenate((rehearsal.silence(_PAD), rehearsal.add(first)))))
        decoder.start_utt()
        self._is_started = True
        decoder.process_raw(_pcm16(self._room.silence(_PAD)), False, False)

    def _hear(self, samples: Samples) -> None:
        self._open_decoder().process_raw(_pcm16(self._room.add(samples)), False, False)
        self._heard += len(samples)

    def _open_decoder(self) -> "Decoder":
        if self._decoder is None:
            raise OptionError("This utterance is closed; begin another one.")
        return self._decoder


class _Room:
    """The noise of a quiet room, always the same one, in proportion to the speech in it."""

    def __init__(self, level: float = _QUIETEST_LEVEL) -> None:
        self._noise = np.random.default_rng(0)
        self._amplitude = np.float32(_DITHER * level)

    def silence(self, count: int) -> Samples:
        return self._noise.standard_normal(count, dtype=np.float32) * self._amplitude

    def add(self, samples: Samples) -> Samples:
        return samples + self.silence(len(samples))


def check_language(language: str) -> None:
    """Refuse what the model does not know; "" and "en" are English.

    Raises:
        OptionError: another language.
    """
    if language.lower().replace("_", "-").partition("-")[0] not in ("", "en"):
        raise OptionError(
            f"The built-in recogniser understands English only, not {language[:40]}. Choose a model that knows it."
        )


def _new_decoder() -> "Decoder":
    try:
        from pocketsphinx import Decoder

        # Without the second pass over the words (fwdflat): it holds Python's lock for a tenth of the utterance's length
        # and mends one word in thirty.
        decoder = Decoder(loglevel="FATAL", fwdflat=False, bestpath=True, samprate=float(SAMPLE_RATE))
        # Its noise tracking would carry over from one utterance to the next, so that the same words sound different.
        decoder.config["remove_noise"] = False
        decoder.reinit_feat()
        return decoder
    except (ImportError, RuntimeError, ValueError, OSError) as exc:
        raise WeightsError("The built-in recogniser's model cannot be loaded. Run `make install` again.") from exc


def _level(samples: Samples) -> float:
    """The root mean square of the louder half of a stretch: speech with pauses in it is as loud as speech without."""
    step = 320
    if len(samples) < 2 * step:
        return max(_QUIETEST_LEVEL, float(np.sqrt(np.mean(np.square(samples)))) if len(samples) else 0.0)
    power = np.square(samples[: len(samples) // step * step]).reshape(-1, step).mean(axis=1)
    louder = np.sort(power)[len(power) // 2 :]
    return max(_QUIETEST_LEVEL, float(np.sqrt(louder.mean())))


def _pcm16(samples: Samples) -> bytes:
    return (np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2").tobytes()


def _final_words(decoder: "Decoder", shift_s: float, end_s: float) -> list[Word]:
    words = _words(decoder, shift_s, end_s, are_final=True)
    return words if any((word.confidence or 0.0) >= _CONVINCING for word in words) else []


def _words(decoder: "Decoder", shift_s: float, end_s: float, are_final: bool) -> list[Word]:
    """The decoder's words between 0 and end_s; fillers such as <sil> and [NOISE] left out, "the(2)" is "the"."""
    found: Iterable = decoder.seg() or ()
    words: list[Word] = []
    for segment in found:
        text = re.sub(r"\(\d+\)$", "", segment.word)
        if not text or text[0] in "<[+":
            continue
        start = min(end_s, max(0.0, segment.start_frame / _FRAMES_PER_S + shift_s))
        end = min(end_s, max(start, (segment.end_frame + 1) / _FRAMES_PER_S + shift_s))
        confidence = min(1.0, max(0.0, float(segment.prob))) if are_final else None
        words.append(Word(text, start, end, confidence, space_before=True))
    return words


def _segment(words: Sequence[Word]) -> Segment:
    if not words:
        return Segment("", 0.0, 0.0)
    confidence = sum(word.confidence or 0.0 for word in words) / len(words)
    return Segment(text_of(words), words[0].start_s, words[-1].end_s, tuple(words), confidence)
