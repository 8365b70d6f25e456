"""Pitch, energy, times and traits are what a sound has."""

import numpy as np
import pytest

from engine.tts.kokoro.tuning import alignment
from engine.tts.kokoro.tuning.base import Traits, candidates, nearness
from engine.tts.kokoro.tuning.energy import energy
from engine.tts.kokoro.tuning.pitch import median_of, pitch
from engine.tts.kokoro.tuning.sound import HEARD
from engine.tts.kokoro.voices import described, parse
from tests.engine.tts.kokoro.tuning.tiny import voice


@pytest.mark.parametrize("hz", [85.0, 140.0, 230.0, 330.0])
def test_a_pitch_is_found_without_an_octaves_doubt(hz: float) -> None:
    found = pitch(voice(4, hz))
    assert median_of(found) == pytest.approx(hz, rel=0.06)
    voiced = found[found > 0]
    assert np.mean(np.abs(voiced / hz - 1) < 0.2) > 0.97


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(size=3 * HEARD).astype(np.float32) * 0.1
    assert np.mean(pitch(noise) > 0) < 0.05
    assert not pitch(np.zeros(HEARD, dtype=np.float32)).any()
    assert median_of(np.zeros(9, dtype=np.float32)) == 0


def test_energy_is_on_the_networks_scale() -> None:
    own = voice(5, 140, seed=1)
    own24 = np.interp(np.arange(len(own) * 3 // 2) / 1.5, np.arange(len(own)), own).astype(np.float32)
    loud = np.abs(np.lib.stride_tricks.sliding_window_view(np.pad(own24, 600), 1200)[::300]).mean(axis=1)
    counted = (0.4 * np.log(loud + 1e-4) + 7).astype(np.float32)
    found = energy(own24, own24, counted, 400)
    assert found.shape == (400,)
    high = counted[:400] > np.percentile(counted, 40)
    assert np.corrcoef(found[high], counted[:400][high])[0, 1] > 0.9
    # Louder by what the clip is made as loud as the base by: no difference.
    assert np.abs(energy(3 * own24, own24, counted, 400) - found).max() < 0.5


def test_ends_are_carried_over_to_a_slower_reading() -> None:
    sound = voice(4, 140)
    slower = np.interp(np.arange(len(sound) * 5 // 4) * 0.8, np.arange(len(sound)), sound).astype(np.float32)
    durations = np.full(16, 10)
    found = alignment.carried(sound, durations, slower)
    assert found.sum() == round(len(slower) / HEARD / 0.025)
    assert np.abs(np.cumsum(found) - 12.5 * np.arange(1, 17)).max() <= 5
    assert found.min() >= 1


def test_warping_takes_the_cheapest_way() -> None:
    one = np.array([[0.0], [1.0], [5.0], [5.0], [2.0]])
    other = np.array([[0.0], [0.0], [1.0], [5.0], [2.0], [2.0]])
    path = alignment.warped(one, other)
    assert path[0].tolist() == [0, 0] and path[-1].tolist() == [4, 5]
    assert sum(abs(one[i, 0] - other[j, 0]) for i, j in path) == 0
    assert (np.diff(path, axis=0).max(axis=1) == 1).all() and np.diff(path, axis=0).min() >= 0


def test_more_phonemes_than_frames_still_have_one_each() -> None:
    found = alignment.carried(voice(2), np.full(20, 4), voice(0.6))
    assert found.min() == 1 and found.sum() == 24


def traits(seed: int, hz: float, with_direction: bool = True) -> Traits:
    random = np.random.default_rng(seed)
    direction = np.abs(random.normal(size=256)).astype(np.float32)
    return Traits(
        direction / np.linalg.norm(direction) if with_direction else None,
        random.normal(size=64).astype(np.float32) * 3,
        hz,
    )


def test_the_other_sex_is_farther_off() -> None:
    one = traits(0, 200)
    assert nearness(one, one) == pytest.approx(1)
    lower = Traits(one.direction, one.spectrum, 100)
    assert nearness(one, lower) < 0.9
    assert nearness(Traits(None, one.spectrum, 200), one) > nearness(Traits(None, one.spectrum, 200), lower)


@pytest.mark.parametrize("with_direction", [True, False])
@pytest.mark.parametrize(("language", "letters"), [("en-us", "ab"), ("fr-fr", "f"), ("ja", "j")])
def test_a_base_begins_with_a_voice_of_the_language(with_direction: bool, language: str, letters: str) -> None:
    names = ("af_heart", "bm_george", "zf_xiaoni", "ff_siwis", "jm_kumo", "am_adam", "hf_beta")
    told = {name: traits(at, 100 + 20 * at) for at, name in enumerate(names)}
    wanted = Traits(told["zf_xiaoni"].direction if with_direction else None, told["zf_xiaoni"].spectrum, 140)
    found = [parse(one) for one in candidates(told, wanted, language)]
    assert 3 <= len(found) <= 6
    assert all(one.first[0] in letters for one in found)
    assert all(described(one.first).language[:2] == language[:2] for one in found)
    assert any(one.shares.get("zf_xiaoni", 0) >= 0.5 for one in found)
