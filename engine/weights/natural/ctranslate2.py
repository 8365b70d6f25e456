"""Reads a CTranslate2 model.bin with NumPy alone: its variables by name.

Format (OpenNMT/CTranslate2, python/ctranslate2/specs/model_spec.py, MIT): version, name of the spec, revision; then for
each variable its name, rank, sizes, kind of number and bytes; then the aliases. Little endian, texts with a 16 bit
length.
"""

import mmap
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError

Array = npt.NDArray[Any]

VERSION = 6
_NUMBERS = ("<f4", "i1", "<i2", "<i4", "<f2")  # a sixth, bfloat16, is not read


def read_variables(path: Path, spec: str) -> dict[str, Array]:
    """The variables of a model.bin, aliases left out; views of the file, read when they are used.

    Args:
        path: the file.
        spec: what kind of model it must be, "WhisperSpec".

    Raises:
        WeightsError: torn, of another kind, or of a version that is not read.
    """
    try:
        with path.open("rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _Reader(data).variables(spec)
    except (struct.error, ValueError, IndexError, UnicodeDecodeError) as exc:
        raise WeightsError(f"{path.name} is no CTranslate2 model that can be read, or it is damaged.") from exc


class _Reader:
    def __init__(self, data: mmap.mmap) -> None:
        self._data, self._at = data, 0

    def variables(self, spec: str) -> dict[str, Array]:
        version, name, _revision = self._number("I"), self._text(), self._number("I")
        if version != VERSION or name != spec:
            raise ValueError(f"it is a {name!r} of version {version}, not a {spec} of version {VERSION}")
        found: dict[str, Array] = {}
        for _ in range(self._number("I")):
            name = self._text()
            shape = [self._number("I") for _ in range(self._number("B"))]
            dtype, size = np.dtype(_NUMBERS[self._number("B")]), self._number("I")
            array = np.frombuffer(self._data, dtype, size // dtype.itemsize, self._at)
            found[name] = array.reshape(shape)
            self._at += size
        for _ in range(self._number("I")):
            self._text()
            self._text()
        if self._at != len(self._data):
            raise ValueError("its length is not what it says")
        return found

    def _number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f"<{kind}", self._data, self._at)
        self._at += struct.calcsize(f"<{kind}")
        return int(value)

    def _text(self) -> str:
        size = self._number("H")
        text = self._data[self._at : self._at + size]
        self._at += size
        return text.rstrip(b"\0").decode()
