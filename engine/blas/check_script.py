"""Run by itself, never imported: load a BLAS, look for names, compare products with exact ones, time one.

    python check_script.py LIBRARY PREFIX NAME...

One line of JSON at standard output: {"core": str, "version": str, "seconds": float}, or a complaint and status 1. In a
process of its own because a library made for another processor ends the process that tries it. Needs the standard
library alone.
"""

import ctypes
import json
import os
import sys
import time
from typing import Any

Matrix = list[list[int]]

SIZES = ((256, 256, 256), (1, 384, 96), (3, 5, 7))
"""Rows, inner, columns: big enough for the blocked kernels, a row, and a remainder everywhere."""

_ROW_MAJOR, _PLAIN, _TRANSPOSED = 101, 111, 112


def main(path: str, prefix: str, names: list[str]) -> int:
    """See above."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the two are compared by what one thread does
    library = ctypes.CDLL(path)
    missing = [name for name in names if not hasattr(library, prefix + name)]
    if missing:
        print(f"without {', '.join(missing)}")  # noqa: T201
        return 1
    multiply: Any = getattr(library, f"{prefix}cblas_sgemm")
    for rows, inner, columns in SIZES:
        for transposed in (False, True):
            if not _is_right(multiply, rows, inner, columns, transposed):
                print(f"a wrong product of {rows} x {inner} x {columns}")  # noqa: T201
                return 1
    found = {"core": _word(library, f"{prefix}openblas_get_corename"), "seconds": _best(multiply)}
    config = _word(library, f"{prefix}openblas_get_config").split()
    found["version"] = next((word for word in config if word[:1].isdigit()), "")
    print(json.dumps(found))  # noqa: T201
    return 0


def _is_right(multiply: Any, rows: int, inner: int, columns: int, transposed: bool) -> bool:
    """Freivalds' check with whole numbers that float32 holds exactly: C v = A (B v)."""
    a = [[(7 * i + 3 * k) % 11 - 5 for k in range(inner)] for i in range(rows)]
    b = [[(5 * k + 2 * j + k * j) % 13 - 6 for j in range(columns)] for k in range(inner)]
    c = (ctypes.c_float * (rows * columns))()
    given = [list(column) for column in zip(*b, strict=True)] if transposed else b
    _call(multiply, _floats(a), _floats(given), c, rows, inner, columns, transposed)
    v = [1 + j % 5 for j in range(columns)]
    bv = _times(b, v)
    return [sum(c[i * columns + j] * v[j] for j in range(columns)) for i in range(rows)] == _times(a, bv)


def _best(multiply: Any, size: int = 320, tries: int = 7) -> float:
    square = (ctypes.c_float * (size * size))(*(float(i % 7) for i in range(size * size)))
    out = (ctypes.c_float * (size * size))()
    times: list[float] = []
    for _ in range(tries):
        began = time.perf_counter()
        _call(multiply, square, square, out, size, size, size, False)
        times.append(time.perf_counter() - began)
    return min(times)


def _call(multiply: Any, a: Any, b: Any, c: Any, rows: int, inner: int, columns: int, transposed: bool) -> None:
    one, zero = ctypes.c_float(1), ctypes.c_float(0)
    kind, step = (_TRANSPOSED, inner) if transposed else (_PLAIN, columns)
    multiply(_ROW_MAJOR, _PLAIN, kind, rows, columns, inner, one, a, inner, b, step, zero, c, columns)


def _floats(matrix: Matrix) -> Any:
    values = [float(value) for row in matrix for value in row]
    return (ctypes.c_float * len(values))(*values)


def _times(matrix: Matrix, v: list[int]) -> list[int]:
    return [sum(x * y for x, y in zip(row, v, strict=True)) for row in matrix]


def _word(library: ctypes.CDLL, name: str) -> str:
    if not hasattr(library, name):
        return ""
    function: Any = getattr(library, name)
    function.restype = ctypes.c_char_p
    return (function() or b"").decode("ascii", "replace")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
