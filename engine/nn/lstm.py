"""A bidirectional LSTM over rows of different length, both directions in one pass.

A step is a few small products, each waiting for the one before. On a GPU sixteen steps are one compiled call; on a
processor they are NumPy's, which begins a product sooner than MLX does.
Source: torch.nn.LSTM (gate order i, f, g, o), packed sequences for rows of different length.
"""

from functools import lru_cache
from typing import Any

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.conv import on_gpu
from engine.nn.processor.cores import single_products

Array = npt.NDArray[np.float32]
STEPS_PER_CALL = 16


class BiLSTM:
    """One layer, forward and backward.

    Args:
        weight_ih: (forward, backward), each [4 * hidden, in].
        weight_hh: (forward, backward), each [4 * hidden, hidden].
        bias: (forward, backward), each [4 * hidden], input and hidden biases added.
    """

    def __init__(
        self,
        weight_ih: tuple[mx.array, mx.array],
        weight_hh: tuple[mx.array, mx.array],
        bias: tuple[mx.array, mx.array],
    ) -> None:
        self._hidden = weight_hh[0].shape[1]
        self._inputs = mx.concatenate([w.T for w in weight_ih], axis=1)
        self._biases = mx.concatenate(list(bias))
        # [2, hidden, 4 * hidden]: one product moves both directions a step.
        self._recurrent = mx.stack([w.T for w in weight_hh])
        mx.eval(self._inputs, self._biases, self._recurrent)
        self._whole = on_gpu()

    def __call__(self, x: mx.array, reverse: mx.array | None = None) -> mx.array:
        """Run over whole rows.

        Args:
            x: [batch, time, in].
            reverse: int [batch, time] from `reversal`, for rows of different length; None when all have the same.

        Returns:
            [batch, time, 2 * hidden]; what stands behind the end of a row is meaningless.
        """
        batch, n, _ = x.shape
        gates = (x @ self._inputs + self._biases).reshape(batch, n, 2, 4 * self._hidden)
        backward = _reversed(gates[:, :, 1], reverse)
        steps = mx.stack([gates[:, :, 0], backward]).transpose(2, 0, 1, 3)
        states = self._run(steps, batch)
        forward, backward = states[:, 0].transpose(1, 0, 2), states[:, 1].transpose(1, 0, 2)
        return mx.concatenate([forward, _reversed(backward, reverse)], axis=-1)

    def _run(self, steps: mx.array, batch: int) -> mx.array:
        """[time, 2, batch, 4 * hidden] -> [time, 2, batch, hidden]"""
        if not self._whole:
            return mx.array(self._step_by_step(np.array(steps)))
        n = steps.shape[0]
        # Whole calls of 16 steps, so that a compiled step serves every length.
        padded = mx.pad(steps, [(0, -n % STEPS_PER_CALL), (0, 0), (0, 0), (0, 0)])
        h = mx.zeros((2, batch, self._hidden), dtype=steps.dtype)
        c = mx.zeros_like(h)
        states: list[mx.array] = []
        for start in range(0, padded.shape[0], STEPS_PER_CALL):
            h, c, part = _sixteen_steps()(padded[start : start + STEPS_PER_CALL], h, c, self._recurrent)
            states.append(part)
        return mx.concatenate(states)[:n]

    def _step_by_step(self, gates: Array) -> Array:
        """As `_run`; writes on the gates."""
        size = self._hidden
        n, _, batch, _ = gates.shape
        recurrent = np.asarray(self._recurrent)
        states = np.empty((n, 2, batch, size), dtype=np.float32)
        h, c = np.zeros((2, batch, size), dtype=np.float32), np.zeros((2, batch, size), dtype=np.float32)
        product = np.empty((2, batch, 4 * size), dtype=np.float32)
        with single_products():
            for step, state in zip(gates, states, strict=True):
                np.add(step, np.matmul(h, recurrent, out=product), out=step)
                i, f, g, o = (step[..., at : at + size] for at in range(0, 4 * size, size))
                # sigmoid(x) = (1 + tanh(x / 2)) / 2: all gates are one call of tanh.
                i *= 0.5
                f *= 0.5
                o *= 0.5
                np.tanh(step, out=step)
                for gate in (i, f, o):
                    gate += 1.0
                    gate *= 0.5
                c *= f
                c += np.multiply(i, g, out=i)
                h = np.multiply(np.tanh(c, out=state), o, out=state)
        return states


def reversal(lengths: list[int], n: int) -> mx.array:
    """Where each row's backward pass reads: int [batch, n], its own frames reversed, padding left in place."""
    positions = mx.arange(n)[None, :]
    ends = mx.array(lengths)[:, None]
    return mx.where(positions < ends, ends - 1 - positions, positions)


def _reversed(x: mx.array, reverse: mx.array | None) -> mx.array:
    if reverse is None:
        return x[:, ::-1]
    return mx.take_along_axis(x, reverse[:, :, None], axis=1)


@lru_cache(maxsize=1)
def _sixteen_steps() -> Any:
    return mx.compile(_steps)


def _steps(gates: mx.array, h: mx.array, c: mx.array, recurrent: mx.array) -> tuple[mx.array, mx.array, mx.array]:
    states: list[mx.array] = []
    for step in range(STEPS_PER_CALL):
        i, f, g, o = mx.split(gates[step] + h @ recurrent, 4, axis=-1)
        c = mx.sigmoid(f) * c + mx.sigmoid(i) * mx.tanh(g)
        h = mx.sigmoid(o) * mx.tanh(c)
        states.append(h)
    return h, c, mx.stack(states)
