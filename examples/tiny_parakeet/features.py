"""Sound -> Parakeet's log-mel features in torch, in batches, with what training does to a voice on the way.

The features are those of transformers' `ParakeetFeatureExtractor`, a batch at once; noise, gain, silence and a
shifted normalisation are training's alone.
"""

import random
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.audio.mel import mel_filters
from engine.types import Samples

SAMPLE_RATE, N_FFT, WINDOW, HOP, N_MELS = 16000, 512, 400, 160, 80
_GUARD = 2.0**-24
_FILTERS = torch.from_numpy(np.array(mel_filters(SAMPLE_RATE, N_FFT, N_MELS)))


def log_mel(sounds: Sequence[Samples], shift: random.Random | None = None) -> tuple[Tensor, Tensor]:
    """Features [batch, frames, 80] and lengths [batch]; with `shift` a little off, as a stream's are."""
    lengths = torch.tensor([len(sound) // HOP for sound in sounds])
    padded = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(sound) for sound in sounds], batch_first=True)
    sharp = torch.cat([padded[:, :1], padded[:, 1:] - 0.97 * padded[:, :-1]], dim=1)
    sharp = sharp * (torch.arange(padded.shape[1])[None, :] < torch.tensor([len(sound) for sound in sounds])[:, None])
    window = torch.hann_window(WINDOW, periodic=False)
    spectrum = torch.stft(sharp, N_FFT, HOP, WINDOW, window, return_complex=True, pad_mode="constant")
    mel = torch.log(_FILTERS @ spectrum.abs().square() + _GUARD).transpose(1, 2)
    here = (torch.arange(mel.shape[1])[None, :] < lengths[:, None])[..., None]
    count = lengths[:, None, None]
    mean = (mel * here).sum(1, keepdim=True) / count
    spread = (((mel - mean) ** 2 * here).sum(1, keepdim=True) / (count - 1).clamp(min=1)).sqrt()
    if shift is not None:
        mean = mean + torch.tensor([shift.gauss(0, 0.5) for _ in sounds])[:, None, None]
        spread = spread * torch.tensor([shift.uniform(0.8, 1.25) for _ in sounds])[:, None, None]
    return (mel - mean) / (spread + 1e-5) * here, lengths


def disturbed(pcm: np.ndarray, chance: random.Random, noise_db: tuple[float, float]) -> Samples:
    """A line as a microphone might hear it: faster or slower, between silences, softer, in noise."""
    sound = pcm.astype(np.float32) / 32768
    rate = chance.uniform(0.9, 1.12)
    at = np.arange(0, len(sound) - 1, rate)
    sound = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
    before, after = (int(chance.uniform(0.0, 0.5) * SAMPLE_RATE) for _ in range(2))
    sound = np.concatenate([np.zeros(before, np.float32), sound, np.zeros(after, np.float32)])
    sound *= 10 ** (chance.uniform(-25, 3) / 20)
    random_numbers = np.random.default_rng(chance.getrandbits(32))
    noise = random_numbers.standard_normal(len(sound)).astype(np.float32)
    if chance.random() < 0.5:  # a hum rather than a hiss
        noise = np.convolve(noise, np.ones(16, np.float32) / 4, "same").astype(np.float32)
    power = float(np.sqrt(np.mean(sound**2))) + 1e-6
    return sound + noise * (power * 10 ** (chance.uniform(*noise_db) / 20))
