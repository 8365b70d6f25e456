"""Real weights, where this machine has them: nothing here is downloaded."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.voices import Hear, kokoro_here, listener, whisper_here
from engine import weights
from engine.pool import ModelPool
from engine.stt.whisper.model import Whisper
from engine.stt.whisper.model import load as load_whisper
from engine.tts.kokoro.model import KokoroSynthesizer, load


@pytest.fixture(scope="session")
def models_dir() -> Path | None:
    return Path(os.environ["STUDIO_TESTS_REAL_MODELS"])  # see tests/conftest.py


@pytest.fixture(scope="session")
def kokoro(models_dir: Path | None) -> KokoroSynthesizer:
    card = kokoro_here(models_dir)
    if card is None:
        pytest.skip("Kokoro is not on this machine: `studio models get natural` brings it.")
    folder = weights.folder_of(card, models_dir, offline=True)
    assert folder is not None
    return load(folder)


@pytest.fixture(scope="session")
def hear(models_dir: Path | None) -> Iterator[Hear]:
    card = whisper_here(models_dir)
    if card is None:
        pytest.skip("Whisper base is not on this machine: `studio models get natural` brings it.")
    with ModelPool(models_dir=models_dir, offline=True) as pool:
        yield listener(pool, card)


@pytest.fixture(scope="session")
def whisper(models_dir: Path | None) -> Whisper:
    card = whisper_here(models_dir)
    if card is None:
        pytest.skip("Whisper base is not on this machine: `studio models get natural` brings it.")
    folder = weights.folder_of(card, models_dir, offline=True)
    assert folder is not None
    return load_whisper(folder)
