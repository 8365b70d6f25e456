"""What a job may do next: the only place that says so, and the only one that changes a job's status. Pure: no database.

queued ──▶ running ──▶ done
  │ ▲        │  │        │
  ▼ │        ▼  ▼        ▼
paused ◀─────┘  failed ──▶ queued      (retry; a done job only when sentences of it were left silent)
  │                ▲
  └▶ cancelled ────┘ retry             (everything unfinished can be cancelled)
"""

from studio.library.errors import IllegalMove
from studio.library.jobs.views import JobAction
from studio.library.tables import Job, JobStatus, now

LEGAL: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED}),
    JobStatus.RUNNING: frozenset({JobStatus.PAUSED, JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DONE}),
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.CANCELLED: frozenset({JobStatus.QUEUED}),
    JobStatus.FAILED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.DONE: frozenset({JobStatus.QUEUED}),
}

UNFINISHED = frozenset({JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.PAUSED})
"""A job that still counts against its owner's queue and can be reordered."""

WORKABLE = frozenset({JobStatus.QUEUED, JobStatus.RUNNING})
"""A job whose parts workers may take."""

_TARGET: dict[JobAction, JobStatus] = {
    "pause": JobStatus.PAUSED,
    "resume": JobStatus.QUEUED,
    "cancel": JobStatus.CANCELLED,
    "retry": JobStatus.QUEUED,
}


def move(job: Job, to: JobStatus, error: str = "") -> None:
    """Change a job's status.

    Raises:
        IllegalMove: the job is not where this move begins.
    """
    if to not in LEGAL[job.status]:
        raise IllegalMove(f"This job is {job.status}: it cannot become {to}.")
    job.status = to
    job.error = error if to is JobStatus.FAILED else ""
    job.message = ""
    if to is JobStatus.RUNNING and job.started_at is None:
        job.started_at = now()
    job.finished_at = now() if to in {JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DONE} else None


def act(job: Job, action: JobAction, has_failed_segments: bool) -> None:
    """Do what a person asks of a job.

    Raises:
        IllegalMove: it cannot be asked of the job now; see `actions`.
    """
    if action not in actions(job, has_failed_segments):
        raise IllegalMove(f"This job is {job.status}: it cannot {action.replace('_', ' ')}.")
    if action in _TARGET:
        move(job, _TARGET[action])


def actions(job: Job, has_failed_segments: bool) -> frozenset[JobAction]:
    """What a person may ask of a job now."""
    legal: set[JobAction] = {"delete"}
    if job.status in WORKABLE:
        legal.add("pause")
    if job.status is JobStatus.PAUSED:
        legal.add("resume")
    if JobStatus.CANCELLED in LEGAL[job.status]:
        legal.add("cancel")
    if job.status in {JobStatus.FAILED, JobStatus.CANCELLED} or (job.status is JobStatus.DONE and has_failed_segments):
        legal.add("retry")
    if job.status in UNFINISHED:
        legal |= {"move_up", "move_down"}
    return frozenset(legal)
