"""The speaker embedding in MLX is the one that compares, and it can be learned through."""

import mlx.core as mx
import numpy as np
import pytest

from engine.audio.resample import resample
from engine.tts.kokoro.tuning.likeness import Likeness, heard
from engine.voices import embedding
from engine.voices.ge2e import Ge2e
from tests.engine.tts.kokoro.tuning.tiny import voice

HIDDEN = 16


def drawn() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    arrays: dict[str, np.ndarray] = {}
    for at, width in enumerate((40, HIDDEN, HIDDEN)):
        arrays[f"lstm.weight_ih_l{at}"] = random.normal(size=(4 * HIDDEN, width)) / np.sqrt(width)
        arrays[f"lstm.weight_hh_l{at}"] = random.normal(size=(4 * HIDDEN, HIDDEN)) / np.sqrt(HIDDEN)
        arrays[f"lstm.bias_ih_l{at}"], arrays[f"lstm.bias_hh_l{at}"] = random.normal(size=(2, 4 * HIDDEN))
    arrays["linear.weight"], arrays["linear.bias"] = random.normal(size=(256, HIDDEN)), random.normal(size=256)
    return {name: array.astype(np.float32) for name, array in arrays.items()}


def test_it_points_where_the_comparing_network_points(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Ge2e(drawn())
    sound = voice(1.62)
    theirs = network(embedding._frames(sound, 0)[None])[0]
    ours = Likeness({name: mx.array(array) for name, array in drawn().items()}, theirs)
    assert float(np.array(ours.direction(mx.array(sound))) @ theirs) > 0.9999


def test_its_rate_is_brought_down_as_ours_is() -> None:
    sound = resample(voice(1.5), 16_000, 24_000)
    ours, theirs = np.array(heard(mx.array(sound))), resample(sound, 24_000, 16_000)
    middle = slice(200, -200)
    n = min(len(ours), len(theirs))
    assert np.abs(ours[:n][middle] - theirs[:n][middle]).max() < 0.02 * np.abs(theirs).max()


def test_it_can_be_learned_through() -> None:
    cost = Likeness({name: mx.array(array) for name, array in drawn().items()}, np.eye(256, dtype=np.float32)[3])
    sound = mx.array(resample(voice(1.65), 16_000, 24_000))
    found = np.array(mx.grad(cost)(sound), dtype=np.float64)
    for seed in (1, 2):
        way = np.random.default_rng(seed).normal(size=sound.shape).astype(np.float32)
        up, down = (cost(sound + mx.array(sign * 1e-3 * way)).item() for sign in (1, -1))
        assert (up - down) / 2e-3 == pytest.approx(float((found * way).sum()), rel=0.05, abs=0.02)
