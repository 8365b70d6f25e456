import numpy as np
import pytest

from engine.audio.tone.chain import apply
from engine.audio.tone.room import FADE_S, Room, walls
from engine.types import Tone

RATE = 24_000


def test_the_walls_answer_after_the_voice_and_fade():
    answer = walls(RATE)
    assert np.sum(answer**2) == pytest.approx(1)
    assert not answer[: round(0.007 * RATE)].any()
    assert answer[-1] == 0
    energies = [float(np.sum(part**2)) for part in np.array_split(answer, 8)]
    assert energies == sorted(energies, reverse=True) and energies[-1] < 1e-4


def test_it_is_the_plain_convolution():
    sound = np.random.default_rng(1).uniform(-0.1, 0.1, 5_000).astype(np.float32)
    wanted = sound + np.convolve(sound, walls(RATE) * 0.25)[: len(sound)]
    room = Room(RATE, 0.5)
    made = np.concatenate([room.feed(sound), room.finish()])
    before = len(sound) - round(FADE_S * RATE)
    np.testing.assert_allclose(made[:before], wanted[:before], atol=1e-6)
    assert made[-1] == sound[-1]  # of the walls nothing is left at the end


def test_the_echo_ends_smoothly_with_the_segment():
    sound = np.zeros(6_000, dtype=np.float32)
    sound[: RATE // 10] = 0.3 * np.sin(2 * np.pi * 200 * np.arange(RATE // 10) / RATE)
    made = apply(Tone(room=1), sound, RATE)
    assert 0.01 < np.abs(made[3_000:4_000]).max() < 0.3
    assert np.abs(made[-20:]).max() < 1e-3
