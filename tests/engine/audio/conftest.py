"""Files made by the real ffmpeg; every test of this room ends without an ffmpeg of its own."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.audio.ffmpeg import ffmpeg_path
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
