"""A distribution's own OpenBLAS."""

from pathlib import Path

# Where Debian, Ubuntu, Fedora and Arch put one that has the names of the reference BLAS; threads first.
PATTERNS = (
    "lib/*/openblas-pthread/libblas.so.3",
    "lib/*/openblas-openmp/libblas.so.3",
    "lib/*/openblas-serial/libblas.so.3",
    "lib64/libopenblasp.so.0",
    "lib64/libopenblas.so.0",
    "lib/libopenblas.so.0",
)


def find(root: Path = Path("/usr")) -> Path | None:
    """The first that is there."""
    return next((path for pattern in PATTERNS for path in sorted(root.glob(pattern))), None)
