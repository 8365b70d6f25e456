"""Eight mel frames -> one encoder frame: convolutions over time and frequency with stride 2, whole or as a stream.

Arrays are [batch, time, mels, channels]. Output j of the whole depends on mel frames 8j - 7 to 8j + 7, so a stream
gives an output for every eight whole frames and remembers one row a convolution.
Source: D. Rekesh et al., "Fast Conformer" (2023), arXiv:2305.05084; transformers, ParakeetEncoderSubsamplingConv2D.
"""

import mlx.core as mx

from engine.nn.parts import Parts

Rows = list[mx.array | None]
"""For each convolution the last row it was given, [batch, 1, mels, channels]; None before the first."""


class Subsampling:
    """The layers; no state."""

    def __init__(self, parts: Parts, name: str, factor: int) -> None:
        self.factor = factor
        self.n_convolutions = factor.bit_length() - 1
        self._first = parts.array(f"{name}.conv.0.weight")
        self._first_bias = parts.array(f"{name}.conv.0.bias")
        places = [2 + 3 * i for i in range(self.n_convolutions - 1)]
        # [3, 3, channels]: shifted products, MLX's grouped convolution is slow on the CPU.
        self._depthwise = [parts.array(f"{name}.conv.{i}.weight")[..., 0].transpose(1, 2, 0) for i in places]
        self._depthwise_bias = [parts.array(f"{name}.conv.{i}.bias") for i in places]
        self._pointwise = [parts.linear(f"{name}.conv.{i + 1}") for i in places]
        self._out = parts.linear(f"{name}.out")

    def __call__(self, mel: mx.array) -> mx.array:
        """Whole rows of one length, [batch, frames, mels] -> [batch, ceil(frames / factor), d_model]."""
        x, _ = self._convolve(mel, [None] * self.n_convolutions, 0)
        return x

    def step(self, mel: mx.array, rows: Rows, keep: int) -> tuple[mx.array, Rows]:
        """The next frames of a stream.

        Args:
            mel: [batch, frames, mels]; frames is a multiple of the factor, or the stream ends with them.
            rows: what the stream remembers.
            keep: how many of the outputs are final; the stream goes on behind their mel frames.

        Returns:
            [batch, ceil(frames / factor), d_model] and the rows to remember.
        """
        return self._convolve(mel, rows, keep)

    def _convolve(self, mel: mx.array, rows: Rows, keep: int) -> tuple[mx.array, Rows]:
        x = mel[..., None].astype(self._first.dtype)
        kept: Rows = []
        for level in range(self.n_convolutions):
            end = keep * self.factor >> level
            kept.append(x[:, end - 1 : end] if end else rows[level])
            x = self._strided(x, rows[level], level)
            x = mx.maximum(self._pointwise[level - 1](x) if level else x, 0)
        batch, n = x.shape[:2]
        return self._out(x.transpose(0, 1, 3, 2).reshape(batch, n, -1)), kept

    def _strided(self, x: mx.array, before: mx.array | None, level: int) -> mx.array:
        """Kernel 3, stride 2, one row of padding on each side of time and frequency."""
        n, mels = x.shape[1], x.shape[2]
        before = mx.zeros_like(x[:, :1]) if before is None else before
        x = mx.concatenate([before, x], axis=1)
        # The row behind is needed only where the count is odd, and lies behind the end of the stream then.
        x = mx.pad(x, [(0, 0), (0, n % 2), (1, mels % 2), (0, 0)])
        if level == 0:
            return mx.conv2d(x, self._first, stride=2) + self._first_bias
        rows, columns = (n + 1) // 2, (mels + 1) // 2
        weight = self._depthwise[level - 1]
        y = self._depthwise_bias[level - 1]
        for i in range(3):
            for j in range(3):
                y = y + x[:, i : i + 2 * rows - 1 : 2, j : j + 2 * columns - 1 : 2] * weight[i, j]
        return y
