"""What is learned through frozen layers: their derivatives are what a small step finds."""

from collections.abc import Callable

import mlx.core as mx
import numpy as np
import pytest

from engine.nn import conv
from engine.nn.conv import Conv1d
from engine.nn.learning.frozen_conv import FrozenConv1d
from engine.nn.learning.frozen_lstm import FrozenBiLSTM
from engine.nn.lstm import BiLSTM, reversal
from engine.nn.periodic import sine_of_turns, snake

Map = Callable[[mx.array], mx.array]
STEP = 2e-3


def drawn(*shape: int, seed: int = 0) -> mx.array:
    return mx.array(np.random.default_rng(seed).normal(size=shape).astype(np.float32))


def agrees(function: Map, x: mx.array) -> None:
    """Along three directions: the derivative, and the difference of two values in double precision."""
    weight = drawn(*function(x).shape, seed=9)

    def value(at: mx.array) -> mx.array:
        return mx.sum(function(at) * weight)

    found = np.array(mx.grad(value)(x), dtype=np.float64)
    for seed in (1, 2, 3):
        way = np.array(drawn(*x.shape, seed=seed))
        up, down = (np.array(function(x + sign * STEP * mx.array(way)), dtype=np.float64) for sign in (1, -1))
        stepped = float(((up - down) * np.array(weight)).sum() / (2 * STEP))
        size = np.abs(found * way).sum()
        assert abs(stepped - float((found * way).sum())) < 2e-3 * size, (stepped, float((found * way).sum()))


@pytest.mark.parametrize("frozen", [False, True])
def test_a_snake_bends_the_derivative_too(frozen: bool) -> None:
    agrees(snake(mx.array([[[0.7, 1.3, 2.9, 5.0]]]), frozen), 2 * drawn(1, 20, 4))


def test_so_does_a_sine() -> None:
    agrees(sine_of_turns, drawn(1, 30))


@pytest.mark.parametrize(("dilation", "kernel"), [(1, 3), (3, 5), (2, 1)])
@pytest.mark.parametrize("frames", [17, 150])
def test_a_frozen_convolution(dilation: int, kernel: int, frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conv, "CPU_BLOCK", 64)
    weight, bias, reach = drawn(6, kernel, 5, seed=4), drawn(6, seed=5), (kernel - 1) * dilation
    x = drawn(2, frames, 5)
    layer = FrozenConv1d(weight, bias, dilation, 1, (reach // 2, reach - reach // 2))
    plain = Conv1d(weight, bias, dilation, 1, (reach // 2, reach - reach // 2))
    assert np.array_equal(np.array(layer(x)), np.array(plain(x)))
    agrees(layer, x)


@pytest.mark.parametrize("lengths", [[12], [12, 7]])
def test_a_frozen_lstm(lengths: list[int]) -> None:
    size, width = 5, 4
    weights = [
        (drawn(4 * size, width, seed=s), drawn(4 * size, size, seed=s + 1), drawn(4 * size, seed=s + 2)) for s in (3, 6)
    ]
    given = [(weights[0][k], weights[1][k]) for k in range(3)]
    reverse = reversal(lengths, 12) if len(lengths) > 1 else None
    layer, plain = FrozenBiLSTM(*given), BiLSTM(*given)
    x = drawn(len(lengths), 12, width)
    assert np.array_equal(np.array(layer(x, reverse)), np.array(plain(x, reverse)))
    agrees(lambda signal: layer(signal, reverse), x)
