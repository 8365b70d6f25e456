"""Nothing of a studio outlives it, and what dies while it runs comes back."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from redis import Redis

from studio.library.db import migrate
from studio.library.jobs.leases import place
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from studio.settings import Settings
from tests.workers.books import journal, plain_book, wait_for
from tests.workers.conftest import StudioMaker
from workers.redis_server import RedisMissing, answers, find_or_start, program, running_url


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _soon(wanted: object, timeout_s: float = 120.0) -> None:
    give_up_at = time.monotonic() + timeout_s
    while not wanted():  # type: ignore[operator]
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def _family(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def test_a_private_redis_is_found_again_and_ends_with_its_owner(tmp_path: Path) -> None:
    first = find_or_start("", tmp_path)
    second = find_or_start("", tmp_path)
    assert second.url == first.url
    assert second.process is None
    second.stop()  # not ours to stop
    assert answers(first.url)
    assert oct(first.socket.parent.stat().st_mode)[-3:] == "700" if first.socket else False
    pid = first.connect().info()["process_id"]
    first.stop()
    _soon(lambda: _is_gone(pid))
    assert running_url(tmp_path) == ""


def test_a_redis_of_the_persons_own_is_used_or_named(tmp_path: Path) -> None:
    own = find_or_start("", tmp_path)
    named = find_or_start(own.url, tmp_path / "other")
    assert named.process is None
    assert not (tmp_path / "other").exists()
    own.stop()
    with pytest.raises(RedisMissing, match="STUDIO_REDIS_URL"):
        find_or_start(own.url, tmp_path / "other")


def _start_studio(outputs: Path) -> "subprocess.Popen[bytes]":
    environment = os.environ | {"STUDIO_OUTPUTS": str(outputs), "STUDIO_WORKERS": "1", "STUDIO_REDIS_URL": ""}
    return subprocess.Popen([sys.executable, "-m", "workers.supervisor"], env=environment)


def test_killing_the_keeper_of_redis_and_then_the_studio_leaves_no_redis_for_ever(tmp_path: Path) -> None:
    """On Linux it goes at once; elsewhere the next start on the same folder ends it, and is on duty."""
    code = "import sys, time; from pathlib import Path; from workers.redis_server import find_or_start\n"
    code += "print(find_or_start('', Path(sys.argv[1])).process.pid, flush=True); time.sleep(600)"
    owner = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    keeper = int(owner.stdout.readline())
    with Redis.from_url(running_url(tmp_path)) as redis:
        server = redis.info()["process_id"]
    os.kill(keeper, signal.SIGKILL)
    owner.kill()
    owner.wait()
    if sys.platform == "linux":
        _soon(lambda: _is_gone(server))
    following = find_or_start("", tmp_path)
    assert _is_gone(server)
    assert following.process is not None
    following.stop()


def test_a_server_whose_studio_has_died_is_nobody_elses(tmp_path: Path) -> None:
    """What a system leaves that ends no children with their parents: the server answers, and no studio keeps it."""
    socket = tmp_path / "studio-x" / "redis.sock"
    socket.parent.mkdir()
    orphan = subprocess.Popen(
        [program(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(socket.parent)],
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{socket}"
    _soon(lambda: answers(url))
    born = psutil.Process(orphan.pid).create_time()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    signed = {"owner": f"{place()}/{dead.pid}/1.00", "server": f"{place()}/{orphan.pid}/{born:.2f}"}
    (tmp_path / ".redis.json").write_text(json.dumps({"url": url, "socket": str(socket), **signed}))
    following = find_or_start("", tmp_path)
    assert following.process is not None
    assert _is_gone(orphan.pid)
    following.stop()


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_outlives_a_studio_however_it_ends(tmp_path: Path, end: signal.Signals) -> None:
    studio = _start_studio(tmp_path)
    # The keeper of Redis, Redis, a worker and its warm process.
    _soon(lambda: len(_family(studio.pid)) >= 4)
    family = _family(studio.pid)
    studio.send_signal(end)
    studio.wait(120)
    _soon(lambda: all(_is_gone(pid) for pid in family))
    assert running_url(tmp_path) == ""


def test_dead_workers_and_a_dead_redis_come_back_and_the_book_goes_on(make_studio: StudioMaker) -> None:
    library, supervisor = make_studio(workers=2)
    job_id = library.submit_book("ann", plain_book(3, 80), BookOptions(format="flac")).id
    wait_for(library, job_id, "running")
    before = supervisor.worker_pids()
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    redis_pid = Redis.from_url(supervisor.redis_url).info()["process_id"]
    os.kill(redis_pid, signal.SIGKILL)
    url = supervisor.redis_url
    _soon(lambda: before[0] not in supervisor.worker_pids() and len(supervisor.worker_pids()) == 2)
    wait_for(library, job_id, "done")
    assert supervisor.redis_url == url  # at the old address, so nobody has to be told
    assert answers(url)


def test_a_second_studio_on_the_same_files_leaves_the_work_to_the_first(tmp_path: Path) -> None:
    from workers.supervisor import Supervisor

    settings = Settings(outputs=tmp_path, database_url="", redis_url="", workers=1)
    migrate(settings.resolved_database_url)
    libraries = [open_library(settings.outputs, settings.resolved_database_url) for _ in range(2)]
    first = Supervisor(settings, libraries[0]).start()
    second = Supervisor(settings, libraries[1]).start()
    assert (first.is_on_duty, second.is_on_duty) == (True, False)
    assert second.worker_pids() == []
    job_id = libraries[1].submit_book("ann", plain_book(1, 3), BookOptions(format="wav")).id
    wait_for(libraries[1], job_id, "done")
    first.stop()
    _soon(lambda: second.is_on_duty and second.worker_pids())  # and takes over
    job_id = libraries[1].submit_book("ann", plain_book(1, 4), BookOptions(format="wav")).id
    wait_for(libraries[1], job_id, "done")
    second.stop()
    for library in libraries:
        library.close()


def test_a_job_is_begun_by_the_process_that_was_warm_already(make_studio: StudioMaker) -> None:
    """How soon it begins is told by the benchmark; here only that it need not wait for a Python to start."""
    library, supervisor = make_studio(workers=1)
    worker = psutil.Process(supervisor.worker_pids()[0])
    _soon(lambda: len(worker.children()) == 1)
    warm = worker.children()[0].pid
    job_id = library.submit_book("ann", plain_book(1, 3), BookOptions(format="wav")).id
    wait_for(library, job_id, "done")
    assert {entry["pid"] for entry in journal(library, job_id)} == {warm}
