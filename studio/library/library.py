"""The one object through which every door reads and changes what is kept. It knows no web and no model.

Every call takes the owner's name; another owner's id answers exactly as an unknown id does (NotFound).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from sqlalchemy import Engine

from engine.types import Samples, Transcript
from studio.library.manuscripts import BookText
from studio.library.options import BookOptions, TranscriptionOptions
from studio.library.storage import Storage
from studio.library.tables import JobKind
from studio.library.views import ClipView, JobView, ResultFile


@dataclass(frozen=True, slots=True)
class ChapterAudio:
    """A chapter's sound so far, mastered when it is finished.

    Attributes:
        title: of the chapter.
        sample_rate: Hz.
        duration_s: seconds in `blocks`.
        blocks: float32 [n] mono, to be read once; about a sentence each.
    """

    title: str
    sample_rate: int
    duration_s: float
    blocks: Iterator[Samples]


class Library:
    """Jobs, results and clips of every owner. Safe to use from several threads."""

    def __init__(self, db: Engine, storage: Storage, redis: "Redis | None" = None) -> None:
        self.db = db
        self.storage = storage
        self.redis = redis
        """Set it when the queue is up; until then jobs wait as rows and `reconcile` carries them over."""

    # --- Jobs

    def submit_book(
        self, owner: str, book: BookText, options: BookOptions, *, max_queued: int | None = None
    ) -> JobView:
        """Keep the book's text, write the rows, and queue one task a chapter.

        Raises:
            OptionError: a chapter index outside the book, or a voice or speed nobody can do.
            TextError: the chosen chapters have no words.
            QueueFull: the owner has `max_queued` unfinished jobs already.
        """
        raise NotImplementedError

    def submit_transcription(
        self,
        owner: str,
        source: Path,
        filename: str,
        options: TranscriptionOptions,
        *,
        max_queued: int | None = None,
    ) -> JobView:
        """Take the recording into the job's folder (moved when it is one of our uploads, else copied) and queue it.

        Args:
            owner: whose.
            source: the file.
            filename: what the person calls it.
            options: how.
            max_queued: most unfinished jobs the owner may have.

        Raises:
            AudioFormatError: it is not audio.
            QueueFull: the owner has `max_queued` unfinished jobs already.
        """
        raise NotImplementedError

    def list_jobs(self, owner: str, kind: JobKind | None = None) -> list[JobView]:
        """Unfinished jobs in the order of the queue, then finished ones, the latest first."""
        raise NotImplementedError

    def view(self, owner: str, job_id: str) -> JobView:
        """One job.

        Raises:
            NotFound: no such job of this owner.
        """
        raise NotImplementedError

    def pause(self, owner: str, job_id: str) -> JobView:
        """Stop after the sentence in hand and keep everything. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def resume(self, owner: str, job_id: str) -> JobView:
        """Go on where a paused job stopped. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def cancel(self, owner: str, job_id: str) -> JobView:
        """End it; what was made is kept until it is deleted. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def retry(self, owner: str, job_id: str) -> JobView:
        """Do again only what is missing of a failed or cancelled job. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def retry_segment(self, owner: str, job_id: str, failed_id: int) -> JobView:
        """Try one failed sentence again. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def allow_silence(self, owner: str, job_id: str) -> JobView:
        """Leave the failed sentences silent and finish the book. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def move_up(self, owner: str, job_id: str) -> JobView:
        """One place forward among the owner's unfinished jobs. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def move_down(self, owner: str, job_id: str) -> JobView:
        """One place back among the owner's unfinished jobs. Raises NotFound, IllegalMove."""
        raise NotImplementedError

    def delete(self, owner: str, job_id: str) -> None:
        """Remove the job, its rows and its files, whatever it is doing. Raises NotFound."""
        raise NotImplementedError

    def unfinished(self, owner: str) -> int:
        """How many of the owner's jobs are queued, running or paused."""
        raise NotImplementedError

    # --- What jobs made

    def result(self, owner: str, job_id: str, result_id: str) -> ResultFile:
        """A finished file.

        Raises:
            NotFound: no such job or result of this owner.
            StorageError: the file was removed from the disk.
        """
        raise NotImplementedError

    def cover(self, owner: str, job_id: str) -> bytes | None:
        """The book's cover image, if it has one. Raises NotFound."""
        raise NotImplementedError

    def chapter_audio(self, owner: str, job_id: str, part_number: int) -> ChapterAudio:
        """A chapter's sound, streamed from the segments that are already spoken, pauses included.

        Raises:
            NotFound: no such part of this owner, or nothing of it is spoken yet.
        """
        raise NotImplementedError

    def transcript(self, owner: str, job_id: str) -> Transcript:
        """What a transcription job has heard so far. Raises NotFound."""
        raise NotImplementedError

    # --- Clips

    def add_clip(
        self, owner: str, text: str, model: str, voice: str, speed: float, path: Path, duration_s: float
    ) -> ClipView:
        """Keep a spoken text; its sound file is moved into the owner's clips."""
        raise NotImplementedError

    def list_clips(self, owner: str, limit: int = 50) -> list[ClipView]:
        """The owner's clips, the latest first."""
        raise NotImplementedError

    def get_clip(self, owner: str, clip_id: str) -> ClipView:
        """One clip. Raises NotFound."""
        raise NotImplementedError

    def delete_clip(self, owner: str, clip_id: str) -> None:
        """Remove a clip and its file. Raises NotFound."""
        raise NotImplementedError

    # --- The queue

    def reconcile(self) -> int:
        """Queue again what the rows say is unfinished and nobody works on; the number of tasks queued.

        Does nothing while `redis` is None or away.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give back the database's connections."""
        self.db.dispose()


def open_library(outputs: Path, database_url: str, redis: "Redis | None" = None) -> Library:
    """Open (and where needed create) what is kept below `outputs`. Does not migrate: call `db.migrate` once before.

    Raises:
        DatabaseBusy: the database cannot be opened.
    """
    raise NotImplementedError
