import numpy as np
import pytest

from engine.audio.tone import bands
from engine.audio.tone.chain import apply
from engine.types import Tone


def gain_db(impulse: np.ndarray, rate: int, hz: float) -> float:
    return float(20 * np.log10(abs(impulse @ np.exp(-2j * np.pi * hz / rate * np.arange(len(impulse))))))


@pytest.mark.parametrize("rate", [16_000, 24_000, 48_000])
def test_each_band_moves_its_own(rate: int):
    low, mid, high = (bands.impulse(rate, *one) for one in ((12, 0, 0), (0, -12, 0), (0, 0, 9)))
    assert gain_db(low, rate, 20) == pytest.approx(12, abs=0.2)
    assert gain_db(low, rate, bands.LOW_HZ) == pytest.approx(6, abs=0.1)
    assert gain_db(low, rate, 4_000) == pytest.approx(0, abs=0.2)
    assert gain_db(mid, rate, bands.MID_HZ) == pytest.approx(-12, abs=0.1)
    assert gain_db(mid, rate, 20) == pytest.approx(0, abs=0.2)
    assert gain_db(high, rate, rate / 2) == pytest.approx(9, abs=0.2)
    assert gain_db(high, rate, 200) == pytest.approx(0, abs=0.2)


def test_nothing_is_heard_before_it_was_said_and_nothing_is_cut_off():
    impulse = bands.impulse(24_000, -12, 12, -12)
    assert np.abs(impulse[-64:]).max() < 1e-6 * np.abs(impulse).max()
    assert np.abs(impulse[:8]).max() == np.abs(impulse).max()


def recursive(above: np.ndarray, below: np.ndarray, sound: np.ndarray) -> np.ndarray:
    made, padded = np.zeros(len(sound) + 2), np.concatenate([np.zeros(2), sound])
    for at in range(2, len(padded)):
        made[at] = (above @ padded[at - 2 : at + 1][::-1] - below[1:] @ made[at - 2 : at][::-1]) / below[0]
    return made[2:]


def test_it_is_the_recursive_filter_of_the_cookbook():
    sound = np.random.default_rng(3).uniform(-0.1, 0.1, 1_500).astype(np.float32)
    wanted = sound.astype(np.float64)
    for above, below in bands._filters(24_000, -6, -3, -9):
        wanted = recursive(above, below, wanted)
    made = apply(Tone(low_db=-6, mid_db=-3, high_db=-9), sound, 24_000)
    np.testing.assert_allclose(made, wanted, atol=1e-6)
