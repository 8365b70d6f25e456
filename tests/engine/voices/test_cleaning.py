"""Steady noise goes, the voice stays."""

import numpy as np
import pytest

from engine.errors import AudioFormatError
from engine.voices import cleaning
from engine.voices.talking import listen
from tests.engine.voices.recordings import RATE, voice, with_noise


def ratio_db(sound: np.ndarray) -> float:
    """How far the voice stands out of what was added, where somebody speaks, at its best level."""
    clean = voice()[: len(voice()) // 512 * 512].reshape(-1, 512)[listen(voice()).is_speech].ravel()
    other = sound[: len(voice()) // 512 * 512].reshape(-1, 512)[listen(voice()).is_speech].ravel()
    scale = np.dot(clean, other) / np.dot(other, other)
    return float(10 * np.log10(np.dot(clean, clean) / np.square(scale * other - clean).sum()))


def test_noise_goes_and_speech_stays() -> None:
    noisy = with_noise(voice(), 8)
    clean = cleaning.cleaned(noisy, RATE)
    assert clean.dtype == np.float32 and clean.shape == noisy.shape
    assert ratio_db(clean) > ratio_db(noisy) + 2.5
    quiet = listen(voice()).probable < 0.1
    before, after = listen(noisy).level_db[quiet], listen(clean).level_db[quiet]
    assert np.median(after) < np.median(before) - 12
    assert abs(listen(clean).speech_db - listen(voice()).speech_db) < 1


def test_a_clean_recording_stays_as_it_is() -> None:
    assert ratio_db(cleaning.cleaned(voice(), RATE)) > 18
    assert not cleaning.cleaned(np.zeros(RATE, np.float32), RATE).any()


def test_blocks_join_without_a_seam(monkeypatch: pytest.MonkeyPatch) -> None:
    noisy = with_noise(voice(), 12)
    whole = cleaning.cleaned(noisy, RATE)
    monkeypatch.setattr(cleaning, "_BLOCK_S", 2.5)
    assert np.abs(cleaning.cleaned(noisy, RATE) - whole).max() < 0.02


def test_two_channels_become_one_and_less_than_a_syllable_is_refused() -> None:
    both = np.stack([voice(), np.zeros_like(voice())], axis=1)
    np.testing.assert_allclose(cleaning.cleaned(both, RATE), cleaning.cleaned(voice(), RATE), atol=1e-6)
    with pytest.raises(AudioFormatError, match="too short"):
        cleaning.cleaned(voice()[:100], RATE)
