"""The number format that a machine is fast in: a GPU wants 16 bits, a processor is slow in half precision."""

import mlx.core as mx


def at_home(array: mx.array) -> mx.array:
    """A weight in that format; numbers that are no fractions stay as they are."""
    if not mx.issubdtype(array.dtype, mx.floating):
        return array
    if mx.default_device().type != mx.DeviceType.gpu:
        return array.astype(mx.float32)
    return array.astype(mx.bfloat16) if array.dtype == mx.float32 else array
