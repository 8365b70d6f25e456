"""A tone on real speech: the pitch moves as asked, words are understood, nothing grows longer."""

import numpy as np
import pytest

from benchmarks.voices import RATE, Hear, in_a_row, joined, say, wrong
from engine.audio.tone.chain import apply
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.kokoro.table import loudness
from engine.types import Samples, Tone

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(600)]

TEXT = " ".join(loudness.sentences()[:3])
FRAME, HOP = RATE // 10, RATE // 100


def melody(sound: Samples) -> np.ndarray:
    """Hz every 10 ms, by autocorrelation; 0 where there is no voice."""
    window = np.hanning(FRAME)
    spread = np.fft.irfft(np.abs(np.fft.rfft(window, 4 * FRAME)) ** 2)[:FRAME]
    low, high = RATE // 500, RATE // 60
    found = []
    for start in range(0, len(sound) - FRAME, HOP):
        frame = sound[start : start + FRAME].astype(np.float64)
        alike = np.fft.irfft(np.abs(np.fft.rfft((frame - frame.mean()) * window, 4 * FRAME)) ** 2)[:FRAME]
        alike = alike / max(alike[0], 1e-9) / np.maximum(spread / spread[0], 0.1)
        at = low + int(np.argmax(alike[low:high]))
        left, middle, right = alike[at - 1 : at + 2]
        is_voice = middle > 0.75 and np.sqrt(np.mean(frame**2)) > 0.02 and low < at < high - 1
        found.append(RATE / (at + 0.5 * (left - right) / (left - 2 * middle + right)) if is_voice else 0.0)
    return np.array(found)


@pytest.mark.parametrize("voice", ["af_heart", "am_michael"])
def test_speech_is_moved_and_understood(kokoro: KokoroSynthesizer, hear: Hear, voice: str) -> None:
    sound = in_a_row([joined(pieces) for pieces in say(kokoro, TEXT, voice, "en-us")])
    before, mistaken = melody(sound), wrong(TEXT, hear(sound, "en"), "en")
    for tone in (Tone(-4), Tone(4), Tone(2, 6, -6, 6, 0.5), Tone(room=1)):
        made = apply(tone, sound, RATE)
        assert len(made) == len(sound)
        after = melody(made)
        both = (before > 0) & (after > 0)
        cents = 1200 * np.log2(after[both] / before[both]) - 100 * tone.pitch_semitones
        assert abs(np.median(cents)) < 10
        assert np.mean(np.abs(cents) < 300) > 0.95
        # A recogniser of this size may take one word for another.
        assert wrong(TEXT, hear(made, "en"), "en") <= mistaken + 1.01 / len(TEXT.split())
