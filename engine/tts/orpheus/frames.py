"""Tokens and frames: seven tokens make a frame, a frame is one coarse, two middle and four fine codes of SNAC.

Source: the decoder of canopyai/Orpheus-TTS (Apache-2.0). It drops a legitimate code 0 and lets 4096 pass; we do not.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

CODEBOOK_SIZE = 4096
SLOTS = 7
CODE_BASE = 128266
"""The token of code 0 in the first slot; each slot has its own 4,096 tokens."""
END_OF_SPEECH = 128258

# Which slot of a frame holds which code of which codebook.
_LEVELS = ((0,), (1, 4), (2, 3, 5, 6))

Frame = tuple[int, ...]
"""Seven codes, each 0 to 4095, in the order they are written."""


def to_levels(frames: Sequence[Frame]) -> list[npt.NDArray[np.int32]]:
    """Frames -> SNAC's codebooks: int [1, n], [1, 2n], [1, 4n], coarse first."""
    table = np.array(frames, dtype=np.int32).reshape(-1, SLOTS)
    return [table[:, slots].reshape(1, -1) for slots in _LEVELS]


def to_tokens(frames: Sequence[Frame]) -> list[int]:
    """Frames -> the tokens that write them."""
    return [CODE_BASE + slot * CODEBOOK_SIZE + code for frame in frames for slot, code in enumerate(frame)]


class Assembler:
    """Tokens of one line -> its frames. A frame with a code out of its range is dropped and counted.

    A frame that the end of speech interrupts never was one.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._codes: list[int] = []

    def add(self, token: int) -> Frame | None:
        """The frame that this token completes. A token that is no code takes no slot."""
        if token < CODE_BASE:
            return None
        self._codes.append(token - CODE_BASE - len(self._codes) * CODEBOOK_SIZE)
        if len(self._codes) < SLOTS:
            return None
        frame = tuple(self._codes)
        self._codes.clear()
        if all(0 <= code < CODEBOOK_SIZE for code in frame):
            return frame
        self.dropped += 1
        return None


class Loop:
    """Notices a line that repeats itself: the same few frames over and over, speech never."""

    LONGEST = 12
    """Frames in the longest round that is noticed, a second of sound."""
    LASTING = 24
    """Frames that must be repetition before it counts, two seconds."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._runs = [0] * (self.LONGEST + 1)

    def add(self, frame: Frame) -> bool:
        """Whether with this frame the line has become a loop."""
        for period in range(1, min(self.LONGEST, len(self._frames)) + 1):
            self._runs[period] = self._runs[period] + 1 if self._frames[-period] == frame else 0
        self._frames = [*self._frames[1 - self.LONGEST :], frame]
        return max(self._runs) >= self.LASTING
