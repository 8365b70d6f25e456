"""One small Orpheus with random weights for all of its tests, loaded by the real loader."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engine.text.segment import TextSegment
from engine.tts.orpheus import load
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.types import Samples, SpeechRequest
from tests.engine.tts.orpheus.checkpoints import make

Spoken = Callable[..., Samples]


@pytest.fixture(scope="session")
def orpheus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("models") / "tiny-orpheus")


@pytest.fixture(scope="session")
def orpheus(orpheus_folder: Path) -> OrpheusSynthesizer:
    return load(orpheus_folder, {"snac_24khz": orpheus_folder / "snac_24khz"})


@pytest.fixture
def spoken(orpheus: OrpheusSynthesizer) -> Spoken:
    """A segment's whole sound."""

    def speak(segment: TextSegment, request: SpeechRequest) -> Samples:
        pieces = orpheus.synthesize(segment, orpheus.check(request))
        return np.concatenate([piece.samples for piece in pieces])

    return speak
