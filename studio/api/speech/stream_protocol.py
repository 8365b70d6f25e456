"""The words of /ws/orpheus: what a client may say and what it is told, as JSON. Knows no socket and no model."""

from dataclasses import replace
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine import controls
from engine.errors import OptionError
from engine.types import Chunking, SpeechRequest
from engine.wording import listed
from studio.api.errors import invalid_sentence
from studio.api.events import MAX_NAME_CHARS
from studio.api.speech.control_field import field_of
from studio.api.speech.fields import ChunkingFields, Finite, SamplingFields


class StreamStart(SamplingFields, ChunkingFields):
    """Begin to speak. What is left out or null is left to the model.

    `saved_pronunciations` turns off what the person has kept; of those kept for one book `book`'s hold too. A field
    that nobody knows here is told of in the notices of the last message.

    Attributes:
        encoding: how sound is sent: in binary messages, or in base64 in `audio_chunk` messages. `format` is the same.
        metrics: have an `audio_chunk` without sound before each binary message.
        output_chunk_duration_ms: sound in each message, whatever the model's chunks are.
        respect_source_boundaries: leave the model's chunks as they are.
    """

    model_config = ConfigDict(extra="allow", strict=True)

    type: Literal["start_orpheus_stream"]
    text: str
    voice: str = Field("", max_length=MAX_NAME_CHARS)
    model: str = Field("", max_length=MAX_NAME_CHARS)
    request_id: str = Field("", max_length=100)

    encoding: Literal["binary", "base64"] = Field("binary", validation_alias=AliasChoices("encoding", "format"))
    metrics: bool = False
    output_chunk_duration_ms: Finite | None = Field(None, ge=10, le=1000)
    respect_source_boundaries: bool = False

    language: str = Field("", max_length=35)
    instructions: str = Field("", max_length=10_000)
    speed: Finite = field_of(controls.SPEED)
    pitch: Finite = field_of(controls.PITCH)
    seed: int | None = field_of(controls.SEED)
    sentence_pause_s: Finite = field_of(controls.SENTENCE_PAUSE)
    paragraph_pause_s: Finite = field_of(controls.PARAGRAPH_PAUSE)

    saved_pronunciations: bool = True
    book: str = Field("", max_length=MAX_NAME_CHARS)

    @field_validator("*", mode="before")
    @classmethod
    def _absent(cls, value: Any, info: Any) -> Any:
        # Clients send null for what they do not set.
        return cls.model_fields[info.field_name].get_default() if value is None and info.field_name != "text" else value

    @property
    def recut_s(self) -> float:
        """Seconds of sound in each message; 0 where the model's chunks stay as they are."""
        return 0.0 if self.respect_source_boundaries else (self.output_chunk_duration_ms or 0.0) / 1000

    def stream_chunking(self) -> Chunking:
        """How the model cuts: as it is told, else as the messages will be.

        Raises:
            OptionError: two lengths in seconds are asked for.
        """
        chunking = self.chunking()
        if not self.recut_s:
            return chunking
        if chunking.streaming_interval is not None:
            raise OptionError("Send streaming_interval or output_chunk_duration_ms: both say how long a chunk is.")
        if chunking.frames_per_chunk is not None or chunking.streaming_chunk_tokens is not None:
            return chunking
        return replace(chunking, streaming_interval=self.recut_s)

    def notices(self) -> tuple[str, ...]:
        """What was asked for and changes nothing, as sentences."""
        found: list[str] = []
        if self.respect_source_boundaries and self.output_chunk_duration_ms is not None:
            found.append("The model's chunks are left as they are, so output_chunk_duration_ms changes nothing.")
        if unknown := [f"“{name[:40]}”" for name in self.model_extra or {}][:5]:
            found.append(f"This studio has no field {listed(unknown, 'or')}, so that was left out.")
        return tuple(found)

    def request(self) -> SpeechRequest:
        """As the engine takes it, for whoever is chosen to speak it."""
        return SpeechRequest(
            text=self.text,
            speed=self.speed,
            pitch=self.pitch,
            instructions=self.instructions,
            seed=self.seed,
            sentence_pause_s=self.sentence_pause_s,
            paragraph_pause_s=self.paragraph_pause_s,
            sampling=self.sampling(),
            chunking=self.stream_chunking(),
        )


class Cancel(BaseModel):
    """Stop speaking. Nothing happens when nobody speaks: the stream may have ended while this was on its way."""

    type: Literal["cancel"]


class StreamStarted(BaseModel):
    """The first sound is there and follows in binary messages.

    `lead_ms` is how long a player should still wait so as not to stop in the middle.
    """

    type: Literal["stream_started"] = "stream_started"
    request_id: str
    model: str
    voice: str
    sample_rate: int
    channels: Literal[1] = 1
    ttfa_ms: float
    lead_ms: float = 0.0


class StreamChunk(BaseModel):
    """A piece of sound, for those who asked for base64 or for `metrics`.

    Attributes:
        request_id: the one of the start message.
        index: 0, 1, 2, ... within the stream.
        is_final: True on the last one only, which may have no sound.
        audio: float32, little-endian, in base64; null where the next binary message has it.
        encoding: of the sound.
        sample_rate: Hz.
        samples: how many.
        time_to_first_audio: seconds from the request to the first sound.
        tokens: that the model has generated so far; 0 for models without tokens.
        tokens_per_second: 0 for models without tokens.
    """

    type: Literal["audio_chunk"] = "audio_chunk"
    request_id: str
    index: int
    is_final: bool
    audio: str | None
    encoding: Literal["float32"] = "float32"
    sample_rate: int
    samples: int
    time_to_first_audio: float
    tokens: int
    tokens_per_second: float


class StreamComplete(BaseModel):
    """The stream is over: all of it was sent, or the client cancelled it.

    Attributes:
        request_id: the one of the start message.
        cancelled: whether the client stopped it.
        frames: binary messages sent.
        chunks: chunks that the model made.
        samples: sent, of the one channel.
        sample_rate: Hz; 0 when no sound was made.
        seconds: of sound sent.
        tokens: that the model generated.
        tokens_per_second: 0 for models without tokens.
        ttfa_ms: from the request to the first sound in the studio.
        audio_seconds: of sound in the whole stream; null where it was not spoken to its end.
        wall_seconds: from the request to the end of the stream; null likewise.
        notices: sentences for the person (a tag this voice cannot do).
    """

    type: Literal["stream_complete"] = "stream_complete"
    request_id: str
    cancelled: bool
    frames: int
    chunks: int
    samples: int
    sample_rate: int
    seconds: float
    tokens: int
    tokens_per_second: float
    ttfa_ms: float
    audio_seconds: float | None = None
    wall_seconds: float | None = None
    notices: list[str]


class StreamError(BaseModel):
    """What did not work, as a sentence. The socket stays open for another request."""

    type: Literal["error"] = "error"
    request_id: str
    message: str
    code: str


class _Envelope(BaseModel):
    type: str


def parse(text: str) -> StreamStart | Cancel:
    """What a client's text message asks for.

    Raises:
        OptionError: it is not JSON, not a message of this protocol, or has a value that cannot be used.
    """
    try:
        kind = _Envelope.model_validate_json(text).type
    except ValidationError as exc:
        raise OptionError('Send a JSON object with a "type": "start_orpheus_stream" or "cancel".') from exc
    try:
        if kind == "start_orpheus_stream":
            return StreamStart.model_validate_json(text)
        if kind == "cancel":
            return Cancel.model_validate_json(text)
    except ValidationError as exc:
        raise OptionError(invalid_sentence(exc.errors(include_url=False))[0]) from exc
    raise OptionError(f'There is no message {kind[:40]!r}: send "start_orpheus_stream" or "cancel".')
