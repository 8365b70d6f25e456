"""Keeps a Redis and some workers alive, and the queue in line with the rows, while a studio runs.

`studio run` and `studio book` hold one; `python -m workers.supervisor` is one without a page. Where another studio
process already keeps a private Redis for the same outputs folder, its supervisor does the work and this one only
watches, ready to take over.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from engine.errors import EngineError
from studio.library.db import migrate
from studio.library.library import Library, open_library
from studio.logs import kept
from studio.settings import Settings
from workers import lifeline
from workers.redis_server import RedisHandle, RedisMissing, find_or_start, revive

log = logging.getLogger(__name__)

TICK_S = 0.5
RECONCILE_EVERY_S = 1.5
_LONGEST_RESTART_PAUSE_S = 30.0
_SILENCES_OF_THE_DEAD = 6
"""So many ticks in a row without an answer and Redis is taken for dead."""

_PATIENCE_AT_STOP_S = 8.0
"""How long a worker may take over its segment in hand when the studio stops."""


@dataclass
class _Post:
    """One place for a worker. A worker that dies young is replaced later and later, one that lived long at once."""

    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    pause_s: float = 0.0
    due_at: float = field(default=0.0)


class Supervisor:
    """Starts in `start`, watches from a thread of its own, ends everything in `stop`."""

    def __init__(self, settings: Settings, library: Library, workers: int | None = None) -> None:
        self._settings = settings
        self._library = library
        self._folder: Path = settings.outputs
        self._posts = [_Post() for _ in range(settings.workers if workers is None else workers)]
        self._redis: RedisHandle | None = None
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._silences = 0
        self._lock = threading.RLock()

    @property
    def redis_url(self) -> str:
        """Of the Redis in use; "" before `start`."""
        return self._redis.url if self._redis else ""

    @property
    def is_on_duty(self) -> bool:
        """Whether this process runs the workers, and not another studio process."""
        redis = self._redis
        return redis is not None and (redis.process is not None or bool(self._settings.redis_url))

    def worker_pids(self) -> list[int]:
        """The workers that run now."""
        with self._lock:
            return [post.process.pid for post in self._posts if post.process and post.process.poll() is None]

    def start(self) -> Self:
        """Bring up Redis and the workers, queue what is unfinished, and begin to watch.

        Raises:
            RedisMissing: there is no Redis to use; the sentence says how to get one.
        """
        self._use(find_or_start(self._settings.redis_url, self._folder))
        self._library.sweep()
        if self.is_on_duty:
            self._library.reconcile(at_once=True)
        self._fill_posts()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End the workers (after the segment in hand, or after a few seconds), then Redis. Safe to call twice."""
        self._stopping.set()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        with self._lock:
            running = [post.process for post in self._posts if post.process is not None]
            for process in running:
                process.terminate()
            give_up_at = time.monotonic() + _PATIENCE_AT_STOP_S
            for process in running:
                try:
                    process.wait(max(0.1, give_up_at - time.monotonic()))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                if process.stdin is not None:
                    process.stdin.close()
            for post in self._posts:
                post.process = None
            self._library.redis = None
            if self._redis is not None:
                self._redis.stop()
                self._redis = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _use(self, redis: RedisHandle) -> None:
        self._redis = redis
        self._library.redis = redis.connect()

    def _watch(self) -> None:
        last = 0.0
        while not self._stopping.wait(TICK_S):
            try:
                with self._lock:
                    self._revive_redis()
                    self._fill_posts()
                if self.is_on_duty and time.monotonic() - last >= RECONCILE_EVERY_S:
                    last = time.monotonic()
                    self._library.reconcile()
            except EngineError as exc:
                log.warning("%s", exc)
            except Exception:
                # The watch must outlive whatever it watches; the next tick tries again.
                log.exception("the supervisor stumbled")

    def _revive_redis(self) -> None:
        redis = self._redis
        if redis is not None and redis.is_alive():
            self._silences = 0
            return
        # A busy machine may leave one question unanswered; a server whose process has ended answers no more.
        self._silences += 1
        if self._silences < _SILENCES_OF_THE_DEAD and not (redis and redis.has_ended()):
            return
        if self._settings.redis_url:
            raise RedisMissing("The Redis that STUDIO_REDIS_URL names does not answer. Jobs wait until it is back.")
        log.warning("Redis is gone; starting another. Nothing is lost: the database knows every job.")
        if redis is not None and redis.process is not None:
            self._use(revive(redis))
        else:
            # It was another studio's, which has ended; from now on this one is on duty.
            self._use(find_or_start("", self._folder))

    def _fill_posts(self) -> None:
        if not self.is_on_duty:
            return
        now = time.monotonic()
        for post in self._posts:
            if post.process is not None:
                if post.process.poll() is None:
                    continue
                if post.process.stdin is not None:
                    post.process.stdin.close()
                lived_s = now - post.started_at
                post.pause_s = 0.0 if lived_s > 10 else min(max(0.5, post.pause_s * 2), _LONGEST_RESTART_PAUSE_S)
                post.due_at, post.process = now + post.pause_s, None
            if now >= post.due_at:
                post.process, post.started_at = self._start_worker(), now

    def _start_worker(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "workers", "--with-parent"],
            stdin=subprocess.PIPE,  # the worker's lifeline: it ends when this pipe closes, however we die
            env=os.environ | worker_environment(self._settings, self.redis_url),
        )


def worker_environment(settings: Settings, redis_url: str) -> dict[str, str]:
    """This process' settings as a worker will read them, whatever came from the command line here."""
    return {
        "STUDIO_OUTPUTS": str(settings.outputs.resolve()),
        "STUDIO_DATABASE_URL": settings.resolved_database_url,
        "STUDIO_MODELS_DIR": str(settings.models_dir.resolve()) if settings.models_dir else "",
        "STUDIO_REDIS_URL": redis_url,
        "STUDIO_OFFLINE": "1" if settings.offline else "0",
        "STUDIO_WORKERS": str(settings.workers),
        "STUDIO_LOG_LEVEL": settings.log_level,
        "STUDIO_MEMORY_BUDGET_GB": str(settings.memory_budget_gb),
    }


def main() -> int:
    """Run until SIGTERM or Ctrl-C; with `--with-parent` also until standard input closes."""
    settings = Settings()
    with kept(settings.logs, "studio", settings.log_level):
        return _supervise(settings)


def _supervise(settings: Settings) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _signal, _frame: ended.set())
    if "--with-parent" in sys.argv[1:]:
        lifeline.watch(ended.set)
    try:
        migrate(settings.resolved_database_url)
        library = open_library(settings.outputs, settings.resolved_database_url)
        with Supervisor(settings, library):
            ended.wait()
    except EngineError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
