"""What the doors see of a job: frozen values that hold no path, no owner and no database row."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from studio.library.tables import JobKind, JobStatus, PartStatus

JobAction = Literal["pause", "resume", "cancel", "retry", "move_up", "move_down", "delete"]


@dataclass(frozen=True, slots=True)
class PartView:
    """One chapter (or recording).

    Attributes:
        number: 0, 1, 2, ... in order of the result; names the part in every call.
        chapter: its index in the book that was submitted.
        title: of the chapter, or the recording's file name.
        status: waiting, running, failed or done.
        words_done, words_total: of the text; words_total is 0 for a recording.
        audio_s: seconds of sound made (or heard) so far.
        total_s: seconds of sound in the whole recording; 0.0 for a chapter.
        progress: 0.0 to 1.0.
        speed: seconds of sound a second of work; 0.0 before anything is known.
        report: measured loudness of a narrated chapter: integrated_lufs, rms_db, peak_db, true_peak_db, noise_floor_db,
            duration_s; once the book is assembled it is the mastered sound's, with `misses`: sentences saying what of
            the target it misses. Empty before.
        error: one sentence; empty unless failed.
        can_listen: whether `Library.chapter_audio` has something to play.
    """

    number: int
    chapter: int
    title: str
    status: PartStatus
    words_done: int
    words_total: int
    audio_s: float
    total_s: float
    progress: float
    speed: float
    report: dict[str, Any]
    error: str
    can_listen: bool


@dataclass(frozen=True, slots=True)
class FailedSegmentView:
    """A sentence that could not be spoken in all its tries; `id` names it in `Library.retry_segment`."""

    id: int
    part_number: int
    part_title: str
    segment_index: int
    text: str
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class ResultView:
    """A finished file; `id` names it in `Library.result`."""

    id: str
    name: str
    kind: str
    size_bytes: int
    part_number: int | None


@dataclass(frozen=True, slots=True)
class JobView:
    """Everything a page or a program shows of a job.

    Attributes:
        id: names the job in every call.
        kind: audiobook, transcription or tuning.
        status: queued, running, paused, cancelled, failed or done.
        title: of the book, the recording's file name, or the voice's name.
        options: as submitted (BookOptions, TranscriptionOptions or TuningOptions as JSON), the pronunciations left out.
        created_at, started_at, finished_at: UTC.
        stage: one short sentence saying what happens now ("Narrating 2 of 12 chapters", "Putting the book together").
        progress: 0.0 to 1.0 over everything, the assembly included.
        words_done, words_total: of all its parts.
        audio_s: seconds of sound made (or heard) so far.
        total_s: seconds of sound expected in the end; an estimate until done, 0.0 before anything is known.
        speed: seconds of sound a second of time, over all workers together.
        eta_s: seconds until done; None when nothing is known or nothing runs.
        message: what a worker last said.
        notices: sentences about what the result could not keep (tags the voice left out, ...), each once.
        error: one sentence; empty unless failed.
        parts: chapters or recordings, in order.
        failed: sentences that could not be spoken.
        results: finished files, the main one first.
        actions: the calls that are legal now.
        position: 1, 2, 3, ... among the person's unfinished jobs; 0 when finished.
    """

    id: str
    kind: JobKind
    status: JobStatus
    title: str
    options: dict[str, Any]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    stage: str
    progress: float
    words_done: int
    words_total: int
    audio_s: float
    total_s: float
    speed: float
    eta_s: float | None
    message: str
    notices: tuple[str, ...]
    error: str
    parts: tuple[PartView, ...]
    failed: tuple[FailedSegmentView, ...]
    results: tuple[ResultView, ...]
    actions: frozenset[JobAction]
    position: int

    @property
    def is_finished(self) -> bool:
        """Whether nothing more happens to it unless somebody asks."""
        return self.status in {JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DONE}


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A result to send. `path` is for the door that streams it and must not reach a client."""

    path: Path
    name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ClipView:
    """Something spoken on the Speak page. `path` is for the door that streams it and must not reach a client."""

    id: str
    text: str
    model: str
    voice: str
    speed: float
    duration_s: float
    created_at: datetime
    path: Path
