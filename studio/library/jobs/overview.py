"""Rows to views: what a person sees of a job, with its speed and the time it still needs. Changes nothing."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from engine.defaults import simple_recogniser
from studio.library.jobs.leases import is_gone
from studio.library.jobs.moves import UNFINISHED, actions
from studio.library.jobs.views import FailedSegmentView, JobView, PartView, ResultView
from studio.library.tables import FailedSegment, Job, JobKind, JobPart, JobResult, JobStatus, PartKind, PartStatus

ASSEMBLY_SHARE = 0.15
"""How much of the progress bar the assembly of a book takes."""

ASSEMBLY_SPEED = 60.0
"""Seconds of sound mastered and encoded a second, until a job has shown its own speed."""

SECONDS_A_WORD = 0.4
"""Spoken, until a job has shown its own rate."""

MAX_NOTICES = 20

_PARTS: Any = select(*JobPart.__table__.columns)  # type: ignore[attr-defined]
"""Parts as plain rows, which have a JobPart's attributes: a book may have thousands, and a page asks each second."""

_MAIN_KINDS = ("m4b", "mp3", "zip", "flac", "wav", "opus", "txt")


def job_views(rows: Session, jobs: Sequence[Job]) -> list[JobView]:
    """Views of some of one owner's jobs, in the order given."""
    if not jobs:
        return []
    ids = [job.id for job in jobs]
    parts = _by_job(rows.exec(_PARTS.where(col(JobPart.job_id).in_(ids)).order_by(col(JobPart.number))).all())
    failed = _by_job(rows.exec(select(FailedSegment).where(col(FailedSegment.job_id).in_(ids))).all())
    results = _by_job(rows.exec(select(JobResult).where(col(JobResult.job_id).in_(ids))).all())
    places = _places(rows, jobs[0].owner)
    return [
        _job_view(job, parts.get(job.id, []), failed.get(job.id, []), results.get(job.id, []), places.get(job.id, 0))
        for job in jobs
    ]


def _by_job(found: Sequence[Any]) -> dict[str, list[Any]]:
    grouped: dict[str, list[Any]] = {}
    for row in found:
        grouped.setdefault(row.job_id, []).append(row)
    return grouped


def _places(rows: Session, owner: str) -> dict[str, int]:
    line = rows.exec(
        select(Job.id)
        .where(Job.owner == owner, col(Job.status).in_(UNFINISHED))
        .order_by(col(Job.priority).desc(), col(Job.created_at), col(Job.id))
    ).all()
    return {job_id: place for place, job_id in enumerate(line, start=1)}


def _job_view(
    job: Job, parts: list[JobPart], failed: list[FailedSegment], results: list[JobResult], position: int
) -> JobView:
    chapters = [part for part in parts if part.kind is not PartKind.ASSEMBLY]
    assembly = next((part for part in parts if part.kind is PartKind.ASSEMBLY), None)
    pace = _Pace(chapters, assembly)
    is_running = job.status is JobStatus.RUNNING
    makes_sound = job.kind is not JobKind.TUNING  # which counts its steps where the others count seconds
    titles = {part.number: part.title for part in parts}
    return JobView(
        id=job.id,
        kind=job.kind,
        status=job.status,
        title=job.title,
        options={name: value for name, value in job.options.items() if name not in ("pronunciations", "notices")},
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        stage=_stage(job, chapters, assembly),
        progress=1.0 if job.status is JobStatus.DONE else pace.progress,
        words_done=sum(part.words_done for part in chapters),
        words_total=sum(part.words_total for part in chapters),
        audio_s=pace.audio_s if makes_sound else 0.0,
        total_s=pace.total_s if makes_sound else 0.0,
        speed=pace.speed if makes_sound else 0.0,
        eta_s=pace.eta_s if is_running else None,
        message=job.message,
        notices=_notices(job, parts),
        error=job.error,
        parts=tuple(_part_view(part) for part in chapters),
        failed=tuple(
            FailedSegmentView(
                id=one.id or 0,
                part_number=one.part_number,
                part_title=titles.get(one.part_number, ""),
                segment_index=one.segment_index,
                text=one.text,
                attempts=one.attempts,
                error=one.error,
            )
            for one in sorted(failed, key=lambda one: (one.part_number, one.segment_index))
        ),
        results=tuple(
            ResultView(one.id, one.name, one.kind, one.size_bytes, one.part_number)
            for one in sorted(results, key=_main_first)
        ),
        actions=actions(job, bool(failed)),
        position=position,
    )


def _notices(job: Job, parts: list[JobPart]) -> tuple[str, ...]:
    """What there is to say of who speaks or listens, then what the workers had to say, each sentence once; the last one
    tells where some are left out.
    """
    told: dict[str, None] = dict.fromkeys(job.options.get("notices") or ())
    if job.kind is JobKind.TRANSCRIPTION and (simple := simple_recogniser(str(job.options.get("model", "")))):
        told[simple] = None
    told |= dict.fromkeys(notice for part in parts for notice in part.report.get("notices", ()))
    return _few(tuple(told))


def _few(told: tuple[str, ...]) -> tuple[str, ...]:
    if len(told) > MAX_NOTICES:
        return (*told[:MAX_NOTICES], f"And {len(told) - MAX_NOTICES} more of this kind.")
    return told


def _main_first(result: JobResult) -> tuple[int, str]:
    return (_MAIN_KINDS.index(result.kind) if result.kind in _MAIN_KINDS else len(_MAIN_KINDS), result.name)


def _part_view(part: JobPart) -> PartView:
    is_sound = part.kind is not PartKind.TUNING
    return PartView(
        number=part.number,
        chapter=part.chapter,
        title=part.title,
        status=part.status,
        words_done=part.words_done,
        words_total=part.words_total,
        audio_s=part.audio_s if is_sound else 0.0,
        total_s=part.total_s if is_sound else 0.0,
        progress=_part_progress(part),
        speed=part.audio_s / part.busy_s if is_sound and part.busy_s > 0 else 0.0,
        report=_shown(part.report.get("mastered") or part.report.get("narrated", {})),
        error=part.error,
        can_listen=part.kind is PartKind.CHAPTER and part.audio_s > 0,
    )


def _shown(report: dict[str, Any]) -> dict[str, Any]:
    """The levels and the sentences; what the engine keeps beside them to plan a gain is not for people."""
    return {name: value for name, value in report.items() if isinstance(value, int | float) or name == "misses"}


def _part_progress(part: JobPart) -> float:
    if part.status is PartStatus.DONE:
        return 1.0
    if part.kind in {PartKind.RECORDING, PartKind.TUNING}:
        return min(part.audio_s / part.total_s, 1.0) if part.total_s > 0 else 0.0
    return min(part.words_done / part.words_total, 1.0) if part.words_total > 0 else 0.0


def _stage(job: Job, chapters: list[JobPart], assembly: JobPart | None) -> str:
    if job.status is not JobStatus.RUNNING:
        return {
            JobStatus.QUEUED: "Waiting for a worker",
            JobStatus.PAUSED: "Paused",
            JobStatus.CANCELLED: "Cancelled",
            JobStatus.FAILED: "Failed",
            JobStatus.DONE: "Done",
        }[job.status]
    if job.message:  # a download is under way: nothing else happens until it is here
        return job.message
    if job.kind is JobKind.TRANSCRIPTION:
        return "Listening"
    if job.kind is JobKind.TUNING:
        return "Fitting the voice to the recording"
    finished = sum(part.status is not PartStatus.WAITING and part.status is not PartStatus.RUNNING for part in chapters)
    if finished == len(chapters) and assembly is not None:
        return "Putting the book together"
    return f"Narrating: {finished} of {len(chapters)} chapters done"


class _Pace:
    """How fast a job goes, and what that says about its end."""

    def __init__(self, chapters: list[JobPart], assembly: JobPart | None) -> None:
        self.audio_s = sum(part.audio_s for part in chapters)
        busy_s = sum(part.busy_s for part in chapters)
        at_work = max(1, sum(1 for part in chapters if not is_gone(part.worker, part.heartbeat_at)))
        self.speed = self.audio_s / busy_s * at_work if busy_s > 0 else 0.0
        self.total_s = self._total(chapters)
        done = self._done_share(chapters)
        left_s = max(self.total_s - self.audio_s, 0.0)
        self.eta_s: float | None = left_s / self.speed if self.speed > 0 and self.total_s > 0 else None
        self.progress = done
        if assembly is not None:
            assembled = min(assembly.audio_s / self.total_s, 1.0) if self.total_s > 0 else 0.0
            self.progress = done * (1 - ASSEMBLY_SHARE) + assembled * ASSEMBLY_SHARE
            pace = (
                assembly.audio_s / assembly.busy_s if assembly.busy_s > 1 and assembly.audio_s > 0 else ASSEMBLY_SPEED
            )
            if self.eta_s is not None:
                self.eta_s += max(self.total_s - assembly.audio_s, 0.0) / pace
        self.progress = min(self.progress, 0.999)

    def _total(self, chapters: list[JobPart]) -> float:
        if all(part.total_s > 0 for part in chapters):
            return sum(part.total_s for part in chapters)
        words_done = sum(part.words_done for part in chapters)
        seconds_a_word = self.audio_s / words_done if words_done > 20 else SECONDS_A_WORD
        words_left = sum(max(part.words_total - part.words_done, 0) for part in chapters)
        return self.audio_s + words_left * seconds_a_word

    @staticmethod
    def _done_share(chapters: list[JobPart]) -> float:
        weights = [part.words_total or part.total_s or 1.0 for part in chapters]
        done = sum(weight * _part_progress(part) for weight, part in zip(weights, chapters, strict=True))
        return done / sum(weights) if weights else 0.0
