"""The process that takes tickets: one fresh process a ticket, with the next one always warm.

Starting Python and importing what a job needs takes half a second. So the next process is started as soon as the
last got its work; it imports, then waits at its standard input. RQ's own SpawnWorker also cannot hand a Unix socket on
to its child; ours passes the URL.
"""

import json
import os
import secrets
import sys
from dataclasses import dataclass
from typing import Any

from redis import Redis

from studio.library.jobs.queue import count_vain_start, forget_vain_starts
from studio.library.jobs.rq_inside import Taker


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


class StudioWorker(Taker):
    """Takes tickets from the studio's queue until it is told to stop."""

    def __init__(self, redis_url: str, slot: str, keep_warm: bool = True) -> None:
        """Args: slot: the log that this worker and its processes write; see `studio.logs.worker_slot`."""
        self._slot = slot
        self._redis_url = redis_url
        self._keep_warm = keep_warm
        self._warm: _Horse | None = None
        self._working: _Horse | None = None
        super().__init__(Redis.from_url(redis_url), secrets.token_hex(4))

    def warm_up(self) -> None:
        """Start the next process ahead of its work."""
        if self._keep_warm and self._warm is None:
            self._warm = self._start_horse()

    def hand_out(self, errand: dict[str, Any]) -> int:
        """Hand a ticket to the waiting process, or to a new one."""
        horse, self._warm = self._warm or self._start_horse(), None
        if not horse.tell(errand):
            os.close(horse.pipe)
            horse = self._start_horse()
            horse.tell(errand)
        self._working = horse
        self.warm_up()
        return horse.pid

    def put_away(self) -> None:
        """Let go of the pipe of a process that has ended."""
        if self._working is not None:
            os.close(self._working.pipe)
            self._working = None

    def note(self, job_id: str, number: int, has_failed: bool) -> None:
        """Count the processes that end without having begun."""
        (count_vain_start if has_failed else forget_vain_starts)(self.connection, job_id, number)

    def let_go(self) -> None:
        """Let the waiting process go."""
        if self._warm is not None:
            os.close(self._warm.pipe)
            self._warm = None

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
