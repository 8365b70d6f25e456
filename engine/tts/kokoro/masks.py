"""Which frames of a padded batch are real, at every rate, so that a batch computes what single rows do."""

import mlx.core as mx

BLOCK = 4096


class Lengths:
    """How many frames of each row are real.

    Args:
        lengths: frames per row.
    """

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = lengths
        self.longest = max(lengths)
        self.ragged = min(lengths) < self.longest

    def scaled(self, factor: int, extra: int = 0) -> "Lengths":
        """The same rows at a rate `factor` times as high, `extra` frames longer."""
        return Lengths([n * factor + extra for n in self.lengths])

    def real(self) -> mx.array:
        """bool [batch, time, 1]"""
        return (mx.arange(self.longest)[None, :] < mx.array(self.lengths)[:, None])[:, :, None]

    def zeroed(self, x: mx.array) -> mx.array:
        """x [batch, time, C] with zeros behind each row's end, as a single row's own padding would be."""
        return mx.where(self.real(), x, 0.0) if self.ragged else x

    def moments(self, x: mx.array) -> tuple[mx.array, mx.array]:
        """Mean and (population) variance over each row's real frames: two [batch, 1, C]."""
        if not self.ragged:
            return _moments(x)
        real = self.real()
        count = mx.array(self.lengths, dtype=x.dtype)[:, None, None]
        mean = mx.sum(mx.where(real, x, 0.0), axis=1, keepdims=True) / count
        variance = mx.sum(mx.where(real, mx.square(x - mean), 0.0), axis=1, keepdims=True) / count
        return mean, variance


def _moments(x: mx.array) -> tuple[mx.array, mx.array]:
    """Over whole rows; those of a long signal from its blocks', so that no copy of it stands in memory.

    Source: Chan, Golub and LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances".
    """
    n = x.shape[1]
    if n <= BLOCK:
        return mx.mean(x, axis=1, keepdims=True), mx.var(x, axis=1, keepdims=True)
    blocks = [x[:, start : start + BLOCK] for start in range(0, n, BLOCK)]
    means = mx.concatenate([mx.mean(block, axis=1, keepdims=True) for block in blocks], axis=1)
    variances = mx.concatenate([mx.var(block, axis=1, keepdims=True) for block in blocks], axis=1)
    shares = mx.array([block.shape[1] / n for block in blocks])[None, :, None]
    mean = mx.sum(shares * means, axis=1, keepdims=True)
    return mean, mx.sum(shares * (variances + mx.square(means - mean)), axis=1, keepdims=True)
