"""Speech for ears: known sentences from the built-in voice at 16 kHz, and one recogniser for all tests."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.audio.resample import resample
from engine.stt.pocketsphinx import load
from engine.stt.pocketsphinx.model import PocketSphinx
from engine.text.segment import TextSegment
from engine.tts.espeak import load as load_voice
from engine.types import Samples, SpeechRequest

RATE = 16000
Said = Callable[..., Samples]


@pytest.fixture(scope="session")
def said() -> Said:
    """float32 [n] at 16 kHz: sentences with `pause_s` of silence before, between and behind them."""
    voice = load_voice()

    def spoken(*sentences: str, voice_id: str = "en-us", speed: float = 0.9, pause_s: float = 0.8) -> Samples:
        silence = np.zeros(round(pause_s * RATE), dtype=np.float32)
        pieces = [silence]
        for text in sentences:
            segment = TextSegment(0, text, (0, len(text)), 0.0, "sentence", range(len(text) + 1))
            sound = voice.render(segment, SpeechRequest(text, voice=voice_id, speed=speed)).samples
            pieces += [resample(sound, voice.sample_rate, RATE), silence]
        return np.concatenate(pieces)

    return spoken


@pytest.fixture(scope="session")
def ears() -> PocketSphinx:
    pytest.importorskip("pocketsphinx", reason="there is no pocketsphinx for this Python on this machine")
    return load()


@pytest.fixture(scope="session")
def not_speech() -> dict[str, Samples]:
    """Three seconds each of what is no speech."""
    chance = np.random.default_rng(7)
    count = 3 * RATE
    time = np.arange(count) / RATE
    rumble = np.cumsum(chance.standard_normal(count))
    rumble -= np.convolve(rumble, np.ones(1600) / 1600, "same")
    clicks = chance.standard_normal(count) * (np.arange(count) % 8000 < 150)
    sounds = {
        "silence": np.zeros(count),
        "hiss": 0.1 * chance.standard_normal(count),
        "quiet hiss": 0.003 * chance.standard_normal(count),
        "rumble": 0.2 * rumble / rumble.std(),
        "whistle": 0.2 * np.sin(2 * np.pi * 440 * time),
        "hum": 0.2 * np.sign(np.sin(2 * np.pi * 50 * time)),
        "clicks": 0.5 * clicks,
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}
