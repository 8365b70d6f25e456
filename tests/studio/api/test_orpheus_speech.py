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


def test_how_it_draws_and_cuts_is_asked_here_as_on_the_socket(studio: Studio, model: str) -> None:
    asked: dict[str, object] = {"model": model, "voice": "leo", "input": "Ha!", "seed": 4, "max_tokens": 140}
    plain = pcm(studio, **asked)
    for drawn in ({"temperature": 1.9, "top_p": 1.0}, {"max_tokens": 70}):
        other = pcm(studio, **(asked | drawn))
        assert len(other) != len(plain) or not np.array_equal(other, plain)
    for cut in ({"streaming_chunk_tokens": 7}, {"chunk_tokens": 14}, {"ultra_low_latency": True, "mode": None}):
        np.testing.assert_allclose(pcm(studio, **(asked | cut)), plain, atol=1)
    smooth = pcm(studio, **asked, mode="smooth", frames_per_chunk=5, first_frames_per_chunk=5)
    assert len(smooth) == len(plain)


@pytest.mark.parametrize(
    ("field", "value", "part"),
    [
        ("temperature", "hot", "temperature"),
        ("temperature", -1, "temperature"),
        ("top_p", 2, "top_p"),
        ("top_k", 10**12, "top_k"),
        ("repetition_penalty", 0, "repetition_penalty"),
        ("max_tokens", 3, "max_tokens"),
        ("mode", "best", "mode"),
        ("frames_per_chunk", 0, "frames_per_chunk"),
        ("streaming_interval", 1e300, "streaming_interval"),
        ("streaming_chunk_tokens", 10, "multiple of 7"),
        ("chunk_tokens", -7, "chunk_tokens"),
        ("lookback", [1], "lookback"),
        ("crossfade_ms", -1, "crossfade_ms"),
    ],
)
def test_values_that_cannot_be_are_one_sentence(
    studio: Studio, model: str, field: str, value: object, part: str
) -> None:
    asked = {"model": model, "voice": "leo", "input": "Ha!", field: value}
    answer = httpx.post(f"{studio.url}/v1/audio/speech", json=asked, timeout=300)
    assert answer.status_code == 400
    message = answer.json()["error"]["message"]
    assert part in message
    assert message.endswith(".")


def test_what_it_cannot_do_is_one_sentence(studio: Studio, model: str) -> None:
    asked = {"model": model, "voice": "leo", "input": "Ha!", "speed": 2.0}
    answer = httpx.post(f"{studio.url}/v1/audio/speech", json=asked, timeout=300)
    assert answer.status_code == 400
    assert "speed" in answer.json()["error"]["message"]
