"""Rows to tickets: what carries the work to the workers. Knows RQ and Redis; holds no truth that the rows do not hold.

A ticket names a function by its path, so the studio never imports the workers. Losing a ticket costs a few seconds
(`reconcile` writes a new one), a ticket too many costs nothing (its worker finds nothing to do).
"""

import logging
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from redis import Redis
from redis.exceptions import RedisError, WatchError
from rq import Queue
from rq.job import Job as Ticketed
from rq.utils import as_text
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from studio.library.db import session
from studio.library.leases import is_gone, is_over, locked, settle
from studio.library.moves import WORKABLE, move
from studio.library.names import FUNCTIONS, QUEUE
from studio.library.tables import Job, JobPart, JobStatus, PartKind, PartStatus

log = logging.getLogger(__name__)

_FAILURE_TTL_S = 600

VAIN_STARTS = 3
"""So many processes in a row that ended by themselves before they took their part are no accident."""

_VAIN_TTL_S = 600
CANNOT_START = (
    f"No worker could begin this: {VAIN_STARTS} in a row ended before they started. The studio's log says why, and "
    "`studio doctor` looks at the installation. Then press Retry."
)

_Order = tuple[int, float, int]


@dataclass(frozen=True, slots=True)
class Ticket:
    """One part that wants a worker. `order` sorts tickets: the job's place first, then the part's."""

    job_id: str
    number: int
    kind: PartKind
    order: _Order
    taken_over: bool = False

    @property
    def stem(self) -> str:
        """Names the part; a ticket's id is its stem and something random."""
        return f"{self.job_id}-{self.number}"


def enqueue(redis: Redis, tickets: Iterable[Ticket]) -> int:
    """Put tickets in the queue; parts that have one there get no second. Returns how many were added."""
    queue = Queue(QUEUE, connection=redis)
    waiting = waiting_stems(redis)
    fresh = [ticket for ticket in tickets if ticket.stem not in waiting]
    if fresh:
        queue.enqueue_many(
            [
                Queue.prepare_data(
                    FUNCTIONS[ticket.kind],
                    args=(ticket.job_id, ticket.number),
                    job_id=f"{ticket.stem}-{secrets.token_hex(4)}",
                    timeout=-1,
                    result_ttl=0,
                    failure_ttl=_FAILURE_TTL_S,
                    description=f"{ticket.kind} {ticket.number} of {ticket.job_id}",
                )
                for ticket in fresh
            ]
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
    return {ticket_id.rsplit("-", 1)[0] for ticket_id in Queue(QUEUE, connection=redis).get_job_ids()}


def arrange(redis: Redis, wanted: Iterable[Ticket]) -> None:
    """Sort the queue by the rows' order, and drop tickets that nobody wants any more."""
    orders = {ticket.stem: ticket.order for ticket in wanted}
    key = Queue(QUEUE, connection=redis).key
    with redis.pipeline() as pipe:
        for _attempt in range(5):
            try:
                pipe.watch(key)
                now_there = [as_text(ticket_id) for ticket_id in redis.lrange(key, 0, -1)]
                kept = [ticket_id for ticket_id in now_there if ticket_id.rsplit("-", 1)[0] in orders]
                kept.sort(key=lambda ticket_id: orders[ticket_id.rsplit("-", 1)[0]])
                if kept == now_there:
                    return
                pipe.multi()
                pipe.delete(key, *(Ticketed.key_for(ticket_id) for ticket_id in set(now_there) - set(kept)))
                if kept:
                    pipe.rpush(key, *kept)
                pipe.execute()
                return
            except WatchError:  # a worker took a ticket in between
                continue


def wanted_tickets(rows: Session, job_id: str | None = None) -> list[Ticket]:
    """A ticket for every part that needs a worker and has none alive, of one job or of all."""
    query = (
        select(Job, JobPart)
        .join(JobPart, col(JobPart.job_id) == col(Job.id))
        .where(
            col(Job.status).in_(WORKABLE),
            col(JobPart.status).in_({PartStatus.WAITING, PartStatus.RUNNING}),
        )
    )
    if job_id is not None:
        query = query.where(Job.id == job_id)
    pairs = rows.exec(query).all()
    with_chapters_left = {job.id for job, part in pairs if part.kind is not PartKind.ASSEMBLY}
    return [
        Ticket(
            job.id,
            part.number,
            part.kind,
            (-job.priority, job.created_at.timestamp(), part.number),
            taken_over=part.status is PartStatus.RUNNING,
        )
        for job, part in pairs
        if is_gone(part.worker, part.heartbeat_at)
        and not (part.kind is PartKind.ASSEMBLY and job.id in with_chapters_left)
    ]


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
            workable = rows.exec(select(Job).where(col(Job.status).in_(WORKABLE))).all()
            over = [
                job.id for job in workable if is_over(rows.exec(select(JobPart).where(JobPart.job_id == job.id)).all())
            ]
        for job_id in over:
            with session(db, write=True) as rows:
                job = rows.get(Job, job_id)
                if job is not None:
                    settle(rows, job)
