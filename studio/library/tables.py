"""What the studio remembers, as SQLModel tables.

Times are UTC; ids are unguessable; everything a person made has an owner.
"""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, Enum, MetaData, Text, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = MetaData(naming_convention=NAMING_CONVENTION).naming_convention


def new_id() -> str:
    """128 bits nobody can guess, safe in a URL and in a file name."""
    return secrets.token_hex(16)


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: SQLite keeps no time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words_of(choices: type[StrEnum]) -> Enum:
    """A column of short words, kept as the words themselves in every database."""
    return Enum(
        choices,
        native_enum=False,
        create_constraint=False,
        length=16,
        values_callable=lambda members: [member.value for member in members],
    )


class JobStatus(StrEnum):
    """Where a job stands; `studio.library.jobs.rows` says which moves are legal."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"
    DONE = "done"


class JobKind(StrEnum):
    """What a job makes."""

    AUDIOBOOK = "audiobook"
    TRANSCRIPTION = "transcription"
    TUNING = "tuning"


class PartKind(StrEnum):
    """What one task of a job does."""

    CHAPTER = "chapter"
    RECORDING = "recording"
    ASSEMBLY = "assembly"
    TUNING = "tuning"


class PartStatus(StrEnum):
    """Where one part of a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


class Job(SQLModel, table=True):
    """One long piece of work. This row is its truth; the queue only carries it."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    owner: str = Field(index=True, max_length=255)
    kind: JobKind = Field(sa_type=words_of(JobKind))
    status: JobStatus = Field(default=JobStatus.QUEUED, sa_type=words_of(JobStatus), index=True)
    title: str = Field(sa_type=Text)
    options: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    source: str = Field(default="", sa_type=Text, description="The recording, relative to the outputs folder.")
    priority: int = Field(default=0, description="Higher goes first; moved by reorder.")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    error: str = Field(default="", sa_type=Text, description="One sentence; empty unless failed.")
    message: str = Field(default="", sa_type=Text, description="What a worker last said, for the person.")


class JobPart(SQLModel, table=True):
    """One task of a job: a chapter, a recording, or the assembly of all chapters (always the last number)."""

    __table_args__ = (UniqueConstraint("job_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", ondelete="CASCADE", max_length=32)
    number: int = Field(description="0, 1, 2, ... in order of the result.")
    kind: PartKind = Field(sa_type=words_of(PartKind))
    chapter: int = Field(default=0, description="Index in the book that was submitted.")
    title: str = Field(sa_type=Text)
    status: PartStatus = Field(default=PartStatus.WAITING, sa_type=words_of(PartStatus))
    words_total: int = 0
    words_done: int = 0
    audio_s: float = Field(default=0.0, description="Seconds of sound made (or heard) so far.")
    total_s: float = Field(default=0.0, description="Seconds of sound in the whole of it; 0 while unknown.")
    busy_s: float = Field(default=0.0, description="Seconds of work so far.")
    attempts: int = Field(default=0, description="Workers that began it since it last moved forward.")
    worker: str = Field(default="", max_length=255, description="Who works on it; empty when nobody does.")
    heartbeat_at: datetime | None = Field(
        default=None, sa_type=UtcDateTime, description="Last sign of life of that worker."
    )
    report: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str = Field(default="", sa_type=Text)


class FailedSegment(SQLModel, table=True):
    """A sentence that failed at every try, kept with its text: it can be retried, or left silent."""

    __table_args__ = (UniqueConstraint("job_id", "part_number", "segment_index"),)

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", ondelete="CASCADE", max_length=32)
    part_number: int
    segment_index: int
    text: str = Field(sa_type=Text)
    attempts: int = 0
    error: str = Field(default="", sa_type=Text)


class JobResult(SQLModel, table=True):
    """A finished file of a job; the path is relative to the outputs folder."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    job_id: str = Field(foreign_key="job.id", index=True, ondelete="CASCADE", max_length=32)
    part_number: int | None = None
    name: str = Field(sa_type=Text, description="The file name a person downloads.")
    kind: str = Field(max_length=16, description="m4b, mp3, flac, wav, opus, zip, or a name in engine.stt.exports")
    path: str = Field(sa_type=Text)
    size_bytes: int
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class Turn(SQLModel, table=True):
    """When work was last begun for a person. Outlives their jobs: deleting one does not put its owner in front."""

    owner: str = Field(primary_key=True, max_length=255)
    served_at: datetime = Field(sa_type=UtcDateTime)


class Clip(SQLModel, table=True):
    """Something spoken on the Speak page, kept so that it can be heard and downloaded again."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    owner: str = Field(index=True, max_length=255)
    text: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    voice: str = Field(sa_type=Text)
    speed: float = 1.0
    path: str = Field(sa_type=Text, description="Relative to the outputs folder.")
    duration_s: float = 0.0
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class SavedPronunciation(SQLModel, table=True):
    """How a person wants a word said: everywhere, or in one book."""

    __tablename__ = "pronunciation"  # type: ignore[assignment]
    __table_args__ = (UniqueConstraint("owner", "book", "key", "part_of_speech", "language"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    owner: str = Field(index=True, max_length=255)
    book: str = Field(default="", max_length=255, description="The book it is for; empty is everywhere.")
    key: str = Field(max_length=255, description="What makes two entries the same: the word, its case where it counts.")
    word: str = Field(sa_type=Text)
    phonemes: str = Field(default="", sa_type=Text)
    respelling: str = Field(default="", sa_type=Text)
    match_case: bool = False
    part_of_speech: str = Field(default="", max_length=16)
    language: str = Field(default="", max_length=35)
    changed_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class VoiceKind(StrEnum):
    """How a voice of one's own came to be."""

    RECORDED = "recorded"
    DESIGNED = "designed"
    BLEND = "blend"


class ConsentState(StrEnum):
    """What is known of whether the person whose voice it is agrees; `asked` is a sentence that waits to be read."""

    NONE = "none"
    ASKED = "asked"
    GIVEN = "given"
    DECLARED = "declared"
    DESIGNED = "designed"
    REVOKED = "revoked"
    ELSEWHERE = "elsewhere"


class OwnVoice(SQLModel, table=True):
    """A voice of a person's own under a name: from recordings, designed in words, or a blend of a model's voices."""

    __table_args__ = (UniqueConstraint("owner", "family", "key"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    owner: str = Field(index=True, max_length=255)
    family: str = Field(default="", max_length=64, description="Of a blend: of the models that can speak it.")
    key: str = Field(max_length=255, description="The name without regard to case.")
    name: str = Field(sa_type=Text)
    kind: VoiceKind = Field(sa_type=words_of(VoiceKind))
    blend: str = Field(default="", sa_type=Text, description="What the model is told: af_heart:0.6+am_michael:0.4")
    consent: ConsentState = Field(default=ConsentState.NONE, sa_type=words_of(ConsentState))
    language: str = Field(default="", max_length=35)
    colour: str = Field(default="", max_length=16)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    notes: str = Field(default="", sa_type=Text)
    tone: dict[str, float] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    recipe: dict[str, Any] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False), description="Of a designed one: what made it."
    )
    tuned: str = Field(default="", max_length=16, description="What of a model's voice was fitted to the recording.")
    shared: bool = Field(default=False, description="Whether the studio's other logins may use it; never its guests.")
    imported: bool = Field(default=False, description="It came as a file, and speaks for whoever took it in alone.")
    version: int = Field(default=1, description="Goes up with every change, so that two tabs cannot lose one.")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    changed_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class VoiceRecording(SQLModel, table=True):
    """A recording of a voice of one's own; its sound lies in the voice's folder under its id."""

    __table_args__ = (UniqueConstraint("voice_id", "mood"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    voice_id: str = Field(foreign_key="ownvoice.id", index=True, ondelete="CASCADE", max_length=32)
    mood: str = Field(default="", max_length=64, description="Empty is how the voice speaks where no mood is named.")
    duration_s: float
    start_s: float = Field(default=0.0, description="Where the stretch that a model hears begins.")
    end_s: float
    text: str = Field(default="", sa_type=Text, description="What is said in that stretch.")
    language: str = Field(default="", max_length=35)
    has_cleaned: bool = False
    uses_cleaned: bool = False
    hints: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)


class VoiceConsent(SQLModel, table=True):
    """That somebody agrees to their voice being copied: a sentence asked for, read aloud, declared, taken back."""

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    owner: str = Field(index=True, max_length=255)
    voice_id: str = Field(default="", index=True, max_length=32, description="Empty while no voice was made with it.")
    state: ConsentState = Field(sa_type=words_of(ConsentState))
    name: str = Field(default="", sa_type=Text, description="Whose, as they are called.")
    language: str = Field(default="", max_length=35)
    sentence: str = Field(default="", sa_type=Text, description="What was to be read.")
    words: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    tries_left: int = 0
    heard: str = Field(default="", sa_type=Text, description="What the recogniser heard.")
    similarity: float | None = None
    path: str = Field(default="", sa_type=Text, description="The sound, relative to the outputs folder.")
    created_at: datetime = Field(default_factory=now, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class EndedLogin(SQLModel, table=True):
    """A login that was ended before it expired."""

    nonce: str = Field(primary_key=True, max_length=32)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class LoginGeneration(SQLModel, table=True):
    """How often a person ended all their logins; those of an earlier number are over."""

    name: str = Field(primary_key=True, max_length=255)
    generation: int = 0
