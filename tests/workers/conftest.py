"""A studio without a page: real Redis, real workers, a library of its own; or the library alone, worked on here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import workers.task
from studio.library.db import migrate
from studio.library.library import Library, open_library
from studio.settings import Settings
from tests.faults.conftest import Studio
from workers.supervisor import Supervisor

StudioMaker = Callable[..., tuple[Library, Supervisor]]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    """A library whose parts this process itself works on, when a test calls a task's function."""
    settings = Settings(outputs=tmp_path / "outputs", database_url="", redis_url="")
    migrate(settings.resolved_database_url)
    opened = open_library(settings.outputs, settings.resolved_database_url)
    monkeypatch.setattr(workers.task, "_surroundings", lambda: (settings, opened))
    yield opened
    opened.close()


@pytest.fixture
def make_studio(tmp_path: Path) -> Iterator[StudioMaker]:
    """Open a studio below the test's folder, with as many workers as asked for."""
    opened: list[tuple[Library, Supervisor]] = []

    def make(workers: int = 1) -> tuple[Library, Supervisor]:
        settings = Settings(outputs=tmp_path / "outputs", database_url="", redis_url="", workers=workers)
        migrate(settings.resolved_database_url)
        library = open_library(settings.outputs, settings.resolved_database_url)
        supervisor = Supervisor(settings, library).start()
        opened.append((library, supervisor))
        return library, supervisor

    yield make
    for library, supervisor in opened:
        supervisor.stop()
        library.close()


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    """A studio in a process of its own, to be started and to be killed."""
    opened = Studio(tmp_path / "outputs")
    yield opened
    opened.close()
