"""NumPy's work on the rows of a signal, spread over the processor's cores a block at a time.

NumPy lets go of the interpreter while it computes, so threads that each take a block and do all of a stage's passes on
it keep every core busy, and what one pass makes is in the core's cache for the next. Blocks do not depend on how many
cores there are, so neither does what comes out.
"""

import ctypes
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

from engine import allowance

MOST = 8  # threads; for more the interpreter between the passes is what they wait for


def cores() -> int:
    """How many threads compute: this model's portion of the machine."""
    return min(MOST, allowance.threads())


def spread(work: Callable[[int, int], object], rows: int, block: int) -> None:
    """Call work(start, end) for each block of at most `block` rows, on all cores; return when all are done.

    Blocks are of one size, and an even number of them, so that two cores are done together.

    Raises:
        Exception: the first that `work` raised; blocks not begun by then may be left out.
    """
    block = max(1, -(-rows // (2 * -(-rows // (2 * block))))) if rows else 1
    starts = iter(range(0, rows, block))
    count = -(-rows // block)
    lock = Lock()

    def take() -> None:
        while True:
            with lock:
                start = next(starts, None)
            if start is None:
                return
            work(start, min(start + block, rows))

    with single_products():
        helpers = [_helpers().submit(take) for _ in range(min(cores(), count) - 1)]
        try:
            take()
        finally:
            with lock:
                starts = iter(())
            # One that the system has not let begin has nothing left to do.
            running = [helper for helper in helpers if not helper.cancel()]
            wait(running)
        for helper in running:
            helper.result()


@cache
def _helpers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST, thread_name_prefix="rows")


_lock = Lock()
_inside = 0
_threads_before = 0


@contextmanager
def shared_products() -> Generator[None]:
    """One of NumPy's large matrix products on this model's portion of the cores, unless others compute in threads.

    For what takes milliseconds: OpenBLAS's threads spin while they wait for one another, and where a core is busy that
    costs a small product whole time slices (see `engine.allowance`).
    """
    setting = _product_threads()
    if setting is None:
        yield
        return
    get, put = setting
    with _lock:
        before = get()
        if _inside == 0:
            put(cores())
    try:
        yield
    finally:
        with _lock:
            if _inside == 0:
                put(before)


@contextmanager
def single_products() -> Generator[None]:
    """NumPy's matrix products on the thread that asks for them: the cores are already taken."""
    global _inside, _threads_before
    setting = _product_threads()
    if setting is None:
        yield
        return
    get, put = setting
    with _lock:
        if _inside == 0:
            _threads_before = get()
            put(1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                put(_threads_before)


@cache
def _product_threads() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """How to ask for and set the threads of the OpenBLAS in NumPy's wheel; None where it has another (Accelerate)."""
    package = Path(np.__file__).parent
    for folder in (package.parent / "numpy.libs", package / ".dylibs"):
        for path in sorted(folder.glob("*openblas*")):
            library = ctypes.CDLL(str(path))  # the one NumPy loaded
            for name in ("scipy_openblas_{}_num_threads64_", "scipy_openblas_{}_num_threads"):
                get, put = (getattr(library, name.format(verb), None) for verb in ("get", "set"))
                if get is not None and put is not None:
                    return get, put
    return None
