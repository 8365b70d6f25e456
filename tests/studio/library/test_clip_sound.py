"""Clips cut, faded and joined: what is not faded keeps its samples, and what cannot be done is a sentence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import OptionError
from studio.library.clips.sound import Edit, edited

RATE = 22_050


def clip(folder: Path, seconds: float, seed: int, rate: int = RATE) -> tuple[Path, np.ndarray]:
    samples = np.random.default_rng(seed).integers(-32_768, 32_767, round(seconds * rate), np.int16)
    path = folder / f"{seed}.flac"
    soundfile.write(path, samples, rate, subtype="PCM_16")
    return path, samples


def done(paths: list[Path], **edit: float) -> np.ndarray:
    blocks, rate = edited(paths, Edit(**edit))
    assert rate == RATE
    return (np.concatenate(list(blocks)) * 32_768).astype(np.int16)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (0.5, 0), (0, 1.2345), (0.333, 2.999), (0.5, 60)])
def test_a_cut_is_those_samples_and_no_others(tmp_path: Path, start: float, end: float) -> None:
    path, samples = clip(tmp_path, 3.7, 1)
    wanted = samples[round(start * RATE) : round(end * RATE) or None]
    assert np.array_equal(done([path], start_s=start, end_s=end), wanted)


def test_joined_clips_are_one_after_the_other_with_their_pause(tmp_path: Path) -> None:
    (one, first), (two, second) = clip(tmp_path, 1.1, 1), clip(tmp_path, 0.013, 2)
    pause = np.zeros(round(0.25 * RATE), np.int16)
    assert np.array_equal(done([one, two, one]), np.concatenate([first, second, first]))
    assert np.array_equal(done([one, two], pause_s=0.25), np.concatenate([first, pause, second]))


def test_a_fade_changes_its_own_stretch_alone(tmp_path: Path) -> None:
    path, samples = clip(tmp_path, 3.0, 1)
    faded = done([path], fade_in_s=0.5, fade_out_s=1.0)
    assert len(faded) == len(samples)
    middle = slice(round(0.51 * RATE), round(1.99 * RATE))
    assert np.array_equal(faded[middle], samples[middle])
    tenth = RATE // 10
    for edge in (faded[:tenth], faded[-tenth:]):
        assert np.abs(edge.astype(float)).mean() < np.abs(samples.astype(float)).mean() / 3


def test_a_clip_of_another_rate_is_as_long_as_before(tmp_path: Path) -> None:
    (one, first), (two, second) = clip(tmp_path, 1.0, 1), clip(tmp_path, 2.0, 2, rate=24_000)
    joined = done([one, two])
    assert np.array_equal(joined[: len(first)], first)
    assert len(joined) - len(first) == pytest.approx(len(second) / 24_000 * RATE, abs=2)


def test_what_leaves_nothing_or_is_too_long_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = clip(tmp_path, 1.0, 1)
    for start, end in ((0.8, 0.4), (5.0, 0.0)):
        with pytest.raises(OptionError, match="Nothing is left"):
            done([path], start_s=start, end_s=end)
    monkeypatch.setattr("studio.library.clips.sound.MOST_S", 1.5)
    with pytest.raises(OptionError, match="cannot be cut or joined"):
        done([path, path])
