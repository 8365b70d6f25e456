"""A bidirectional LSTM whose weights stay as they are while something before it is learned.

On a processor its steps are NumPy's, forward and backward: MLX begins a product of one row too slowly for either.
Source: Hochreiter and Schmidhuber 1997; backpropagation through time.
"""

import mlx.core as mx
import numpy as np

from engine.nn.learning.own_slope import with_slope
from engine.nn.lstm import Array, BiLSTM
from engine.nn.processor.cores import single_products


class FrozenBiLSTM(BiLSTM):
    """As BiLSTM; `mx.grad` goes through it to the signal, and never to its weights."""

    def _run(self, steps: mx.array, batch: int) -> mx.array:
        if self._whole:
            return super()._run(steps, batch)
        run = with_slope(
            lambda gates: mx.array(self._step_by_step(np.array(gates))),
            lambda gates, given, states: mx.array(self._back(np.array(gates), np.array(states), np.array(given))),
        )
        return run(steps)

    def _back(self, gates: Array, states: Array, given: Array) -> Array:
        """The derivative by the gates' inputs.

        Args:
            gates: [time, 2, batch, 4 * hidden], what came from the signal; written on.
            states: [time, 2, batch, hidden], what came out.
            given: the derivative by them.
        """
        size, recurrent = self._hidden, np.asarray(self._recurrent)
        gates[1:] += np.matmul(states[:-1], recurrent)
        i, f, g, o = (gates[..., at : at + size] for at in range(0, 4 * size, size))
        i, f, o = (_sigmoid(gate) for gate in (i, f, o))
        g = np.tanh(g)
        cells = _cells(i * g, f)
        bent = np.tanh(cells)
        before = np.concatenate([np.zeros_like(cells[:1]), cells[:-1]])
        # The derivatives but for what flows through the cell and the state, for all steps at once.
        by_output = bent * o * (1 - o)
        by_cell = o * (1 - np.square(bent))
        by_input, by_forget, by_new = g * i * (1 - i), before * f * (1 - f), i * (1 - np.square(g))
        turned = np.ascontiguousarray(recurrent.transpose(0, 2, 1))
        state, cell = np.zeros_like(given[0]), np.zeros_like(given[0])
        with single_products():
            for t in range(len(gates) - 1, -1, -1):
                state += given[t]
                cell += state * by_cell[t]
                row = gates[t]
                row[..., :size] = cell * by_input[t]
                row[..., size : 2 * size] = cell * by_forget[t]
                row[..., 2 * size : 3 * size] = cell * by_new[t]
                row[..., 3 * size :] = state * by_output[t]
                cell *= f[t]
                state = np.matmul(row, turned)
        return gates


def _sigmoid(x: Array) -> Array:
    half = np.float32(0.5)
    return half + half * np.tanh(half * x)


def _cells(new: Array, kept: Array) -> Array:
    """The cells after each step: what came in, and what was kept of the step before."""
    cells = np.empty_like(new)
    cell = np.zeros_like(new[0])
    for t in range(len(new)):
        cell = kept[t] * cell + new[t]
        cells[t] = cell
    return cells
