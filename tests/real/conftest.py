"""Real weights, where this machine has them: nothing here is downloaded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.voices import Hear, kokoro_here, listener, whisper_here
from engine import weights
from engine.pool import ModelPool
from engine.registry import ModelCard
from engine.stt.whisper.model import Whisper
from engine.stt.whisper.model import load as load_whisper
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.packs import Packs
from engine.types import Samples

MISSING = "{} is not on this machine: `studio models get natural` brings it."


@pytest.fixture(scope="session")
def models_dir() -> Path:
    return Path(os.environ["STUDIO_TESTS_REAL_MODELS"])  # see tests/conftest.py


@pytest.fixture(scope="session")
def kokoro_folder(models_dir: Path) -> Path:
    card = kokoro_here(models_dir)
    if card is None:
        pytest.skip(MISSING.format("Kokoro"))
    folder = weights.folder_of(card, models_dir, offline=True)
    assert folder is not None
    return folder


@pytest.fixture(scope="session")
def kokoro(kokoro_folder: Path) -> KokoroSynthesizer:
    return load(kokoro_folder)


@pytest.fixture(scope="session")
def packs(kokoro_folder: Path) -> Packs:
    """Its voices' styles."""
    return Packs(kokoro_folder, 256)


@pytest.fixture(scope="session")
def ear(models_dir: Path) -> ModelCard:
    """The card of a Whisper base."""
    card = whisper_here(models_dir)
    if card is None:
        pytest.skip(MISSING.format("Whisper base"))
    return card


@pytest.fixture(scope="session")
def whisper(ear: ModelCard, models_dir: Path) -> Whisper:
    folder = weights.folder_of(ear, models_dir, offline=True)
    assert folder is not None
    return load_whisper(folder)


@pytest.fixture(scope="session")
def pool(models_dir: Path) -> Iterator[ModelPool]:
    with ModelPool(models_dir=models_dir, offline=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def hear(ear: ModelCard, pool: ModelPool) -> Hear:
    """Writes down what Kokoro says."""
    return listener(pool, ear)


@pytest.fixture(scope="session")
def hear_at(ear: ModelCard, pool: ModelPool) -> Hear:
    """Writes down a recording at 16 kHz."""

    def written(sound: Samples, language: str) -> str:
        with pool.transcribe(ear.id, iter([sound]), language) as segments:
            return " ".join(segment.text for segment in segments)

    return written
