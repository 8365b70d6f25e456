"""A real voice (tests/real/jfk.flac, public domain), and what may be done to it. Made here, kept nowhere."""

from functools import cache
from pathlib import Path

import numpy as np

from engine.audio.files.io import read_blocks
from engine.audio.resample import resample
from engine.types import Samples

RATE = 16_000
CLIP = Path(__file__).parents[2] / "real" / "jfk.flac"


@cache
def voice() -> Samples:
    """Eleven seconds of one man, clean."""
    sound = np.concatenate(list(read_blocks(CLIP, RATE)))
    sound.setflags(write=False)
    return sound


def with_noise(sound: Samples, below_db: float) -> Samples:
    noise = np.random.default_rng(3).normal(size=len(sound))
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    return (sound + noise * np.sqrt(power * 10 ** (-below_db / 10))).astype(np.float32)


def in_a_hall(sound: Samples, decay_s: float = 1.0) -> Samples:
    time_s = np.arange(int(decay_s * RATE)) / RATE
    echo = np.random.default_rng(3).normal(size=len(time_s)) * 10 ** (-3 * time_s / decay_s)
    echo *= 0.9 / np.sqrt(np.square(echo).sum())
    echo[0] = 1.0
    length = len(sound) + len(echo) - 1
    return np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(echo, length), length)[: len(sound)].astype(np.float32)


def music(length: int, level: float = 0.1) -> Samples:
    """Four chords that die away, over and over."""
    out = np.zeros(length)
    chords = ((220, 277, 330), (196, 247, 294), (247, 311, 370), (165, 208, 247))
    for number, begin in enumerate(range(0, length, 12_000)):
        time_s = np.arange(min(12_000, length - begin)) / RATE
        for hz in chords[number % 4]:
            for times in (1, 2, 3):
                tone = np.exp(-2 * time_s) * np.sin(2 * np.pi * hz * times * time_s) / times
                out[begin : begin + len(time_s)] += tone
    return (out / np.abs(out).max() * level).astype(np.float32)


def by_telephone(sound: Samples) -> Samples:
    return resample(resample(sound, RATE, 8000), 8000, RATE)
