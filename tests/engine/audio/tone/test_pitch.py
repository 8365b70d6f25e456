import numpy as np
import pytest

from engine.audio.tone.chain import apply
from engine.types import Samples, Tone

RATE = 24_000


def steady(hz: float, seconds: float = 1.5) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return sum(0.2 * np.sin(2 * np.pi * hz * n * at + n) / n for n in range(1, 14)).astype(np.float32)  # type: ignore


def fundamental(sound: Samples, near: float) -> float:
    """The lowest strong tone, in Hz, by the peak of a long spectrum."""
    steps = np.fft.rfftfreq(1 << 18, 1 / RATE)
    loud = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    at = int(np.argmax(loud * (abs(steps - near) < 0.3 * near)))
    left, middle, right = np.log(loud[at - 1 : at + 2])
    return float((at + (left - right) / (2 * (left - 2 * middle + right))) * steps[1])


@pytest.mark.parametrize("hz", [85.0, 210.0])
@pytest.mark.parametrize("semitones", [-4.0, -1.5, 0.5, 4.0])
def test_a_tone_moves_by_the_semitones_asked_for(hz: float, semitones: float):
    made = apply(Tone(pitch_semitones=semitones), steady(hz), RATE)
    wanted = hz * 2 ** (semitones / 12)
    assert abs(1200 * np.log2(fundamental(made[3_000:-3_000], wanted) / wanted)) < 2


@pytest.mark.parametrize("semitones", [-4.0, 4.0])
def test_no_click_is_heard(semitones: float):
    sound = steady(150.0)
    made = apply(Tone(pitch_semitones=semitones), sound, RATE)[2_000:-2_000]
    ratio = 2 ** (semitones / 12)
    assert np.abs(np.diff(made)).max() < 1.25 * max(1, ratio) * np.abs(np.diff(sound)).max()


@pytest.mark.parametrize("semitones", [-4.0, 4.0])
def test_sounds_stay_where_they_were(semitones: float):
    sound = np.zeros(3 * RATE, dtype=np.float32)
    starts = [0.5, 1.3, 2.25]
    for start in starts:
        sound[round(start * RATE) :][: RATE // 4] = steady(180.0, 0.25)
    loud = np.abs(apply(Tone(pitch_semitones=semitones), sound, RATE)) > 0.05
    for start in starts:
        first = int(np.argmax(loud[round((start - 0.1) * RATE) :])) / RATE - 0.1
        assert abs(first) < 0.02
        assert not loud[round((start + 0.28) * RATE) : round((start + 0.4) * RATE)].any()
