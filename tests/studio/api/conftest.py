"""Whole studios on real ports, as `studio.app` builds them."""

import contextlib
import socket
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from pydantic import SecretStr

from studio.api.context import ApiContext
from studio.app import create_app
from studio.settings import Settings
from tests.studio.serving import running
from workers.redis_server import find_or_start


@dataclass(frozen=True)
class Studio:
    """One that runs.

    Attributes:
        url: where.
        context: its inside, to look at.
    """

    url: str
    context: ApiContext

    def streams(self) -> int:
        """Streams that any model has open now."""
        return sum(model.streams for model in self.context.pool.loaded())

    def becomes_idle(self, within_s: float = 120.0) -> bool:
        """Whether every model is free within some seconds."""
        deadline = time.monotonic() + within_s
        while self.streams() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.streams() == 0


Start = Callable[..., Studio]


@contextlib.contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """start(**settings) -> a Studio; all end together."""
    with contextlib.ExitStack() as stack:

        def start(redis_url: str = "", **changes: Any) -> Studio:
            outputs = folder / f"outputs-{time.monotonic_ns()}"
            settings = Settings(_env_file=None, outputs=outputs, offline=True, **changes)  # type: ignore[call-arg]
            app = create_app(settings, redis_url)
            listener = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(
                app, log_config=None, access_log=False, proxy_headers=False, timeout_graceful_shutdown=1
            )
            server = uvicorn.Server(config)
            port = stack.enter_context(running(server, listener))
            return Studio(f"http://127.0.0.1:{port}", app.state.api)

        yield start


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """For tests that need a studio of their own."""
    with starting(tmp_path_factory.mktemp("studios")) as starter:
        yield starter


@pytest.fixture(scope="session")
def studio(start: Start) -> Studio:
    """On loopback, without login, without Redis."""
    return start()


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A private Redis."""
    handle = find_or_start("", tmp_path_factory.mktemp("redis"))
    yield handle.url
    handle.stop()


@pytest.fixture(scope="session")
def shared(start: Start, redis_url: str) -> Studio:
    """For two people, ada and bob, with a queue that nobody works on."""
    return start(
        redis_url=redis_url,
        users={"ada": SecretStr("key-of-ada-1"), "bob": SecretStr("key-of-bob-1")},
        max_queued_jobs=5,
    )


@pytest.fixture(scope="session")
def silence_wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of nothing."""
    path = tmp_path_factory.mktemp("sounds") / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(np.zeros(32000, dtype="<i2").tobytes())
    return path
