"""The one object through which every door reads and changes what is kept. It knows no web and no model.

Every call takes the owner's name; another owner's id answers exactly as an unknown id does (NotFound).
"""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from engine.audio.files.provenance import Provenance
from engine.stt import exports
from engine.types import Samples, Transcript
from studio.library.clips import rows as clips
from studio.library.db import open_database, session
from studio.library.errors import NotFound, StorageError
from studio.library.jobs import rows as jobs
from studio.library.jobs.moves import UNFINISHED
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.library.jobs.overview import job_views
from studio.library.jobs.queue import Reconciler, arrange, enqueue, wanted_tickets
from studio.library.jobs.views import ClipView, JobAction, JobView, ResultFile
from studio.library.narration import playback
from studio.library.narration.manuscripts import BookText, open_manuscript
from studio.library.narration.scores import keys_of, open_score
from studio.library.narration.segments import SegmentCache
from studio.library.storage import Storage
from studio.library.tables import Job, JobKind, JobPart, JobResult, OwnVoice, VoiceRecording
from studio.library.voices.own import drafts, tunings
from studio.library.voices.own import rows as own_rows
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.tunings import TuningOptions
from studio.library.voices.provenance import of_book
from studio.library.words import transcripts
from studio.library.words.transcripts import Splice, TranscriptView

log = logging.getLogger(__name__)

MEDIA_TYPES = {
    "m4b": "audio/mp4",
    "mp3": "audio/mpeg",
    "zip": "application/zip",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "opus": "audio/ogg",
}
"""Of sounds and archives; what is written down has its own in `engine.stt.exports`."""


@dataclass(frozen=True, slots=True)
class ChapterAudio:
    """A chapter's sound so far, mastered when it is finished.

    Attributes:
        title: of the chapter.
        sample_rate: Hz.
        duration_s: seconds in `blocks`.
        blocks: float32 [n] mono, to be read once; about a sentence each.
        made_by: who speaks.
    """

    title: str
    sample_rate: int
    duration_s: float
    blocks: Iterator[Samples]
    made_by: Provenance


class Library:
    """Jobs, results and clips of every owner. Safe to use from several threads."""

    def __init__(self, db: Engine, storage: Storage, redis: "Redis | None" = None) -> None:
        self.db = db
        self.storage = storage
        self.redis = redis
        """Set it when the queue is up; until then jobs wait as rows and `reconcile` carries them over."""
        self._reconciler = Reconciler()

    # --- Jobs

    def submit_book(
        self, owner: str, book: BookText, options: BookOptions, *, max_queued: int | None = None
    ) -> JobView:
        """Keep the book's text, write the rows, and queue one task a chapter.

        Raises:
            OptionError: a chapter index outside the book.
            TextError: the chosen chapters have no words.
            QueueFull: the owner has `max_queued` unfinished jobs already.
            StorageError: no room on the disk.
        """
        job = jobs.submit_book(self.db, self.storage, owner, book, options, max_queued)
        return self._told(owner, job.id)

    def submit_transcription(
        self,
        owner: str,
        source: Path,
        filename: str,
        options: TranscriptionOptions,
        *,
        duration_s: float = 0.0,
        max_queued: int | None = None,
    ) -> JobView:
        """Take a recording into the job's folder (moved when it is one of our uploads, else copied) and queue it.

        Args:
            owner: whose.
            source: the file.
            filename: what the person calls it.
            options: how.
            duration_s: its length where the caller has probed it already; else 0.
            max_queued: most unfinished jobs the owner may have.

        Raises:
            AudioFormatError: it is empty or not there.
            QueueFull: the owner has `max_queued` unfinished jobs already.
            StorageError: no room on the disk.
        """
        job = jobs.submit_transcription(self.db, self.storage, owner, source, filename, options, duration_s, max_queued)
        return self._told(owner, job.id)

    def submit_tuning(
        self, owner: str, voice_id: str, options: TuningOptions, *, max_queued: int | None = None
    ) -> JobView:
        """Queue the fitting of a Kokoro voice to the recording of one's own.

        Raises:
            NotFound: no such voice of this person.
            IllegalMove: it cannot be tuned, or is being tuned.
            VoiceError: nobody has agreed.
            QueueFull: the owner has `max_queued` unfinished jobs already.
        """

        def write(rows: Session) -> tuple[Job, JobPart]:
            return tunings.written(rows, own_rows.owned(rows, owner, voice_id), options)

        job = jobs.submit_tuning(self.db, self.storage, owner, write, max_queued)
        return self._told(owner, job.id)

    def list_jobs(self, owner: str, kind: JobKind | None = None, ids: Collection[str] | None = None) -> list[JobView]:
        """Unfinished jobs in the order of the queue, then finished ones, the latest first; of `ids` alone."""
        with session(self.db) as rows:
            waiting = jobs.in_order(rows, owner)
            over = select(Job).where(Job.owner == owner, col(Job.status).not_in(UNFINISHED))
            if ids is not None:
                over = over.where(col(Job.id).in_(ids))
                waiting = [job for job in waiting if job.id in ids]
            finished = rows.exec(
                over.order_by(col(Job.finished_at).desc(), col(Job.created_at).desc(), col(Job.id))
            ).all()
            chosen = [job for job in [*waiting, *finished] if kind is None or job.kind is kind]
            return job_views(rows, chosen)

    def view(self, owner: str, job_id: str) -> JobView:
        """One job.

        Raises:
            NotFound: no such job of this owner.
        """
        with session(self.db) as rows:
            return job_views(rows, [jobs.owned(rows, owner, job_id)])[0]

    def pause(self, owner: str, job_id: str) -> JobView:
        """Stop after the sentence in hand and keep everything. Raises NotFound, IllegalMove."""
        return self._ask(owner, job_id, "pause")

    def resume(self, owner: str, job_id: str) -> JobView:
        """Go on where a paused job stopped. Raises NotFound, IllegalMove."""
        return self._ask(owner, job_id, "resume")

    def cancel(self, owner: str, job_id: str) -> JobView:
        """End it; what was made is kept until it is deleted. Raises NotFound, IllegalMove."""
        return self._ask(owner, job_id, "cancel")

    def retry(self, owner: str, job_id: str) -> JobView:
        """Do again only what is missing of a failed or cancelled job. Raises NotFound, IllegalMove."""
        return self._ask(owner, job_id, "retry")

    def retry_segment(self, owner: str, job_id: str, failed_id: int) -> JobView:
        """Try one failed sentence again. Raises NotFound, IllegalMove."""
        jobs.retry_segment(self.db, self.storage, owner, job_id, failed_id)
        return self._told(owner, job_id)

    def allow_silence(self, owner: str, job_id: str) -> JobView:
        """Leave the failed sentences silent and finish the book. Raises NotFound, IllegalMove."""
        jobs.allow_silence(self.db, self.storage, owner, job_id)
        return self._told(owner, job_id)

    def move_up(self, owner: str, job_id: str) -> JobView:
        """One place forward among the owner's unfinished jobs. Raises NotFound, IllegalMove."""
        jobs.reorder(self.db, owner, job_id, up=True)
        return self._told(owner, job_id)

    def move_down(self, owner: str, job_id: str) -> JobView:
        """One place back among the owner's unfinished jobs. Raises NotFound, IllegalMove."""
        jobs.reorder(self.db, owner, job_id, up=False)
        return self._told(owner, job_id)

    def delete(self, owner: str, job_id: str) -> None:
        """Remove the job, its rows and its files, whatever it is doing. Raises NotFound."""
        with session(self.db) as rows:
            jobs.owned(rows, owner, job_id)
            others = rows.exec(select(Job.id).where(Job.owner == owner, Job.id != job_id)).all()
        sound = keys_of(self.storage.job_folder(job_id))
        jobs.remove(self.db, self.storage, owner, job_id)
        if sound:
            # Segments are shared by the jobs of one owner: what another job plays stays.
            for other in others:
                sound -= keys_of(self.storage.job_folder(other))
            cache = SegmentCache(self.storage.segment_cache)
            for key in sound:
                cache.remove(key)
        self._tell_queue()

    def unfinished(self, owner: str) -> int:
        """How many of the owner's jobs are queued, running or paused."""
        with session(self.db) as rows:
            return jobs.count_unfinished(rows, owner)

    # --- What jobs made

    def result(self, owner: str, job_id: str, result_id: str) -> ResultFile:
        """A finished file.

        Raises:
            NotFound: no such job or result of this owner.
            StorageError: the file was removed from the disk.
        """
        with session(self.db) as rows:
            job = jobs.owned(rows, owner, job_id)
            found = rows.exec(select(JobResult).where(JobResult.id == result_id, JobResult.job_id == job_id)).first()
        if found is None:
            raise NotFound("There is no such result.")
        if job.kind is JobKind.TRANSCRIPTION:
            transcripts.refresh(self.storage, job, found)
        path = self.storage.resolve(found.path)
        if not path.is_file():
            raise StorageError(f"The file {found.name} was removed from the disk. Press Retry to make it again.")
        written = exports.FORMATS.get(found.kind)
        media_type = written.media_type if written else MEDIA_TYPES.get(found.kind, "application/octet-stream")
        return ResultFile(path, found.name, media_type, path.stat().st_size)

    def cover(self, owner: str, job_id: str) -> bytes | None:
        """The book's cover image, if it has one. Raises NotFound."""
        with session(self.db) as rows:
            job = jobs.owned(rows, owner, job_id)
        if job.kind is not JobKind.AUDIOBOOK:
            return None
        return open_manuscript(self.storage.job_folder(job_id)).cover()

    def chapter_audio(self, owner: str, job_id: str, part_number: int) -> ChapterAudio:
        """A chapter's sound, streamed from the segments that are already spoken, pauses included.

        Raises:
            NotFound: no such part of this owner, or nothing of it is spoken yet.
        """
        with session(self.db) as rows:
            job = jobs.owned(rows, owner, job_id)
            part = self._part(rows, job_id, part_number)
        score = open_score(self.storage.job_folder(job_id), part_number)
        duration_s = playback.duration_s(score) if score else 0.0
        if score is None or part is None or not duration_s:
            raise NotFound("Nothing of this chapter is spoken yet.")
        cache = SegmentCache(self.storage.segment_cache)
        options = BookOptions.from_json(job.options)
        sound = playback.mastered(score, cache, part.report.get("narrated", {}), options.loudness)
        return ChapterAudio(part.title, score.sample_rate, duration_s, sound, of_book(options))

    # --- Transcripts

    def transcript(self, owner: str, job_id: str) -> Transcript:
        """What a transcription job has heard so far, as it was changed. Raises NotFound."""
        return self.transcript_view(owner, job_id).transcript

    def transcript_view(self, owner: str, job_id: str, begin: int = 0) -> TranscriptView:
        """The same from a segment on, with its version. Raises NotFound, StorageError."""
        return transcripts.view(self.db, self.storage, owner, job_id, begin)

    def change_transcript(
        self, owner: str, job_id: str, version: int, splices: Sequence[Splice], title: str | None = None
    ) -> TranscriptView:
        """Change segments. Raises NotFound, IllegalMove, Conflict, OptionError, StorageError."""
        return transcripts.change(self.db, self.storage, owner, job_id, version, splices, title)

    def keep_transcript(
        self, owner: str, title: str, recording: Path, transcript: Transcript, options: TranscriptionOptions
    ) -> JobView:
        """Keep what was heard live, with its sound, as a job that is done. Raises StorageError."""
        job_id = transcripts.keep(self.db, self.storage, owner, title, recording, transcript, options)
        return self.view(owner, job_id)

    def recording(self, owner: str, job_id: str) -> Path:
        """The sound of a transcript. Raises NotFound, StorageError."""
        return transcripts.recording(self.db, self.storage, owner, job_id)

    @staticmethod
    def _part(rows: Session, job_id: str, number: int) -> JobPart | None:
        return rows.exec(select(JobPart).where(JobPart.job_id == job_id, JobPart.number == number)).first()

    # --- Clips

    def add_clip(
        self, owner: str, text: str, model: str, voice: str, speed: float, path: Path, duration_s: float
    ) -> ClipView:
        """Keep a spoken text; its sound file is moved into the owner's clips."""
        return clips.add(self.db, self.storage, owner, text, model, voice, speed, path, duration_s)

    def list_clips(self, owner: str, limit: int = 50) -> list[ClipView]:
        """The owner's clips, the latest first."""
        return clips.list_all(self.db, self.storage, owner, limit)

    def get_clip(self, owner: str, clip_id: str) -> ClipView:
        """One clip. Raises NotFound."""
        return clips.get(self.db, self.storage, owner, clip_id)

    def delete_clip(self, owner: str, clip_id: str) -> None:
        """Remove a clip and its file. Raises NotFound."""
        clips.delete(self.db, self.storage, owner, clip_id)

    # --- The queue

    def reconcile(self, at_once: bool = False) -> int:
        """Queue again what the rows say is unfinished and nobody works on; the number of tickets added.

        Does nothing while `redis` is None or away. Call it every second or two: a part that nobody was ever seen
        to hold is queued again only when two calls in a row miss it, unless `at_once`.
        """
        return 0 if self.redis is None else self._reconciler.run(self.db, self.redis, at_once)

    def sweep(self, older_than_s: float = 3600.0) -> int:
        """Remove what killed processes left behind: folders of jobs and voices without a row, half-written files; and
        drafts of voices whose day is over.

        Returns:
            How many were removed.
        """
        with session(self.db) as rows:
            known = set(rows.exec(select(Job.id)).all())
        limit = time.time() - older_than_s
        strays = [path for path in self.storage.job_folders() if path.name not in known]
        removed = 0
        for folder in strays:
            if folder.stat().st_mtime < limit:
                self.storage.delete_job(folder.name)
                removed += 1
        removed += self._sweep_voices(limit) + drafts.remove_old(self.storage.all_drafts())
        for path in self.storage.outputs.rglob(".tmp-*"):
            if path.is_file() and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _sweep_voices(self, limit: float) -> int:
        """Folders of voices that are gone, and what a model that spoke meanwhile made of recordings that are."""
        with session(self.db) as rows:
            known = set(rows.exec(select(OwnVoice.id)).all())
            recorded = set(rows.exec(select(VoiceRecording.voice_id)).all())
        removed = 0
        for folder in self.storage.voice_folders():
            if folder.name not in known and folder.stat().st_mtime < limit:
                self.storage.delete_voice(folder.name)
                removed += 1
            elif folder.name in known - recorded:
                VoiceFolder(folder).forget_states()
        return removed

    def _ask(self, owner: str, job_id: str, action: JobAction) -> JobView:
        jobs.ask(self.db, self.storage, owner, job_id, action)
        return self._told(owner, job_id)

    def _told(self, owner: str, job_id: str) -> JobView:
        self._tell_queue(job_id)
        return self.view(owner, job_id)

    def _tell_queue(self, job_id: str | None = None) -> None:
        """The rows are changed already: a queue that is away now catches up at the next `reconcile`."""
        if self.redis is None:
            return
        try:
            with session(self.db) as rows:
                wanted = wanted_tickets(rows)
            enqueue(self.redis, [ticket for ticket in wanted if ticket.job_id == job_id])
            arrange(self.redis, wanted)
        except (RedisError, OSError) as exc:
            log.warning("the queue is away: %s", exc)

    def close(self) -> None:
        """Give back the database's connections."""
        self.db.dispose()


def open_library(outputs: Path, database_url: str, redis: "Redis | None" = None) -> Library:
    """Open what is kept below `outputs`. Does not migrate: call `db.migrate` once before.

    Raises:
        LibraryError: the database cannot be opened.
    """
    return Library(open_database(database_url), Storage(outputs), redis)
