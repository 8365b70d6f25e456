"""A whole studio in a process of its own, to be killed at will; and what it left on the disk."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from studio.library.db import migrate
from studio.library.library import Library, open_library
from workers.redis_server import running_url


class Studio:
    """`python -m workers.supervisor` on one outputs folder. This side only reads and writes rows."""

    def __init__(self, outputs: Path, workers: int = 2, database_url: str = "") -> None:
        self.outputs = outputs
        self.workers = workers
        self.database_url = database_url or f"sqlite:///{outputs / 'studio.db'}"
        self.process: subprocess.Popen[bytes] | None = None
        outputs.mkdir(parents=True, exist_ok=True)
        migrate(self.database_url)
        self.library: Library = open_library(outputs, self.database_url)

    def start(self) -> None:
        environment = os.environ | {
            "STUDIO_OUTPUTS": str(self.outputs),
            "STUDIO_DATABASE_URL": self.database_url,
            "STUDIO_REDIS_URL": "",
            "STUDIO_WORKERS": str(self.workers),
        }
        # The pipe is its lifeline: should this test be killed itself, the studio goes too.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.supervisor", "--with-parent"], env=environment, stdin=subprocess.PIPE
        )
        give_up_at = time.monotonic() + 60
        while not running_url(self.outputs):
            assert time.monotonic() < give_up_at
            time.sleep(0.02)
        self.library.redis = self._redis()

    def _redis(self):
        from redis import Redis

        return Redis.from_url(running_url(self.outputs))

    def family(self) -> list[psutil.Process]:
        """The supervisor's children and theirs."""
        return psutil.Process(self.process.pid).children(recursive=True) if self.process else []

    def horses(self) -> list[psutil.Process]:
        """Processes that do or await a ticket."""
        return [process for process in self.family() if "workers.horse" in _command(process)]

    def redis_server(self) -> psutil.Process:
        """The private Redis."""
        return next(
            one for one in self.family() if "redis.sock" in _command(one) and "redis_keeper" not in _command(one)
        )

    def kill(self) -> None:
        """kill -9 to everything at once."""
        victims = [*self.family(), psutil.Process(self.process.pid)] if self.process else []
        for victim in victims:
            try:
                victim.kill()
            except psutil.NoSuchProcess:
                continue
        if self.process is not None:
            self.process.wait()
        psutil.wait_procs(victims, timeout=10)
        self.process = None

    def close(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        self.library.close()


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio(tmp_path / "outputs")
    yield opened
    opened.close()
