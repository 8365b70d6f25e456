"""The processor's fast matrix products for MLX on Linux, where its wheel brings slow ones.

MLX's Linux wheel multiplies with the reference BLAS; OpenBLAS is twenty to thirty times faster. A library that is
loaded for everybody before MLX is found first by MLX too, so this happens when the engine is imported. Which one it is
(a distribution's, or the studio's own copy) is decided once for a machine, see `engine.blas.choice`; afterwards a
stamp is compared. On macOS MLX uses the system's own; on a GPU it changes nothing.

OpenBLAS is given one thread, `engine.allowance` says why and what uses the other cores.
"""

import ctypes
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from engine.blas.choice import Choice, choose, forget

__all__ = ["Choice", "chosen", "openblas", "stand_in"]


@cache
def chosen() -> Choice:
    """What MLX multiplies with on this machine. The first call on a machine makes it and takes a second or two."""
    return choose() if sys.platform == "linux" else Choice("system")


def openblas() -> Path | None:
    """The OpenBLAS that stands in, where MLX needs one and there is one."""
    return chosen().library


@cache
def stand_in() -> bool:
    """Have OpenBLAS stand in for what MLX brings, in this process; whether it does."""
    # NumPy brings an OpenBLAS of its own, which reads this when it is loaded: its threads wait for the next product
    # by spinning, and this is a thousandth of a second of that where the default is a thirtieth.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "20")
    # Once MLX is there its names are bound.
    if "mlx.core" in sys.modules:
        return False
    if _load(openblas()):
        return True
    if openblas() is None:
        return False
    # Damaged since it was made: made anew, once.
    forget(chosen())
    chosen.cache_clear()
    return _load(openblas())


def _load(path: Path | None) -> bool:
    if path is None:
        return False
    try:
        with _one_thread():
            library = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    except OSError:  # another machine's kind, or no room for it
        return False
    if hasattr(library, "openblas_set_num_threads"):
        library.openblas_set_num_threads(1)
    return hasattr(library, "cblas_sgemm")


@contextmanager
def _one_thread() -> Generator[None]:
    """OpenBLAS starts a thread a core while it is loaded, and each spins for a thirtieth of a second; only this keeps
    it from that. The environment is as it was afterwards: it is for what is loaded here alone.
    """
    name = "OPENBLAS_NUM_THREADS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
