"""Jobs as rows: submitted, asked to do things, deleted. Knows owners; another owner's id is an unknown id.

The queue is told afterwards by `studio.library.library`: nothing here needs Redis.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import Engine, delete, func, update
from sqlmodel import Session, col, select

from engine.errors import AudioFormatError, OptionError, TextError
from studio.library.db import session
from studio.library.errors import IllegalMove, NotFound, QueueFull
from studio.library.jobs.moves import UNFINISHED, act, move
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.library.jobs.views import JobAction
from studio.library.narration.manuscripts import BookText, keep
from studio.library.narration.scores import Journal
from studio.library.storage import Storage, storing
from studio.library.tables import (
    FailedSegment,
    Job,
    JobKind,
    JobPart,
    JobResult,
    JobStatus,
    PartKind,
    PartStatus,
    new_id,
)

MAX_CHAPTERS = 2000
"""Each is a row, a ticket and a file; a program may list one chapter again and again."""

__all__ = ["BookOptions", "TranscriptionOptions"]


def submit_book(
    db: Engine, storage: Storage, owner: str, book: BookText, options: BookOptions, max_queued: int | None = None
) -> Job:
    """Keep the chosen chapters' text and write the rows.

    Raises:
        OptionError: a chapter index outside the book, or more than MAX_CHAPTERS.
        TextError: the chosen chapters have no words.
        QueueFull: the owner has `max_queued` unfinished jobs already.
        StorageError: no room on the disk.
    """
    chosen = options.chapters or list(range(len(book.chapters)))
    for index in chosen:
        if not 0 <= index < len(book.chapters):
            raise OptionError(f"There is no chapter {index + 1}: the book has {len(book.chapters)}.")
    if len(chosen) > MAX_CHAPTERS:
        raise OptionError(f"A book may have {MAX_CHAPTERS:,} chapters, and {len(chosen):,} are chosen. Choose fewer.")
    chosen = [index for index in chosen if any(paragraph.strip() for paragraph in book.chapters[index].paragraphs)]
    if not chosen:
        raise TextError("There is nothing to narrate: the chosen chapters have no words.")
    job = Job(
        id=new_id(),
        owner=owner,
        kind=JobKind.AUDIOBOOK,
        title=book.title or "Untitled",
        options=options.as_json() | {"chapters": chosen},
    )
    parts = [
        JobPart(
            job_id=job.id,
            number=number,
            kind=PartKind.CHAPTER,
            chapter=index,
            title=book.chapters[index].title or f"Chapter {index + 1}",
            words_total=sum(len(paragraph.split()) for paragraph in book.chapters[index].paragraphs),
        )
        for number, index in enumerate(chosen)
    ]
    parts.append(JobPart(job_id=job.id, number=len(chosen), kind=PartKind.ASSEMBLY, title="Putting the book together"))
    _check_room_in_queue(db, owner, max_queued)
    return _insert(db, storage, job, parts, lambda folder: keep(folder, book, chosen), max_queued)


def submit_transcription(
    db: Engine,
    storage: Storage,
    owner: str,
    source: Path,
    filename: str,
    options: TranscriptionOptions,
    duration_s: float = 0.0,
    max_queued: int | None = None,
) -> Job:
    """Take the recording into the job's folder and write the rows.

    Raises:
        AudioFormatError: there is no such file, or nothing in it.
        QueueFull: the owner has `max_queued` unfinished jobs already.
        StorageError: no room on the disk.
    """
    if not source.is_file() or source.stat().st_size == 0:
        raise AudioFormatError(f"The recording {filename!r} is empty or no longer there. Choose it again.")
    job = Job(id=new_id(), owner=owner, kind=JobKind.TRANSCRIPTION, title=filename, options=options.as_json())
    # The person's file name is for people; on the disk only its ending matters, and only if it is a plain one.
    ending = Path(filename).suffix.lower()
    kept = "recording" + (ending if ending[1:].isalnum() and len(ending) <= 8 else "")
    job.source = f"jobs/{job.id}/{kept}"
    part = JobPart(job_id=job.id, number=0, kind=PartKind.RECORDING, title=filename, total_s=duration_s)
    is_upload = source.resolve().is_relative_to(storage.uploads(owner))

    def take(folder: Path) -> None:
        if is_upload:
            os.replace(source, folder / kept)
        else:
            shutil.copyfile(source, folder / kept)

    _check_room_in_queue(db, owner, max_queued)
    return _insert(db, storage, job, [part], take, max_queued)


def submit_tuning(
    db: Engine,
    storage: Storage,
    owner: str,
    write: Callable[[Session], tuple[Job, JobPart]],
    max_queued: int | None = None,
) -> Job:
    """Write the rows of a tuning, whose voice has all that it needs.

    Args:
        db: the database.
        storage: where its folder goes.
        owner: whose.
        write: gives the rows; what it raises is raised.
        max_queued: most unfinished jobs the owner may have.

    Raises:
        QueueFull: the owner has `max_queued` unfinished jobs already.
    """
    with session(db) as rows:
        _refuse_when_full(rows, owner, max_queued)
        job, part = write(rows)
    return _insert(db, storage, job, [part], lambda _folder: None, max_queued)


def _check_room_in_queue(db: Engine, owner: str, max_queued: int | None) -> None:
    with session(db) as rows:
        _refuse_when_full(rows, owner, max_queued)


def _refuse_when_full(rows: Session, owner: str, max_queued: int | None) -> None:
    if max_queued is not None and count_unfinished(rows, owner) >= max_queued:
        raise QueueFull(f"You have {max_queued} unfinished jobs, the most allowed. Wait for one, or cancel one.")


def _insert(
    db: Engine,
    storage: Storage,
    job: Job,
    parts: Sequence[JobPart],
    fill: Callable[[Path], object],
    max_queued: int | None,
) -> Job:
    """Files first, rows last: a job that can be seen is whole. What fails in between leaves nothing behind."""
    try:
        with storing():
            fill(storage.job_folder(job.id))
        with session(db, write=True) as rows:
            _refuse_when_full(rows, job.owner, max_queued)
            job.priority = _last_place(rows)
            rows.add(job)
            rows.flush()
            rows.add_all(parts)
    except BaseException:
        storage.delete_job(job.id)
        raise
    return job


def _last_place(rows: Session) -> int:
    lowest = rows.exec(select(func.min(Job.priority)).where(col(Job.status).in_(UNFINISHED))).first()
    return (lowest or 0) - 1


def count_unfinished(rows: Session, owner: str) -> int:
    """The owner's jobs that are queued, running or paused."""
    query = select(func.count()).select_from(Job).where(Job.owner == owner, col(Job.status).in_(UNFINISHED))
    return rows.exec(query).one()


def owned(rows: Session, owner: str, job_id: str) -> Job:
    """The owner's job, locked while the transaction writes.

    Raises:
        NotFound: unknown, or somebody else's.
    """
    job = rows.exec(select(Job).where(Job.id == job_id, Job.owner == owner).with_for_update()).first()
    if job is None:
        raise NotFound("There is no such job.")
    return job


def ask(db: Engine, storage: Storage, owner: str, job_id: str, action: JobAction) -> None:
    """Pause, resume, cancel or retry. Raises NotFound, IllegalMove."""
    with session(db, write=True) as rows:
        job = owned(rows, owner, job_id)
        has_failed = rows.exec(select(FailedSegment.id).where(FailedSegment.job_id == job_id)).first() is not None
        was_finished = job.status not in UNFINISHED
        act(job, action, has_failed)
        if was_finished and job.status in UNFINISHED:
            job.priority = _last_place(rows)
        rows.add(job)
        if action == "retry":
            numbers = rows.exec(select(FailedSegment.part_number).where(FailedSegment.job_id == job_id)).all()
            rows.exec(delete(FailedSegment).where(col(FailedSegment.job_id) == job_id))
            _reopen(rows, storage, job_id, set(numbers))


def retry_segment(db: Engine, storage: Storage, owner: str, job_id: str, failed_id: int) -> None:
    """Try one failed sentence again. Raises NotFound, IllegalMove."""
    with session(db, write=True) as rows:
        job = owned(rows, owner, job_id)
        failed = rows.get(FailedSegment, failed_id)
        if failed is None or failed.job_id != job_id:
            raise NotFound("There is no such failed sentence in this job.")
        _back_to_work(rows, job)
        rows.delete(failed)
        _reopen(rows, storage, job_id, {failed.part_number})


def allow_silence(db: Engine, storage: Storage, owner: str, job_id: str) -> None:
    """Leave the failed sentences silent and finish. Raises NotFound, IllegalMove."""
    with session(db, write=True) as rows:
        job = owned(rows, owner, job_id)
        numbers = set(rows.exec(select(FailedSegment.part_number).where(FailedSegment.job_id == job_id)).all())
        if not numbers:
            raise IllegalMove("This job has no sentence that failed.")
        if job.status is JobStatus.DONE:
            raise IllegalMove("This job is done, with silence where a sentence failed.")
        job.options = job.options | {"silence_for_failed": True}
        if job.status is not JobStatus.PAUSED:
            _back_to_work(rows, job)
        _reopen(rows, storage, job_id, numbers)


def _back_to_work(rows: Session, job: Job) -> None:
    """A finished job goes to the end of the queue again; an unfinished one stays where it is."""
    if job.status not in UNFINISHED:
        move(job, JobStatus.QUEUED)
        job.priority = _last_place(rows)
    rows.add(job)


def _reopen(rows: Session, storage: Storage, job_id: str, numbers: set[int]) -> None:
    """Parts that failed, parts with failed sentences, and then the assembly, wait for a worker again."""
    for part in rows.exec(select(JobPart).where(JobPart.job_id == job_id)).all():
        if part.status is PartStatus.RUNNING:
            continue
        if part.status is PartStatus.FAILED or part.number in numbers:
            part.status, part.error, part.worker, part.attempts = PartStatus.WAITING, "", "", 0
            Journal(storage.job_folder(job_id), part.number).forgive()
        elif part.kind is PartKind.ASSEMBLY and numbers:
            part.status, part.audio_s, part.busy_s = PartStatus.WAITING, 0.0, 0.0
        rows.add(part)


def reorder(db: Engine, owner: str, job_id: str, up: bool) -> None:
    """Change places with the owner's unfinished job before or after. Raises NotFound, IllegalMove."""
    with session(db, write=True) as rows:
        job = owned(rows, owner, job_id)
        act(job, "move_up" if up else "move_down", has_failed_segments=False)
        line = in_order(rows, owner)
        here = next(place for place, other in enumerate(line) if other.id == job_id)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(line):
            return
        other = line[there]
        if job.priority == other.priority:
            job.priority += 1 if up else -1
        else:
            job.priority, other.priority = other.priority, job.priority
        rows.add_all([job, other])


def in_order(rows: Session, owner: str) -> list[Job]:
    """The owner's unfinished jobs as the queue takes them."""
    query = (
        select(Job)
        .where(Job.owner == owner, col(Job.status).in_(UNFINISHED))
        .order_by(col(Job.priority).desc(), col(Job.created_at), col(Job.id))
    )
    return list(rows.exec(query).all())


def remove(db: Engine, storage: Storage, owner: str, job_id: str) -> None:
    """Delete a job, its rows and its files. Its worker, if any, finds the row gone and stops. Raises NotFound."""
    with session(db, write=True) as rows:
        job = owned(rows, owner, job_id)
        for table in (FailedSegment, JobResult, JobPart):
            rows.exec(delete(table).where(col(table.job_id) == job_id))
        rows.delete(job)
    storage.delete_job(job_id)


def withdraw_part(db: Engine, job_id: str, number: int) -> None:
    """A finished part turned out to miss sound (a cached segment was removed or torn): it is to be done again."""
    with session(db, write=True) as rows:
        rows.exec(
            update(JobPart)
            .where(col(JobPart.job_id) == job_id, col(JobPart.number) == number, col(JobPart.status) == PartStatus.DONE)
            .values(status=PartStatus.WAITING)
        )
