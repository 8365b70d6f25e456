"""How many threads this process may compute with: the machine's cores, divided among the models at work.

Why BLAS is not asked to use several: OpenBLAS's threads wait for one another by spinning. Where one of them shares its
core with anything else the others spin for whole time slices, and a product takes ten to fifty times as long; on quiet
cores a second thread made Kokoro 8 % quicker for 67 % more of the processor. So `engine.blas` gives OpenBLAS one
thread, whatever the load, and whoever has enough rows spreads them over threads or MLX streams of its own, which sleep
while they wait: `threads()` of them.

Each model at work holds a slot, a lock on a byte of one file; who asks counts the slots that are taken. The system lets
go of a dead process' locks. Other processes are counted anew after `_FRESH_S`; whoever began before that finishes the
product in hand with what it was told.
"""

import fcntl
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

SLOTS = 32
"""More models than that at work together are not counted: each has one thread long before."""

_FRESH_S = 0.05


def portion(cores: int, others: int) -> int:
    """Threads for each of `others` + 1 models: in sum no more than cores, but one each at least."""
    return max(1, cores // (others + 1))


def usable_cores() -> int:
    """The cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def share(path: Path) -> None:
    """Divide the cores with all processes that name this file, from now on.

    Where it cannot be opened nobody is counted: nothing spins, so that costs turns and not seconds.
    """
    _ledger.open(path)


@contextmanager
def at_work() -> Generator[None]:
    """While a model computes on this thread; may be nested."""
    depth = getattr(_here, "depth", 0)
    _here.depth = depth + 1
    if depth == 0:
        _here.slot = _ledger.enter()
    try:
        yield
    finally:
        _here.depth = depth
        if depth == 0:
            _ledger.leave(_here.slot)


def threads() -> int:
    """How many threads, the caller's own among them, may compute for this thread's model now; at least 1."""
    return portion(usable_cores(), _ledger.others(bool(getattr(_here, "depth", 0))))


_here = threading.local()


class _Ledger:
    """The file, this process' slots in it, and what was last counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._file: int | None = None
        self._inside = 0
        self._slots: set[int] = set()
        self._elsewhere = 0
        self._counted_at = float("-inf")

    def open(self, path: Path) -> None:
        # Never closed: closing any descriptor of a file gives up all of a process' locks on it.
        with self._lock, suppress(OSError):
            if self._file is None:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def enter(self) -> int | None:
        """The slot that was taken, if one was."""
        with self._lock:
            self._inside += 1
            free = (slot for slot in range(SLOTS) if slot not in self._slots and self._try(slot))
            slot = None if self._file is None else next(free, None)
            if slot is not None:
                self._slots.add(slot)
            return slot

    def leave(self, slot: int | None) -> None:
        with self._lock:
            self._inside -= 1
            if slot is not None:
                self._slots.discard(slot)
                self._unlock(slot)

    def others(self, is_inside: bool) -> int:
        with self._lock:
            now = time.monotonic()
            if self._file is not None and now - self._counted_at >= _FRESH_S:
                self._counted_at = now
                self._elsewhere = sum(self._is_taken(slot) for slot in range(SLOTS) if slot not in self._slots)
            return self._elsewhere + self._inside - is_inside

    def _is_taken(self, slot: int) -> bool:
        if not self._try(slot):
            return True
        self._unlock(slot)
        return False

    def _try(self, slot: int) -> bool:
        try:
            fcntl.lockf(self._file or 0, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, slot)
        except OSError:
            return False
        return True

    def _unlock(self, slot: int) -> None:
        fcntl.lockf(self._file or 0, fcntl.LOCK_UN, 1, slot)


_ledger = _Ledger()
