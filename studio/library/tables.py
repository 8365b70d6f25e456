"""What the studio remembers, as SQLModel tables. Times are UTC; ids are unguessable; everything a person made has an owner."""

import secrets
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Column, MetaData
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


class JobStatus(StrEnum):
    """Where a job stands; `studio.library.jobs` says which moves are legal."""

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


class PartStatus(StrEnum):
    """Where one chapter (or one recording) of a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FAILED = "failed"
    DONE = "done"


class Job(SQLModel, table=True):
    """One long piece of work. This row is its truth; the queue only carries it."""

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(index=True)
    kind: JobKind
    status: JobStatus = Field(default=JobStatus.QUEUED, index=True)
    title: str
    options: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    priority: int = Field(default=0, description="Higher goes first; moved by reorder.")
    created_at: datetime = Field(default_factory=now)
    started_at: datetime | None = None
    finished_at: datetime | None = None
    busy_s: float = Field(default=0.0, description="Seconds of work so far, over all workers.")
    error: str = Field(default="", description="One sentence; empty unless failed.")
    message: str = Field(default="", description="What is happening now, for the person.")


class JobPart(SQLModel, table=True):
    """One chapter of a book, or one recording of a transcription."""

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", index=True, ondelete="CASCADE")
    number: int = Field(description="0, 1, 2, ... in order of the result.")
    title: str
    status: PartStatus = PartStatus.WAITING
    units_total: int = Field(default=0, description="Segments (or seconds of sound) to do; 0 until counted.")
    units_done: int = 0
    words_total: int = 0
    words_done: int = 0
    audio_s: float = Field(default=0.0, description="Seconds of sound made (or heard) so far.")
    attempts: int = 0
    worker: str = Field(default="", description="Who works on it; empty when nobody does.")
    heartbeat_at: datetime | None = Field(default=None, description="Last sign of life of that worker.")
    report: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str = ""


class FailedSegment(SQLModel, table=True):
    """A piece of a part that failed three times, kept with its text so that it can be retried or left silent."""

    id: int | None = Field(default=None, primary_key=True)
    job_id: str = Field(foreign_key="job.id", index=True, ondelete="CASCADE")
    part_number: int
    segment_index: int
    text: str
    attempts: int = 0
    error: str = ""


class JobResult(SQLModel, table=True):
    """A finished file of a job; the path is relative to the outputs folder."""

    id: str = Field(default_factory=new_id, primary_key=True)
    job_id: str = Field(foreign_key="job.id", index=True, ondelete="CASCADE")
    part_number: int | None = None
    name: str = Field(description="The file name a person downloads.")
    kind: str = Field(description="m4b, mp3, srt, vtt, json, zip, wav, flac, opus, txt")
    path: str
    size_bytes: int
    created_at: datetime = Field(default_factory=now)


class Clip(SQLModel, table=True):
    """Something spoken on the Speak page, kept so that it can be heard and downloaded again."""

    id: str = Field(default_factory=new_id, primary_key=True)
    owner: str = Field(index=True)
    text: str
    model: str
    voice: str
    speed: float = 1.0
    path: str = Field(description="Relative to the outputs folder.")
    duration_s: float = 0.0
    created_at: datetime = Field(default_factory=now)
