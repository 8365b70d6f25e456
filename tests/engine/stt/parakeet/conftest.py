"""Small Parakeets with drawn weights, in folders as they are published."""

from pathlib import Path

import numpy as np
import pytest

from engine.stt.parakeet import load
from engine.stt.parakeet.model import Parakeet
from engine.types import Samples
from tests.parity.parakeet_weights import write_nemo


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """kind -> folder"""
    root = tmp_path_factory.mktemp("parakeets")
    for kind in ("tdt", "rnnt", "ctc"):
        write_nemo(root / kind, kind)
    return {path.name: path for path in root.iterdir()}


@pytest.fixture(scope="session")
def tdt(folders: dict[str, Path]) -> Parakeet:
    return load(folders["tdt"])


@pytest.fixture(scope="session")
def babble() -> Samples:
    """Thirty seconds of tones that come and go; a small random model hears words in them."""
    time = np.arange(16000 * 30) / 16000
    pitch = 150 + 400 * np.abs(np.sin(2 * np.pi * 0.31 * time)) + 900 * (np.sin(2 * np.pi * 0.7 * time) > 0)
    tone = np.sin(2 * np.pi * np.cumsum(pitch) / 16000) * (np.sin(2 * np.pi * 1.7 * time) > -0.3)
    noise = np.random.default_rng(0).normal(0, 0.02, len(time))
    return (0.3 * tone + noise).astype(np.float32)
