"""What a request may say of how a model draws its tokens and cuts its stream, once for every door. Knows no door."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator

from engine import controls
from engine.types import Chunking, Sampling
from studio.api.speech.control_field import field_of

MAX_TOKENS = 1_000_000
MAX_FRAMES = 100_000

Finite = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=MAX_TOKENS)]
FrameCount = Annotated[int, Field(ge=0, le=MAX_FRAMES)]


class SamplingFields(BaseModel):
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


class ChunkingFields(BaseModel):
    """How a codec model cuts its stream; see `engine.types.Chunking`. What is left out is left to the model."""

    mode: Literal["clean", "smooth"] = "clean"
    frames_per_chunk: FrameCount | None = None
    first_frames_per_chunk: FrameCount | None = None
    streaming_interval: Finite | None = Field(None, gt=0.0, le=3600.0)
    streaming_chunk_tokens: Count | None = Field(
        None, validation_alias=AliasChoices("streaming_chunk_tokens", "chunk_tokens")
    )
    ultra_low_latency: bool = False
    lookforward: FrameCount = 5
    lookback: FrameCount = 50
    overlap_frames: FrameCount = 1
    crossfade_ms: Finite | None = Field(None, ge=0.0, le=10_000.0)

    @field_validator("mode", "ultra_low_latency", "lookforward", "lookback", "overlap_frames", mode="before")
    @classmethod
    def _chunking_absent(cls, value: Any, info: Any) -> Any:
        # Clients send null for what they do not set.
        return cls.model_fields[info.field_name].get_default() if value is None else value

    def chunking(self) -> Chunking:
        """As the engine takes it."""
        return Chunking(**{name: getattr(self, name) for name in ChunkingFields.model_fields})
