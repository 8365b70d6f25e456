"""Qwen3-TTS as the studio speaks with it: text -> prompts -> frames -> sound, chunk by chunk.

The same segment and request give the same sound, whatever was spoken before and however it is cut into chunks: every
draw comes from a seed made of the segment's text, who speaks, how, and the request's seed. Another seed is another
reading.
"""

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import mlx.core as mx
import numpy as np

from engine.codecs.qwen3 import Qwen3Decoder
from engine.codecs.qwen3_encoder import Qwen3Encoder
from engine.codecs.schedule import Schedule, schedule
from engine.controls import SAMPLING
from engine.errors import GenerationError, TextError, VoiceError
from engine.nn.causal import State
from engine.nn.sampling import Sampling
from engine.nn.tokens.bpe import BytePairs
from engine.text.segment import TextSegment, for_voice
from engine.tts import fingerprint
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.prepared import PreparedVoices
from engine.tts.qwen3_tts.cloning import KIND, Copied, copied, frames_of
from engine.tts.qwen3_tts.config import FRAME_RATE, SAMPLE_RATE, Kind
from engine.tts.qwen3_tts.decoding import CADENCE, WHOLE_STEP, Decoding, decoded
from engine.tts.qwen3_tts.prompt import AUTO, Spoken, Tokens, prompt
from engine.tts.qwen3_tts.speaker import SpeakerEncoder
from engine.tts.qwen3_tts.talker import Talker
from engine.tts.qwen3_tts.voices import LANGUAGES, known, language_of, name_of, voices
from engine.tts.qwen3_tts.watch import budget
from engine.tts.qwen3_tts.writing import Drawing, Ending, Frame, Line, write
from engine.tts.silence_gate import SilenceGate, gated
from engine.types import Chunking, Samples, SpeechRequest, VoicePrompt, VoiceState
from engine.wording import listed

CODEC_BYTES_PER_FRAME = 24 * 1024**2
"""What the codec of full size takes at its peak for each frame decoded at once."""
FIRST_FRAMES = 4
"""In the first chunk where nobody says: a third of a second, after which chunks grow."""
LONGEST_TEXT = 4096
"""Tokens of a segment and its instruction; what was seen in training is far less."""
TRIES = 2

_NO_VOICE = (
    "{name} speaks as a recording, and none was given. Choose a voice of yours, or give a recording of 5 to 20 seconds."
)
_NO_DESCRIPTION = "{name} makes a voice of a description, and none was given. Say in words what it should sound like."


@dataclass(frozen=True, slots=True)
class Defaults:
    """How codes are drawn where nobody says: the first of a frame, and the others."""

    first: Sampling
    others: Sampling


@dataclass(frozen=True, slots=True)
class Network:
    """All that was loaded.

    Attributes:
        talker: writes codes.
        decoder: makes them sound.
        words: makes tokens of text.
        speaker: hears whose voice a recording is; None where none is copied.
        encoder: loads what makes codes of a recording.
        defaults: how codes are drawn.
        identity: of the weights.
    """

    talker: Talker
    decoder: Qwen3Decoder
    words: BytePairs
    speaker: SpeakerEncoder | None
    encoder: Callable[[], Qwen3Encoder]
    defaults: Defaults
    identity: str


@dataclass(slots=True)
class _Utterance:
    """One segment under way.

    Attributes:
        text: as it is spoken; "" where nothing of it is.
        tokens: of the text, for its budget.
        max_frames: where it is stopped.
        is_capped: whether that is what the request allows, and not what the text needs.
    """

    segment: TextSegment
    text: str
    tokens: Sequence[int]
    max_frames: int
    is_capped: bool
    notices: list[str] = field(default_factory=list)
    gate: SilenceGate = field(default_factory=lambda: SilenceGate(SAMPLE_RATE))

    def is_well(self, ending: Ending) -> bool:
        """Whether it need not be tried again."""
        return ending.why == "spoken" or (ending.why == "long" and self.is_capped)


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Who speaks.

    Attributes:
        spoken: as the prompt has it.
        codec: the codec's state before the first frame.
        reference: what is said in the recording before it; "" where there is none.
    """

    spoken: Spoken
    codec: State
    reference: str = ""


class QwenSynthesizer(Synthesizer):
    """A loaded Qwen3-TTS with voices of its own. Lives on one thread; holds no state of any stream."""

    sample_rate = SAMPLE_RATE
    # Its last words are swallowed in long texts: one to three sentences at a time do well.
    limits = SegmentLimits(first_chars=300, target_chars=300, max_chars=400)
    name = "Qwen3-TTS"
    takes_batches = True
    takes_seed = True
    takes_instructions = True
    draws = True
    has_frames = True

    def __init__(self, network: Network) -> None:
        self._network = network
        self._config = network.talker.config
        self._codec_stream = mx.new_stream(mx.default_device())
        self._roles = [network.words.encode(word) for word in ("assistant", "user", "\n")]
        self.takes_instructions = self._config.takes_instructions
        self.voices = [known(name) for name in _ordered(self._config.voices)]

    def check(self, request: SpeechRequest) -> SpeechRequest:
        """Fill in voice and language, and refuse what cannot be spoken.

        Raises:
            VoiceError: no such voice or language, no recording or description where one is needed.
            OptionError: speed or pitch, which it has no control of; or bad values for sampling or chunking.
        """
        self.refuse_controls(request)
        request = self._voiced(request)
        self._drawing(request)
        self._frames_allowed(request)
        _plan(request)
        return replace(request, language=self._language(request))

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        """Speak one segment, a chunk at a time. The codec makes a chunk sound while the next frames are written."""
        utterance = self._utterance(segment, request)
        if not utterance.text:
            yield SpeechPiece(_silence(), notices=_taken(utterance))
            return
        plan, speaker = _plan(request), self._speaker(request)
        for attempt in range(TRIES):
            decoding = Decoding(self._network.decoder, speaker.codec, plan, self._codec_stream)
            ending, tokens, is_heard = Ending("spoken"), 0, False
            for _, event in self._written([utterance], request, speaker, attempt):
                if isinstance(event, Ending):
                    ending = event
                    break
                tokens += 1
                samples = decoding.add(event)
                if samples is None:
                    continue
                is_heard = True
                yield self._piece(utterance, samples, tokens)
                tokens = 0
                if utterance.gate.is_shut:
                    return
            # What was heard cannot be taken back; what was not is tried once more.
            if utterance.is_well(ending) or is_heard or attempt + 1 == TRIES:
                utterance.notices += _faults(utterance, ending)
                yield self._piece(utterance, decoding.finish(ending.cut), tokens)
                return

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        """Speak one segment in one piece, for those who do not listen along.

        Raises:
            GenerationError: it found no end twice.
        """
        return self.synthesize_batch([segment], request)[0]

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        """Speak several segments together, a row each: what `synthesize` gives for each, at less cost. One that finds
        no end is tried once more with other draws.

        Raises:
            GenerationError: one found no end twice.
        """
        speaker = self._speaker(request)
        utterances = [self._utterance(segment, request) for segment in segments]
        frames: list[list[Frame]] = [[] for _ in segments]
        sounds: list[list[mx.array]] = [[] for _ in segments]
        waiting = [at for at, utterance in enumerate(utterances) if utterance.text]
        for attempt in range(TRIES):
            rows, waiting = waiting, []
            if not rows:
                break
            for at in rows:
                frames[at].clear()
            for row, event in self._written([utterances[at] for at in rows], request, speaker, attempt):
                at = rows[row]
                if not isinstance(event, Ending):
                    frames[at].append(event)
                elif utterances[at].is_well(event):
                    utterances[at].notices += _faults(utterances[at], event)
                    # Its sound is made while the other rows are still being written.
                    sounds[at] = list(decoded(self._network.decoder, frames[at], speaker.codec, self._codec_stream))
                else:
                    waiting.append(at)
        if waiting:
            lost = _quoted(utterances[waiting[0]].text)
            raise GenerationError(f"The voice found no end of {lost}, twice. Try another seed, or another wording.")
        return [
            SpeechPiece(_gated(utterance, sound), tokens=len(written), notices=_taken(utterance))
            for utterance, sound, written in zip(utterances, sounds, frames, strict=True)
        ]

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """The keys and values of the longest such lines may become, and the codec's work on one of them."""
        config = self._config.talker
        wide = 2 if mx.default_device().type == mx.DeviceType.gpu else 4
        position = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * wide
        positions = [16 + len(text) + budget(text, len(text) // 2) for text in (one.text for one in segments)]
        keys = len(segments) * max(positions, default=0) * position
        return round(keys * (1 + 1 / config.num_hidden_layers)) + WHOLE_STEP * CODEC_BYTES_PER_FRAME

    def close(self) -> None:
        """The arrays go with the object."""

    def _voiced(self, request: SpeechRequest) -> SpeechRequest:
        """With the voice filled in."""
        name = request.voice.strip().casefold().replace(" ", "_") or self.voices[0].id
        voice = next((voice for voice in self.voices if voice.id == name), None)
        if voice is None:
            has = ", ".join(voice.id for voice in self.voices)
            raise VoiceError(f"{self.name} has no voice “{request.voice[:40]}”. It has: {has}.")
        return replace(request, voice=voice.id)

    def _native(self, request: SpeechRequest) -> str:
        """The language of who speaks."""
        return next((voice.language for voice in self.voices if voice.id == request.voice), LANGUAGES["english"])

    def _speaker(self, request: SpeechRequest) -> _Speaker:
        """Who speaks."""
        return _Speaker(Spoken(_name(request), request.voice), self._network.decoder.begin())

    def _instruction(self, request: SpeechRequest) -> str:
        return request.instructions.strip() if self.takes_instructions else ""

    def _language(self, request: SpeechRequest) -> str:
        """The tag of what is spoken, or "auto"."""
        wanted = request.language.strip().casefold()
        if wanted == AUTO:
            return AUTO
        if not wanted:
            return language_of(request.text, self._native(request))
        name = name_of(wanted)
        if not name or name not in self._config.languages:
            spoken = listed([name.title() for name in LANGUAGES])
            raise VoiceError(f"{self.name} speaks {spoken}, not {request.language[:40]}. Choose another model.")
        return LANGUAGES[name]

    def _utterance(self, segment: TextSegment, request: SpeechRequest) -> _Utterance:
        spoken, notices = for_voice(segment, ())
        text = "" if spoken is None else spoken.text.strip()
        if segment.index == 0 and request.instructions.strip() and not self.takes_instructions:
            notices = (*notices, f"This {self.name} takes no instructions: they were left out.")
        tokens = self._network.words.encode(text)
        if len(tokens) + len(self._network.words.encode(self._instruction(request))) > LONGEST_TEXT:
            raise TextError(f"This text and what is said of it are too long for {self.name}. Write less.")
        needed, allowed = budget(text, len(tokens)), self._frames_allowed(request)
        return _Utterance(segment, text, tokens, min(needed, allowed), allowed < needed, list(notices))

    def _written(
        self, utterances: Sequence[_Utterance], request: SpeechRequest, speaker: _Speaker, attempt: int
    ) -> Iterator[tuple[int, Frame | Ending]]:
        """The frames of utterances with something to say."""
        encode = self._network.words.encode
        instruction, reference = encode(self._instruction(request)), encode(speaker.reference)
        assistant, user, newline = self._roles
        who = _who(request)
        lines: list[Line] = []
        for utterance in utterances:
            tokens = Tokens(assistant, user, newline, utterance.tokens, instruction, reference)
            seed = zlib.crc32(f"{utterance.text}\0{who}\0{attempt}".encode())
            rows = prompt(self._network.talker, tokens, speaker.spoken)
            lines.append(Line(rows, utterance.max_frames, seed, len(utterance.tokens)))
        return write(self._network.talker, lines, self._drawing(request))

    def _drawing(self, request: SpeechRequest) -> Drawing:
        """What the request asks for, the rest as the checkpoint says. A temperature is for both samplers."""
        for control in SAMPLING:
            control.check(getattr(request.sampling, control.name))
        defaults = self._network.defaults
        asked = request.sampling
        both = {"temperature": asked.temperature, "top_p": asked.top_p, "top_k": asked.top_k, "min_p": asked.min_p}
        given = {name: value for name, value in both.items() if value is not None}
        own = {"repetition_penalty": asked.repetition_penalty, "repetition_window": asked.repetition_window}
        kept = {name: value for name, value in own.items() if value is not None}
        return Drawing(replace(defaults.first, **given, **kept), replace(defaults.others, **given))

    @staticmethod
    def _frames_allowed(request: SpeechRequest) -> int:
        return request.sampling.max_tokens or 10**6

    def _piece(self, utterance: _Utterance, samples: mx.array, tokens: int) -> SpeechPiece:
        return SpeechPiece(_gated(utterance, [samples]), tokens=tokens, notices=_taken(utterance))


class QwenCloner(QwenSynthesizer):
    """A Base: sounds like a recording, and has no voice of its own."""

    clones = True
    takes_instructions = False
    kinds_of_states = frozenset({KIND})

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.voices = []
        self._prepared = PreparedVoices(network.identity, self.prepare)

    def prepare(self, prompt: VoicePrompt) -> VoiceState:
        """What is needed of a recording: the speaker's vector, with a transcript its codes and the codec's state.

        Raises:
            VoiceError: too short, too long, or silent.
        """
        assert self._network.speaker is not None
        return copied(prompt, self._network.speaker, self._network.encoder, self._network.decoder)

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        """As the others', and the recording before each line."""
        config = self._config.talker
        longest = VoicePrompt(np.zeros(30, dtype=np.float32), 1)
        recording = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim * 4 * frames_of(longest)
        return super().batch_memory(segments) + len(segments) * recording

    def _voiced(self, request: SpeechRequest) -> SpeechRequest:
        if request.prompt is not None or request.state is not None:
            return replace(request, voice="")  # the recording is the voice, whatever it is called
        if request.voice.strip():
            raise VoiceError(f"This {self.name} has no voice “{request.voice[:40]}”: it speaks as a recording.")
        raise VoiceError(_NO_VOICE.format(name=f"This {self.name}"))

    def _speaker(self, request: SpeechRequest) -> _Speaker:
        if request.prompt is None and request.state is None:
            raise VoiceError(_NO_VOICE.format(name=f"This {self.name}"))
        state = request.state or self._prepared.of(request.prompt)  # pyright: ignore[reportArgumentType]
        copy = Copied.of(state, self._config.talker.hidden_size, self._network.decoder)
        return _Speaker(Spoken(_name(request), vector=copy.vector, codes=copy.codes), copy.decoder, copy.text)


class QwenDesigner(QwenSynthesizer):
    """A VoiceDesign: makes a voice of a description; the same seed makes the same one of the same text."""

    designs = True

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.voices = []

    def _voiced(self, request: SpeechRequest) -> SpeechRequest:
        if request.voice.strip():
            raise VoiceError(f"This {self.name} has no voice “{request.voice[:40]}”: describe one in instructions.")
        if not request.instructions.strip():
            raise VoiceError(_NO_DESCRIPTION.format(name=f"This {self.name}"))
        return request


CLASSES: dict[Kind, type[QwenSynthesizer]] = {
    "base": QwenCloner,
    "custom_voice": QwenSynthesizer,
    "voice_design": QwenDesigner,
}


def _plan(request: SpeechRequest) -> Schedule:
    """When chunks are due; unless somebody says, the first one early."""
    chunking = request.chunking
    sized = Chunking(lookforward=chunking.lookforward, lookback=chunking.lookback, mode=chunking.mode)
    if replace(chunking, overlap_frames=1, crossfade_ms=None) == sized:
        return schedule(replace(chunking, first_frames_per_chunk=FIRST_FRAMES), CADENCE)
    return schedule(chunking, CADENCE)


def _name(request: SpeechRequest) -> str:
    """The checkpoint's name for a checked request's language."""
    return AUTO if request.language == AUTO else name_of(request.language)


def _who(request: SpeechRequest) -> str:
    """Who speaks and how, for the seed."""
    recording = "" if request.prompt is None else fingerprint.of_prompt(request.prompt)
    return "\0".join([request.voice, request.language, request.instructions.strip(), recording, str(request.seed)])


def _ordered(names: Iterable[str]) -> list[str]:
    """A checkpoint's voices: those everybody knows first, in our order."""
    places = {voice.id: place for place, voice in enumerate(voices())}
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def _gated(utterance: _Utterance, sounds: Iterable[mx.array]) -> Samples:
    """The samples, waited for, up to a silence that does not end."""
    samples, fell_silent = gated(sounds, utterance.gate, "Qwen3-TTS")
    if fell_silent:
        utterance.notices.append(
            f"The voice fell silent in {_quoted(utterance.text)} and was stopped. Try another seed."
        )
    return samples


def _faults(utterance: _Utterance, ending: Ending) -> list[str]:
    """Sentences about what went wrong."""
    if ending.why == "looped":
        return [
            f"The voice began to repeat itself in {_quoted(utterance.text)} and was stopped. "
            "Try another seed or wording."
        ]
    if ending.why == "long":
        seconds = utterance.max_frames / FRAME_RATE
        return [f"The voice found no end of {_quoted(utterance.text)} and was stopped after {seconds:.0f} seconds."]
    return []


def _taken(utterance: _Utterance) -> tuple[str, ...]:
    """The notices that were not given yet."""
    notices = tuple(utterance.notices)
    utterance.notices.clear()
    return notices


def _silence() -> Samples:
    return np.zeros(0, dtype=np.float32)


def _quoted(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39].rstrip()}…”"
