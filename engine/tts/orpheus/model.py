"""Orpheus as the studio speaks with it: text -> prompts -> frames -> sound, chunk by chunk.

The same segment and request give the same sound, whatever was spoken before and however it is cut into chunks: every
draw comes from a seed made of the segment's text, the voice and the request's seed. Without a seed too: a book that was
interrupted goes on as it began. Another seed is another reading.
"""

import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace

import mlx.core as mx
import numpy as np

from engine.codecs.schedule import Schedule, schedule
from engine.codecs.snac import Snac
from engine.controls import SAMPLING
from engine.errors import VoiceError
from engine.nn.llama import Llama
from engine.nn.sampling import Sampling
from engine.text.segment import TextSegment, for_voice
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.orpheus.config import FRAME_RATE, SAMPLE_RATE
from engine.tts.orpheus.decoding import CADENCE, WHOLE_STEP, Decoding, decoded
from engine.tts.orpheus.frames import SLOTS, Frame
from engine.tts.orpheus.parts import Spoken, parts, prompted
from engine.tts.orpheus.prompt import Prompter, longest
from engine.tts.orpheus.voices import TAGS, voices
from engine.tts.orpheus.writing import Ending, Line, Opening, write
from engine.tts.silence_gate import SilenceGate, gated
from engine.types import Samples, SpeechRequest

CODEC_BYTES_PER_FRAME = 16 * 1024**2
"""What SNAC of full size takes at its peak for each frame decoded at once (measured: 15 MiB)."""


@dataclass(slots=True)
class _Utterance:
    """One segment under way.

    Attributes:
        parts: what is still to be said.
        before: the part said last, when it ended well.
        frames_left: how many frames the segment may still have.
    """

    segment: TextSegment
    parts: list[str]
    frames_left: int
    notices: list[str] = field(default_factory=list)
    before: Spoken | None = None
    part: int = 0
    gate: SilenceGate = field(default_factory=lambda: SilenceGate(SAMPLE_RATE))

    @property
    def is_over(self) -> bool:
        return not self.parts or self.frames_left <= 0 or self.gate.is_shut


@dataclass(frozen=True, slots=True)
class _Sound:
    """Samples on their way from the codec, and the tokens they were made of."""

    samples: mx.array
    tokens: int


class OrpheusSynthesizer(Synthesizer):
    """A loaded Orpheus. Lives on one thread; holds no state of any stream.

    Args:
        llama: writes codes.
        snac: makes them sound.
        prompter: makes prompts.
        whole_vocabulary: let all tokens compete instead of those that fit their place; see `writing`.
    """

    sample_rate = SAMPLE_RATE
    # A sentence is never cut for the model's sake: it speaks long ones in parts that know of one another, and it begins
    # to sound after a second of speech, however much is to come.
    limits = SegmentLimits(first_chars=400, target_chars=400, max_chars=1200)
    name = "Orpheus"
    takes_batches = True
    takes_seed = True
    works_ahead = True
    draws = True
    has_frames = True

    def __init__(self, llama: Llama, snac: Snac, prompter: Prompter, whole_vocabulary: bool = False) -> None:
        self.voices = voices()
        self._llama = llama
        self._snac = snac
        self._prompter = prompter
        self._whole_vocabulary = whole_vocabulary
        self._openings: dict[str, Opening] = {}  # a few tokens a voice, the same for every stream
        self._codec_stream = mx.new_stream(mx.default_device())

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill in voice and language, and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice, another language, or a recording to copy.
            OptionError: speed or pitch, which Orpheus has no control of; or bad values for sampling or chunking.
        """
        self.refuse_controls(request)
        name = request.voice.strip().casefold() or self.voices[0].id
        voice = next((voice for voice in self.voices if voice.id == name), None)
        if voice is None:
            known = ", ".join(voice.id for voice in self.voices)
            raise VoiceError(f"Orpheus has no voice “{request.voice[:40]}”. It has: {known}.")
        language = request.language.strip().casefold().replace("_", "-")
        if language and language.partition("-")[0] != "en":
            raise VoiceError(f"Orpheus speaks English, not {request.language[:40]}. Choose another model.")
        _sampling(request)
        _frames_allowed(request)
        schedule(request.chunking, CADENCE)
        return replace(request, voice=voice.id, language=voice.language)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment, a chunk at a time."""
        for _, piece in self.synthesize_all([segment], request):
            yield piece

    def synthesize_all(
        self, segments: Iterable[TextSegment], request: SpeechRequest
    ) -> Iterator[tuple[TextSegment, SpeechPiece]]:
        """Speak segments one after the other, each as `synthesize` does.

        While the codec makes a chunk sound, the next frames are written, those of the next segment too. Only the first
        chunk is waited for at once: somebody listens for it, and then has enough to hear.
        """
        plan = schedule(request.chunking, CADENCE)
        waiting: tuple[_Utterance, _Sound] | None = None
        is_first = True
        for segment in segments:
            utterance = self._utterance(segment, request)
            sounds = self._sounds(utterance, request, plan)
            for sound in sounds:
                if waiting is not None:
                    yield waiting[0].segment, self._piece(*waiting)
                    waiting = None
                if utterance.gate.is_shut:
                    sounds.close()
                    yield segment, SpeechPiece(_silence(), notices=self._taken(utterance))
                    break
                if sound is None:
                    continue
                waiting = (utterance, sound)
                if is_first and sound.samples.shape[0]:
                    yield segment, self._piece(*waiting)
                    waiting, is_first = None, False
        if waiting is not None:
            yield waiting[0].segment, self._piece(*waiting)

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """Speak one segment in one piece, for those who do not listen along."""
        return self.synthesize_batch([segment], request)[0]

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Speak several segments together, a row each: what `synthesize` gives for each, at less cost."""
        utterances = [self._utterance(segment, request) for segment in segments]
        frames: list[list[Frame]] = [[] for _ in segments]
        tokens = [0] * len(segments)
        sounds: list[list[mx.array]] = [[] for _ in segments]
        # A round speaks one part of each; nearly always there is one round.
        while rows := [at for at, utterance in enumerate(utterances) if not utterance.is_over]:
            lines = [self._line(utterances[at], request) for at in rows]
            written: list[list[Frame]] = [[] for _ in rows]
            for row, event in self._written(lines, request):
                if not isinstance(event, Ending):
                    written[row].append(event)
                    continue
                at = rows[row]
                frames[at] += written[row]
                tokens[at] += event.tokens
                self._close(utterances[at], written[row], event)
                if utterances[at].is_over:
                    # Its sound is made while the other rows are still being written.
                    sounds[at] = self._whole(utterances[at], frames[at], request)
        return [
            SpeechPiece(_gated(utterance, sound), tokens=count, notices=self._taken(utterance))
            for utterance, sound, count in zip(utterances, sounds, tokens, strict=True)
        ]

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """The keys and values of the longest such lines may become, and the codec's work on one of them."""
        config = self._llama.config
        wide = 2 if mx.default_device().type == mx.DeviceType.gpu else 4
        position = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * wide
        positions = [
            2 * len(segment.text) + SLOTS * sum(sorted(map(longest, parts(segment.text)))[-2:]) for segment in segments
        ]
        # Growing a cache holds the old and the new for a moment.
        keys = len(segments) * max(positions, default=0) * position
        return round(keys * (1 + 1 / config.num_hidden_layers)) + WHOLE_STEP * CODEC_BYTES_PER_FRAME

    def close(self) -> None:
        """The arrays go with the object."""
        self._openings.clear()

    def _utterance(self, segment: TextSegment, request: SpeechRequest) -> _Utterance:
        spoken, notices = for_voice(segment, TAGS)
        if segment.index == 0 and request.instructions.strip():
            notices = (*notices, "Orpheus takes no instructions: they were left out. Tags such as <laugh> it does.")
        texts = [] if spoken is None else parts(spoken.text)
        return _Utterance(segment, texts, _frames_allowed(request), list(notices))

    def _sounds(self, utterance: _Utterance, request: SpeechRequest, plan: Schedule) -> "Generator[_Sound | None]":
        """The segment's sound as it comes; None after each frame that completes no chunk."""
        decoding = Decoding(self._snac, plan, _seed(utterance.segment, request, "codec"), self._codec_stream)
        tokens = 0
        while not utterance.is_over:
            frames: list[Frame] = []
            for _, event in self._written([self._line(utterance, request)], request):
                if isinstance(event, Ending):
                    tokens += event.tokens - SLOTS * len(frames)
                    self._close(utterance, frames, event)
                    continue
                frames.append(event)
                tokens += SLOTS
                samples = decoding.add(event)
                if samples is None:
                    yield None
                else:
                    yield _Sound(samples, tokens)
                    tokens = 0
        yield _Sound(decoding.finish(), tokens)

    def _whole(self, utterance: _Utterance, frames: Sequence[Frame], request: SpeechRequest) -> list[mx.array]:
        return list(decoded(self._snac, frames, _seed(utterance.segment, request, "codec"), self._codec_stream))

    def _line(self, utterance: _Utterance, request: SpeechRequest) -> Line:
        """The segment's next part, ready to be written."""
        text = utterance.parts[0]
        prompt = prompted(self._prompter, request.voice, text, utterance.before)
        return Line(
            prompt,
            min(longest(text), utterance.frames_left),
            _seed(utterance.segment, request, str(utterance.part)),
        )

    def _written(self, lines: Sequence[Line], request: SpeechRequest) -> Iterator[tuple[int, Frame | Ending]]:
        opening = self._opening(request.voice) if len(lines) == 1 else None
        return write(self._llama, lines, _sampling(request), opening, self._whole_vocabulary)

    def _opening(self, voice: str) -> Opening:
        if voice not in self._openings:
            self._openings[voice] = Opening.of(self._llama, self._prompter.opening(voice))
        return self._openings[voice]

    def _close(self, utterance: _Utterance, frames: Sequence[Frame], ending: Ending) -> None:
        """A part is written: remember it for the next one, and what the person must know."""
        text = utterance.parts.pop(0)
        utterance.part += 1
        utterance.frames_left -= len(frames)
        utterance.before = Spoken(text, tuple(frames)) if ending.why == "spoken" else None
        utterance.notices += _faults(text, frames, ending)
        if utterance.frames_left <= 0 and utterance.parts:
            utterance.notices.append(
                f"max_tokens was reached before {_quoted(utterance.parts[0])}; the rest was not said."
            )

    def _piece(self, utterance: _Utterance, sound: _Sound) -> SpeechPiece:
        return SpeechPiece(_gated(utterance, [sound.samples]), tokens=sound.tokens, notices=self._taken(utterance))

    def _taken(self, utterance: _Utterance) -> tuple[str, ...]:
        """The notices that were not given yet."""
        notices = tuple(utterance.notices)
        utterance.notices.clear()
        return notices


def _gated(utterance: _Utterance, sounds: Iterable[mx.array]) -> Samples:
    """The samples, waited for, up to a silence that does not end."""
    samples, fell_silent = gated(sounds, utterance.gate, "Orpheus")
    if fell_silent:
        utterance.notices.append(
            f"The voice fell silent in {_quoted(utterance.segment.text)} and was stopped. Try another seed."
        )
    return samples


def _silence() -> Samples:
    return np.zeros(0, dtype=np.float32)


def _faults(text: str, frames: Sequence[Frame], ending: Ending) -> list[str]:
    """Sentences about what went wrong with a part."""
    found: list[str] = []
    if ending.why == "looped":
        found.append(
            f"The voice began to repeat itself in {_quoted(text)} and was stopped. Try another seed or wording."
        )
    if ending.why == "long":
        seconds = len(frames) / FRAME_RATE
        found.append(f"The voice found no end of {_quoted(text)} and was stopped after {seconds:.0f} seconds.")
    if ending.dropped:
        found.append(f"{ending.dropped} malformed frames of {_quoted(text)} were left out.")
    return found


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39].rstrip()}…”"


def _seed(segment: TextSegment, request: SpeechRequest, what: str) -> int:
    """The dice belong to what is said and how, not to when."""
    return zlib.crc32(f"{segment.text}\0{request.voice}\0{request.seed}\0{what}".encode())


def _sampling(request: SpeechRequest) -> Sampling:
    """What the request asks for, the rest as Orpheus was published."""
    for control in SAMPLING:
        control.check(getattr(request.sampling, control.name))
    names = {one.name for one in fields(Sampling)}
    given = {one.name: getattr(request.sampling, one.name) for one in fields(request.sampling) if one.name in names}
    return Sampling(**{name: value for name, value in given.items() if value is not None})


def _frames_allowed(request: SpeechRequest) -> int:
    tokens = request.sampling.max_tokens
    return 10**6 if tokens is None else tokens // SLOTS
