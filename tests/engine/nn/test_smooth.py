"""Exponentials say what exact ones say, for every size, by NumPy and by MLX, and leave no denormal number."""

import math
from collections.abc import Callable

import mlx.core as mx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nn import smooth
from engine.nn.processor import host

Array = npt.NDArray[np.float64]
SIZES = [1, 1000, (1 << 14) - 1, 1 << 14, (1 << 18) + 1, 600_001]  # around where blocks begin and end


def normal_share(x: Array) -> Array:
    return np.array([0.5 * math.erfc(-value / math.sqrt(2)) for value in x])


EXACT: dict[str, tuple[Callable[[mx.array], mx.array], Callable[[Array], Array], float]] = {
    "sigmoid": (smooth.sigmoid, lambda x: 1 / (1 + np.exp(-x)), 2e-7),
    "silu": (smooth.silu, lambda x: x / (1 + np.exp(-x)), 3e-6),
    "gelu": (smooth.gelu, lambda x: x * normal_share(x), 1e-6),
    "gelu_tanh": (
        smooth.gelu_tanh,
        lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
        3e-6,
    ),
}


@pytest.fixture(autouse=True, params=[1, 1 << 40], ids=["by NumPy", "by MLX"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(smooth, "_SMALL", request.param)
    return request.param


def numbers(count: int, spread: float = 4.0) -> tuple[mx.array, Array]:
    drawn = np.random.default_rng(count).normal(0, spread, count).clip(-80, 80).astype(np.float32)
    return mx.array(drawn), drawn.astype(np.float64)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("name", EXACT)
def test_each_function_equals_the_exact_one(name: str, count: int) -> None:
    function, exact, tolerance = EXACT[name]
    x, wide = numbers(count)
    assert np.abs(np.array(function(x)) - exact(wide)).max() < tolerance


@pytest.mark.parametrize("name", EXACT)
def test_no_number_is_denormal(name: str, way: int) -> None:
    if way > 1:
        pytest.skip("MLX's own functions are for GPUs, which flush them")
    x = np.concatenate([np.linspace(-300, 20, 400_001), -np.logspace(-45, 38, 10_000)]).astype(np.float32)
    usual = np.abs(x) > 1e-30  # what is nothing by itself stays so
    found = np.abs(np.array(EXACT[name][0](mx.array(x))))[usual]
    assert not ((found > 0) & (found < np.finfo(np.float32).tiny)).any()


def test_attention_to_one_far_ahead_leaves_no_denormal_weight() -> None:
    scores = np.linspace(-200, 0, 5000, dtype=np.float32)[None]
    host.softmax(scores)
    assert scores.min() * 1e-6 > np.finfo(np.float32).tiny


@pytest.mark.parametrize("rows", [1, 3])
def test_the_log_of_a_sum_is_right_and_minus_infinity_counts_for_nothing(rows: int) -> None:
    x = np.random.default_rng(0).normal(0, 30, (rows, 30_000)).astype(np.float32)
    x[:, ::3] = -np.inf
    exact = np.logaddexp.reduce(x.astype(np.float64), axis=-1)
    found = np.array(smooth.log_sum_exp(mx.array(x)))
    assert found.shape == (rows, 1)
    assert np.abs(found[:, 0] - exact).max() < 1e-4
    x[0] = -np.inf
    assert np.array(smooth.log_sum_exp(mx.array(x)))[0, 0] == -np.inf


def test_numbers_far_out_stay_numbers() -> None:
    far = mx.array(np.tile(np.array([-1e30, -1e4, -150, 0, 150, 1e4, 1e30], dtype=np.float32), 4000))
    for function in (smooth.sigmoid, smooth.silu, smooth.gelu, smooth.gelu_tanh):
        assert np.isfinite(np.array(function(far))).all()
    assert np.array(smooth.sigmoid(far)).min() >= 0
    assert np.array(smooth.sigmoid(far)).max() <= 1


def test_shapes_and_halves_are_kept() -> None:
    x = mx.array(np.random.default_rng(0).normal(size=(2, 90, 128)).astype(np.float32))
    assert smooth.gelu(x).shape == (2, 90, 128)
    gated = np.array(smooth.glu(x))
    first, second = np.split(np.array(x, dtype=np.float64), 2, axis=-1)
    assert np.abs(gated - first / (1 + np.exp(-second))).max() < 1e-6
    assert smooth.silu(x.astype(mx.bfloat16)).dtype == mx.bfloat16


@given(
    batch=st.integers(1, 2),
    heads=st.integers(1, 3),
    n=st.integers(1, 300),
    m=st.integers(1, 300),
    masked=st.sampled_from(["no", "added", "one for all", "causal"]),
    seed=st.integers(0, 100),
)
@settings(max_examples=40, deadline=None)
def test_attention_equals_mlx(batch: int, heads: int, n: int, m: int, masked: str, seed: int) -> None:
    chance = np.random.default_rng(seed)
    drawn = [chance.normal(size=(batch, heads, count, 16)).astype(np.float32) for count in (n, m, m)]
    queries, keys, values = (mx.array(one) for one in drawn)
    mask: mx.array | str | None = None
    if masked == "causal":
        if n > m:
            return
        mask = "causal"
    elif masked != "no":
        shape = (batch, heads, n, m) if masked == "added" else (1, 1, n, m)
        hidden = chance.random(shape) < 0.3
        hidden[..., 0] = False
        mask = mx.array(np.where(hidden, -1e9, chance.normal(size=shape)).astype(np.float32))
    found = smooth.attention(queries, keys, values, 0.25, mask)
    expected = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=0.25, mask=mask)
    assert found.shape == expected.shape
    assert np.abs(np.array(found) - np.array(expected)).max() < 3e-6


def test_attention_over_many_blocks_equals_mlx() -> None:
    chance = np.random.default_rng(0)
    queries, keys, values = (mx.array(chance.normal(size=(1, 2, 1500, 8)).astype(np.float32)) for _ in range(3))
    found = smooth.attention(queries, keys, values, 8**-0.5)
    expected = mx.fast.scaled_dot_product_attention(queries, keys, values, scale=8**-0.5)
    assert np.abs(np.array(found) - np.array(expected)).max() < 3e-6
