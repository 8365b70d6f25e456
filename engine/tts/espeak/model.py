"""A segment spoken by espeak-ng: its options, its tags, its text made harmless, and the sound in pieces or at once.

Streaming speaks on a helper thread, so that the first piece leaves while the rest is being made and a slow listener
never holds the library; `render` speaks at once in the calling thread. Both give the same samples.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from engine.audio.pcm import decode_pcm16
from engine.controls import PITCH, SPEED
from engine.errors import VoiceError
from engine.text import tags
from engine.text.normalise import is_english
from engine.text.normalised import Normalised
from engine.text.scripts import letters_by_script, script_notices, scripts_of
from engine.text.segment import TextSegment
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.espeak import catalogue, process
from engine.tts.espeak.catalogue import VoiceFile
from engine.tts.espeak.harmless import Harmless, bare, harmless
from engine.tts.espeak.library import SAMPLE_RATE, Hear, Mark, Order
from engine.tts.espeak.typed import sound_names
from engine.tts.espeak.words import SegmentSound
from engine.types import Samples, SpeechRequest, Voice, Word

WORDS_PER_MINUTE = 175  # the library's own pace
SIGH_PAUSE_S = 0.5
_SILENCE: Samples = np.zeros(0, dtype=np.float32)
_DOABLE = ("sigh",)
# It has no readings for kanji: it says "Chinese letter" for each.
_UNREAD = {"ja": frozenset({"Chinese characters"})}


def load(files: Path | None = None) -> "EspeakSynthesizer":
    """The built-in voice; it needs no files.

    Raises:
        WeightsError: the library or its data are missing or damaged.
    """
    synthesizer = EspeakSynthesizer()
    # Speaking proves that the library, its data and the default voice are whole, and warms the disk's cache.
    _speak(_Part("a", 0, 0.0), _manner(SpeechRequest("a")), lambda _, __: True)
    return synthesizer


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of a segment that is spoken in one go, and the silence before it.

    Attributes:
        text: without tags.
        offset: of it in the segment's text.
        pause_s: the silence.
        typed: where in `text` a person gave a word's sounds, (start, end), and the library's names of them.
    """

    text: str
    offset: int
    pause_s: float
    typed: tuple[tuple[int, int, str], ...] = ()

    def given(self) -> str:
        """What the library is told: as long as the text, so that its marks stand where they stand there."""
        if not self.typed:
            return self.text
        text = self.text.replace("[", " ")
        for start, end, names in self.typed:
            text = f"{text[:start]}{f'[[{names}]]'.ljust(end - start)}{text[end:]}"
        return text

    def placed(self, mark: Mark) -> Mark:
        """The library marks sounds somewhere inside of their brackets: the word is meant."""
        start = next((start for start, end, _ in self.typed if start <= mark.char < end), None)
        return mark if start is None else mark._replace(char=start + 1)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How to speak, in the library's own terms."""

    voice: VoiceFile
    language: str
    words_per_minute: int
    pitch: int
    pitch_range: int

    def order(self, text: str, at_once: bool, named: bool = False) -> Order:
        """What the library is told."""
        language, timbre = self.voice.language, self.voice.timbre
        return Order(text, language, timbre, self.words_per_minute, self.pitch, self.pitch_range, at_once, named=named)


class EspeakSynthesizer(Synthesizer):
    """The whole family in one object: every voice, no state of any stream. Any thread may use it."""

    sample_rate = SAMPLE_RATE
    limits = SegmentLimits(first_chars=100, target_chars=300, max_chars=600)
    name = "The built-in voice"
    controls = frozenset({SPEED, PITCH})

    def __init__(self) -> None:
        self.voices = catalogue.voices()

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill in voice and language, and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice, one that speaks another language, or a request to copy a voice.
            OptionError: speed or pitch out of range.
            TextError: the text is in a script the voice cannot read.
        """
        self.refuse_controls(request)
        voice = self._voice(request)
        script_notices(request.text, voice.language)
        return replace(request, voice=voice.id, language=request.language or voice.language)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak a segment in pieces; the first leaves when its first word is done, later ones are longer."""
        notices = _notices(segment, request)
        manner = _manner(request)
        spoken = 0
        for part in _parts(segment.text, manner.language):
            if part.pause_s:
                yield SpeechPiece(_pause(part), notices=notices)
                spoken, notices = spoken + len(_pause(part)), ()
            if not part.text.strip():
                continue
            begin, sound = spoken, SegmentSound(part.text)
            with closing(_Aside(part, manner)) as aside:
                for samples, marks in aside.stretches():
                    if piece := sound.feed(samples, marks):
                        yield _placed(piece, part, begin, notices)
                        spoken, notices = spoken + len(piece.samples), ()
            if piece := sound.finish():
                yield _placed(piece, part, begin, notices)
                spoken, notices = spoken + len(piece.samples), ()
        if notices:
            yield SpeechPiece(_SILENCE, notices=notices)

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """Speak a segment in the calling thread: the samples and words of `synthesize` in one piece, at less cost."""
        manner = _manner(request)
        pieces: list[Samples] = []
        words: list[Word] = []
        spoken = 0
        for part in _parts(segment.text, manner.language):
            if part.pause_s:
                pieces.append(_pause(part))
                spoken += len(pieces[-1])
            if not part.text.strip():
                continue
            sound = SegmentSound(part.text)
            buffers: list[bytes] = []
            marks: list[Mark] = []
            _speak(part, manner, _collect(buffers, marks), at_once=True)
            begin = spoken
            for piece in (sound.feed(decode_pcm16(b"".join(buffers)), marks), sound.finish()):
                if piece:
                    piece = _placed(piece, part, begin, ())
                    pieces.append(piece.samples)
                    words.extend(piece.words)
                    spoken += len(piece.samples)
        samples = np.concatenate(pieces) if pieces else _SILENCE
        return SpeechPiece(samples, tuple(words), notices=_notices(segment, request))

    def close(self) -> None:
        """Nothing is held between segments."""

    def _voice(self, request: SpeechRequest) -> Voice:
        if not request.voice:
            default, _ = catalogue.find(catalogue.DEFAULT_VOICE)
            if not request.language or default.language.partition("-")[0] == request.language.lower():
                return default
            return catalogue.for_language(request.language)
        voice, _ = catalogue.find(request.voice)
        if request.language and not catalogue.speaks(voice, request.language):
            raise VoiceError(
                f"The voice {voice.name} speaks {voice.language}, not {request.language[:40]}. Choose a voice of that "
                "language, or leave the language to the voice."
            )
        return voice


class _Aside:
    """One stretch of text being spoken on a thread of its own.

    Its queue has no bound because the text has one: a segment's sound is a few megabytes at most, made in an instant.
    """

    def __init__(self, part: _Part, manner: _Manner) -> None:
        self._made: SimpleQueue[tuple[bytes, list[Mark]] | BaseException | None] = SimpleQueue()
        self._is_stopped = False
        self._thread = threading.Thread(target=self._speak, args=(part, manner), name="espeak-ng", daemon=True)
        self._thread.start()

    def stretches(self) -> Iterator[tuple[Samples, list[Mark]]]:
        """What was made, in order, as soon as it is."""
        while (made := self._made.get()) is not None:
            if isinstance(made, BaseException):
                raise made
            yield decode_pcm16(made[0]), made[1]

    def close(self) -> None:
        """Stop, and wait until the library is free again: at most a buffer's work."""
        self._is_stopped = True
        self._thread.join()

    def _speak(self, part: _Part, manner: _Manner) -> None:
        try:
            if not self._is_stopped:
                _speak(part, manner, self._hear)
            self._made.put(None)
        except BaseException as exc:  # it is raised where the pieces are asked for
            self._made.put(exc)

    def _hear(self, samples: bytes, marks: list[Mark]) -> bool:
        self._made.put((samples, marks))
        return not self._is_stopped


def _speak(part: _Part, manner: _Manner, hear: Hear, at_once: bool = False) -> None:
    """Have a text spoken; one that is too much for the library is tried again without its oddities."""
    is_heard = False

    def listen(given: Harmless) -> Hear:
        def hear_source(samples: bytes, marks: list[Mark]) -> bool:
            nonlocal is_heard
            is_heard = True
            return hear(samples, [part.placed(mark) for mark in given.to_source(marks)])

        return hear_source

    given = harmless(part.given())
    try:
        process.speak(manner.order(given.text, at_once, bool(part.typed)), listen(given))
    except process.Stumbled:
        if is_heard:
            raise
        given = bare(part.text, manner.language)
        process.speak(manner.order(given.text, at_once), listen(given))


def _collect(buffers: list[bytes], marks: list[Mark]) -> Hear:
    def hear(samples: bytes, new: list[Mark]) -> bool:
        buffers.append(samples)
        marks.extend(new)
        return True

    return hear


def _manner(request: SpeechRequest) -> _Manner:
    voice, file = catalogue.find(request.voice or catalogue.DEFAULT_VOICE)
    # The library's scale has 50 in its middle and an octave to either side. Part of the melody does not follow it: this
    # steeper slope makes 0.7 and 1.4 come true, and the ends of the scale are reached at about 0.57 and 1.8.
    pitch = min(99, max(0, round(50 + 57.5 * math.log2(request.pitch))))
    pitch_range = min(99, round(50 * request.pitch))
    return _Manner(file, voice.language, round(WORDS_PER_MINUTE * request.speed), pitch, pitch_range)


def _parts(text: str, language: str) -> list[_Part]:
    """The text without its tags, cut where somebody sighs. Offsets stay those of the segment's text."""
    spoken = list(text)
    cuts: list[tuple[int, float]] = [(0, 0.0)]
    typed: list[tuple[int, int, str]] = []
    for tag in tags.find(text):
        start, end = tag.span
        kept = text.find(tag.name, start, end) if tag.kind == "phonemes" else -1
        for at in range(start, end):
            if not kept <= at < kept + len(tag.name) or kept < 0:
                spoken[at] = " "
        if tag.name in _DOABLE and tag.kind == "emotion":
            cuts.append((end, SIGH_PAUSE_S))
        if names := _named(tag, language):
            typed.append((start, end, names))
    ends = [*(start for start, _ in cuts[1:]), len(text)]
    return [
        _Part(
            "".join(spoken[begin:finish]),
            begin,
            pause_s,
            tuple((start - begin, end - begin, names) for start, end, names in typed if begin <= start < finish),
        )
        for (begin, pause_s), finish in zip(cuts, ends, strict=True)
    ]


def _named(tag: tags.Tag, language: str) -> str:
    """The library's names for the sounds of a tag; "" where it has none, or no room for them."""
    if tag.kind != "phonemes" or not is_english(language):
        return ""
    names = sound_names(tag.phonemes)
    return names if len(names) + 4 <= min(tag.span[1] - tag.span[0], 56) else ""


def _notices(segment: TextSegment, request: SpeechRequest) -> tuple[str, ...]:
    """What a person should know of this segment. It never refuses: one strange sentence must not stop a book."""
    language = catalogue.find(request.voice or catalogue.DEFAULT_VOICE)[0].language
    _, left_out = tags.take_out(Normalised.untouched(segment.text), _DOABLE, phonemes=True)
    notices = list(left_out)
    if any(tag.kind == "emotion" and tag.name in _DOABLE for tag in tags.find(segment.text)):
        notices.append("The built-in voice does not sigh: it is silent for a moment instead.")
    for tag in tags.find(segment.text):
        if tag.kind == "phonemes" and not _named(tag, language):
            why = "cannot say these phonemes" if is_english(language) else "takes phonemes in English only"
            notices.append(f"The built-in voice {why}: it says “{tag.name}” in its own way.")
    if segment.index == 0 and request.instructions.strip():
        notices.append("The built-in voice takes no instructions: they were left out.")
    if not segment.text.isascii():
        # Phonemes have Greek letters and are not to be read as such.
        words, _ = tags.take_out(Normalised.untouched(segment.text), _DOABLE)
        readable = scripts_of(language) - _UNREAD.get(language, frozenset())
        strange = [script for script in letters_by_script(words.text) if script not in readable]
        if strange:
            notices.append(f"The built-in voice for {language} cannot read {' and '.join(strange[:2])} well.")
    return tuple(notices)


def _pause(part: _Part) -> Samples:
    return np.zeros(round(part.pause_s * SAMPLE_RATE), dtype=np.float32)


def _placed(piece: SpeechPiece, part: _Part, begin: int, notices: tuple[str, ...]) -> SpeechPiece:
    """A part's piece in the segment's time and text."""
    shift = begin / SAMPLE_RATE
    words = tuple(
        replace(
            word,
            start_s=word.start_s + shift,
            end_s=word.end_s + shift,
            span=(word.span[0] + part.offset, word.span[1] + part.offset) if word.span else None,
        )
        for word in piece.words
    )
    return SpeechPiece(piece.samples, words, notices=notices)
