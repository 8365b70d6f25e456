"""Reading torch's .pth and .pt files without torch, and without ever running what is inside.

The format is a zip: `<name>/data.pkl` describes the tensors, `<name>/data/<key>` holds their bytes, uncompressed. A
pickle is a program; the reader here knows four harmless words of it (a tensor, a parameter, an ordered dict, a storage
type) and stops at any other.
Source: torch.serialization and torch._utils, pytorch 2.x (BSD-3-Clause); the layout was read, no code taken.
"""

import io
import math
import mmap
import pickle
import pickletools
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError

PICKLE_MAX_BYTES = 64 * 1024**2
MAX_VALUES = 500_000
MAX_DEPTH = 16
LOCAL_HEADER = struct.Struct("<4s22xHH")  # signature, ..., length of the name, length of the extra field

# The instructions of a pickle that torch.save writes, of all protocols it offers.
WORDS = frozenset(
    (
        *("PROTO", "FRAME", "STOP", "MARK", "MEMOIZE", "BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"),
        *("GLOBAL", "STACK_GLOBAL", "BINPERSID", "REDUCE", "BUILD"),
        *("NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"),
        *("BINUNICODE", "SHORT_BINUNICODE", "BINBYTES", "SHORT_BINBYTES"),
        *("EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "EMPTY_LIST", "APPEND", "APPENDS"),
        *("EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_SET", "ADDITEMS"),
    )
)

# torch's storage class -> how NumPy reads it. bfloat16 has no NumPy type and stays uint16 until MLX sees it.
STORAGES: dict[str, str] = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "<u2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}


@dataclass(frozen=True, slots=True)
class TorchTensor:
    """One tensor of a file.

    Attributes:
        data: its values, in the file's own memory where they lie in order; bfloat16 as uint16.
        is_bfloat16: whether `data` must be read as bfloat16.
    """

    data: npt.NDArray[Any]
    is_bfloat16: bool


def read_torch(path: Path) -> dict[str, TorchTensor]:
    """All tensors of a file by name; nested names are joined by ".".

    A file that is one bare tensor (a Kokoro voice) gives {"": tensor}. Values that are no tensors are left out.

    Raises:
        WeightsError: torn, of the old format, or holding anything but tensors.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            content = _Reader(path.name, archive, memory).read()
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError, LookupError, EOFError, struct.error) as exc:
        raise WeightsError(
            f"{path.name} cannot be read: it is damaged, or of torch's old format. Get the model again, or save it "
            f"anew as safetensors."
        ) from exc
    return _flattened(path.name, content)


def _flattened(file: str, content: object) -> dict[str, TorchTensor]:
    """Nested tables -> one; bounded, because a table may hold itself, or the same one a thousand times a thousand."""
    found: dict[str, TorchTensor] = {}
    waiting: list[tuple[str, object, int]] = [("", content, 0)]
    visits = 0
    while waiting:
        name, value, depth = waiting.pop()
        visits += 1
        if depth > MAX_DEPTH or visits > MAX_VALUES:
            raise WeightsError(f"{file} is nested too deep, or holds too many values, to be a model.")
        if isinstance(value, TorchTensor):
            found[name] = value
        elif isinstance(value, Mapping):
            items = list(cast("Mapping[object, object]", value).items())
            # Reversed, so that what is popped first is what stands first.
            waiting += [(f"{name}.{key}" if name else str(key), item, depth + 1) for key, item in reversed(items)]
    return found


class _Call:
    """A word of the pickle that may be called. Slots and no attributes: nothing in a file can change it."""

    __slots__ = ("_reader", "_word")

    def __init__(self, word: str, reader: "_Reader") -> None:
        object.__setattr__(self, "_word", word)
        object.__setattr__(self, "_reader", reader)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(name)

    def __call__(self, *arguments: Any) -> object:
        if self._word == "_rebuild_parameter":
            return arguments[0]
        return self._reader.tensor(*arguments[:4])


@dataclass(frozen=True, slots=True)
class _Storage:
    """A run of numbers in the archive."""

    numbers: npt.NDArray[Any]
    is_bfloat16: bool


@dataclass(frozen=True, slots=True)
class _StorageType:
    name: str


class _Reader:
    """Reads one archive."""

    def __init__(self, file: str, archive: zipfile.ZipFile, memory: mmap.mmap) -> None:
        self._file = file
        self._archive = archive
        self._memory = memory
        self._storages: dict[str, _Storage] = {}
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(pickles) != 1:
            raise WeightsError(f"{file} is not a torch file: it has no list of tensors.")
        self._root = pickles[0].removesuffix("data.pkl")

    def read(self) -> object:
        order = f"{self._root}byteorder"
        if order in self._archive.namelist() and bytes(self._bytes(order)[:16]).strip() != b"little":
            raise WeightsError(f"{self._file} was written on a big-endian machine and cannot be read.")
        raw = self._bytes(f"{self._root}data.pkl")
        if len(raw) > PICKLE_MAX_BYTES:
            raise WeightsError(f"{self._file} is damaged: its list of tensors is too large.")
        try:
            self._check_words(bytes(raw))
            return _TensorsOnly(bytes(raw), self).load()
        except WeightsError:
            raise
        # A hostile pickle can make the unpickler raise nearly anything; whatever it is, the file is no model.
        except Exception as exc:
            raise WeightsError(f"{self._file} is damaged: its list of tensors cannot be read.") from exc

    def _bytes(self, name: str) -> memoryview:
        """An entry's bytes where they lie in the file."""
        entry = self._archive.getinfo(name)
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise WeightsError(f"{self._file} is packed in a way torch does not pack; it is not read.")
        start = entry.header_offset
        signature, name_length, extra_length = LOCAL_HEADER.unpack_from(self._memory, start)
        start += LOCAL_HEADER.size + name_length + extra_length
        if signature != b"PK\x03\x04" or start + entry.file_size > len(self._memory):
            raise WeightsError(f"{self._file} is damaged: {entry.filename[:80]} is torn. Get the model again.")
        return memoryview(self._memory)[start : start + entry.file_size]

    def _check_words(self, raw: bytes) -> None:
        """Refuse a pickle with instructions torch does not write, before one of them is followed."""
        for count, (opcode, argument, _) in enumerate(pickletools.genops(raw), 1):
            if opcode.name == "GLOBAL":
                self.find(*str(argument).split(" ", 1))
            if opcode.name not in WORDS:
                raise ValueError(f"instruction {opcode.name}")
            # The unpickler makes a list as long as this number says.
            if opcode.name in ("BINPUT", "LONG_BINPUT") and cast("int", argument) > count:
                raise ValueError("a memo out of all proportion")

    def find(self, module: str, name: str) -> object:
        """What a global of the pickle means here."""
        full = f"{module}.{name}"
        if full == "collections.OrderedDict":
            return OrderedDict
        if full in ("torch._utils._rebuild_tensor_v2", "torch._utils._rebuild_parameter"):
            return _Call(name, self)
        if module in ("torch", "torch.storage") and name in STORAGES:
            return _StorageType(name)
        raise WeightsError(
            f"{self._file} holds more than tensors ({full[:80]}), which could run code; it is not opened. Use a "
            f"safetensors version of the model."
        )

    def storage(self, identity: object) -> _Storage:
        """The numbers behind a persistent id: ("storage", type, key, device, count)."""
        kind, storage_type, key, _, count = cast("tuple[Any, ...]", identity)
        if kind != "storage" or not isinstance(storage_type, _StorageType) or type(key) is not str:
            raise ValueError("not a storage")
        if key not in self._storages:
            raw = self._bytes(f"{self._root}data/{key}")
            dtype = np.dtype(STORAGES[storage_type.name])
            if type(count) is not int or count < 0 or count * dtype.itemsize > len(raw):
                raise WeightsError(
                    f"{self._file} is damaged: tensor data {key[:20]} is too short. Get the model again."
                )
            numbers = np.frombuffer(raw, dtype=dtype, count=count) if count else np.zeros(0, dtype)
            self._storages[key] = _Storage(numbers, storage_type.name == "BFloat16Storage")
        return self._storages[key]

    def tensor(self, storage: object, offset: object, shape: object, strides: object) -> TorchTensor:
        """A view of a storage, refused unless every element lies inside it."""
        if not isinstance(storage, _Storage) or not isinstance(shape, tuple) or not isinstance(strides, tuple):
            raise ValueError("not a tensor")
        sizes, steps = cast("tuple[int, ...]", shape), cast("tuple[int, ...]", strides)
        if any(type(n) is not int or n < 0 for n in (offset, *sizes, *steps)) or len(sizes) != len(steps):
            raise ValueError("not a tensor's shape")
        start, count = cast("int", offset), math.prod(sizes)
        if count == 0:
            return TorchTensor(np.zeros(sizes, storage.numbers.dtype), storage.is_bfloat16)
        last = start + sum((size - 1) * step for size, step in zip(sizes, steps, strict=True))
        # An expanded tensor repeats a few numbers without end; no model needs more elements than it stores.
        if last >= len(storage.numbers) or count > len(storage.numbers):
            raise WeightsError(f"{self._file} is damaged: a tensor reaches past its data. Get the model again.")
        item = storage.numbers.dtype.itemsize
        view = np.lib.stride_tricks.as_strided(
            storage.numbers[start:], sizes, [step * item for step in steps], writeable=False
        )
        return TorchTensor(view, storage.is_bfloat16)


class _TensorsOnly(pickle.Unpickler):
    """Looks every word up in the reader and nowhere else."""

    def __init__(self, raw: bytes, reader: _Reader) -> None:
        super().__init__(io.BytesIO(raw))
        self._words = reader

    def find_class(self, module: str, name: str, /) -> Any:
        return self._words.find(module, name)

    def persistent_load(self, pid: object, /) -> Any:
        return self._words.storage(pid)
