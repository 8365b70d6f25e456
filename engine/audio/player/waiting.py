"""Samples on their way to an output: bounded, in order, each given once. Knows no device and no program."""

import threading
from collections import deque

import numpy as np
import numpy.typing as npt

from engine.errors import DeviceError

Frames = npt.NDArray[np.float32]
"""float32 [n, channels], nominally in [-1, 1]."""


class Waiting:
    """What was given to be played and was not taken yet. Any thread may call anything.

    Args:
        channels: of the samples.
        most: frames that may wait; who brings more waits, unless the player is paused. None is no bound.
        patience_s: an output that takes nothing for so long is given up.
    """

    def __init__(self, channels: int, most: int | None, patience_s: float) -> None:
        self._changed = threading.Condition()
        self._blocks: deque[Frames] = deque()
        self._nothing: Frames = np.zeros((0, channels), np.float32)
        self._frames = 0
        self._taken = 0
        self._most = most
        self._patience_s = patience_s
        self._is_paused = False
        self._is_ending = False
        self._is_closed = False
        self._failure: DeviceError | None = None

    @property
    def frames(self) -> int:
        """How many wait."""
        return self._frames

    @property
    def is_paused(self) -> bool:
        """Whether they are held back."""
        return self._is_paused

    @property
    def is_closed(self) -> bool:
        """Whether nobody wants them any more."""
        return self._is_closed

    def put(self, block: Frames) -> None:
        """Add frames; waits for room. What comes after `close` is dropped.

        Raises:
            DeviceError: the output failed.
        """
        with self._changed:
            while self._is_full:
                self._wait_for_the_output()
            self._check()
            if self._is_closed or not len(block):
                return
            self._blocks.append(block)
            self._frames += len(block)
            self._changed.notify_all()

    def take(self, most: int, *, held_too: bool = False) -> Frames:
        """The next frames, at most so many; none while they are held back. Never waits.

        Args:
            most: how many there is room for.
            held_too: also while paused, for who does not play them yet.
        """
        with self._changed:
            return self._nothing if self._is_paused and not held_too else self._take(most)

    def next(self, most: int) -> Frames | None:
        """The next frames, at most so many; waits for one. None when no more will come."""
        with self._changed:
            while (self._is_paused or not self._frames) and not self._is_over:
                self._changed.wait()
            return None if self._is_over else self._take(most)

    def pause(self) -> None:
        """Hold back what waits."""
        with self._changed:
            self._is_paused = True
            self._changed.notify_all()

    def resume(self) -> None:
        """Give it out again."""
        with self._changed:
            self._is_paused = False
            self._changed.notify_all()

    def wait_until_taken(self) -> None:
        """Return when nothing waits, or nobody wants it.

        Raises:
            DeviceError: the output failed.
        """
        with self._changed:
            while self._frames and not self._is_closed:
                self._wait_for_the_output()
            self._check()

    def end(self, is_ending: bool = True) -> None:
        """`next` gives None once nothing waits; with False it waits for more again."""
        with self._changed:
            self._is_ending = is_ending
            self._changed.notify_all()

    def close(self) -> None:
        """Drop what waits, and let go whoever waits."""
        with self._changed:
            self._is_closed = True
            self._blocks.clear()
            self._frames = 0
            self._changed.notify_all()

    def fail(self, failure: DeviceError) -> None:
        """The output is no more. Whoever brings samples, or waits, is told; the first reason stays."""
        with self._changed:
            if not self._is_closed:
                self._failure = self._failure or failure
            self._changed.notify_all()

    def check(self) -> None:
        """Raise what the output failed with."""
        with self._changed:
            self._check()

    @property
    def _is_full(self) -> bool:
        if self._is_closed or self._is_paused or self._failure or self._most is None:
            return False
        return self._frames >= self._most

    @property
    def _is_over(self) -> bool:
        return self._is_closed or self._failure is not None or (self._is_ending and not self._frames)

    def _take(self, most: int) -> Frames:
        taken: list[Frames] = []
        left = most
        while left > 0 and self._blocks:
            block = self._blocks.popleft()
            taken.append(block[:left])
            if len(block) > left:
                self._blocks.appendleft(block[left:])
            left -= len(taken[-1])
        if left == most:
            return self._nothing
        self._frames -= most - left
        self._taken += most - left
        self._changed.notify_all()
        return taken[0] if len(taken) == 1 else np.concatenate(taken)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _wait_for_the_output(self) -> None:
        before = self._taken
        self._check()
        was_held = self._is_paused
        in_time = self._changed.wait(self._patience_s)
        if not in_time and self._taken == before and not (was_held or self._is_paused):
            self._failure = self._failure or DeviceError(
                "The sound device takes no more sound; look at its connection."
            )
        self._check()
