"""Who works on a part: taken, kept alive, given back. Two workers never hold one part; a dead one's is taken over.

A worker signs with its place (this machine and process space), its process id and the moment it was born, so that
whoever shares its place sees at once that it is gone. Elsewhere only a stale heartbeat tells.
"""

import os
import socket
import sys
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

import psutil
from sqlalchemy import CursorResult, Engine, update
from sqlmodel import Session, col, select

from studio.library.db import session, transaction
from studio.library.jobs.moves import WORKABLE, move
from studio.library.tables import FailedSegment, Job, JobPart, JobStatus, PartKind, PartStatus, Turn, now
from studio.library.tries import after_all_tries

STALE_ELSEWHERE_S = 60.0
"""Without a heartbeat for so long, a worker of another machine is taken for dead."""

STALE_HERE_S = 900.0
"""A process of this machine that exists and shows no sign of life for so long hangs."""

MAX_STARTS = 20
"""A part that so many workers in turn began without moving forward is not begun again.

Well above what accidents make of it: a machine that is switched off a few times must not fail a job.
"""

_BIRTH_TOLERANCE_S = 2.0
_ENDED = frozenset({PartStatus.DONE, PartStatus.FAILED})


@cache
def place() -> str:
    """This machine and process space: within it, process ids mean the same processes."""
    try:
        space = os.readlink("/proc/self/ns/pid").strip("pid:[]") if sys.platform == "linux" else ""
    except OSError:
        space = ""
    return f"{socket.gethostname()[:64]}:{space}".replace("/", "-")


def signature() -> str:
    """How this process signs."""
    return f"{place()}/{os.getpid()}/{psutil.Process().create_time():.2f}"


def is_gone(worker: str, heartbeat_at: datetime | None) -> bool:
    """Whether a part signed by `worker` may be taken over."""
    if not worker:
        return True
    silent_s = (now() - heartbeat_at).total_seconds() if heartbeat_at else float("inf")
    try:
        where, pid, born = worker.rsplit("/", 2)
        if where != place():
            return silent_s > STALE_ELSEWHERE_S
        process = psutil.Process(int(pid))
        is_same = abs(process.create_time() - float(born)) < _BIRTH_TOLERANCE_S
        is_alive = is_same and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.NoSuchProcess, ValueError):
        return True
    except psutil.AccessDenied:
        is_alive = True
    return not is_alive or silent_s > STALE_HERE_S


@dataclass(frozen=True, slots=True)
class Claim:
    """A part that this process may work on now."""

    job: Job
    part: JobPart
    worker: str


def claim(db: Engine, job_id: str, number: int) -> Claim | None:
    """Take a part, if it needs work and nobody alive has it.

    The third thing that can be in the way is its own past: when worker after worker died on it without one step
    forward, the part fails with a sentence instead.
    """
    worker = signature()
    with session(db, write=True) as rows:
        job, part = locked(rows, job_id, number)
        if job is None or part is None or job.status not in WORKABLE:
            return None
        if part.status not in {PartStatus.WAITING, PartStatus.RUNNING} or not is_gone(part.worker, part.heartbeat_at):
            return None
        if part.kind is PartKind.ASSEMBLY and unfinished_chapters(rows, job_id):
            return None
        if part.attempts >= MAX_STARTS:
            part.status, part.worker = PartStatus.FAILED, ""
            part.error = f"The worker stopped unexpectedly {MAX_STARTS} times here. Press Retry to try again."
            move(job, JobStatus.FAILED, part.error)
            rows.add_all([job, part])
            return None
        if job.status is JobStatus.QUEUED:
            move(job, JobStatus.RUNNING)
        part.status, part.worker, part.heartbeat_at = PartStatus.RUNNING, worker, now()
        part.attempts += 1
        rows.add_all([job, part])
        rows.merge(Turn(owner=job.owner, served_at=now()))
    return Claim(job, part, worker)


def locked(rows: Session, job_id: str, number: int) -> tuple[Job | None, JobPart | None]:
    """A job and one part of it, locked until the transaction ends (SQLite locks the whole database instead)."""
    job = rows.exec(select(Job).where(Job.id == job_id).with_for_update()).first()
    part = rows.exec(
        select(JobPart).where(JobPart.job_id == job_id, JobPart.number == number).with_for_update()
    ).first()
    return job, part


def unfinished_chapters(rows: Session, job_id: str) -> bool:
    """Whether anything but the assembly is still to be done."""
    open_part = select(JobPart.id).where(
        JobPart.job_id == job_id, JobPart.kind != PartKind.ASSEMBLY, JobPart.status != PartStatus.DONE
    )
    return rows.exec(open_part).first() is not None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a part is.

    Attributes:
        words_done, audio_s, total_s: as in its row.
        busy_s: seconds of work since the last beat.
        has_advanced: clears the count of dead starts.
        message: for the job; None leaves what is there.
        notices: all that this worker had to say about the part so far; None leaves what is there.
    """

    words_done: int
    audio_s: float
    total_s: float
    busy_s: float
    has_advanced: bool
    message: str | None = None
    notices: tuple[str, ...] | None = None


def beat(db: Engine, held: Claim, progress: Progress) -> bool:
    """Say that this worker lives and how far it is.

    Returns:
        Whether to go on: False when the job was paused, cancelled, failed or deleted, or the part was taken over.
    """
    changes: dict[str, Any] = {
        "heartbeat_at": now(),
        "words_done": progress.words_done,
        "audio_s": progress.audio_s,
        "total_s": progress.total_s,
        "busy_s": JobPart.busy_s + progress.busy_s,
    }
    if progress.notices is not None:
        changes["report"] = held.part.report | {"notices": list(progress.notices)}
    if progress.has_advanced:
        changes["attempts"] = 0
    with transaction(db) as rows:
        mine = update(JobPart).where(col(JobPart.id) == held.part.id, col(JobPart.worker) == held.worker)
        is_mine = cast("CursorResult[Any]", rows.execute(mine.values(**changes))).rowcount == 1
        if is_mine and progress.message is not None:
            rows.execute(update(Job).where(col(Job.id) == held.job.id).values(message=progress.message))
        status = rows.execute(select(Job.status).where(Job.id == held.job.id)).scalar()
    return is_mine and status is JobStatus.RUNNING


def release(db: Engine, held: Claim) -> None:
    """Give a part back unfinished; the next worker goes on from what is cached."""
    with transaction(db) as rows:
        rows.execute(
            update(JobPart)
            .where(col(JobPart.id) == held.part.id, col(JobPart.worker) == held.worker)
            .values(status=PartStatus.WAITING, worker="", heartbeat_at=None, attempts=0)
        )


def finish(db: Engine, held: Claim, busy_s: float = 0.0, **changes: Any) -> bool:
    """Mark a part done (or failed, with `status` and `error`), and let the job follow.

    Args:
        db: the database.
        held: what `claim` gave.
        busy_s: seconds of work since the last beat.
        changes: further columns of the part.

    Returns:
        Whether all chapters are done now, so that the assembly can begin.
    """
    with session(db, write=True) as rows:
        job, part = locked(rows, held.job.id, held.part.number)
        if job is None or part is None or part.worker != held.worker:
            return False
        part.status, part.worker, part.heartbeat_at, part.attempts = PartStatus.DONE, "", None, 0
        part.busy_s, part.error = part.busy_s + busy_s, ""
        for name, value in changes.items():
            setattr(part, name, value)
        rows.add(part)
        rows.flush()
        return settle(rows, job)


def settle(rows: Session, job: Job) -> bool:
    """Let a job's status follow its parts'; whether its assembly can begin."""
    parts = states_of(rows, job.id)
    if job.status not in WORKABLE or any(status == PartStatus.RUNNING for _, status in parts):
        return False
    rows.add(job)
    if all(status == PartStatus.DONE for _, status in parts):
        if job.status is JobStatus.QUEUED:
            move(job, JobStatus.RUNNING)
        move(job, JobStatus.DONE)
        return False
    if any(status == PartStatus.WAITING for kind, status in parts if kind != PartKind.ASSEMBLY):
        return False
    if any(status == PartStatus.FAILED for _, status in parts):
        move(job, JobStatus.FAILED, _why_failed(rows, job))
        return False
    return True


State = tuple[str, str]
"""What a part is (PartKind) and where it stands (PartStatus)."""


def states_of(rows: Session, job_id: str) -> frozenset[State]:
    """The states in which parts of a job are: a few, however many parts there are."""
    query = select(JobPart.kind, JobPart.status).where(JobPart.job_id == job_id).distinct()
    return frozenset((kind, status) for kind, status in rows.exec(query))


def states_of_workable(rows: Session) -> dict[str, frozenset[State]]:
    """The same of every job whose parts workers may take, in one question."""
    query = (
        select(Job.id, JobPart.kind, JobPart.status)
        .join(JobPart, col(JobPart.job_id) == col(Job.id))
        .where(col(Job.status).in_(WORKABLE))
        .distinct()
    )
    found: dict[str, set[State]] = {}
    for job_id, kind, status in rows.exec(query):
        found.setdefault(job_id, set()).add((kind, status))
    return {job_id: frozenset(states) for job_id, states in found.items()}


def is_over(parts: Collection[State]) -> bool:
    """Whether no part of a job is left to take: all are done, or none but an assembly that a failed one holds up."""
    statuses = {status for _, status in parts}
    open_chapter = any(kind != PartKind.ASSEMBLY and status not in _ENDED for kind, status in parts)
    return not open_chapter and (statuses <= _ENDED or PartStatus.FAILED in statuses)


def _why_failed(rows: Session, job: Job) -> str:
    failed = rows.exec(select(FailedSegment.part_number).where(FailedSegment.job_id == job.id)).all()
    if failed:
        chapters = len(set(failed))
        what = "1 sentence" if len(failed) == 1 else f"{len(failed)} sentences"
        where = "1 chapter" if chapters == 1 else f"{chapters} chapters"
        return (
            f"{what} in {where} could not be spoken {after_all_tries()}. Retry them, or allow silence in their place."
        )
    told = select(JobPart.error).where(JobPart.job_id == job.id, JobPart.error != "").order_by(col(JobPart.number))
    return rows.exec(told).first() or "A part of this job failed. Press Retry to try it again."


def fail(db: Engine, held: Claim, sentence: str) -> None:
    """End the whole job for now: the part keeps what it has, and Retry goes on from there."""
    with session(db, write=True) as rows:
        job, part = locked(rows, held.job.id, held.part.number)
        if job is None or part is None:
            return
        if part.worker == held.worker:
            part.status, part.worker, part.heartbeat_at, part.error = PartStatus.FAILED, "", None, sentence
            rows.add(part)
        if job.status in WORKABLE:
            move(job, JobStatus.FAILED, sentence)
            rows.add(job)
