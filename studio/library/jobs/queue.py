"""Rows to tickets: what carries the work to the workers. Knows Redis; holds no truth that the rows do not hold.

A ticket names a function by its path, so the studio never imports the workers. Losing a ticket costs a few seconds
(`reconcile` writes a new one), a ticket too many costs nothing (its worker finds nothing to do).
"""

import logging
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, cast

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from studio.library.db import session
from studio.library.jobs import rq_inside
from studio.library.jobs.leases import is_gone, is_over, locked, settle, states_of_workable
from studio.library.jobs.moves import WORKABLE, move
from studio.library.jobs.turns import in_turns
from studio.library.names import FUNCTIONS, QUEUE
from studio.library.tables import Job, JobPart, JobStatus, PartKind, PartStatus, Turn

log = logging.getLogger(__name__)

VAIN_STARTS = 3
"""So many processes in a row that ended by themselves before they took their part are no accident."""

_VAIN_TTL_S = 600
CANNOT_START = (
    f"No worker could begin this: {VAIN_STARTS} in a row ended before they started. The studio's log says why, and "
    "`studio doctor` looks at the installation. Then press Retry."
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One part that wants a worker. `order` is its place in the line of all people."""

    job_id: str
    number: int
    kind: PartKind
    order: int
    taken_over: bool = False

    @property
    def stem(self) -> str:
        """Names the part; a ticket's id is its stem and something random."""
        return f"{self.job_id}-{self.number}"


def enqueue(redis: Redis, tickets: Iterable[Ticket]) -> int:
    """Put tickets in the queue; parts that have one there get no second. Returns how many were added."""
    waiting = waiting_stems(redis)
    fresh = [ticket for ticket in tickets if ticket.stem not in waiting]
    if fresh:
        rq_inside.put(
            redis,
            [
                rq_inside.Entry(
                    f"{ticket.stem}-{secrets.token_hex(4)}",
                    FUNCTIONS[ticket.kind],
                    (ticket.job_id, ticket.number),
                    f"{ticket.kind} {ticket.number} of {ticket.job_id}",
                )
                for ticket in fresh
            ],
        )
    return len(fresh)


def count_vain_start(redis: Redis, job_id: str, number: int) -> None:
    """A process ended by itself, in an error, with this part's ticket in hand. It may not even have begun: its code is
    not whole, say. Nothing in the rows shows that, so it is counted beside the queue.
    """
    key = _vain_key(f"{job_id}-{number}")
    with redis.pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, _VAIN_TTL_S)
        pipe.execute()


def forget_vain_starts(redis: Redis, job_id: str, number: int) -> None:
    """A process has done this part's ticket, whatever became of the part."""
    redis.delete(_vain_key(f"{job_id}-{number}"))


def _vain_key(stem: str) -> str:
    return f"{QUEUE}:vain:{stem}"


def waiting_stems(redis: Redis) -> set[str]:
    """The parts that have a ticket in the queue."""
    return {_stem_of(ticket_id) for ticket_id in rq_inside.waiting(redis)}


def arrange(redis: Redis, wanted: Iterable[Ticket]) -> None:
    """Sort the queue by the rows' order, and drop tickets that nobody wants any more."""
    orders = {ticket.stem: ticket.order for ticket in wanted}
    rq_inside.sort(redis, lambda ticket_id: orders.get(_stem_of(ticket_id)))


def _stem_of(ticket_id: str) -> str:
    return ticket_id.rsplit("-", 1)[0]


def wanted_tickets(rows: Session) -> list[Ticket]:
    """A ticket for every part that needs a worker and has none alive, in the order in which they are to be begun.

    Columns, not entities: a job's options may list thousands of chapters, and are not asked for once a chapter.
    """
    jobs = rows.exec(
        select(Job.id, Job.owner)
        .where(col(Job.status).in_(WORKABLE))
        .order_by(col(Job.priority).desc(), col(Job.created_at), col(Job.id))
    ).all()
    parts = _open_parts(rows)
    lines: dict[str, list[_Part]] = {}
    for job_id, owner in jobs:
        mine = parts.get(job_id, [])
        has_chapters_left = any(part.kind is not PartKind.ASSEMBLY for part in mine)
        lines.setdefault(owner, []).extend(
            part
            for part in mine
            if is_gone(part.worker, part.heartbeat_at) and not (part.kind is PartKind.ASSEMBLY and has_chapters_left)
        )
    served = {owner: served_at for owner, served_at in rows.exec(select(Turn.owner, Turn.served_at))}
    return [
        Ticket(part.job_id, part.number, part.kind, place, taken_over=part.status is PartStatus.RUNNING)
        for place, part in enumerate(in_turns(lines, served))
    ]


class _Part(NamedTuple):
    job_id: str
    number: int
    kind: PartKind
    status: PartStatus
    worker: str
    heartbeat_at: datetime | None


def _open_parts(rows: Session) -> dict[str, list[_Part]]:
    """The parts that are not ended of all jobs that may be worked on, by job, in order."""
    query = (
        select(*(getattr(JobPart, name) for name in _Part._fields))
        .join(Job, col(JobPart.job_id) == col(Job.id))
        .where(
            col(Job.status).in_(WORKABLE),
            col(JobPart.status).in_({PartStatus.WAITING, PartStatus.RUNNING}),
        )
        .order_by(col(JobPart.job_id), col(JobPart.number))
    )
    found: dict[str, list[_Part]] = {}
    for row in rows.exec(query):
        found.setdefault(row[0], []).append(_Part(*row))
    return found


class Reconciler:
    """Brings the queue in line with the rows, again and again.

    A part without a ticket may have just been handed to a worker that has not signed yet. So such a part gets a new
    ticket only when it is seen twice in a row; one whose worker is known to be dead gets it at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._missed: set[str] = set()

    def run(self, db: Engine, redis: Redis, at_once: bool = False) -> int:
        """Queue what is missing; how many tickets were added. A Redis that is away is left for the next time."""
        with self._lock:
            self._settle_all(db)
            with session(db) as rows:
                wanted = wanted_tickets(rows)
            try:
                waiting = waiting_stems(redis)
                missing = [ticket for ticket in wanted if ticket.stem not in waiting]
                due = [one for one in missing if at_once or one.taken_over or one.stem in self._missed]
                due = [one for one in due if one.taken_over or not self._is_in_vain(db, redis, one)]
                self._missed = {ticket.stem for ticket in missing} - {ticket.stem for ticket in due}
                added = enqueue(redis, due)
                arrange(redis, wanted)
            except (RedisError, OSError) as exc:
                log.warning("the queue is away: %s", exc)
                return 0
            return added

    @staticmethod
    def _is_in_vain(db: Engine, redis: Redis, ticket: Ticket) -> bool:
        """Whether no worker can even begin the part; then it fails instead of being queued for ever."""
        starts = cast("bytes | None", redis.get(_vain_key(ticket.stem)))
        if starts is None or int(starts) < VAIN_STARTS:
            return False
        with session(db, write=True) as rows:
            job, part = locked(rows, ticket.job_id, ticket.number)
            if job is not None and part is not None and part.status is PartStatus.WAITING and job.status in WORKABLE:
                part.status, part.error = PartStatus.FAILED, CANNOT_START
                move(job, JobStatus.FAILED, CANNOT_START)
                rows.add_all([job, part])
        redis.delete(_vain_key(ticket.stem))
        return True

    @staticmethod
    def _settle_all(db: Engine) -> None:
        """Jobs that nobody can go on with and whose row does not say so yet: their last worker died between its last
        part and the job's own row, or a chapter failed while they were paused.
        """
        with session(db) as rows:
            over = [job_id for job_id, states in states_of_workable(rows).items() if is_over(states)]
        for job_id in over:
            with session(db, write=True) as rows:
                job = rows.get(Job, job_id)
                if job is not None:
                    settle(rows, job)
