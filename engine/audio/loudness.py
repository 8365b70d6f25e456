"""How loud a stream is: integrated LUFS, RMS, peaks and noise floor, in one pass and constant memory. Judges nothing.

Source: ITU-R BS.1770-4 (K-weighting, gating, true peak), EBU R 128; filter constants for any rate as in libebur128
(MIT).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.audio import truepeak
from engine.audio.pcm import check_samples
from engine.audio.resample import check_rate
from engine.types import Samples

SILENCE_DB = -120.0
"""What stands for "nothing at all" in every level, so that reports stay numbers (minus infinity is not JSON)."""

_HOPS_PER_S = 10
_GATE_HOPS = 4  # 400 ms
_FLOOR_HOPS = 5  # 500 ms, as Audiobook producers' checkers (ACX Check) take it
# With the context before and the filter's tail behind, 32 hops: a size that transforms fast at every usual rate.
_CHUNK_HOPS = 30
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OFFSET_LUFS = -0.691
# Gating blocks are kept as a histogram: a ten-hour book has 360,000 of them.
_BINS_PER_LU = 100
_TOP_LUFS = 30.0
_PEAK_BINS = 60


@dataclass(frozen=True, slots=True)
class LoudnessReport:
    """What a listener, a podcast directory and an audiobook shop measure. All levels are SILENCE_DB at the least.

    Attributes:
        integrated_lufs: gated loudness of the whole (EBU R 128).
        rms_db: level of the whole, pauses included, in dBFS.
        peak_db: loudest sample, in dBFS.
        true_peak_db: loudest point of the curve through the samples, 4 times oversampled, in dBTP.
        noise_floor_db: RMS of the quietest 500 ms (on a grid of 100 ms), in dBFS.
        duration_s: seconds.
        power_by_peak: how peaks go with loudness, so that a limiter's effect can be foreseen: element i is the share of
            the sound's power that lies in tenths of a second whose loudest sample is i to i + 1 dB below full scale.
    """

    integrated_lufs: float
    rms_db: float
    peak_db: float
    true_peak_db: float
    noise_floor_db: float
    duration_s: float
    power_by_peak: tuple[float, ...] = field(default=(), repr=False)


class LoudnessMeter:
    """One stream being measured. Blocks of any size give the same report, bit for bit.

    A chapter can be measured while it is spoken; a report may be taken at any time, and changes nothing.
    """

    def __init__(self, sample_rate: int) -> None:
        check_rate(sample_rate)
        self._sample_rate = sample_rate
        self._hop = round(sample_rate / _HOPS_PER_S)
        self._chunk = np.zeros(_CHUNK_HOPS * self._hop, dtype=np.float32)
        self._filled = 0
        self._history = np.zeros(self._hop, dtype=np.float32)
        self._levels = _Levels()

    def add(self, samples: Samples) -> None:
        """Hear the next float32 [n].

        Raises:
            AudioFormatError: not samples.
        """
        check_samples(samples)
        while len(samples):
            piece = samples[: len(self._chunk) - self._filled]
            self._chunk[self._filled : self._filled + len(piece)] = piece
            self._filled += len(piece)
            samples = samples[len(piece) :]
            if self._filled == len(self._chunk):
                self._history = self._measure(self._levels, self._chunk)
                self._filled = 0

    def report(self) -> LoudnessReport:
        """The levels of everything heard so far."""
        levels = self._levels.copy()
        if self._filled:
            self._measure(levels, self._chunk[: self._filled])
        return levels.report(self._sample_rate)

    def _measure(self, levels: "_Levels", chunk: Samples) -> Samples:
        """Add a chunk (whole, or the last) to `levels`; the context for the next one."""
        joined = np.concatenate([self._history, chunk])
        weighted = _weigh(joined, self._sample_rate)[len(self._history) :]
        levels.samples += len(chunk)
        levels.peak = max(levels.peak, float(np.abs(chunk).max()))
        levels.true_peak = truepeak.loudest(joined[-len(chunk) - 2 * truepeak.REACH :], levels.true_peak)
        whole = len(chunk) - len(chunk) % self._hop
        if rest := len(chunk) - whole:
            levels.tail = (
                float(np.dot(chunk[whole:], chunk[whole:])),
                float(np.dot(weighted[whole:], weighted[whole:])),
                rest,
            )
        if whole:
            powers = _powers(weighted[:whole], self._hop)
            levels.add_hops(_powers(chunk[:whole], self._hop), powers, self._hop)
            levels.add_peaks(np.abs(chunk[:whole]).reshape(-1, self._hop).max(axis=1), powers)
        return joined[-self._hop :].copy()


def measure(blocks: Iterable[Samples], sample_rate: int) -> LoudnessReport:
    """Measure a stream; memory does not grow with it.

    Raises:
        AudioFormatError: not samples, or a rate out of range.
    """
    meter = LoudnessMeter(sample_rate)
    for block in blocks:
        meter.add(block)
    return meter.report()


def to_db(amplitude: float) -> float:
    """Amplitude (1.0 is full scale) in dB, SILENCE_DB at the least."""
    return max(SILENCE_DB, 20.0 * math.log10(amplitude)) if amplitude > 0 else SILENCE_DB


def _power_db(power: float) -> float:
    return to_db(math.sqrt(power))


def _powers(samples: Samples, hop: int) -> npt.NDArray[np.float64]:
    frames = samples.reshape(-1, hop)
    return np.einsum("ij,ij->i", frames, frames, dtype=np.float64) / hop


class _Levels:
    """Everything a report needs, in a size that does not grow."""

    def __init__(self) -> None:
        self.samples = 0
        self.peak = 0.0
        self.true_peak = 0.0
        # Sum of squares, the same weighted, and number of samples behind the last whole hop.
        self.tail: tuple[float, float, int] = (0.0, 0.0, 0)
        self._hops = 0
        self._sum = 0.0
        self._weighted_sum = 0.0
        self._recent: npt.NDArray[np.float64] = np.zeros(0)
        self._recent_weighted: npt.NDArray[np.float64] = np.zeros(0)
        self._floor = math.inf
        bins = round((_TOP_LUFS - _ABSOLUTE_GATE_LUFS) * _BINS_PER_LU) + 1
        self._counts = np.zeros(bins, dtype=np.int64)
        self._powers = np.zeros(bins, dtype=np.float64)
        self._by_peak = np.zeros(_PEAK_BINS, dtype=np.float64)

    def copy(self) -> "_Levels":
        twin = _Levels()
        twin.__dict__.update(self.__dict__)
        twin._counts, twin._powers, twin._by_peak = self._counts.copy(), self._powers.copy(), self._by_peak.copy()
        return twin

    def add_hops(self, plain: npt.NDArray[np.float64], weighted: npt.NDArray[np.float64], hop: int) -> None:
        """Mean squares of the next hops of `hop` samples, plain and K-weighted."""
        # One by one: a sum must not depend on how many hops came at once.
        for power, weighted_power in zip(plain.tolist(), weighted.tolist(), strict=True):
            self._sum += power * hop
            self._weighted_sum += weighted_power * hop
        self._hops += len(plain)
        floors = _moving_mean(np.concatenate([self._recent, plain]), _FLOOR_HOPS)
        if len(floors):
            self._floor = min(self._floor, float(floors.min()))
        self._recent = np.concatenate([self._recent, plain])[-(_FLOOR_HOPS - 1) :]
        joined = np.concatenate([self._recent_weighted, weighted])
        self._add_gates(_moving_mean(joined, _GATE_HOPS))
        self._recent_weighted = joined[-(_GATE_HOPS - 1) :]

    def add_peaks(self, peaks: Samples, weighted: npt.NDArray[np.float64]) -> None:
        """Loudest sample and K-weighted mean square of the same hops."""
        below = -20 * np.log10(np.maximum(peaks, 1e-6))
        np.add.at(self._by_peak, below.astype(np.int64).clip(0, _PEAK_BINS - 1), weighted)

    def report(self, sample_rate: int) -> LoudnessReport:
        total = self._sum + self.tail[0]
        mean = total / self.samples if self.samples else 0.0
        return LoudnessReport(
            integrated_lufs=self._integrated(),
            rms_db=_power_db(mean),
            peak_db=to_db(self.peak),
            true_peak_db=to_db(self.true_peak),
            # Shorter than 500 ms: all of it is the quietest part.
            noise_floor_db=_power_db(self._floor if math.isfinite(self._floor) else mean),
            duration_s=self.samples / sample_rate,
            power_by_peak=tuple((self._by_peak / self._by_peak.sum()).tolist()) if self._by_peak.any() else (),
        )

    def _add_gates(self, powers: npt.NDArray[np.float64]) -> None:
        powers = powers[powers > 10 ** ((_ABSOLUTE_GATE_LUFS - _OFFSET_LUFS) / 10)]
        lufs = _OFFSET_LUFS + 10 * np.log10(powers)
        bins = ((lufs - _ABSOLUTE_GATE_LUFS) * _BINS_PER_LU).astype(np.int64).clip(0, len(self._counts) - 1)
        np.add.at(self._counts, bins, 1)
        np.add.at(self._powers, bins, powers)

    def _integrated(self) -> float:
        if self._hops < _GATE_HOPS:
            # Shorter than one gating block: the loudness of what there is, if any.
            power = (self._weighted_sum + self.tail[1]) / self.samples if self.samples else 0.0
            return max(SILENCE_DB, _lufs(power)) if power > 0 else SILENCE_DB
        if not self._counts.any():
            return SILENCE_DB
        mean = float(self._powers.sum()) / int(self._counts.sum())
        gate = _lufs(mean) + _RELATIVE_GATE_LU
        first = max(0, math.ceil((gate - _ABSOLUTE_GATE_LUFS) * _BINS_PER_LU))
        return _lufs(float(self._powers[first:].sum()) / int(self._counts[first:].sum()))


def _lufs(power: float) -> float:
    return _OFFSET_LUFS + 10 * math.log10(power)


def _moving_mean(values: npt.NDArray[np.float64], width: int) -> npt.NDArray[np.float64]:
    if len(values) < width:
        return np.zeros(0)
    return np.lib.stride_tricks.sliding_window_view(values, width).mean(axis=1)


def _weigh(samples: Samples, sample_rate: int) -> Samples:
    """K-weighted samples; exact from the second hop on, for which the first is the context."""
    hop = round(sample_rate / _HOPS_PER_S)
    # Always one size, whatever a last chunk's: one transform of the filter a rate, and no wrapping round.
    size = (_CHUNK_HOPS + 2) * hop
    spectrum = np.fft.rfft(samples, size) * _response(sample_rate, size)
    return np.fft.irfft(spectrum, size)[: len(samples)].astype(np.float32, copy=False)


@lru_cache(maxsize=16)
def _impulse(sample_rate: int) -> npt.NDArray[np.float64]:
    """The K filter's impulse response, one hop (100 ms) long: by then the 38 Hz high-pass has decayed below -180 dB."""
    # Stage 1: the head, a high shelf of 4 dB. Stage 2: a high-pass at 38 Hz.
    k = math.tan(math.pi * 1681.974450955533 / sample_rate)
    q, high = 0.7071752369554196, 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    a0 = 1 + k / q + k * k
    shelf = [(high + middle * k / q + k * k) / a0, 2 * (k * k - high) / a0, (high - middle * k / q + k * k) / a0]
    shelf_poles = [2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    k = math.tan(math.pi * 38.13547087602444 / sample_rate)
    q = 0.5003270373238773
    a0 = 1 + k / q + k * k
    pass_poles = [2 * (k * k - 1) / a0, (1 - k / q + k * k) / a0]
    impulse = np.zeros(round(sample_rate / _HOPS_PER_S))
    impulse[0] = 1.0
    return _biquad(_biquad(impulse, shelf, shelf_poles), [1.0, -2.0, 1.0], pass_poles)


def _biquad(x: npt.NDArray[np.float64], b: list[float], a: list[float]) -> npt.NDArray[np.float64]:
    y: list[float] = []
    x1 = x2 = y1 = y2 = 0.0
    for value in x.tolist():
        out = b[0] * value + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2
        x2, x1, y2, y1 = x1, value, y1, out
        y.append(out)
    return np.asarray(y)


@lru_cache(maxsize=16)
def _response(sample_rate: int, size: int) -> npt.NDArray[np.complex64]:
    return np.fft.rfft(_impulse(sample_rate), size).astype(np.complex64)
