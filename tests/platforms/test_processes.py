"""Workers, their end, their queue and their files where the kernel helps less than Linux does."""

import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from studio import server
from studio.library.jobs.options import BookOptions
from tests.faults.conftest import Studio
from tests.platforms.conftest import PROJECT, InEveryPython
from tests.workers.books import plain_book, wait_for, wait_until
from workers import lifeline, redis_server

MACS_LIMIT = 256
# In every process: the kernel knows no death signal, and asking for one would be an error.
NO_DEATH_SIGNAL = """
from types import SimpleNamespace
import os
from workers import lifeline
lifeline.sys = SimpleNamespace(platform="darwin")
lifeline.ctypes = SimpleNamespace(CDLL=lambda *_: os._exit(9))
"""
# In every process: a fork leaves a mark. (Starting a program does not, for that is no fork of this Python.)
MARK_FORKS = """
import os, sys
os.register_at_fork(before=lambda: open({place!r}, "a").write(f"{{sys.argv}}\\n"))
"""
SERVE = """
import resource, sys
from studio import server

resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))

async def answer(scope, receive, send):
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

listener = server.listen("127.0.0.1", 0)
print(listener.getsockname()[1], flush=True)
server.run(answer, listener, lambda: None)
"""


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio(tmp_path / "outputs", workers=1)
    yield opened
    opened.close()


@pytest.fixture
def few_files() -> Iterator[None]:
    """No more open files than a Mac allows a process, for this one and those that it starts."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (MACS_LIMIT, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def soon(wanted: Callable[[], object], timeout_s: float = 120.0) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not wanted():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def is_gone(process: psutil.Process) -> bool:
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def narrated(studio: Studio) -> None:
    """A small book goes through the queue."""
    job = studio.library.submit_book("ann", plain_book(1, 3), BookOptions(format="wav"))
    wait_for(studio.library, job.id, "done")


def test_nothing_outlives_a_killed_studio_where_the_kernel_does_not_see_to_it(
    studio: Studio, in_every_python: InEveryPython
) -> None:
    in_every_python(NO_DEATH_SIGNAL)
    studio.start()
    job = studio.library.submit_book("ann", plain_book(1, 3000), BookOptions(format="wav"))
    wait_until(studio.library, job.id, lambda view: view.words_done > 0)
    soon(lambda: len(studio.horses()) == 2)  # one at work, one warm
    family = studio.family()
    assert studio.process is not None
    studio.process.send_signal(signal.SIGKILL)
    studio.process.wait()
    studio.process = None
    soon(lambda: all(is_gone(one) for one in family))
    left = studio.library.view("ann", job.id)
    assert left.words_done < left.words_total, "the work in hand ended too, and not by being done"


def test_only_linux_is_asked_for_a_death_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    kernel = SimpleNamespace(prctl=lambda *words: asked.append(words))
    monkeypatch.setattr(lifeline, "ctypes", SimpleNamespace(CDLL=lambda _: kernel))
    for system in ("darwin", "linux"):
        monkeypatch.setattr(lifeline, "sys", SimpleNamespace(platform=system))
        lifeline.die_with_parent()
    assert asked == [(1, signal.SIGKILL)]


def test_workers_are_spawned_and_nothing_is_forked(
    studio: Studio, in_every_python: InEveryPython, tmp_path: Path
) -> None:
    """A forked child must not touch Metal."""
    in_every_python(MARK_FORKS.format(place=str(tmp_path / "forks")))
    studio.start()
    narrated(studio)
    assert not (tmp_path / "forks").exists()
    subprocess.run([sys.executable, "-c", "import os; os.fork() or os._exit(0)"], check=True)
    assert (tmp_path / "forks").exists(), "the mark is seen where there is a fork"


def test_a_studio_lives_on_the_files_that_a_mac_allows(studio: Studio, few_files: None) -> None:
    studio.start()
    narrated(studio)


@pytest.mark.parametrize("name", ["T" * 30, "T" * 90], ids=["as long as a Mac's", "longer"])
def test_the_queues_socket_has_a_path_that_a_mac_takes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    handle = redis_server.find_or_start("", tmp_path / "outputs")
    try:
        assert handle.socket is not None
        assert len(os.fsencode(handle.socket)) <= 103
        assert handle.is_alive()
        assert handle.socket.parent.stat().st_mode & 0o777 == 0o700
    finally:
        handle.stop()


@pytest.mark.parametrize(("hard", "many"), [(4096, 600), (MACS_LIMIT, 100)])
def test_a_server_with_few_files_asks_for_more_and_answers(hard: int, many: int) -> None:
    line = [sys.executable, "-c", SERVE, str(MACS_LIMIT), str(hard)]
    serving = subprocess.Popen(line, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(PROJECT)})
    assert serving.stdout is not None
    connections: list[socket.socket] = []
    try:
        port = int(serving.stdout.readline())
        for _ in range(many):
            connections.append(socket.create_connection(("127.0.0.1", port), timeout=30))
        connections[-1].sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        assert connections[-1].recv(4096).startswith(b"HTTP/1.1 200")
    finally:
        serving.kill()
        serving.wait()
        for one in connections:
            one.close()


def test_a_system_that_gives_no_more_files_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(what: int, pair: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "getrlimit", lambda what: (MACS_LIMIT, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    server._allow_files()


@pytest.mark.parametrize(("system", "reused"), [("posix", True), ("nt", False)])
def test_a_port_that_was_just_left_is_taken_again_where_that_is_safe(
    system: str, reused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "os", SimpleNamespace(name=system))
    with server.listen("127.0.0.1", 0) as listener:
        assert bool(listener.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)) is reused
    if system == "nt":
        server._allow_files()
