"""POST /v1/audio/speech with a small Orpheus: the real loader, the real pool, the client people have."""

from typing import Any

import httpx
import numpy as np
import pytest

from tests.engine.tts.orpheus.checkpoints import make

Studio = Any  # conftest.Studio; test modules do not import conftest


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(make(tmp_path_factory.mktemp("models") / "tiny-orpheus"))


def pcm(studio: Studio, **body: object) -> np.ndarray:
    answer = httpx.post(f"{studio.url}/v1/audio/speech", json={"response_format": "pcm", **body}, timeout=300)
    assert answer.status_code == 200, answer.text
    return np.frombuffer(answer.content, dtype="<i2")


def test_a_person_hears_it_and_the_same_seed_again_is_the_same(studio: Studio, model: str) -> None:
    asked: dict[str, object] = {"model": model, "voice": "leo", "input": "Ha! <laugh>", "seed": 4}
    first = pcm(studio, **asked)
    assert len(first) > 2048
    assert np.abs(first).max() > 100
    np.testing.assert_array_equal(pcm(studio, **asked), first)
    assert studio.becomes_idle()


def test_what_it_cannot_do_is_one_sentence(studio: Studio, model: str) -> None:
    asked = {"model": model, "voice": "leo", "input": "Ha!", "speed": 2.0}
    answer = httpx.post(f"{studio.url}/v1/audio/speech", json=asked, timeout=300)
    assert answer.status_code == 400
    assert "speed" in answer.json()["error"]["message"]
