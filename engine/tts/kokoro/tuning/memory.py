"""How much memory a tuning takes, and the sentence where this machine has not so much free.

Measured with the published weights on a processor, in `benchmarks/RESULTS.md`, a third added.
"""

from typing import Literal

import psutil

from engine.errors import OutOfMemory
from engine.tts.kokoro.tuning.timbre_fit import SHORT_S, STRETCH_S
from engine.wording import size_text

Halves = Literal["both", "prosody"]

GB = 1_000_000_000
FULL, SHORT, PROSODY = 6 * GB, 9 * GB // 2, 2 * GB
"""Free memory that whole stretches want, and shorter ones, and the prosody half alone."""


def needed(halves: Halves) -> int:
    """Bytes that must be free."""
    return SHORT if halves == "both" else PROSODY


def stretch_s(halves: Halves, free: int | None = None) -> float:
    """How much is spoken in a step of the timbre's fit: less where memory is short.

    Args:
        halves: which are tuned.
        free: bytes; None asks the machine.

    Raises:
        OutOfMemory: too little is free.
    """
    free = psutil.virtual_memory().available if free is None else free
    if free < needed(halves):
        less = f" Only its pace and melody takes {size_text(PROSODY)}." if halves == "both" and free >= PROSODY else ""
        raise OutOfMemory(
            f"Tuning a voice takes {size_text(needed(halves))} of free memory, and {size_text(free)} are free. "
            f"Close other programs.{less}"
        )
    return STRETCH_S if free >= FULL else SHORT_S
