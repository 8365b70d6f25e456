"""Speech to train and to test on: random lines of the vocabulary, said by eSpeak NG's and flite's voices.

Four sets. The tests hear what training never did: voices of eSpeak NG that are held out, a voice of flite that is held
out, and speeds between and beyond those of training. Flite is Debian's `flite`; without it its voices are left out.
"""

import random
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from vocabulary import random_line, spoken

from engine.audio.resample import resample
from engine.tts import espeak
from engine.tts.base import Synthesizer
from engine.tts.speak import speak
from engine.types import Samples, SpeechRequest

SAMPLE_RATE = 16000

LANGUAGES = ("en-us", "en-gb", "en-us-nyc", "en-gb-scotland", "en-gb-x-rp")
VARIANTS = ("", *Path(__file__).with_name("voices.txt").read_text(encoding="utf-8").split())
HELD_OUT = ("f3", "m5", "Andrea", "adam", "Marco", "travis", "shelby", "miguel")
SPEEDS = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)
HELD_OUT_SPEEDS = (0.7, 0.95, 1.05, 1.25, 1.45)
FLITE_VOICES, FLITE_HELD_OUT = ("awb", "slt", "kal16"), ("rms",)


@dataclass(frozen=True, slots=True)
class Line:
    """One utterance: 16-bit samples [n] at 16 kHz, and the words in it."""

    samples: np.ndarray
    words: list[str]
    voice: str


def training(count: int, seed: int) -> Iterator[Line]:
    """Lines by the training voices at the training speeds; a quarter by flite, where there is one."""
    chance = random.Random(seed)
    for _ in range(count):
        if shutil.which("flite") and chance.random() < 0.25:
            yield _flite(chance, FLITE_VOICES, SPEEDS)
        else:
            yield _espeak(chance, VARIANTS, SPEEDS)


def held_out_voices(count: int, seed: int) -> Iterator[Line]:
    """Lines by voices of eSpeak NG that training never heard."""
    chance = random.Random(seed)
    return (_espeak(chance, HELD_OUT, SPEEDS) for _ in range(count))


def held_out_speeds(count: int, seed: int) -> Iterator[Line]:
    """Lines by the training voices at speeds that training never heard."""
    chance = random.Random(seed)
    return (_espeak(chance, VARIANTS, HELD_OUT_SPEEDS) for _ in range(count))


def held_out_flite(count: int, seed: int) -> Iterator[Line]:
    """Lines by a voice of flite, recorded from a person, that training never heard."""
    chance = random.Random(seed)
    return (_flite(chance, FLITE_HELD_OUT, SPEEDS) for _ in range(count))


def _espeak(chance: random.Random, variants: tuple[str, ...], speeds: tuple[float, ...]) -> Line:
    words = random_line(chance)
    language, variant = chance.choice(LANGUAGES), chance.choice(variants)
    voice = f"{language}+{variant}" if variant else language
    request = SpeechRequest(
        spoken(words, chance),
        voice=voice,
        speed=chance.choice(speeds),
        pitch=chance.uniform(0.8, 1.25),
        sentence_pause_s=0.1,
        paragraph_pause_s=0.05,
    )
    model = _model()
    sound = np.concatenate([chunk.samples for chunk in speak(model, request)])
    return Line(_pcm(resample(sound, model.sample_rate, SAMPLE_RATE)), words, voice)


def _flite(chance: random.Random, voices: tuple[str, ...], speeds: tuple[float, ...]) -> Line:
    words = random_line(chance)
    voice = chance.choice(voices)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        stretch = f"duration_stretch={1 / chance.choice(speeds):.3f}"
        subprocess.run(
            ["flite", "-voice", voice, "--setf", stretch, "-t", spoken(words, chance), "-o", path], check=True
        )
        sound, rate = soundfile.read(path, dtype="float32")
    return Line(_pcm(resample(sound, rate, SAMPLE_RATE)), words, f"flite {voice}")


def _pcm(sound: Samples) -> np.ndarray:
    return np.clip(sound * 32767, -32768, 32767).astype(np.int16)


_LOADED: list[Synthesizer] = []


def _model() -> Synthesizer:
    if not _LOADED:
        _LOADED.append(espeak.load())
    return _LOADED[0]
