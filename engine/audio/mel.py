"""Log-mel spectrograms: what a recogniser hears instead of sound; for whole recordings and for streams.

Frame t is the power of a window centred on sample t * hop_length, silence before the first and behind the last sample,
and there is one frame for every whole hop. A stream gives the same frames, bit for bit, whatever the packets.
Knows no model: what a model subtracts or divides by afterwards is its own matter.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.types import Samples

Mel = npt.NDArray[np.float32]
"""[n_frames, n_mels]"""

_BLOCK = 4096  # frames of a whole recording at once: about 15 MB


@lru_cache(maxsize=16)
def mel_filters(sample_rate: int, n_fft: int, n_mels: int, f_min: float = 0.0, f_max: float | None = None) -> Mel:
    """Triangles of equal area, even on Slaney's scale: linear below 1 kHz, logarithmic above.

    Args:
        sample_rate: Hz.
        n_fft: length of the Fourier transform.
        n_mels: how many triangles.
        f_min: Hz where the first begins.
        f_max: Hz where the last ends; None is half the sample rate.

    Returns:
        float32 [n_mels, n_fft // 2 + 1], not to be written to.

    Source: M. Slaney, "Auditory Toolbox" (1998), as in librosa.filters.mel(htk=False, norm="slaney").
    """
    top = sample_rate / 2 if f_max is None else f_max
    corners = _hz(np.linspace(_mel(f_min), _mel(top), n_mels + 2))
    bins = np.arange(n_fft // 2 + 1) * (sample_rate / n_fft)
    left, centre, right = (corners[i : i + n_mels, None] for i in range(3))
    slopes = np.minimum((bins - left) / (centre - left), (right - bins) / (right - centre))
    filters = (np.maximum(slopes, 0.0) * 2 / (right - left)).astype(np.float32)
    filters.setflags(write=False)
    return filters


@dataclass(frozen=True, slots=True)
class LogMel:
    """How sound becomes frames; the defaults are NVIDIA NeMo's.

    Attributes:
        sample_rate: Hz.
        n_mels: numbers in a frame.
        n_fft: length of the Fourier transform.
        win_length: samples in the window (Hann, its ends zero).
        hop_length: samples from frame to frame.
        preemphasis: how much of the sample before is subtracted; 0.0 is none.
        guard: added before the logarithm.

    Source: NVIDIA NeMo, AudioToMelSpectrogramPreprocessor; transformers, ParakeetFeatureExtractor (Apache-2.0).
    """

    sample_rate: int = 16000
    n_mels: int = 128
    n_fft: int = 512
    win_length: int = 400
    hop_length: int = 160
    preemphasis: float = 0.97
    guard: float = 2.0**-24

    def __call__(self, samples: Samples) -> Mel:
        """The frames of a whole recording, float32 [n] -> [n // hop_length, n_mels]."""
        n_frames = len(samples) // self.hop_length
        emphasised = self.emphasised(samples, None)
        half = self.win_length // 2
        padded = np.concatenate((np.zeros(half, np.float32), emphasised, np.zeros(half, np.float32)))
        frames = np.empty((n_frames, self.n_mels), dtype=np.float32)
        filters = mel_filters(self.sample_rate, self.n_fft, self.n_mels).T
        for begin in range(0, n_frames, _BLOCK):
            end = min(n_frames, begin + _BLOCK)
            power = self.power(padded[begin * self.hop_length : (end - 1) * self.hop_length + self.win_length])
            frames[begin:end] = np.log(power @ filters + np.float32(self.guard))
        return frames

    def stream(self) -> "MelStream":
        """Begin a stream."""
        return MelStream(self)

    def emphasised(self, samples: Samples, before: np.float32 | None) -> Samples:
        """Each sample without its share of the one before it; `before` is the stream's last, None at its beginning."""
        if not self.preemphasis or len(samples) == 0:
            return samples
        emphasised = samples.copy()
        emphasised[1:] -= np.float32(self.preemphasis) * samples[:-1]
        if before is not None:
            emphasised[0] -= np.float32(self.preemphasis) * before
        return emphasised

    def power(self, sound: Samples) -> Mel:
        """The power spectra of every window that lies whole in `sound`: [frames, n_fft // 2 + 1]."""
        windows = np.lib.stride_tricks.sliding_window_view(sound, self.win_length)[:: self.hop_length]
        spectrum = np.fft.rfft(windows * _hann(self.win_length), self.n_fft)
        return (np.square(spectrum.real) + np.square(spectrum.imag)).astype(np.float32)


class MelStream:
    """The frames of one stream; all its state is here and of bounded size."""

    def __init__(self, mel: LogMel) -> None:
        self._mel = mel
        # The first window is centred on the first sample.
        self._sound: Samples = np.zeros(mel.win_length // 2, dtype=np.float32)
        self._last: np.float32 | None = None
        self._heard = 0
        self._given = 0

    def feed(self, samples: Samples) -> Mel:
        """Hear float32 [n], any n; the frames that became certain, [k, n_mels]."""
        if len(samples):
            emphasised = self._mel.emphasised(samples, self._last)
            self._last = samples[-1]
            self._heard += len(samples)
            self._sound = np.concatenate((self._sound, emphasised))
        whole = (len(self._sound) - self._mel.win_length) // self._mel.hop_length + 1
        # A window can be whole before its hop is: there is a frame for every whole hop, and no more.
        return self._take(min(whole, self._due))

    def finish(self) -> Mel:
        """The stream has ended: the frames whose windows reach into the silence behind it."""
        self._sound = np.concatenate((self._sound, np.zeros(self._mel.win_length // 2, np.float32)))
        return self._take(self._due)

    @property
    def _due(self) -> int:
        return self._heard // self._mel.hop_length - self._given

    def _take(self, count: int) -> Mel:
        mel = self._mel
        if count <= 0:
            return np.empty((0, mel.n_mels), dtype=np.float32)
        frames = np.empty((count, mel.n_mels), dtype=np.float32)
        filters = mel_filters(mel.sample_rate, mel.n_fft, mel.n_mels)
        for begin in range(0, count, _BLOCK):
            end = min(count, begin + _BLOCK)
            power = mel.power(self._sound[begin * mel.hop_length : (end - 1) * mel.hop_length + mel.win_length])
            # Frame by frame: a product of matrices adds up in another order for every number of frames.
            for row, spectrum in enumerate(power, begin):
                frames[row] = filters @ spectrum
        self._sound = self._sound[count * mel.hop_length :].copy()
        self._given += count
        return np.log(frames + np.float32(mel.guard))


@lru_cache(maxsize=8)
def _hann(length: int) -> Samples:
    return np.hanning(length).astype(np.float32)


_BREAK_HZ, _HZ_PER_MEL = 1000.0, 200.0 / 3
_BREAK_MEL = _BREAK_HZ / _HZ_PER_MEL
_LOG_STEP = np.log(6.4) / 27


def _mel(hz: float) -> float:
    return hz / _HZ_PER_MEL if hz < _BREAK_HZ else float(_BREAK_MEL + np.log(hz / _BREAK_HZ) / _LOG_STEP)


def _hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < _BREAK_MEL, mel * _HZ_PER_MEL, _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL)))
