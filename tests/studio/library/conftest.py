"""A library of its own for every test, and a small book."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from studio.library.db import migrate
from studio.library.library import Library, open_library
from tests.workers.books import PlainBook, PlainChapter


def small_book(chapters: int = 2) -> PlainBook:
    return PlainBook(
        "A Small Book",
        ("Ann Author", "Bob Writer"),
        "en",
        b"\x89PNG cover",
        tuple(PlainChapter(f"Chapter {n}", (f"Words of chapter {n}.", "And more.")) for n in range(1, chapters + 1)),
    )


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'studio.db'}?timeout=5"


@pytest.fixture
def library(tmp_path: Path, database_url: str) -> Iterator[Library]:
    migrate(database_url)
    opened = open_library(tmp_path / "outputs", database_url)
    yield opened
    opened.close()
