"""Thirty sounds of ten seconds that nobody speaks in, made from numbers: the same on every machine.

Levels are dB of full scale: of the root mean square for steady sounds, of the loudest sample for the others.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, lfilter, sosfilt

from engine.types import Samples

RATE = 16000
SECONDS = 10
_COUNT = RATE * SECONDS
Sound = npt.NDArray[np.float64]


@cache
def noises() -> Mapping[str, Samples]:
    """Name -> float32 [160000] at 16 kHz."""
    made: dict[str, Sound] = {}
    for level in (-60, -40, -20):
        made[f"white noise at {level} dB"] = _rms(_white(1), level)
        made[f"pink noise at {level} dB"] = _rms(_pink(2), level)
        made[f"hum at {level} dB"] = _rms(_hum(), level)
    made["silence"] = np.zeros(_COUNT)
    made["one bit of dither"] = _white(3) / 32768
    made["slow taps on a table"] = _peak(_events(_tap, 1.3, 4), -12)
    made["quick taps on a table"] = _peak(_events(_tap, 0.24, 5), -12)
    made["typing"] = _peak(_events(_key, 0.13, 6), -25)
    made["clicks of a mouse"] = _peak(_events(_click, 0.9, 7), -20)
    made["one cough"] = _peak(_events(_cough, 20.0, 8), -6)
    made["coughs"] = _peak(_events(_cough, 1.1, 9), -6)
    made["quiet coughs"] = _peak(_events(_cough, 1.7, 10), -30)
    made["clearing of a throat"] = _peak(_events(_throat, 2.6, 11), -12)
    made["breath"] = _peak(_breath(12, 3.4), -24)
    made["quick breath"] = _peak(_breath(13, 1.2), -18)
    made["snoring"] = _peak(_snore(), -18)
    made["steps"] = _peak(_events(_step, 0.6, 14), -18)
    made["a door that falls shut"] = _peak(_events(_door, 4.1, 15), -3)
    made["wind on the microphone"] = _peak(_wind(), -9)
    made["rain"] = _peak(_white(16) * 0.3 + _events(_drop, 0.02, 17), -24)
    made["music: chords"] = _peak(_chords(), -12)
    made["music: a tune"] = _peak(_tune(), -12)
    made["music: quiet chords"] = _peak(_chords(), -40)
    made["music: drums"] = _peak(_events(_drum, 0.5, 18), -6)
    return {name: sound.astype(np.float32) for name, sound in made.items()}


def _time(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _white(seed: int, count: int = _COUNT) -> Sound:
    return np.random.default_rng(seed).standard_normal(count)


def _pink(seed: int) -> Sound:
    spectrum = np.fft.rfft(_white(seed))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, _COUNT)


def _hum() -> Sound:
    time = _time(SECONDS)
    return sum((np.sin(2 * np.pi * 50 * n * time + n) / n for n in (1, 2, 3, 5, 7)), np.zeros(_COUNT))


def _band(sound: Sound, low: float, high: float) -> Sound:
    return sosfilt(butter(2, (low, high), "bandpass", fs=RATE, output="sos"), sound)


def _rms(sound: Sound, level: float) -> Sound:
    return sound / np.sqrt(np.square(sound).mean()) * 10 ** (level / 20)


def _peak(sound: Sound, level: float) -> Sound:
    return sound / np.abs(sound).max() * 10 ** (level / 20)


def _events(one: Callable[[int], Sound], every_s: float, seed: int) -> Sound:
    """The same kind of thing again and again, never quite alike nor quite in time."""
    chance = np.random.default_rng(seed)
    sound = np.zeros(_COUNT)
    at, number = min(0.7, every_s), 0
    while at < SECONDS:
        piece = one(1000 * seed + number) * chance.uniform(0.6, 1.0)
        begin = round(at * RATE)
        sound[begin : begin + len(piece)] += piece[: _COUNT - begin]
        at += every_s * chance.uniform(0.7, 1.3)
        number += 1
    return sound


def _burst(seed: int, seconds: float, low: float, high: float, attack_s: float = 0.001, fall_s: float = 0.02) -> Sound:
    time = _time(seconds)
    shape = np.minimum(time / attack_s, 1.0) * np.exp(-time / fall_s)
    return _band(_white(seed, len(time)), low, high) * shape


def _tap(seed: int) -> Sound:
    time = _time(0.15)
    return _burst(seed, 0.15, 300, 4000, fall_s=0.008) + 0.5 * np.sin(2 * np.pi * 180 * time) * np.exp(-time / 0.03)


def _key(seed: int) -> Sound:
    return _burst(seed, 0.06, 1500, 6500, fall_s=0.006)


def _click(seed: int) -> Sound:
    return np.concatenate(
        [_burst(seed, 0.09, 1000, 7000, fall_s=0.003), _burst(seed + 1, 0.05, 1000, 7000, fall_s=0.003)]
    )


def _cough(seed: int) -> Sound:
    """An explosion of breath, a hiss, and a short voiced end."""
    blast = _burst(seed, 0.12, 400, 3500, 0.004, 0.05)
    hiss = 0.4 * _burst(seed + 1, 0.2, 600, 5000, 0.02, 0.09)
    time = _time(0.12)
    voiced = (
        0.3 * _band(np.sign(np.sin(2 * np.pi * (170 - 400 * time) * time)), 300, 1500) * np.sin(np.pi * time / 0.12)
    )
    return np.concatenate([blast, hiss, voiced])


def _throat(seed: int) -> Sound:
    time = _time(0.5)
    rough = np.sign(np.sin(2 * np.pi * 75 * time)) * (1 + 0.5 * _white(seed, len(time)))
    return _band(rough, 200, 1800) * np.sin(np.pi * time / 0.5) ** 2


def _breath(seed: int, every_s: float) -> Sound:
    time = _time(SECONDS)
    shape = np.maximum(0.0, np.sin(2 * np.pi * time / every_s)) ** 2
    return _band(_white(seed), 500, 5000) * shape


def _snore() -> Sound:
    time = _time(SECONDS)
    shape = np.maximum(0.0, np.sin(2 * np.pi * time / 3.0)) ** 3
    return _band(np.sign(np.sin(2 * np.pi * 38 * time)) + 0.4 * _white(20), 60, 900) * shape


def _step(seed: int) -> Sound:
    time = _time(0.2)
    return np.sin(2 * np.pi * 90 * time) * np.exp(-time / 0.04) + _burst(seed, 0.2, 200, 2500, fall_s=0.02)


def _door(seed: int) -> Sound:
    time = _time(0.8)
    return 2 * np.sin(2 * np.pi * 70 * time) * np.exp(-time / 0.1) + _burst(seed, 0.8, 80, 3000, fall_s=0.07)


def _drop(seed: int) -> Sound:
    return _burst(seed, 0.02, 2000, 7500, fall_s=0.002)


def _wind() -> Sound:
    slow = np.interp(_time(SECONDS), np.arange(SECONDS + 1), np.random.default_rng(21).uniform(0.1, 1.0, SECONDS + 1))
    return lfilter([1.0], [1.0, -0.985], _white(22)) * slow


def _note(frequency: float, seconds: float) -> Sound:
    time = _time(seconds)
    tone = sum((np.sin(2 * np.pi * frequency * n * time) / n**1.5 for n in range(1, 8)), np.zeros(len(time)))
    return tone * np.minimum(time / 0.01, 1.0) * np.exp(-time / (0.4 * seconds))


def _chords() -> Sound:
    chords = ((262, 330, 392), (220, 262, 330), (175, 220, 262), (196, 247, 294))
    return np.concatenate([sum(_note(f, 1.25) for f in chords[n % 4]) for n in range(8)])


def _tune() -> Sound:
    steps = (262, 294, 330, 349, 392, 440, 392, 349, 330, 294)
    return np.concatenate([_note(f, 0.5) for f in (*steps, *steps[::-1])])


def _drum(seed: int) -> Sound:
    time = _time(0.3)
    kick = np.sin(2 * np.pi * (60 + 80 * np.exp(-time / 0.03)) * time) * np.exp(-time / 0.08)
    return kick if seed % 2 else _burst(seed, 0.3, 800, 7000, fall_s=0.05)
