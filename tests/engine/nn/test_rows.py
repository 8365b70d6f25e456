"""Convolutions in NumPy equal MLX's, whatever the kernel, the dilation, the length and the number of cores."""

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.nn.processor import cores, rows
from engine.nn.processor.rows import RowConv, RowMoments, Rows


def as_it_is(part: Rows, into: Rows) -> None:
    into[...] = part


def expected(x: Rows, weight: Rows, dilation: int, padding: tuple[int, int], outside: float) -> Rows:
    padded = np.pad(np.cos(x), [padding, (0, 0)], constant_values=outside)
    return np.array(mx.conv1d(mx.array(padded[None]), mx.array(weight), dilation=dilation)[0])


def cosine(part: Rows, into: Rows) -> None:
    np.cos(part, out=into)


@given(
    frames=st.integers(1, 90),
    kernel=st.sampled_from([1, 2, 3, 5, 7, 11]),
    dilation=st.integers(1, 5),
    before=st.integers(0, 60),
    outside=st.sampled_from([0.0, -1.0]),
    block=st.sampled_from([64, 256, 1 << 17]),
)
@settings(max_examples=80, deadline=None)
def test_a_convolution_of_prepared_rows_equals_mlx(
    frames: int, kernel: int, dilation: int, before: int, outside: float, block: int
) -> None:
    random = np.random.default_rng(frames)
    x = random.normal(size=(frames, 6)).astype(np.float32)
    weight = random.normal(size=(4, kernel, 6)).astype(np.float32)
    reach = (kernel - 1) * dilation
    before = min(before, reach)
    layer = RowConv(weight, dilation, (before, reach - before), outside)
    seen: list[tuple[int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "BLOCK_VALUES", block)
        found = layer(x, cosine, lambda result, start, end: seen.append((start, end)))
    assert np.abs(found - expected(x, weight, dilation, (before, reach - before), outside)).max() < 2e-5
    # Every row is announced once.
    assert sorted(at for start, end in seen for at in range(start, end)) == list(range(frames))


@pytest.mark.parametrize("kernel", [3, 7])
def test_the_number_of_cores_changes_no_bit(kernel: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    x = random.normal(size=(3000, 64)).astype(np.float32)
    layer = RowConv(random.normal(size=(64, kernel, 64)).astype(np.float32), 3, (9, (kernel - 1) * 3 - 9))
    monkeypatch.setattr(rows, "BLOCK_VALUES", 1 << 14)
    found: list[Rows] = []
    for count in (1, 2, 5):
        monkeypatch.setattr(cores, "cores", lambda count=count: count)
        moments = RowMoments()
        found += [layer(x, as_it_is, moments.add), np.concatenate(moments.result())]
    assert all(np.array_equal(found[0], other) for other in found[2::2])
    assert all(np.array_equal(found[1], other) for other in found[3::2])


def test_moments_are_those_of_the_whole_far_from_zero_too(monkeypatch: pytest.MonkeyPatch) -> None:
    x = (1000 + np.random.default_rng(1).normal(size=(777, 5))).astype(np.float32)
    moments = RowMoments()
    for start, end in ((500, 777), (0, 100), (100, 500)):
        moments.add(x, start, end)
    mean, variance = moments.result()
    assert np.allclose(mean, x.mean(axis=0, dtype=np.float64), rtol=1e-6)
    assert np.allclose(variance, x.var(axis=0, dtype=np.float64), rtol=1e-3)
