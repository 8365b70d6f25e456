"""A matrix product whose rows are parted over several MLX streams, because MLX computes one product on one core.

How many parts there are depends on the shapes alone, so that the numbers do not depend on how busy a machine is; only
how many streams compute them does. Measured on two quiet cores against one thread: 256 x 512 x 512 1.4 times as quick,
512 x 512 x 2048 and larger 1.6 to 1.8 times for 3 to 8 % more of the processor; beside other work about equal. Smaller
products lose: each part reads the whole matrix, and a stream takes 30 microseconds to wake.
"""

import threading
from itertools import pairwise

import mlx.core as mx

from engine import allowance

ROWS = 128
"""Of a part, at least."""

WORK = 1 << 25
"""Multiplications of a part, at least."""

MOST = 4


def parts(rows: int, inner: int, columns: int) -> int:
    """In how many parts a product is made; 1 is as a whole."""
    return max(1, min(MOST, rows // ROWS, rows * inner * columns // WORK))


def product(x: mx.array, matrix: mx.array, bias: mx.array | None = None) -> mx.array:
    """x @ matrix + bias: [..., in], [in, out], [out] -> [..., out]"""
    rows = x.size // max(1, x.shape[-1])
    count = parts(rows, *matrix.shape)
    if count == 1 or mx.default_device().type != mx.DeviceType.cpu:
        return _times(x, matrix, bias)
    flat = x.reshape(rows, x.shape[-1])
    bounds = [rows * part // count for part in range(count + 1)]
    streams = _streams(min(count, allowance.threads()))
    made: list[mx.array] = []
    for part, (first, end) in enumerate(pairwise(bounds)):
        made.append(_times(flat[first:end], matrix, bias, streams[part % len(streams)]))
    return mx.concatenate(made).reshape(*x.shape[:-1], matrix.shape[1])


def _times(x: mx.array, matrix: mx.array, bias: mx.array | None, stream: mx.Stream | None = None) -> mx.array:
    if bias is None:
        return mx.matmul(x, matrix, stream=stream)
    return mx.addmm(bias, x, matrix, stream=stream)


_local = threading.local()


def _streams(count: int) -> list[mx.Stream]:
    """This thread's own and further ones; streams belong to the thread that made them."""
    further: list[mx.Stream] = _local.__dict__.setdefault("further", [])
    while len(further) < count - 1:
        further.append(mx.new_stream(mx.default_device()))
    return [mx.default_stream(mx.default_device()), *further[: count - 1]]
