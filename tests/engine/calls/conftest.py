"""Small models behind the known calls, loaded once."""

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engine
from engine.calls.hearing import LoadedRecogniser
from engine.calls.speaking import LoadedVoice
from engine.pool import ModelPool
from engine.types import Samples
from tests.sixty_words import MODEL, in_one_go, unheard
from tests.workers.kokoros import small_kokoro

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="session")
def orpheus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny and random."""
    make = runpy.run_path(str(EXAMPLES / "make_tiny_orpheus.py"))["make"]
    return make(tmp_path_factory.mktemp("models") / "orpheus")


@pytest.fixture(scope="session")
def kokoro_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small and random."""
    return small_kokoro(tmp_path_factory.mktemp("models") / "kokoro")


@pytest.fixture(scope="module", autouse=True)
def closed() -> Iterator[None]:
    """The pool that calls without one share is closed behind a file."""
    yield
    engine.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ModelPool]:
    """Gone before the next file's tests: others count the threads of models."""
    with ModelPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def orpheus(orpheus_folder: Path, pool: ModelPool) -> LoadedVoice:
    return _loaded(orpheus_folder, pool)


@pytest.fixture(scope="module")
def kokoro(kokoro_folder: Path, pool: ModelPool) -> LoadedVoice:
    return _loaded(kokoro_folder, pool)


@pytest.fixture(scope="module")
def parakeet(pool: ModelPool) -> LoadedRecogniser:
    """Small and trained on sixty words."""
    return _loaded(MODEL, pool)


@pytest.fixture(scope="session")
def said() -> tuple[list[str], Samples]:
    """Three lines of those words, and their sound at 16 kHz."""
    lines = unheard(3)
    return [word for line in lines for word in line.words], in_one_go(lines)


def _loaded(folder: Path, pool: ModelPool) -> Any:
    return engine.load(folder, pool=pool)
