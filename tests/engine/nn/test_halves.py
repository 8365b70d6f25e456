"""A product in parts is the product, whatever computes the parts."""

import threading

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import allowance
from engine.nn import halves


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few rows, so that small products have some."""
    monkeypatch.setattr(halves, "ROWS", 3)
    monkeypatch.setattr(halves, "WORK", 8)


@given(st.integers(0, 4000), st.integers(1, 4096), st.integers(1, 4096))
def test_parts_are_worth_their_while(rows: int, inner: int, columns: int) -> None:
    count = halves.parts(rows, inner, columns)
    assert 1 <= count <= halves.MOST
    if count > 1:
        assert rows // count >= halves.ROWS
        assert rows * inner * columns // count >= halves.WORK


@settings(max_examples=30)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=2),
    st.integers(1, 6),
    st.integers(1, 6),
    st.booleans(),
    st.integers(1, 5),
)
def test_the_parts_are_the_whole(shape: list[int], inner: int, columns: int, biased: bool, allowed: int) -> None:
    draw = np.random.default_rng(0).normal
    x, matrix, bias = (draw(size=size).astype(np.float32) for size in ((*shape, inner), (inner, columns), (columns,)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(allowance, "threads", lambda: allowed)
        y = halves.product(mx.array(x), mx.array(matrix), mx.array(bias) if biased else None)
    assert np.abs(np.array(y) - (x @ matrix + (bias if biased else 0))).max(initial=0) < 1e-4
    assert y.shape == (*shape, columns)


def test_how_many_streams_there_are_does_not_change_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    x, matrix = mx.random.normal((517, 96)), mx.random.normal((96, 64))
    made: list[mx.array] = []
    for allowed in (1, 2, 3, 9):
        monkeypatch.setattr(allowance, "threads", lambda allowed=allowed: allowed)
        made.append(halves.product(x, matrix))
    assert all(bool((made[0] == other).all()) for other in made[1:])


def test_every_thread_has_streams_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "threads", lambda: 4)
    found: list[float] = []

    def work() -> None:
        mx.set_default_device(mx.cpu)
        found.append(halves.product(mx.ones((40, 8)), mx.ones((8, 8))).sum().item())

    for _ in range(2):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    work()
    assert found == [40 * 8 * 8] * 3
