"""Files made by the real ffmpeg; every test of this room ends without an ffmpeg of its own."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.audio.files.ffmpeg import ffmpeg_path
from tests.engine.audio.sounds import ffmpeg_children

MakeFile = Callable[..., Path]


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Every test of this room ends without an ffmpeg of its own."""
    yield
    assert ffmpeg_children() == []


@pytest.fixture(scope="session")
def make_file(tmp_path_factory: pytest.TempPathFactory) -> MakeFile:
    """`make_file("a.mp3", "-i", wav, ...)`: a file by ffmpeg, once a session for the same arguments."""
    folder = tmp_path_factory.mktemp("sounds")
    made: dict[tuple[str, ...], Path] = {}

    def make(name: str, *arguments: str) -> Path:
        key = (name, *arguments)
        if key not in made:
            path = folder / f"{len(made)}-{name}"
            run = subprocess.run(
                [ffmpeg_path(), "-v", "error", "-y", *arguments, str(path)], capture_output=True, check=False
            )
            assert run.returncode == 0, run.stderr.decode()
            made[key] = path
        return made[key]

    return make


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with one megabyte; needs root on Linux, else the test is skipped."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if not sys.platform.startswith("linux") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can be made only by root on Linux")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
