"""Long signals are convolved a block at a time on the CPU: the same numbers."""

import mlx.core as mx
import numpy as np
import pytest

from engine.nn import conv
from engine.nn.conv import Conv1d, ConvTranspose1d, fold_weight_norm


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


@pytest.mark.parametrize("gain", [0.0, 0.7])
def test_a_channel_of_length_zero_is_zero_and_leaves_the_others_alone(gain: float) -> None:
    """Rounding weights to 8 bits leaves such channels."""
    direction = np.random.default_rng(0).normal(size=(4, 3, 5)).astype(np.float32)
    direction[2] = 0
    folded = np.array(fold_weight_norm(mx.full((4, 1, 1), gain), mx.array(direction)))
    lengths = np.sqrt((direction**2).sum(axis=(1, 2), keepdims=True))
    assert not folded[2].any()
    others = [0, 1, 3]
    assert np.allclose(folded[others], gain * direction[others] / lengths[others], atol=1e-6)


def test_damage_in_a_weight_stays_visible() -> None:
    folded = fold_weight_norm(mx.ones((2, 1, 1)), mx.array([[[1.0, float("nan")]], [[3.0, 4.0]]]))
    assert np.isnan(np.array(folded[0])).all()
    assert np.allclose(np.array(folded[1]), [0.6, 0.8])
