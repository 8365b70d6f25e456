"""The sound side of Kokoro: features, pitch and energy to samples (an iSTFTNet with a harmonic source).

Source: reference kokoro 0.9.4, istftnet.py (Apache-2.0); iSTFTNet, arXiv:2203.02395; NSF, arXiv:1904.12088.
"""

import math

import mlx.core as mx
import numpy as np

from engine.nn.conv import on_gpu
from engine.nn.parts import Parts
from engine.nn.periodic import sine_of_turns
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.generator import Generator
from engine.tts.kokoro.generator_rows import RowGenerator
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.prosody import Prosody
from engine.tts.kokoro.style_rows import residual_block

HARMONICS = 9
SINE_AMPLITUDE = 0.1
NOISE_STD = 0.003
VOICED_ABOVE_HZ = 10.0
ROUNDING = 1e-6


class Stft:
    """The small transform around the vocoder, as products with its matrices: n_fft 20, hop 5."""

    def __init__(self, n_fft: int, hop: int) -> None:
        self.n_fft, self.hop = n_fft, hop
        self._bins = n_fft // 2 + 1
        window = np.hanning(n_fft + 1)[:-1]
        angle = 2 * np.pi * np.outer(np.arange(n_fft), np.arange(self._bins)) / n_fft
        # DC and Nyquist of a real signal have no imaginary part; rounding must not give their phase a sign.
        sine = np.sin(angle)
        sine[:, [0, -1]] = 0.0
        self._real = mx.array((window[:, None] * np.cos(angle)).astype(np.float32))
        self._imaginary = mx.array((-window[:, None] * sine).astype(np.float32))
        weight = np.full(self._bins, 2.0)
        weight[[0, -1]] = 1.0
        self._cosine_back = mx.array((window * (weight[:, None] * np.cos(angle).T) / n_fft).astype(np.float32))
        self._sine_back = mx.array((window * (weight[:, None] * sine.T) / n_fft).astype(np.float32))
        self._envelope = mx.array((window**2).astype(np.float32))

    def analyse(self, x: mx.array, lengths: Lengths) -> tuple[mx.array, mx.array]:
        """[batch, samples] -> magnitude and phase, each [batch, samples / hop + 1, bins]; edges reflected."""
        half = self.n_fft // 2
        rows = [self._reflected(x[i, :n], half, lengths.longest) for i, n in enumerate(lengths.lengths)]
        padded = mx.stack(rows)
        frames = lengths.longest // self.hop + 1
        parts = [padded[:, k * self.hop :][:, : frames * self.hop] for k in range(self.n_fft // self.hop)]
        windows = mx.concatenate([part.reshape(x.shape[0], frames, self.hop) for part in parts], axis=-1)
        real, imaginary = windows @ self._real, windows @ self._imaginary
        # What is only rounding becomes zero: its sign would turn a phase over by chance (plus pi, minus pi), and a row
        # would sound different in company. So at DC, at Nyquist, and in the frames mirrored at both ends.
        floor = ROUNDING * mx.sum(mx.abs(windows), axis=-1, keepdims=True)
        real, imaginary = (mx.where(mx.abs(part) > floor, part, 0.0) for part in (real, imaginary))
        return mx.sqrt(real * real + imaginary * imaginary), mx.arctan2(imaginary, real)

    def synthesise(self, magnitude: mx.array, phase: mx.array, lengths: Lengths) -> mx.array:
        """Back to samples: [batch, frames, bins] twice -> [batch, (frames - 1) * hop]; `lengths` counts frames."""
        frames = (magnitude * mx.cos(phase)) @ self._cosine_back - (magnitude * mx.sin(phase)) @ self._sine_back
        total = self._overlap(lengths.zeroed(frames))
        envelope = self._overlap(mx.where(lengths.real(), self._envelope, 0.0))
        half = self.n_fft // 2
        end = half + (lengths.longest - 1) * self.hop
        return total[:, half:end] / mx.maximum(envelope[:, half:end], 1e-11)

    @staticmethod
    def _reflected(row: mx.array, half: int, longest: int) -> mx.array:
        n = row.shape[0]
        reflected = mx.concatenate([row[1 : half + 1][::-1], row, row[n - half - 1 : n - 1][::-1]])
        return mx.pad(reflected, (0, longest - n))

    def _overlap(self, frames: mx.array) -> mx.array:
        batch, n, _ = frames.shape
        parts = self.n_fft // self.hop
        blocks = frames.reshape(batch, n, parts, self.hop)
        total = mx.zeros((batch, n + parts - 1, self.hop))
        for k in range(parts):
            total = total + mx.pad(blocks[:, :, k], [(0, 0), (k, parts - 1 - k), (0, 0)])
        return total.reshape(batch, -1)


class Vocoder:
    """Decoder and generator: in MLX on a GPU, in NumPy on a processor."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        net = config.vocoder
        self._rates = net.upsample_rates
        self._scale = math.prod(net.upsample_rates) * net.gen_istft_hop_size
        self._sample_rate = config.sample_rate
        self._stft = Stft(net.gen_istft_n_fft, net.gen_istft_hop_size)
        self._f0_in = parts.strided("decoder.F0_conv", 2, 1)
        self._energy_in = parts.strided("decoder.N_conv", 2, 1)
        self._encode = residual_block(parts, "decoder.encode")
        self._decode = [residual_block(parts, f"decoder.decode.{i}") for i in range(4)]
        self._aside = parts.conv("decoder.asr_res.0")
        self._merge = parts.linear("decoder.generator.m_source.l_linear")
        in_mlx = on_gpu() or parts.frozen
        self._generate = Generator(config, parts) if in_mlx else RowGenerator(config, parts)

    def __call__(self, prosody: Prosody, style: mx.array, noise: mx.array | None) -> mx.array:
        """Features to samples.

        Args:
            prosody: of a batch.
            style: [batch, style_dim], the sound half of the voice.
            noise: [batch, samples, 9] standard normal, the source's; None is silent (as for parity).

        Returns:
            [batch, samples]; a row's own samples are its frames times 600.
        """
        x, lengths = self.decode(prosody, style)
        magnitude, phase = self.excitation(prosody, noise)
        mx.eval(x, magnitude, phase)
        return self.generate(x, style, magnitude, phase, lengths)

    def decode(self, prosody: Prosody, style: mx.array) -> tuple[mx.array, Lengths]:
        """The decoder blocks: [batch, 2 * frames, 512]."""
        lengths = prosody.lengths
        f0 = self._f0_in(prosody.f0[:, :, None])
        energy = self._energy_in(prosody.energy[:, :, None])
        x, lengths = self._encode(mx.concatenate([prosody.aligned, f0, energy], axis=-1), style, lengths)
        aside = mx.concatenate([self._aside(prosody.aligned), f0, energy], axis=-1)
        for block in self._decode:
            x, lengths = block(mx.concatenate([x, aside], axis=-1), style, lengths)
            mx.eval(x)
        return x, lengths

    def excitation(self, prosody: Prosody, noise: mx.array | None) -> tuple[mx.array, mx.array]:
        """The harmonic source's spectrum: magnitude and phase, each [batch, samples / hop + 1, bins]."""
        samples = prosody.lengths.scaled(2 * self._scale)
        source = mx.tanh(self._merge(self._harmonics(prosody.f0, noise)))[:, :, 0]
        return self._stft.analyse(source, samples)

    def generate(
        self, x: mx.array, style: mx.array, magnitude: mx.array, phase: mx.array, lengths: Lengths
    ) -> mx.array:
        """Upsample beside the source, then transform back."""
        spectrum = self._generate(x, style, mx.concatenate([magnitude, phase], axis=-1), lengths)
        frames = lengths.scaled(math.prod(self._rates), extra=1)
        bins = spectrum.shape[-1] // 2
        return self._stft.synthesise(mx.exp(spectrum[:, :, :bins]), mx.sin(spectrum[:, :, bins:]), frames)

    def _harmonics(self, f0: mx.array, noise: mx.array | None) -> mx.array:
        """Sines at f0 and its multiples where it is voiced, noise elsewhere: [batch, samples, 9].

        The phase is summed in double precision and kept within one turn: in single precision, as the reference sums
        it, it drifts audibly by the end of a long segment.
        """
        hertz = np.asarray(f0, dtype=np.float64)
        turns = (hertz[:, :, None] * np.arange(1, HARMONICS + 1) / self._sample_rate) % 1.0
        phase = np.cumsum(turns, axis=1) * self._scale
        # Linear between frame centres, held at the ends, as torch interpolates without aligned corners.
        place = np.clip((np.arange(phase.shape[1] * self._scale) + 0.5) / self._scale - 0.5, 0, phase.shape[1] - 1)
        left = np.floor(place).astype(np.int64)
        between = mx.array((place - left).astype(np.float32))[None, :, None]
        start = mx.array((phase % 1.0).astype(np.float32))[:, mx.array(left)]
        rise = mx.array(np.diff(phase, axis=1, append=phase[:, -1:]).astype(np.float32))[:, mx.array(left)]
        sines = SINE_AMPLITUDE * sine_of_turns(start + rise * between)
        voiced = mx.repeat(f0 > VOICED_ABOVE_HZ, self._scale, axis=1)[:, :, None]
        sines = mx.where(voiced, sines, 0.0)
        if noise is None:
            return sines
        return sines + mx.where(voiced, NOISE_STD, SINE_AMPLITUDE / 3) * noise
