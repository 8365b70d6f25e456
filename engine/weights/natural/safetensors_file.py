"""A safetensors file written a tensor at a time, so that a model is never in memory whole.

The header comes first in the file and is known last: room is left for it, and what it does not need is spaces, which
the format allows (huggingface/safetensors, README, "Format").
"""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError

HEADER_BYTES = 128 * 1024  # some nine hundred tensors
_NUMBERS = {"float16": "F16", "float32": "F32"}


class SafetensorsFile:
    """Opened for writing; whole once the `with` has ended without an error."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._file.seek(8 + HEADER_BYTES)
        self._header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
        self.written_bytes = 0

    def add(self, name: str, array: npt.NDArray[Any]) -> None:
        """Write one tensor of float16 or float32.

        Raises:
            WeightsError: not all of it are numbers, or the name is there already.
        """
        if name in self._header:
            raise WeightsError(f"There is a second tensor called {name[:80]}.")
        if not np.isfinite(array).all():
            raise WeightsError(f"Not all of {name[:80]} are numbers.")
        data = np.ascontiguousarray(array)
        begin = self.written_bytes
        self._file.write(data.data.cast("B") if data.size else b"")
        self.written_bytes += data.nbytes
        self._header[name] = {
            "dtype": _NUMBERS[array.dtype.name],
            "shape": list(array.shape),
            "data_offsets": [begin, self.written_bytes],
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with self._file as file:
            if kind is not None:
                return
            text = json.dumps(self._header, separators=(",", ":")).encode()
            if len(text) > HEADER_BYTES:
                raise WeightsError("There are more tensors than the header has room for.")
            file.seek(0)
            file.write(HEADER_BYTES.to_bytes(8, "little") + text.ljust(HEADER_BYTES))
            file.flush()
            os.fsync(file.fileno())
