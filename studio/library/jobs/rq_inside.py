"""All of RQ that is touched: what another version of it may break stands here, and nowhere else imports it.

The studio writes tickets and sorts them; a worker takes them (`Taker`), and a process of its own does one (`do`).
"""

import os
import signal
import socket
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import RedisError, WatchError
from rq import Queue, SpawnWorker, get_current_job
from rq.exceptions import InvalidJobOperation
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.utils import as_text

from studio.library.names import QUEUE

_FAILURE_TTL_S = 600
_MONITORING_INTERVAL_S = 5
"""How often a busy worker says to Redis that it lives. The rows do not depend on it."""
_ATTEMPTS = 5


class Entry(NamedTuple):
    """What RQ is to call, under which id; `description` is for whoever looks into Redis."""

    id: str
    function: str
    args: tuple[str, int]
    description: str


def put(redis: Redis, entries: Iterable[Entry]) -> None:
    """Add entries at the end of the queue, all at once."""
    queue = Queue(QUEUE, connection=redis)
    queue.enqueue_many(
        [
            Queue.prepare_data(
                one.function,
                args=one.args,
                job_id=one.id,
                timeout=-1,
                result_ttl=0,
                failure_ttl=_FAILURE_TTL_S,
                description=one.description,
            )
            for one in entries
        ]
    )


def waiting(redis: Redis) -> list[str]:
    """The ids in the queue, in order."""
    return Queue(QUEUE, connection=redis).get_job_ids()


def sort(redis: Redis, place_of: Callable[[str], int | None]) -> None:
    """Sort the queue by `place_of` an id, and drop what has none."""
    key = Queue(QUEUE, connection=redis).key
    with redis.pipeline() as pipe:
        for _attempt in range(_ATTEMPTS):
            try:
                pipe.watch(key)
                now_there = [as_text(one) for one in redis.lrange(key, 0, -1)]
                places = {one: place for one in now_there if (place := place_of(one)) is not None}
                kept = sorted((one for one in now_there if one in places), key=places.__getitem__)
                if kept == now_there:
                    return
                pipe.multi()
                pipe.delete(key, *(Job.key_for(one) for one in set(now_there) - set(kept)))
                if kept:
                    pipe.rpush(key, *kept)
                pipe.execute()
                return
            except WatchError:  # a worker took one in between
                continue


def connection_here() -> Redis | None:
    """Of the ticket that this process does; None where it does none."""
    ticket = get_current_job()
    return ticket.connection if ticket is not None else None


class Taker(SpawnWorker):
    """Takes tickets until it is told to stop, and gives each to a process that its heir finds."""

    def __init__(self, redis: Redis, name: str) -> None:
        """Args: redis: where the queue is.  name: of this worker among all; the machine's stands in it."""
        self._was_killed = False
        super().__init__(
            [Queue(QUEUE, connection=redis)],
            name=f"studio-{socket.gethostname()[:64]}-{os.getpid()}-{name}",
            connection=redis,
            job_monitoring_interval=_MONITORING_INTERVAL_S,
        )

    def hand_out(self, errand: dict[str, Any]) -> int:
        """Give a process its errand, as `do` takes it; its pid."""
        raise NotImplementedError

    def put_away(self) -> None:
        """The process has ended."""
        raise NotImplementedError

    def note(self, job_id: str, number: int, has_failed: bool) -> None:
        """A process with this part's ticket has ended by itself; whether in an error that nobody caught."""
        raise NotImplementedError

    def let_go(self) -> None:
        """The worker ends."""
        raise NotImplementedError

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """RQ's: begin a ticket."""
        errand = {"job": job.id, "queue": queue.name, "worker": self.name}
        errand["execution"] = self.execution.id if self.execution else ""
        self._horse_pid = self.hand_out(errand)

    def monitor_work_horse(self, job: Job, queue: Queue) -> None:
        """RQ's: wait for the process, and remember how it ended."""
        self._was_killed = False
        try:
            super().monitor_work_horse(job, queue)
        finally:
            self.put_away()
        with suppress(RedisError):
            # One that is killed from outside has its part's own count; a finished ticket is no longer in Redis.
            if not self._was_killed:
                self.note(str(job.args[0]), int(job.args[1]), _has_failed(job))

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """RQ's: remember whether it was by a signal."""
        self._was_killed = os.WIFSIGNALED(ret_val)
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)

    def maintain_heartbeats(self, job: Job) -> None:
        """RQ's: a Redis that is away must not cost the work in hand: the rows are the truth."""
        with suppress(RedisError):
            super().maintain_heartbeats(job)

    def set_current_job_working_time(self, current_job_working_time: float, pipeline: Any = None) -> None:
        """As above."""
        with suppress(RedisError):
            super().set_current_job_working_time(current_job_working_time, pipeline)

    def set_shutdown_requested_date(self) -> None:
        """As above."""
        with suppress(RedisError):
            super().set_shutdown_requested_date()

    def handle_warm_shutdown_request(self) -> None:
        """RQ's: ask the work in hand to stop after its current segment; what it has is kept."""
        super().handle_warm_shutdown_request()
        if self._horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self._horse_pid, signal.SIGTERM)

    def teardown(self) -> None:
        """RQ's: say goodbye to Redis, if it is there."""
        self.let_go()
        with suppress(RedisError, OSError):
            super().teardown()


def do(errand: Mapping[str, Any], redis: Redis) -> None:
    """Do what a worker handed out. Ends the process."""
    queue = Queue(errand["queue"], connection=redis)
    job = Job.fetch(errand["job"], connection=redis)
    worker = SpawnWorker([queue], name=errand["worker"], connection=redis, prepare_for_work=False)
    worker.execution = Execution.fetch(errand["execution"], job.id, connection=redis)
    worker.main_work_horse(job, queue)


def _has_failed(job: Job) -> bool:
    try:
        return job.get_status() is JobStatus.FAILED
    except InvalidJobOperation:
        return False
