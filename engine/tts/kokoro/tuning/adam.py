"""Steps down a noisy slope.

Source: Kingma and Ba 2014, arXiv:1412.6980.
"""

import numpy as np

from engine.tts.kokoro.tuning.sound import Array


class Adam:
    """For one array.

    Args:
        rate: of a step.
    """

    def __init__(self, rate: float) -> None:
        self.rate = rate
        self._mean: Array | float = 0.0
        self._square: Array | float = 0.0
        self._steps = 0

    def step(self, at: Array, slope: Array) -> Array:
        """Where the next step leads."""
        self._steps += 1
        self._mean = 0.9 * self._mean + 0.1 * slope
        self._square = 0.98 * self._square + 0.02 * slope * slope
        mean, square = self._mean / (1 - 0.9**self._steps), self._square / (1 - 0.98**self._steps)
        return (at - self.rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)
