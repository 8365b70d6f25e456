"""The words of /ws/orpheus: what a client may say and what it is told, as JSON. Knows no socket and no model."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from engine.errors import OptionError
from studio.api.asked import Asked
from studio.api.errors import invalid_sentence
from studio.api.speech.fields import MAX_NAME_CHARS, SpeakingFields


class StreamStart(SpeakingFields):
    """Begin to speak. What is left out or null is left to the model.

    Attributes:
        encoding: how sound is sent: in binary messages, or in base64 in `audio_chunk` messages. `format` is the same.
        metrics: have an `audio_chunk` without sound before each binary message.
    """

    model_config = ConfigDict(strict=True)

    other_names: ClassVar[Mapping[str, str]] = {**SpeakingFields.other_names, "format": "encoding"}

    type: Literal["start_orpheus_stream"]
    text: str
    voice: str = Field("", max_length=MAX_NAME_CHARS)
    model: str = Field("", max_length=MAX_NAME_CHARS)
    request_id: str = Field("", max_length=100)
    encoding: Literal["binary", "base64"] = "binary"
    metrics: bool = False

    @field_validator("*", mode="before")
    @classmethod
    def _absent(cls, value: Any, info: Any) -> Any:
        # Clients send null for what they do not set.
        return cls.model_fields[info.field_name].get_default() if value is None and info.field_name != "text" else value


class Cancel(Asked):
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
