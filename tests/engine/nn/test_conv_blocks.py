"""Long signals are convolved a block at a time on the CPU: the same numbers."""

import mlx.core as mx
import numpy as np
import pytest

from engine.nn import conv
from engine.nn.conv import Conv1d, ConvTranspose1d


@pytest.mark.parametrize("frames", [1, 63, 64, 65, 128, 200])
@pytest.mark.parametrize("dilation", [1, 3])
@pytest.mark.parametrize("groups", [1, 6])
def test_blocks_give_what_the_whole_gives(
    frames: int, dilation: int, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(frames)
    weight = mx.array(random.normal(size=(6, 5, 6 // groups)).astype(np.float32))
    x = mx.array(random.normal(size=(2, frames, 6)).astype(np.float32))
    layer = Conv1d(weight, mx.array(random.normal(size=6).astype(np.float32)), dilation, groups, (2 * dilation,) * 2)
    whole = np.array(layer(x))
    monkeypatch.setattr(conv, "CPU_BLOCK", 64)
    assert np.abs(np.array(layer(x)) - whole).max() < 1e-5
    assert whole.shape == (2, frames, 6)


@pytest.mark.parametrize("frames", [1, 7, 63, 64, 65, 130])
@pytest.mark.parametrize(("kernel", "dilation", "before"), [(1, 1, 0), (3, 1, 1), (11, 5, 25), (5, 3, 12)])
def test_preparing_a_block_at_a_time_changes_nothing(
    frames: int, kernel: int, dilation: int, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(frames)
    weight = mx.array(random.normal(size=(4, kernel, 6)).astype(np.float32))
    x = mx.array(random.normal(size=(2, frames, 6)).astype(np.float32))
    beside = mx.array(random.normal(size=(2, frames, 4)).astype(np.float32))
    layer = Conv1d(weight, None, dilation, 1, (before, (kernel - 1) * dilation - before))
    whole = np.array(layer(mx.cos(x)) + beside)  # cos(0) is not 0: padding must come after it
    monkeypatch.setattr(conv, "CPU_BLOCK_VALUES", 2 * 6 * 16)
    assert np.abs(np.array(layer.prepared(x, mx.cos, beside)) - whole).max() < 1e-5


@pytest.mark.parametrize("frames", [0, 1, 5])
@pytest.mark.parametrize(("stride", "kernel"), [(2, 4), (3, 3), (2, 8)])
def test_a_transposed_convolution_is_the_same_whole_and_as_a_stream(frames: int, stride: int, kernel: int) -> None:
    random = np.random.default_rng(frames)
    weight = mx.array(random.normal(size=(5, kernel, 3)).astype(np.float32))
    layer = ConvTranspose1d(weight, mx.array(random.normal(size=5).astype(np.float32)), stride, (1, 1))
    x = mx.array(random.normal(size=(2, frames, 3)).astype(np.float32))
    whole = np.array(layer(x))
    assert np.abs(whole - np.array(layer.stream().finish(x))).max(initial=0.0) < 1e-5
    if frames:
        theirs = mx.conv_transpose1d(x, weight, stride=stride, padding=1)
        assert np.abs(whole - np.array(theirs + layer.biased(mx.zeros(5)))).max() < 1e-5
