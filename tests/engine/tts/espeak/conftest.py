"""One built-in voice for all its tests; it holds no state."""

import pytest

from engine.tts.espeak import load
from engine.tts.espeak.model import EspeakSynthesizer


@pytest.fixture(scope="session")
def voice() -> EspeakSynthesizer:
    return load()
