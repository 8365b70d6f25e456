"""What a request may say of how it is to be spoken, once for every door. Knows no door."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from engine import controls
from engine.types import Chunking, Sampling, SpeechRequest
from studio.api.asked import Asked, Refused
from studio.api.speech.control_field import field_of

MAX_NAME_CHARS = 500
MAX_CHUNK_TOKENS = 1_000_000
MAX_FRAMES = 100_000

Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MAX_CHUNK_TOKENS)]
FrameCount = Annotated[int, Field(ge=0, le=MAX_FRAMES)]


class SamplingFields(Asked):
    """How tokens are drawn; see `engine.types.Sampling`. What is left out is left to the model."""

    temperature: Finite | None = field_of(controls.TEMPERATURE)
    top_p: Finite | None = field_of(controls.TOP_P)
    top_k: int | None = field_of(controls.TOP_K)
    min_p: Finite | None = field_of(controls.MIN_P)
    repetition_penalty: Finite | None = field_of(controls.REPETITION_PENALTY)
    repetition_window: int | None = field_of(controls.REPETITION_WINDOW)
    max_tokens: int | None = field_of(controls.MAX_TOKENS)

    def sampling(self) -> Sampling:
        """As the engine takes it."""
        return Sampling(**{name: getattr(self, name) for name in SamplingFields.model_fields})


class ChunkingFields(Asked):
    """How a stream is cut; see `engine.types.Chunking`. What is left out is left to the model.

    `output_chunk_duration_ms` is the interval in milliseconds, and holds unless `respect_source_boundaries` leaves the
    chunks as the model makes them.
    """

    other_names: ClassVar[Mapping[str, str]] = {"chunk_tokens": "streaming_chunk_tokens"}

    mode: Literal["clean", "smooth"] = "clean"
    frames_per_chunk: FrameCount | None = None
    first_frames_per_chunk: FrameCount | None = None
    streaming_interval: Finite | None = field_of(controls.STREAMING_INTERVAL)
    output_chunk_duration_ms: Finite | None = Field(
        None, ge=1000 * controls.STREAMING_INTERVAL.low, le=1000 * controls.STREAMING_INTERVAL.high
    )
    respect_source_boundaries: bool = False
    streaming_chunk_tokens: Count | None = None
    ultra_low_latency: bool = False
    lookforward: FrameCount = 5
    lookback: FrameCount = 50
    overlap_frames: FrameCount = 1
    crossfade_ms: Finite | None = Field(None, ge=0.0, le=10_000.0)

    @field_validator(
        "mode",
        "ultra_low_latency",
        "respect_source_boundaries",
        "lookforward",
        "lookback",
        "overlap_frames",
        mode="before",
    )
    @classmethod
    def _chunking_absent(cls, value: Any, info: Any) -> Any:
        # Clients send null for what they do not set.
        return cls.model_fields[info.field_name].get_default() if value is None else value

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        asked_ms, interval = self.output_chunk_duration_ms, self.streaming_interval
        if interval is not None and asked_ms is not None and round(1000 * interval) != round(asked_ms):
            both = "`streaming_interval` and `output_chunk_duration_ms`"
            raise Refused(f"{both} say different things; give one of them.", "output_chunk_duration_ms")
        if self.respect_source_boundaries and interval is not None:
            both = "`streaming_interval` and `respect_source_boundaries`"
            raise Refused(f"{both} exclude each other; give one of them.", "respect_source_boundaries")
        return self

    def chunking(self) -> Chunking:
        """As the engine takes it."""
        told = {one.name: getattr(self, one.name) for one in fields(Chunking)}
        if self.output_chunk_duration_ms is not None and not self.respect_source_boundaries:
            told["streaming_interval"] = self.output_chunk_duration_ms / 1000
        return Chunking(**told)


class SpeakingFields(SamplingFields, ChunkingFields):
    """All that a door which streams speech lets one say, besides the text and who speaks.

    `saved_pronunciations` turns off what the person has kept; of those kept for one book `book`'s hold too.
    """

    other_names: ClassVar[Mapping[str, str]] = {
        **ChunkingFields.other_names,
        "lang_code": "language",
        "instruct": "instructions",
    }

    language: str = Field(
        "", max_length=35, description="A tag such as en-gb, a name, or one of the letters a b e f h i j p z."
    )
    instructions: str = Field("", max_length=10_000)
    speed: Finite = field_of(controls.SPEED)
    pitch: Finite = field_of(controls.PITCH)
    seed: int | None = field_of(controls.SEED)
    sentence_pause_s: Finite = field_of(controls.SENTENCE_PAUSE)
    paragraph_pause_s: Finite = field_of(controls.PARAGRAPH_PAUSE)
    saved_pronunciations: bool = True
    book: str = Field("", max_length=MAX_NAME_CHARS)
    ref_audio: str = Field("", description="No voice here copies a recording by this door: it is refused.")
    ref_text: str = Field("", description="As `ref_audio`.")

    @model_validator(mode="after")
    def _no_recording(self) -> Self:
        if name := next((name for name in ("ref_audio", "ref_text") if getattr(self, name)), ""):
            raise Refused(f"No voice here copies a recording by this door; leave `{name}` out.", name)
        return self

    def request(self, text: str, **own: Any) -> SpeechRequest:
        """As the engine takes it, for whoever is chosen to speak it.

        Args:
            text: what to say.
            own: further fields of the request.
        """
        told: dict[str, Any] = {"text": text, "voice": "", "sampling": self.sampling(), "chunking": self.chunking()}
        if self.respect_source_boundaries and self.output_chunk_duration_ms is not None:
            told["notices"] = (
                "The model's chunks are left as they are, so `output_chunk_duration_ms` changes nothing.",
            )
        return SpeechRequest.of(self, **(told | own))
