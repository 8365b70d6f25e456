"""Windows joined by a crossfade: exact in length, even in power, and unheard where they see enough."""

from pathlib import Path

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codecs.schedule import Cadence, schedule
from engine.codecs.snac import LOOKAHEAD, Snac, SnacConfig, seeded_noise
from engine.codecs.windowed import WindowedStream, crossfade
from engine.types import Chunking

CONFIG = SnacConfig(encoder_dim=4, decoder_dim=32, codebook_size=64)
RATES = (1, 2, 4)
FRAMES = 14
FIXTURE = Path(__file__).parents[2] / "parity" / "fixtures" / "snac.npz"


@pytest.fixture(scope="module")
def snac() -> Snac:
    with np.load(FIXTURE) as file:
        weights = {k.removeprefix("weights."): mx.array(file[k]) for k in file.files if k.startswith("weights.")}
    return Snac(CONFIG, weights)


@pytest.fixture(scope="module")
def codes() -> list[mx.array]:
    dice = np.random.default_rng(3)
    return [mx.array(dice.integers(0, 64, size=(1, FRAMES * rate))) for rate in RATES]


def streamed(snac: Snac, codes: list[mx.array], sizes: list[int], chunking: Chunking) -> np.ndarray:
    noise = seeded_noise(1)
    plan = schedule(chunking, Cadence(24000, CONFIG.frame_size, 7, LOOKAHEAD))
    stream = WindowedStream(lambda part, at: snac.decode_at(part, at, noise), CONFIG.frame_size, RATES, plan)
    parts: list[np.ndarray] = []
    at = 0
    for size in sizes:
        parts.append(np.array(stream.step([c[:, at * r : (at + size) * r] for c, r in zip(codes, RATES, strict=True)])))
        at += size
    parts.append(np.array(stream.finish([c[:, at * r :] for c, r in zip(codes, RATES, strict=True)])))
    return np.concatenate(parts, axis=1)[0]


@given(sizes=st.lists(st.integers(0, 5), max_size=8), overlap=st.integers(0, 3), lookforward=st.integers(3, 5))
@settings(max_examples=10, deadline=None)
def test_with_enough_context_windows_give_what_the_whole_gives(
    snac: Snac, codes: list[mx.array], sizes: list[int], overlap: int, lookforward: int
) -> None:
    while sum(sizes) > FRAMES:
        sizes.pop()
    whole = np.array(snac.decode(codes, seeded_noise(1)))[0]
    # The overlap's own right context counts too: three frames beyond it decide everything.
    chunking = Chunking(mode="smooth", lookback=4, lookforward=lookforward + overlap, overlap_frames=overlap)
    sound = streamed(snac, codes, sizes, chunking)
    assert sound.shape == whole.shape
    assert np.abs(sound - whole).max() < 1e-4


def test_with_too_little_context_the_length_is_still_exact_and_no_join_jumps(snac: Snac, codes: list[mx.array]) -> None:
    whole = np.array(snac.decode(codes, seeded_noise(1)))[0]
    sizes = [3] * 4
    hard = streamed(snac, codes, sizes, Chunking(mode="smooth", lookback=0, lookforward=0, overlap_frames=0))
    soft = streamed(snac, codes, sizes, Chunking(mode="smooth", lookback=0, lookforward=1, overlap_frames=1))
    assert hard.shape == soft.shape == whole.shape
    joins = [3 * k * CONFIG.frame_size for k in range(1, 5)]
    usual = np.abs(np.diff(whole)).max()
    assert max(abs(soft[at] - soft[at - 1]) for at in (at - CONFIG.frame_size for at in joins)) <= usual * 1.5
    assert np.abs(hard - whole).max() > 1e-3, "without context windows must differ, or this proves nothing"


def test_a_crossfade_of_a_signal_with_itself_is_the_signal() -> None:
    signal = mx.array(np.random.default_rng(0).normal(size=(1, 500)).astype(np.float32))
    assert np.abs(np.array(crossfade(signal, signal) - signal)).max() < 1e-5


def test_a_crossfade_of_strangers_keeps_the_power() -> None:
    dice = np.random.default_rng(0)
    old, new = (mx.array(dice.normal(size=(1, 50_000)).astype(np.float32)) for _ in range(2))
    blended = np.array(crossfade(old, new))[0].reshape(10, -1)
    assert np.abs(np.sqrt((blended**2).mean(axis=1)) - 1).max() < 0.05


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_crossfade_may_be_short(n: int) -> None:
    assert np.isfinite(np.array(crossfade(mx.ones((1, n)), mx.zeros((1, n))))).all()


def test_no_sound_is_decided_before_the_look_ahead_and_some_is_with_it(snac: Snac, codes: list[mx.array]) -> None:
    stream = snac.stream()
    given = [
        stream.step([c[:, at * r : (at + 1) * r] for c, r in zip(codes, RATES, strict=True)]).shape[1]
        for at in range(LOOKAHEAD)
    ]
    assert given[:-1] == [0] * (LOOKAHEAD - 1)
    assert given[-1] > 0
