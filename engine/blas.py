"""The processor's fast matrix products for MLX on Linux, where its wheel brings slow ones.

MLX's Linux wheel multiplies with the reference BLAS; a distribution's OpenBLAS stands in for it and is ten to thirty
times faster. A library that is loaded for everybody before MLX is found first by MLX too, so this happens when the
engine is imported. On macOS MLX uses the system's own; on a GPU it changes nothing.
"""

import ctypes
import sys
from functools import cache
from pathlib import Path

# Where Debian, Ubuntu, Fedora and Arch put one that has the names of the reference BLAS; threads first.
_PATTERNS = (
    "lib/*/openblas-pthread/libblas.so.3",
    "lib/*/openblas-openmp/libblas.so.3",
    "lib/*/openblas-serial/libblas.so.3",
    "lib64/libopenblasp.so.0",
    "lib64/libopenblas.so.0",
    "lib/libopenblas.so.0",
)


@cache
def openblas() -> Path | None:
    """The machine's OpenBLAS, where MLX needs one and there is one."""
    if sys.platform != "linux":
        return None
    return next((path for pattern in _PATTERNS for path in sorted(Path("/usr").glob(pattern))), None)


@cache
def stand_in() -> bool:
    """Have OpenBLAS stand in for what MLX brings, in this process; whether it does."""
    path = openblas()
    # Once MLX is there its names are bound.
    if path is None or "mlx.core" in sys.modules:
        return False
    try:
        library = ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)
    except OSError:  # another machine's kind, or no room for it
        return False
    return hasattr(library, "cblas_sgemm")
