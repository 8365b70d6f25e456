"""Sounds with known properties, ways to cut them up, and a look at what is left running."""

import os
from collections.abc import Iterator

import numpy as np
import psutil

from engine.types import Samples


def speech_like(seconds: float, sample_rate: int = 22050, peak: float = 0.7) -> Samples:
    """Pulses through a syllabic envelope with pauses and hiss: as uneven as speech, and the same every time."""
    noise = np.random.default_rng(5)
    t = np.arange(round(seconds * sample_rate)) / sample_rate
    phase = np.cumsum(120 + 25 * np.sin(2 * np.pi * 0.31 * t)) / sample_rate
    voiced = sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 16))
    envelope = np.clip(np.sin(2 * np.pi * 3.1 * t) + 0.3 * np.sin(2 * np.pi * 0.37 * t), 0, None)
    pauses = (np.sin(2 * np.pi * 0.23 * t) > -0.8).astype(float)
    sound = pauses * (
        voiced * envelope + 0.1 * noise.standard_normal(len(t)) * np.clip(np.sin(2 * np.pi * 2.3 * t), 0, None)
    )
    return (sound / np.abs(sound).max() * peak).astype(np.float32) if len(sound) else np.zeros(0, dtype=np.float32)


def sine(hz: float, seconds: float, sample_rate: int, amplitude: float = 0.5) -> Samples:
    return (amplitude * np.sin(2 * np.pi * hz * np.arange(round(seconds * sample_rate)) / sample_rate)).astype(
        np.float32
    )


def blocks_of(samples: Samples, size: int) -> Iterator[Samples]:
    return (samples[start : start + size] for start in range(0, len(samples), size))


def ffmpeg_children() -> list[int]:
    """Living ffmpeg processes that this one started."""
    found: list[int] = []
    for child in psutil.Process(os.getpid()).children(recursive=True):
        try:
            if "ffmpeg" in child.name() and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child.pid)
        except psutil.NoSuchProcess:
            continue
    return found


def cut(samples: Samples, sizes: list[int]) -> list[Samples]:
    """The samples in pieces of these sizes, the rest in a last one."""
    return np.split(samples, np.minimum(np.cumsum(sizes, dtype=int), len(samples)))
