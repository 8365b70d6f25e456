"""Long signals are convolved a block at a time on the CPU: the same numbers."""

import mlx.core as mx
import numpy as np
import pytest

from engine.nn import conv
from engine.nn.conv import Conv1d


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
