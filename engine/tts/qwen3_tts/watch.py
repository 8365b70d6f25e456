"""When a line has no end: how long it may become, and what tells that it only repeats itself.

About three requests in a thousand run on in a near silence after all was said; no setting of the sampler cures it.
"""

import re
from collections import Counter, deque

LEAST_FRAMES = 75
FRAMES_A_TOKEN = 12
FRAMES_A_PAUSE = 25
"""A budget: the slowest speech takes half of it."""

SAME = 12
"""A first code that is drawn so often in a row is no speech."""
WINDOW, FEW = 25, 3
"""Nor are two seconds of three first codes."""
SPOKEN_A_TOKEN = 4
"""Frames a token that must have been written before a repetition counts: what was said first is meant."""

_PAUSES = re.compile(r"[.!?;:,…—。！？；：，、]+")


def budget(text: str, tokens: int) -> int:
    """The most frames a text may take, some three times what speech needs.

    Args:
        text: as it is spoken.
        tokens: how many it has.
    """
    return max(LEAST_FRAMES, FRAMES_A_TOKEN * tokens + FRAMES_A_PAUSE * len(_PAUSES.findall(text)))


class Watch:
    """Looks at a line's first codes as they are drawn.

    Args:
        tokens: of the line's text.
    """

    def __init__(self, tokens: int) -> None:
        self._after = SPOKEN_A_TOKEN * tokens
        self._count = 0
        self._last = -1
        self._same = 0
        self._window: deque[int] = deque()
        self._seen: Counter[int] = Counter()

    def add(self, code: int) -> int:
        """How many of the last frames are repetition, this one among them; 0 while it is speech."""
        self._count += 1
        self._same = self._same + 1 if code == self._last else 1
        self._last = code
        self._window.append(code)
        self._seen[code] += 1
        if len(self._window) > WINDOW:
            old = self._window.popleft()
            self._seen[old] -= 1
            if not self._seen[old]:
                del self._seen[old]
        if self._count < self._after:
            return 0
        few = WINDOW if len(self._window) == WINDOW and len(self._seen) <= FEW else 0
        return max(few, self._same if self._same >= SAME else 0)
