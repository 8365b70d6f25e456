"""Exponentials by NumPy say what exact ones say, for every size, whatever the machine would take by itself."""

import math
from collections.abc import Callable

import mlx.core as mx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nn import smooth

Array = npt.NDArray[np.float64]
SIZES = [1, 1000, (1 << 12) - 1, 1 << 12, (1 << 16) + 1, 600_001]  # around where blocks begin and end


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


@pytest.fixture(autouse=True, params=[True, False], ids=["by NumPy", "by MLX"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smooth, "_CALLS_LIBRARY", request.param)


def numbers(count: int, spread: float = 4.0) -> tuple[mx.array, Array]:
    drawn = np.random.default_rng(count).normal(0, spread, count).clip(-80, 80).astype(np.float32)
    return mx.array(drawn), drawn.astype(np.float64)


@pytest.mark.parametrize("count", SIZES)
@pytest.mark.parametrize("name", EXACT)
def test_each_function_equals_the_exact_one(name: str, count: int) -> None:
    function, exact, tolerance = EXACT[name]
    x, wide = numbers(count)
    assert np.abs(np.array(function(x)) - exact(wide)).max() < tolerance


@pytest.mark.parametrize("count", SIZES)
def test_the_exponential_is_right_to_its_last_places(count: int) -> None:
    x, wide = numbers(count, 20.0)
    assert np.abs(np.array(smooth.exponential(x)) / np.exp(wide) - 1).max() < 5e-6
    near, wide = numbers(count, 0.3)
    assert np.abs(np.array(smooth.exponential(near)) / np.exp(wide) - 1).max() < 3e-7


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


def denormals(x: mx.array) -> int:
    numbers = np.abs(np.array(x))
    return int(np.count_nonzero((numbers > 0) & (numbers < np.finfo(np.float32).tiny)))


WIDE = np.concatenate([np.linspace(-130, 130, 600_001), np.linspace(-14, -11, 100_001)]).astype(np.float32)


@pytest.mark.parametrize("name", [*EXACT, "exponential"])
def test_nothing_comes_out_denormal(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind it a matrix product would take ninety times as long."""
    monkeypatch.setattr(smooth, "_CALLS_LIBRARY", True)
    found = getattr(smooth, name)(mx.array(WIDE))
    assert denormals(found) == 0
    values = np.array(found)
    assert values[WIDE < -90].tolist() == [0.0] * int(np.count_nonzero(WIDE < -90))


def test_a_gate_that_is_shut_lets_nothing_denormal_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smooth, "_CALLS_LIBRARY", True)
    gates = mx.array(WIDE[: WIDE.size // 2 * 2].reshape(-1, 2))
    assert denormals(smooth.glu(mx.concatenate([0.3 * mx.ones_like(gates), gates], axis=-1))) == 0


def test_attention_weighs_nothing_by_a_denormal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value is one weight's own column, so that the weights themselves come out."""
    monkeypatch.setattr(smooth, "_CALLS_LIBRARY", True)
    m = 600
    keys = mx.array(np.linspace(-130, 0, m, dtype=np.float32)[None, None, :, None])
    queries = mx.ones((1, 1, 300, 1))
    weights = smooth.attention(queries, keys, mx.eye(m)[None, None], 1.0)
    assert denormals(weights) == 0
    exact = np.exp(np.linspace(-130, 0, m))
    assert np.abs(np.array(weights[0, 0, 0]) - exact / exact.sum()).max() < 1e-6
