"""Which part of the network broke, where what it gives are no numbers. A working one never comes here."""

import mlx.core as mx
import numpy as np
import numpy.typing as npt


class NoNumbers(Exception):
    """A part gave NaN or infinity.

    Attributes:
        part: what a person may call it ("decoder").
    """

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def refuse_no_numbers(part: str, *given: mx.array | npt.NDArray[np.floating]) -> None:
    """Raises NoNumbers where not all that a part gave are numbers."""
    if not all(np.isfinite(np.asarray(array)).all() for array in given):
        raise NoNumbers(part)
