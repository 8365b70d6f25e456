"""Which recordings a voice is tuned to, and why not."""

import numpy as np
import pytest

from engine.audio.resample import resample
from engine.errors import VoiceError
from engine.tts.kokoro.tuning.sound import HEARD
from engine.tts.kokoro.tuning.usable import usable
from tests.engine.tts.kokoro.tuning.tiny import RATE, voice


def test_speech_is_taken_without_the_silence_around_it() -> None:
    said = voice(10)
    quiet = np.zeros(2 * RATE, dtype=np.float32)
    found = usable(np.concatenate([quiet, said, quiet]), RATE)
    assert abs(len(found) / HEARD - 10.2) < 0.4


@pytest.mark.parametrize("rate", [16_000, 24_000, 44_100, 48_000])
def test_any_rate_will_do(rate: int) -> None:
    assert abs(len(usable(resample(voice(9), RATE, rate), rate)) / HEARD - 9) < 0.5


@pytest.mark.parametrize(
    ("sound", "why"),
    [
        (np.zeros(0, dtype=np.float32), "no sound"),
        (np.zeros(10 * RATE, dtype=np.float32), "silent"),
        (np.full(10 * RATE, np.nan, dtype=np.float32), "no sound"),
        (np.zeros((10, 2), dtype=np.float32), "no sound"),
        (voice(0.3), "seconds of speech"),
        (voice(6), "seconds of speech"),
        (np.concatenate([voice(3), np.zeros(9 * RATE, dtype=np.float32), voice(3)]), "seconds of speech"),
        (voice(10, noise=0.06), "noise or music"),
        (voice(45), "shorter stretch"),
        (1e-4 * voice(10), "silent"),
    ],
)
def test_what_is_no_use_is_refused_with_the_reason(sound: np.ndarray, why: str) -> None:
    with pytest.raises(VoiceError, match=why):
        usable(sound, RATE)


def test_a_telephones_sound_is_refused() -> None:
    for sent in (resample(voice(10), RATE, 8000), resample(resample(voice(10), RATE, 8000), 8000, 44_100)):
        with pytest.raises(VoiceError, match="telephone"):
            usable(sent, 8000 if len(sent) == 80_000 else 44_100)
