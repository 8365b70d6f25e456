"""Reading torch's format of before 1.6 without torch, and without ever running what is inside.

One file: five pickles (a magic number, a version, sizes of numbers, the tensors, the keys of their storages), then each
storage's count and bytes in the keys' order. As in `torch_file`, a pickle may say four harmless words and no other.
Source: torch.serialization._legacy_save, pytorch 2.x (BSD-3-Clause); the layout was read, no code taken.
"""

import io
import math
import pickle
import pickletools
import struct
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError
from engine.nn.stored.torch_file import MAX_DEPTH, MAX_VALUES, STORAGES, WORDS

MAGIC = 0x1950A86A20F9469CFC6C
_VERSION = 1001
_COUNT = struct.Struct("<q")

Storages = dict[str, npt.NDArray[Any]]


def read_old_torch(path: Path) -> dict[str, npt.NDArray[Any]]:
    """All tensors of a file by name, nested names joined by "."; values that are no tensors are left out.

    Raises:
        WeightsError: torn, of another format, or holding anything but tensors.
    """
    try:
        raw = path.read_bytes()
        return _flattened(_read(raw))
    # A hostile pickle can make the unpickler raise nearly anything; whatever it is, the file is no model.
    except Exception as exc:
        raise WeightsError(f"{path.name} is damaged, or is no file of tensors in torch's old format.") from exc


def _read(raw: bytes) -> object:
    file = io.BytesIO(raw)
    begins = [_pass_over(file) for _ in range(5)]
    if _load(raw, begins[0]) != MAGIC or _load(raw, begins[1]) != _VERSION:
        raise ValueError("another format")
    types: dict[str, tuple[str, int]] = {}
    _load(raw, begins[3], _Tensors(types))
    keys = cast("list[str]", _load(raw, begins[4]))
    storages: Storages = {}
    at = file.tell()
    for key in keys:
        (count,) = _COUNT.unpack_from(raw, at)
        kind, said = types[key]
        if count != said:
            raise ValueError("a storage of another length")
        storages[key] = np.frombuffer(raw, np.dtype(STORAGES[kind]), count, at + _COUNT.size)
        at += _COUNT.size + storages[key].nbytes
    return _load(raw, begins[3], _Tensors(types, storages))


def _pass_over(file: io.BytesIO) -> int:
    """Where a pickle begins, its instructions looked at and none of them followed."""
    begin = file.tell()
    for count, (opcode, argument, _) in enumerate(pickletools.genops(file), 1):
        if opcode.name == "GLOBAL":
            _Tensors({}).find(*str(argument).split(" ", 1))
        if opcode.name not in WORDS:
            raise ValueError(f"instruction {opcode.name}")
        # The unpickler makes a list as long as this number says.
        if opcode.name in ("BINPUT", "LONG_BINPUT") and cast("int", argument) > count:
            raise ValueError("a memo out of all proportion")
    return begin


def _load(raw: bytes, begin: int, tensors: "_Tensors | None" = None) -> object:
    return _TensorsOnly(io.BytesIO(raw[begin:]), tensors or _Tensors({})).load()


class _Tensors:
    """Makes tensors of storages; where these are not known yet, it only writes down what they are."""

    def __init__(self, types: dict[str, tuple[str, int]], storages: Storages | None = None) -> None:
        self._types = types
        self._storages = storages

    def find(self, module: str, name: str) -> Any:
        """What a global of the pickle means here."""
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return self._tensor
        if module == "torch" and name in STORAGES and name != "BFloat16Storage":
            return name
        raise ValueError(f"{module}.{name}")

    def storage(self, identity: object) -> str:
        """The key behind a persistent id: ("storage", type, key, device, count, view)."""
        kind, storage_type, key, _, count, view = cast("tuple[Any, ...]", identity)
        if kind != "storage" or storage_type not in STORAGES or type(key) is not str or view is not None:
            raise ValueError("not a storage")
        if type(count) is not int or count < 0:
            raise ValueError("not a storage's length")
        self._types[key] = storage_type, count
        return key

    def _tensor(self, key: str, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> object:
        """A view of a storage, refused unless every element lies inside it."""
        if self._storages is None:
            return None
        numbers = self._storages[key]
        if any(type(n) is not int or n < 0 for n in (offset, *shape, *strides)) or len(shape) != len(strides):
            raise ValueError("not a tensor's shape")
        if math.prod(shape) == 0:
            return np.zeros(shape, numbers.dtype)
        last = offset + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
        if last >= len(numbers) or math.prod(shape) > len(numbers):
            raise ValueError("a tensor reaches past its data")
        steps = [step * numbers.itemsize for step in strides]
        return np.lib.stride_tricks.as_strided(numbers[offset:], shape, steps, writeable=False)


class _TensorsOnly(pickle.Unpickler):
    """Looks every word up in the tensors' maker and nowhere else."""

    def __init__(self, file: io.BytesIO, tensors: _Tensors) -> None:
        super().__init__(file)
        self._tensors = tensors

    def find_class(self, module: str, name: str, /) -> Any:
        return self._tensors.find(module, name)

    def persistent_load(self, pid: object, /) -> Any:
        return self._tensors.storage(pid)


def _flattened(content: object) -> dict[str, npt.NDArray[Any]]:
    """Nested tables -> one; bounded, because a table may hold itself."""
    found: dict[str, npt.NDArray[Any]] = {}
    waiting: list[tuple[str, object, int]] = [("", content, 0)]
    visits = 0
    while waiting:
        name, value, depth = waiting.pop()
        visits += 1
        if depth > MAX_DEPTH or visits > MAX_VALUES:
            raise ValueError("nested too deep")
        if isinstance(value, np.ndarray):
            found[name] = value
        elif isinstance(value, Mapping):
            items = list(cast("Mapping[object, object]", value).items())
            waiting += [(f"{name}.{key}" if name else str(key), item, depth + 1) for key, item in reversed(items)]
    return found
