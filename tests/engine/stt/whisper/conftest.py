"""Tiny random Whispers in real layouts, and sound for them: two seconds are a window."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.stt.whisper.model import Whisper, load
from engine.types import Samples

ROOT = Path(__file__).parents[4]
SMALL = {"n_audio_ctx": 100, "n_audio_state": 32, "n_text_state": 32, "n_text_ctx": 64}
Made = Callable[..., Path]


def _maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_tiny_whisper", ROOT / "examples" / "make_tiny_whisper.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Makes a folder; the same one for the same wishes."""
    make = _maker().make
    made: dict[str, Path] = {}

    def folder(**wishes: Any) -> Path:
        name = repr(sorted(wishes.items()))
        if name not in made:
            made[name] = tmp_path_factory.mktemp("whisper") / "tiny"
            make(made[name], **(SMALL | wishes))
        return made[name]

    return folder


@pytest.fixture(scope="session")
def whisper(tiny: Made) -> Whisper:
    return load(tiny())


@pytest.fixture(scope="session")
def sounds() -> list[Samples]:
    """Regions of several lengths, no two alike, none longer than a window."""
    chance = np.random.default_rng(1)
    lengths = (1.9, 0.4, 0.3, 1.2, 2.0, 0.7, 0.02)
    return [(0.1 * chance.normal(size=round(16000 * length))).astype(np.float32) for length in lengths]
