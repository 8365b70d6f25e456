"""A style is learned through the network: derivatives are what small steps find, and the frozen form says the same."""

import json

import mlx.core as mx
import numpy as np
import pytest

from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.prosody import Prosody, frame_index
from tests.engine.tts.kokoro.checkpoints import FIXTURE
from tests.parity.kokoro_weights import CONFIG, draw, draw_style, draw_tokens

HALF = CONFIG["style_dim"]
TOKENS = mx.array([[0, *draw_tokens(9), 0]])
PHONEMES = Lengths([11])
DURATIONS = np.array([[1, 2, 3, 2, 1, 2, 2, 3, 1, 2, 1]])
FRAMES = int(DURATIONS.sum())
STYLE = mx.array(draw_style(1))


@pytest.fixture(scope="module")
def weights() -> dict[str, mx.array]:
    with np.load(FIXTURE) as file:
        shapes = json.loads(bytes(file["shapes"]))
    return {name: mx.array(array) for name, array in draw(shapes).items()}


@pytest.fixture(scope="module")
def frozen(weights: dict[str, mx.array]) -> Kokoro:
    return Kokoro(KokoroConfig.parse(CONFIG), weights, frozen=True)


def agrees(function, at: mx.array, step: float, within: float) -> None:
    """Along three directions, for a weighted sum of what comes out."""
    out = function(at)
    weight = mx.array(np.random.default_rng(3).normal(size=out.shape).astype(np.float32))
    found = np.array(mx.grad(lambda x: mx.sum(function(x) * weight))(at), dtype=np.float64)
    for seed in (5, 6, 7):
        way = np.random.default_rng(seed).normal(size=at.shape).astype(np.float32)
        up, down = (np.array(function(at + mx.array(sign * step * way)), dtype=np.float64) for sign in (1, -1))
        stepped = ((up - down) * np.array(weight)).sum() / (2 * step)
        assert abs(stepped - (found * way).sum()) < within * np.linalg.norm(found) * np.linalg.norm(
            way
        )  # kinks of the network


def test_durations_before_they_are_rounded(frozen: Kokoro) -> None:
    prosody = frozen.prosody
    encoded = prosody.encoded(TOKENS, PHONEMES)
    agrees(
        lambda style: prosody.lasting(prosody.styled(encoded, style, PHONEMES, None), None), STYLE[:, HALF:], 5e-3, 2e-3
    )
    lasting = prosody.lasting(prosody.styled(encoded, STYLE[:, HALF:], PHONEMES, None), None)
    rounded = prosody.durations(prosody.styled(encoded, STYLE[:, HALF:], PHONEMES, None), PHONEMES, None, mx.ones(1))
    assert np.array_equal(np.maximum(np.round(np.array(lasting)), 1), rounded)
    assert np.abs(np.array(lasting) - rounded).max() > 0.01


@pytest.mark.parametrize("which", [0, 1])
def test_pitch_and_energy(frozen: Kokoro, which: int) -> None:
    prosody = frozen.prosody
    encoded = prosody.encoded(TOKENS, PHONEMES)
    index = mx.array(frame_index(DURATIONS, FRAMES))[:, :, None]

    def curve(style: mx.array) -> mx.array:
        styled = prosody.styled(encoded, style, PHONEMES, None)
        return prosody.curves(mx.take_along_axis(styled, index, axis=1), style, Lengths([FRAMES]))[which]

    agrees(curve, STYLE[:, HALF:], 1e-4, 2e-2)


def given(network: Kokoro) -> Prosody:
    text = network.prosody.text(TOKENS, PHONEMES, None)
    aligned = mx.take_along_axis(text, mx.array(frame_index(DURATIONS, FRAMES))[:, :, None], axis=1)
    f0 = mx.array(np.linspace(110, 170, 2 * FRAMES, dtype=np.float32)[None])
    return Prosody(DURATIONS, aligned, f0, mx.sin(f0), Lengths([FRAMES]))


def test_sound(frozen: Kokoro) -> None:
    prosody = given(frozen)
    agrees(lambda style: frozen.vocoder(prosody, style, None), STYLE[:, :HALF], 1e-4, 5e-3)


def test_it_says_what_the_speaking_form_says(frozen: Kokoro, weights: dict[str, mx.array]) -> None:
    speaking = Kokoro(KokoroConfig.parse(CONFIG), weights)
    curves = [network.prosody(TOKENS, PHONEMES, STYLE[:, HALF:], mx.ones(1)) for network in (frozen, speaking)]
    assert np.array_equal(curves[0].durations, curves[1].durations)
    assert np.abs(np.array(curves[0].f0 - curves[1].f0)).max() < 1e-2  # Hz
    prosody = given(speaking)
    one, other = (np.array(network.vocoder(prosody, STYLE[:, :HALF], None)) for network in (frozen, speaking))
    assert np.abs(one - other).max() < 1e-4
