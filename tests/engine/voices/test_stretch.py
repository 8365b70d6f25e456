"""The best seconds of a recording."""

import numpy as np
import pytest

from engine.errors import AudioFormatError
from engine.voices import stretch
from tests.engine.voices.recordings import RATE, voice, with_noise


def silence(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def test_speech_is_found_between_silences_and_not_cut_in_a_word() -> None:
    sound = np.concatenate([silence(20), voice(), silence(30)])
    start, end = stretch.best(sound, RATE)
    assert 19.8 <= start <= 20.5
    assert 30 <= end <= 31.5
    assert 5 <= end - start <= 20


@pytest.mark.parametrize(
    "harm", [lambda x: with_noise(x, 3), lambda x: np.clip(8 * x, -1, 1)], ids=["noise", "clipped"]
)
def test_the_clean_one_of_two_is_taken(harm) -> None:
    worse = harm(voice())
    for parts, first in (([voice(), silence(3), worse], True), ([worse, silence(3), voice()], False)):
        start, end = stretch.best(np.concatenate(parts).astype(np.float32), RATE)
        middle = len(voice()) / RATE + 1.5
        assert end < middle if first else start > middle


def test_a_short_recording_is_taken_whole_and_a_stereo_one_of_another_rate_is_heard() -> None:
    assert stretch.best(voice()[: 4 * RATE], RATE) == (0.0, 4.0)
    both = np.stack([np.zeros_like(voice()), voice()], axis=1).repeat(2, axis=0)
    start, end = stretch.best(both, 2 * RATE)
    assert 0 <= start < 1 and 9 < end <= 11


def test_where_nobody_speaks_a_sentence_says_so() -> None:
    for nothing in (silence(8), with_noise(silence(8) + 0.01, 0), np.full(8 * RATE, np.nan, np.float32)):
        with pytest.raises(AudioFormatError, match="Nobody speaks"):
            stretch.best(nothing, RATE)
    with pytest.raises(AudioFormatError, match="too short"):
        stretch.best(silence(0.2), RATE)


def test_a_talk_without_pauses_is_cut_to_what_is_wanted() -> None:
    start, end = stretch.best(np.tile(voice()[RATE // 2 : 2 * RATE], 20), RATE)
    assert 5 <= end - start <= 20
