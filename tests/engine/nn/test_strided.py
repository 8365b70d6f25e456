"""Convolutions that change the rate: what MLX computes, whole and as a stream of any steps."""

import mlx.core as mx
import numpy as np
import pytest

from engine.nn.conv import Layer
from engine.nn.strided import DepthwiseUpsample, StridedConv1d

FRAMES = 24


def _streamed(layer: Layer, x: mx.array, sizes: list[int]) -> np.ndarray:
    stream, out, at = layer.stream(), [], 0
    for n in sizes[:-1]:
        out.append(stream.step(x[:, at : at + n]))
        at += n
        assert all(held.shape[1] < 12 for held in stream.held())
    out.append(stream.finish(x[:, at:]))
    return np.array(mx.concatenate(out, axis=1))


SIZES = [[1] * FRAMES, [1, 2, 3, 5, 0, 7, 6], [13, 11], [FRAMES]]


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("kernel", "stride", "edge"), [(4, 2, False), (8, 4, True), (7, 3, False), (3, 3, True)])
def test_a_strided_convolution(sizes: list[int], kernel: int, stride: int, edge: bool) -> None:
    random = np.random.default_rng(kernel)
    weight = mx.array(random.normal(size=(5, kernel, 3)).astype(np.float32))
    bias = mx.array(random.normal(size=5).astype(np.float32))
    x = mx.array(random.normal(size=(2, FRAMES, 3)).astype(np.float32))
    before = mx.repeat(x[:, :1], kernel - stride, axis=1) if edge else mx.zeros((2, kernel - stride, 3))
    expected = np.array(mx.conv1d(mx.concatenate([before, x], axis=1), weight, stride=stride) + bias)
    layer = StridedConv1d(weight, bias, stride, edge)
    assert layer(x).shape == (2, FRAMES // stride, 5)
    assert np.abs(np.array(layer(x)) - expected).max() < 1e-5
    assert np.abs(_streamed(layer, x, sizes) - expected).max() < 1e-5


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (9, 3), (2, 2)])
def test_a_depthwise_upsampling(sizes: list[int], kernel: int, stride: int) -> None:
    random = np.random.default_rng(kernel)
    weight = random.normal(size=(3, kernel)).astype(np.float32)
    x = mx.array(random.normal(size=(2, FRAMES, 3)).astype(np.float32))
    theirs = mx.conv_transpose1d(x, mx.array(weight)[:, :, None], stride=stride, groups=3)
    expected = np.array(theirs)[:, : FRAMES * stride]
    layer = DepthwiseUpsample(mx.array(weight), None, stride)
    assert np.abs(np.array(layer(x)) - expected).max() < 1e-5
    assert np.abs(_streamed(layer, x, sizes) - expected).max() < 1e-5


def test_frames_that_fill_no_stride_make_no_output() -> None:
    layer = StridedConv1d(mx.ones((1, 4, 1)), None, 2)
    assert layer(mx.ones((1, 5, 1))).shape == (1, 2, 1)
    assert layer(mx.ones((1, 0, 1))).shape == (1, 0, 1)


def test_impossible_kernels_are_refused() -> None:
    with pytest.raises(ValueError, match="leaves frames out"):
        StridedConv1d(mx.ones((1, 2, 1)), None, 3)
    with pytest.raises(ValueError, match="multiple"):
        DepthwiseUpsample(mx.ones((1, 5)), None, 2)
