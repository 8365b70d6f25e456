"""Pocket TTS as the studio speaks with it: text -> parts -> frames -> sound, chunk by chunk.

The same segment and request give the same sound, whatever was spoken before, however it is cut into chunks and whoever
is spoken beside it: noise comes from a key of the segment, the part and the frame. While the decoder makes a chunk
sound on one core, the next frames are written on another.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine import allowance
from engine.codecs.schedule import Cadence, schedule
from engine.controls import MAX_TOKENS, TEMPERATURE
from engine.errors import GenerationError, VoiceError
from engine.nn.noise import key_of
from engine.nn.processor.cores import single_products, spread
from engine.nn.processor.host import Floats
from engine.nn.processor.transformer import HostState
from engine.text.segment import TextSegment, for_voice
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.pocket_tts.codec import FRAME_SIZE, SAMPLE_RATE, Codec, CodecStream
from engine.tts.pocket_tts.ready import read_voice
from engine.tts.pocket_tts.recording import clip_of
from engine.tts.pocket_tts.releases import GATED, Release
from engine.tts.pocket_tts.text import Part, Reader
from engine.tts.pocket_tts.voices import listed
from engine.tts.pocket_tts.writing import Line, Writer, budget
from engine.tts.prepared import PreparedVoices
from engine.types import Chunking, Samples, Sampling, SpeechRequest, VoicePrompt, VoiceState
from engine.wording import listed as in_words

FAMILY, KIND = "pocket_tts", "prefix"
CADENCE = Cadence(SAMPLE_RATE, FRAME_SIZE, 1, 1)
FIRST_FRAMES = 1
"""Frames of the first chunk, where nobody says: the earliest sound there is."""
WHOLE_STEP = 12
"""Frames decoded at once when nobody waits: a second stays in the processor's caches."""
DECODING_BYTES = 24 * 1024**2
"""What a decoder of full size takes at its peak for that (measured: 19 MB)."""
NO_USE = ("top_p", "top_k", "min_p", "repetition_penalty", "repetition_window")


@dataclass(slots=True)
class _Utterance:
    """One segment made ready."""

    segment: TextSegment
    parts: list[Part]
    notices: list[str] = field(default_factory=list)

    def taken(self) -> tuple[str, ...]:
        """The notices that were not given yet."""
        notices = tuple(self.notices)
        self.notices.clear()
        return notices


class PocketSynthesizer(Synthesizer):
    """A loaded Pocket TTS. Lives on one thread; holds no state of any stream.

    Args:
        release: what it is.
        reader: makes tokens.
        writer: makes latents.
        codec: makes them sound.
        ready: files of ready voices by name, the default first.
        identity: another text for other weights.
        may_clone: False for weights that were published without the encoder.
    """

    sample_rate = SAMPLE_RATE
    # A sentence is divided where it is over fifty tokens, which is about this many letters.
    limits = SegmentLimits(first_chars=160, target_chars=160, max_chars=240)
    name = "Pocket-TTS"
    takes_batches = True
    takes_seed = True
    draws = True
    has_frames = True
    clones = True

    def __init__(
        self,
        release: Release,
        reader: Reader,
        writer: Writer,
        codec: Codec,
        ready: Mapping[str, Path],
        identity: str,
        may_clone: bool = True,
    ) -> None:
        self.voices = listed(release, list(ready))
        self.clones = may_clone and codec.encodes and writer.backbone.knows_speakers
        self._release = release
        self._reader, self._writer, self._codec = reader, writer, codec
        self._ready = dict(ready)
        self._read: dict[str, HostState] = {}
        self._prepared = PreparedVoices(identity, self.prepare)
        self._decoder: ThreadPoolExecutor | None = None

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill in voice and language, and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice, another language, or a recording for weights that cannot copy one.
            OptionError: speed or pitch, which Pocket TTS has no control of; or bad values for sampling or chunking.
        """
        if request.prompt is not None and not self.clones:
            raise VoiceError(cannot_clone(self.voices[0].name if self.voices else ""))
        self.refuse_controls(request)
        language = request.language.strip().casefold().replace("_", "-")
        if language and language.partition("-")[0] != self._release.language:
            spoken = self._release.label.partition(" ")[0] or self._release.language
            raise VoiceError(f"This {self.name} speaks {spoken}, not {request.language[:40]}. Choose another model.")
        for control in (TEMPERATURE, MAX_TOKENS):
            control.check(getattr(request.sampling, control.name))
        schedule(_chunking(request), CADENCE)
        return replace(request, voice=self._voice(request), language=language or self._release.language)

    def left_out(self, request: SpeechRequest) -> tuple[str, ...]:
        """What of sampling means nothing to a model that draws no tokens."""
        asked = [name for name in NO_USE if getattr(request.sampling, name) != getattr(Sampling(), name)]
        told = super().left_out(request)
        if not asked:
            return told
        names = in_words([name.replace("_", " ") for name in asked])
        return (
            *told,
            f"{self.name} has no use for {names}, so {'they were' if len(asked) > 1 else 'it was'} left out.",
        )

    def prepare(self, prompt: VoicePrompt) -> VoiceState:
        """What the language model remembers of a recording: keys and values of its positions.

        Raises:
            VoiceError: these weights cannot copy voices, or nothing can be made of the recording.
        """
        if not self.clones:
            raise VoiceError(cannot_clone(self.voices[0].name if self.voices else ""))
        with single_products():
            state = self._writer.backbone.begun(self._writer.backbone.voiced(self._codec.encoded(clip_of(prompt))))
        if not np.isfinite(state.arrays).all():
            raise VoiceError("No voice could be made of this recording. Try another one, or get the model again.")
        return VoiceState(FAMILY, KIND, {"cache": state.arrays.copy()})

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment, a chunk at a time."""
        utterance = self._utterance(segment, request)
        any_piece = False
        for number, part in enumerate(utterance.parts):
            for samples, tokens in self._spoken(utterance, self._line(utterance, number, part, request), request):
                any_piece = True
                yield SpeechPiece(samples, tokens=tokens, notices=utterance.taken())
        if utterance.notices or not any_piece:
            yield SpeechPiece(np.zeros(0, dtype=np.float32), notices=utterance.taken())

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """Speak one segment in one piece."""
        return self.synthesize_batch([segment], request)[0]

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Speak several segments together, a row for each of their parts: what `synthesize` gives, at less cost."""
        utterances = [self._utterance(segment, request) for segment in segments]
        places = [(at, number) for at, one in enumerate(utterances) for number in range(len(one.parts))]
        lines = [self._line(utterances[at], number, utterances[at].parts[number], request) for at, number in places]
        frames: list[list[Floats]] = [[] for _ in lines]
        with single_products():
            for spoken in self._writer.write(lines, self._temperature(request)) if lines else ():
                for row, latent in spoken:
                    frames[row].append(latent)
            sounds: list[Samples] = [np.zeros(0, dtype=np.float32) for _ in lines]

            def decode(begin: int, end: int) -> None:
                for row in range(begin, end):
                    sounds[row] = self._decoded(frames[row])

            spread(decode, len(lines), 1)
        found: list[SpeechPiece] = []
        for at, utterance in enumerate(utterances):
            rows = [row for row, place in enumerate(places) if place[0] == at]
            for row in rows:
                self._close(utterance, lines[row])
            samples = np.concatenate([np.zeros(0, dtype=np.float32), *(sounds[row] for row in rows)])
            tokens = sum(len(frames[row]) for row in rows)
            found.append(SpeechPiece(_checked(samples), tokens=tokens, notices=utterance.taken()))
        return found

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """The keys and values of rows as long as they may become, their sound, and the decoders at work."""
        one = self._writer.backbone.transformer.state().arrays
        position = 4 * one.shape[0] * 2 * one.shape[2] * one.shape[4]
        voice = max((state.position for state in self._read.values()), default=400)
        total = len(segments) * DECODING_BYTES
        for segment in segments:
            tokens = len(segment.text) // 2
            frames = tokens * 12.5 / 3 + 25
            total += round((voice + tokens + frames) * position * 1.5 + frames * FRAME_SIZE * 8)
        return total

    def close(self) -> None:
        """The arrays go with the object; the decoder's thread ends."""
        self._read.clear()
        if self._decoder is not None:
            self._decoder.shutdown(wait=True)
            self._decoder = None

    def _voice(self, request: SpeechRequest) -> str:
        if request.prompt is not None:
            return ""
        name = request.voice.strip().casefold()
        if not self.voices:
            raise VoiceError(f"This {self.name} has no ready voice. Give it a recording to sound like.")
        if name and name not in self._ready:
            known = ", ".join(voice.id for voice in self.voices)
            raise VoiceError(f"This {self.name} has no voice “{request.voice[:40]}”. It has: {known}.")
        return name or self.voices[0].id

    def _utterance(self, segment: TextSegment, request: SpeechRequest) -> _Utterance:
        spoken, notices = for_voice(segment)
        if segment.index == 0 and request.instructions.strip():
            notices = (*notices, f"{self.name} takes no instructions: they were left out.")
        return _Utterance(segment, [] if spoken is None else self._reader.parts(spoken.text), list(notices))

    def _line(self, utterance: _Utterance, number: int, part: Part, request: SpeechRequest) -> Line:
        most, asked = budget(part), request.sampling.max_tokens
        key = key_of(utterance.segment.text, request.voice, request.seed or 0)
        is_limited = asked is not None and asked < most
        return Line(part, key, number, self._state(request).copy(), asked if is_limited and asked else most, is_limited)

    def _state(self, request: SpeechRequest) -> HostState:
        """The state that has heard the request's voice; to be copied."""
        if request.prompt is not None:
            cache = self._prepared.of(request.prompt).arrays.get("cache")
            if cache is None or not self._writer.backbone.transformer.fits(cache):
                raise VoiceError("What was kept of this recording is damaged. Record it again.")
            return HostState.of(cache)
        if request.voice not in self._read:
            with single_products():
                self._read[request.voice] = read_voice(self._ready[request.voice], self._writer.backbone)
        return self._read[request.voice]

    def _temperature(self, request: SpeechRequest) -> float:
        asked = request.sampling.temperature
        return self._release.temperature if asked is None else asked

    def _spoken(self, utterance: _Utterance, line: Line, request: SpeechRequest) -> Generator[tuple[Samples, int]]:
        """One part's sound as it comes, and how many frames were written for it."""
        plan = schedule(_chunking(request), CADENCE)
        stream = self._codec.stream()
        waiting: list[Floats] = []
        under_way: tuple[Future[Samples], int] | None = None
        chunk = 0
        frames = self._writer.write([line], self._temperature(request))
        try:
            while True:
                with single_products():
                    spoken = next(frames, None)
                if under_way is not None and (spoken is None or under_way[0].done()):
                    yield _checked(under_way[0].result()), under_way[1]
                    under_way = None
                if spoken is None:
                    break
                waiting.append(spoken[0][1])
                if not plan.is_due(chunk, len(waiting)):
                    continue
                if under_way is not None:
                    yield _checked(under_way[0].result()), under_way[1]
                under_way = (self._begin(stream, waiting), len(waiting))
                waiting, is_first, chunk = [], chunk == 0, chunk + 1
                if is_first:  # somebody listens for it
                    yield _checked(under_way[0].result()), under_way[1]
                    under_way = None
            self._close(utterance, line)
            if waiting:
                yield _checked(self._begin(stream, waiting).result()), len(waiting)
        finally:
            if under_way is not None and not under_way[0].cancel():
                under_way[0].exception()  # whoever comes next finds the decoder's thread free

    def _begin(self, stream: CodecStream, latents: Sequence[Floats]) -> "Future[Samples]":
        """Decode beside the writing, where there is a core for it."""
        if allowance.threads() < 2:
            done: Future[Samples] = Future()
            done.set_result(self._sound(stream, latents))
            return done
        if self._decoder is None:
            self._decoder = ThreadPoolExecutor(1, thread_name_prefix="pocket-tts")
        return self._decoder.submit(self._sound, stream, latents)

    def _sound(self, stream: CodecStream, latents: Sequence[Floats]) -> Samples:
        backbone = self._writer.backbone
        with single_products():
            return stream.step(np.stack(latents) * backbone.deviation + backbone.mean)

    def _decoded(self, frames: Sequence[Floats]) -> Samples:
        """All of a part's frames."""
        stream = self._codec.stream()
        found = [self._sound(stream, frames[at : at + WHOLE_STEP]) for at in range(0, len(frames), WHOLE_STEP)]
        return np.concatenate([np.zeros(0, dtype=np.float32), *found])

    def _close(self, utterance: _Utterance, line: Line) -> None:
        """A part is written: what the person must know of it."""
        text = line.part.text.strip()
        short = text if len(text) <= 60 else f"{text[:59]}…"
        if line.why == "budget":
            utterance.notices.append(
                f"The voice did not find the end of “{short}” and was stopped. Try another seed or wording."
            )
        elif line.why == "limit":
            utterance.notices.append(f"max_tokens was reached in “{short}”; the rest was not said.")


def cannot_clone(ready: str) -> str:
    """How to get what copies a voice."""
    meanwhile = f" The ready voices, such as {ready}, speak meanwhile." if ready else ""
    return (
        f"These weights of Pocket-TTS cannot copy a recorded voice. Those that can are gated: accept the terms at "
        f"https://huggingface.co/{GATED}, sign in with: hf auth login, and get the model of that name.{meanwhile}"
    )


def _chunking(request: SpeechRequest) -> Chunking:
    """As asked; windows are not needed, since a stream is exact, and the first chunk is one frame unless it is said."""
    asked = replace(request.chunking, mode="clean") if request.chunking.mode == "smooth" else request.chunking
    said = asked.first_frames_per_chunk is not None or asked.ultra_low_latency
    return asked if said else replace(asked, first_frames_per_chunk=FIRST_FRAMES)


def _checked(samples: Samples) -> Samples:
    if not np.isfinite(samples).all():
        raise GenerationError("Pocket-TTS made no sound of this text. Try another wording, or get the model again.")
    return samples
