"""The process that takes tickets: an RQ SpawnWorker, one fresh process a ticket, with the next one always warm.

Starting Python and importing what a job needs takes half a second. So the next process is started as soon as the
last got its work; it imports, then waits at its standard input. RQ's own SpawnWorker also cannot hand a Unix socket on
to its child; ours passes the URL.
"""

import json
import logging
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SpawnWorker
from rq.exceptions import InvalidJobOperation
from rq.job import Job, JobStatus

from studio.library.names import QUEUE
from studio.library.queue import count_vain_start, forget_vain_starts

log = logging.getLogger(__name__)

MONITORING_INTERVAL_S = 5
"""How often a busy worker says to Redis that it lives. The rows do not depend on it."""


@dataclass
class _Horse:
    """A process that will do, or does, one ticket. Closing `pipe` ends it."""

    pid: int
    pipe: int

    def tell(self, errand: dict[str, Any]) -> bool:
        """Give it its work; False when it has died while it waited."""
        try:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                return False
            os.write(self.pipe, (json.dumps(errand) + "\n").encode())
        except (ChildProcessError, BrokenPipeError):
            return False
        return True


class StudioWorker(SpawnWorker):
    """Takes tickets from the studio's queue until it is told to stop."""

    def __init__(self, redis_url: str, slot: str, keep_warm: bool = True) -> None:
        """Args: slot: the log that this worker and its processes write; see `studio.logs.worker_slot`."""
        self._slot = slot
        self._redis_url = redis_url
        self._keep_warm = keep_warm
        self._warm: _Horse | None = None
        self._working: _Horse | None = None
        self._was_killed = False
        connection = Redis.from_url(redis_url)
        super().__init__(
            [Queue(QUEUE, connection=connection)],
            name=f"studio-{socket.gethostname()[:64]}-{os.getpid()}-{secrets.token_hex(4)}",
            connection=connection,
            job_monitoring_interval=MONITORING_INTERVAL_S,
        )

    def warm_up(self) -> None:
        """Start the next process ahead of its work."""
        if self._keep_warm and self._warm is None:
            self._warm = self._start_horse()

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Hand a ticket to the waiting process, or to a new one."""
        errand = {"job": job.id, "queue": queue.name, "worker": self.name}
        errand["execution"] = self.execution.id if self.execution else ""
        horse, self._warm = self._warm or self._start_horse(), None
        if not horse.tell(errand):
            os.close(horse.pipe)
            horse = self._start_horse()
            horse.tell(errand)
        self._working = horse
        self._horse_pid = horse.pid
        self.warm_up()

    def monitor_work_horse(self, job: Job, queue: Queue) -> None:
        """Wait for the process, let go of its pipe, and remember when it ended without having begun."""
        self._was_killed = False
        try:
            super().monitor_work_horse(job, queue)
        finally:
            if self._working is not None:
                os.close(self._working.pipe)
                self._working = None
        with suppress(RedisError):
            # One that is killed from outside has its part's own count; a finished ticket is no longer in Redis.
            if self._was_killed:
                return
            note = count_vain_start if self._has_failed(job) else forget_vain_starts
            note(self.connection, *job.args)

    def handle_work_horse_killed(self, job: Job, retpid: int, ret_val: int, rusage: Any) -> None:
        """Remember whether it was by a signal."""
        self._was_killed = os.WIFSIGNALED(ret_val)
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)

    @staticmethod
    def _has_failed(job: Job) -> bool:
        try:
            return job.get_status() is JobStatus.FAILED
        except InvalidJobOperation:
            return False

    def maintain_heartbeats(self, job: Job) -> None:
        """A Redis that is away must not cost the work in hand: the rows are the truth."""
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
        """Ask the work in hand to stop after its current segment; what it has is kept."""
        super().handle_warm_shutdown_request()
        if self._horse_pid:
            with suppress(ProcessLookupError):
                os.kill(self._horse_pid, signal.SIGTERM)

    def teardown(self) -> None:
        """Say goodbye to Redis, if it is there, and let the waiting process go."""
        if self._warm is not None:
            os.close(self._warm.pipe)
            self._warm = None
        with suppress(RedisError, OSError):
            super().teardown()

    def _start_horse(self) -> _Horse:
        reading, writing = os.pipe()
        try:
            pid = os.posix_spawn(
                sys.executable,
                [sys.executable, "-m", "workers.horse", self._slot],
                os.environ | {"STUDIO_REDIS_URL": self._redis_url},
                file_actions=[(os.POSIX_SPAWN_DUP2, reading, 0)],
                setpgroup=0,  # RQ ends a process together with its group
            )
        finally:
            os.close(reading)
        return _Horse(pid, writing)
