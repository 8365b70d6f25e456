import numpy as np
import pytest

from engine.audio.tone.chain import Chain, apply, stages
from engine.types import Samples, Tone

RATE = 24_000
TONES = {
    "pitch": Tone(pitch_semitones=-3.3),
    "bands": Tone(low_db=12, mid_db=-6, high_db=4),
    "room": Tone(room=0.4),
    "all": Tone(3, 6, -4, 5, 0.7),
}


def voiced(seconds: float = 1.0, rate: int = RATE) -> Samples:
    """Something like a vowel that glides, between two silences."""
    at = np.arange(round(seconds * rate)) / rate
    phase = 2 * np.pi * (130 * at + 20 * at**2)
    made = sum(np.sin(number * phase) / number for number in range(1, 12)) * 0.25 * np.sin(np.pi * at / seconds) ** 2
    return made.astype(np.float32)


def in_pieces(tone: Tone, sound: Samples, sizes: list[int]) -> Samples:
    chain, made, at = Chain(tone, RATE), [np.zeros(0, dtype=np.float32)], 0
    for size in sizes * (1 + len(sound) // sum(sizes)):
        made.append(chain.feed(sound[at : at + size]))
        at += size
    return np.concatenate([*made, chain.finish()])


@pytest.mark.parametrize("tone", TONES.values(), ids=list(TONES))
@pytest.mark.parametrize(
    "sizes", [[1, 7, 4_000], [480], [1_023, 513], [1] * 50 + [20_000]], ids=lambda one: str(one[0])
)
def test_any_cut_gives_the_same_samples(tone: Tone, sizes: list[int]):
    sound = voiced()
    whole = apply(tone, sound, RATE)
    assert whole.dtype == np.float32 and len(whole) == len(sound)
    np.testing.assert_array_equal(in_pieces(tone, sound, sizes), whole)


@pytest.mark.parametrize("length", [0, 1, 5, 399, 720, 1_500])
@pytest.mark.parametrize("tone", TONES.values(), ids=list(TONES))
def test_a_short_sound_is_as_long_as_before(tone: Tone, length: int):
    made = apply(tone, voiced()[6_000 : 6_000 + length], RATE)
    assert len(made) == length and np.isfinite(made).all()


def test_a_neutral_tone_gives_the_very_samples():
    sound = voiced()
    assert stages(Tone(), RATE) == []
    assert apply(Tone(), sound, RATE) is sound
    assert Chain(Tone(), RATE).feed(sound) is sound


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100])
def test_any_rate_will_do(rate: int):
    sound = voiced(rate=rate)
    made = apply(TONES["all"], sound, rate)
    assert len(made) == len(sound) and 0.05 < np.abs(made).max() <= 0.98


@pytest.mark.parametrize("tone", [Tone(low_db=12, mid_db=12, high_db=12, room=1), Tone(low_db=12), Tone(room=1)])
def test_it_is_never_too_loud(tone: Tone):
    assert np.abs(apply(tone, 3 * voiced(), RATE)).max() <= 0.98


@pytest.mark.parametrize("tone", TONES.values(), ids=list(TONES))
def test_silence_stays_silence(tone: Tone):
    assert not apply(tone, np.zeros(5_000, dtype=np.float32), RATE).any()
