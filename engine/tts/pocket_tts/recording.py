"""A person's recording -> what the encoder is given: mono, 24 kHz, ending in a pause between two words.

A recording that stops on speech makes the model finish that word first, in every part that it speaks.
Source: `pocket_tts` 4.0.1, data/audio_utils.py (MIT).
"""

import numpy as np

from engine.audio.resample import resample
from engine.errors import VoiceError
from engine.tts.pocket_tts.codec import SAMPLE_RATE
from engine.types import Samples, VoicePrompt

LEAST_S, LONGEST_S = 1.0, 30.0
SILENT = 1e-4
"""Loudest sample (-80 dBFS) up to which nothing is heard."""
FRAME, FADE, PAUSE = SAMPLE_RATE // 50, SAMPLE_RATE // 50, SAMPLE_RATE * 8 // 100
FLOOR_DB = 35.0


def clip_of(prompt: VoicePrompt) -> Samples:
    """The clip, at most half a minute of it.

    Raises:
        VoiceError: it is too short, silent, or holds what are no numbers.
    """
    samples = np.asarray(prompt.samples, dtype=np.float32).reshape(-1)
    if not np.isfinite(samples).all():
        raise VoiceError("The recording is damaged: parts of it are no sound. Record it again.")
    if len(samples) < LEAST_S * prompt.sample_rate:
        raise VoiceError("The recording is too short to copy a voice from: it takes a second at least, better ten.")
    samples = samples[: int(LONGEST_S * prompt.sample_rate)]
    if np.abs(samples).max() < SILENT:
        raise VoiceError("The recording is silent, so there is no voice to copy.")
    return ended_on_pause(resample(samples, prompt.sample_rate, SAMPLE_RATE))


def ended_on_pause(samples: Samples) -> Samples:
    """Without the silence at its end, the rest of it faded, and a pause of 80 ms behind."""
    count = len(samples) // FRAME
    if not count:
        return samples
    frames = samples[: count * FRAME].reshape(count, FRAME)
    loudness = 20 * np.log10(np.sqrt(np.mean(np.square(frames), axis=1)) + np.float32(1e-12))
    end = (int(np.flatnonzero(loudness > loudness.max() - FLOOR_DB)[-1]) + 1) * FRAME
    kept = samples[:end].copy()
    fade = min(FADE, end)
    kept[end - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return np.concatenate([kept, np.zeros(PAUSE, dtype=np.float32)])
