"""Reads an ONNX file's graph with NumPy alone: operations and constants, enough to take weights out of one.

Format: protocol buffers' wire format and `onnx.proto` (ONNX, Apache-2.0): ModelProto.graph = 7; GraphProto.node = 1,
initializer = 5; NodeProto.input = 1, output = 2, name = 3, op_type = 4; TensorProto.dims = 1, data_type = 2,
float_data = 4, int32_data = 5, int64_data = 7, name = 8, raw_data = 9.
"""

import mmap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import WeightsError

Array = npt.NDArray[Any]

_GRAPH = 7
_NODE, _INITIALIZER = 1, 5
_INPUT, _OUTPUT, _NODE_NAME, _OP_TYPE = 1, 2, 3, 4
_DIMS, _DATA_TYPE, _FLOATS, _INT32S, _INT64S, _TENSOR_NAME, _RAW = 1, 2, 4, 5, 7, 8, 9
_VARINT, _FIXED64, _SIZED, _FIXED32 = 0, 1, 2, 5  # wire types
_NUMBERS = {1: "<f4", 2: "u1", 3: "i1", 4: "<u2", 5: "<i2", 6: "<i4", 7: "<i8", 9: "?", 10: "<f2", 11: "<f8"}


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its path in the exported module, its kind, and the names of what it reads and makes."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Operations in order, and constants by name. The constants are views of the file, read when they are used."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]


def read_graph(path: Path) -> Graph:
    """The graph of an ONNX file.

    Raises:
        WeightsError: it is no ONNX file, or is torn.
    """
    try:
        with path.open("rb") as file:
            data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        return _graph(data)
    except (StopIteration, IndexError, ValueError, KeyError, TypeError, UnicodeDecodeError) as exc:
        raise WeightsError(f"{path.name} is no ONNX file, or it is damaged. Get the model again.") from exc


def _graph(data: memoryview) -> Graph:
    graph = next(value for number, value in _fields(data) if number == _GRAPH)
    nodes: list[Node] = []
    constants: dict[str, Array] = {}
    for number, value in _fields(_bytes(graph)):
        if number == _NODE:
            nodes.append(_node(_bytes(value)))
        elif number == _INITIALIZER:
            name, array = _tensor(_bytes(value))
            constants[name] = array
    return Graph(tuple(nodes), constants)


def _node(data: memoryview) -> Node:
    texts: dict[int, list[str]] = {_INPUT: [], _OUTPUT: [], _NODE_NAME: [""], _OP_TYPE: [""]}
    for number, value in _fields(data):
        if number in texts:
            texts[number].append(_text(value))
    return Node(texts[_NODE_NAME][-1], texts[_OP_TYPE][-1], tuple(texts[_INPUT]), tuple(texts[_OUTPUT]))


def _tensor(data: memoryview) -> tuple[str, Array]:
    name, kind, raw = "", 0, None
    shape: list[int] = []
    listed: list[Array] = []
    for number, value in _fields(data):
        if number == _DIMS:
            shape.extend(_whole_numbers(value))
        elif number == _DATA_TYPE and isinstance(value, int):
            kind = value
        elif number == _TENSOR_NAME:
            name = _text(value)
        elif number == _RAW:
            raw = _bytes(value)
        elif number == _FLOATS:
            listed.append(np.frombuffer(_bytes(value), "<f4"))
        elif number in (_INT32S, _INT64S):
            # Negative numbers are written as 64 bit ones.
            listed.append(np.array([n - (1 << 64) if n >> 63 else n for n in _whole_numbers(value)], dtype=np.int64))
    dtype = np.dtype(_NUMBERS[kind])
    if raw is not None:
        array = np.frombuffer(raw, dtype)
    else:
        array = np.concatenate(listed).astype(dtype) if listed else np.zeros(0, dtype)
    if any(side < 0 or side > array.size for side in shape):
        raise ValueError("a shape larger than its numbers")
    return name, array.reshape(shape)


def _fields(data: memoryview) -> Iterator[tuple[int, "int | memoryview"]]:
    """A message's fields: number, and a whole number or the bytes."""
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == _SIZED:
            size, at = _varint(data, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > end:
            raise ValueError("the end is missing")
        yield number, data[at : at + size]
        at += size


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number without an end")


def _whole_numbers(value: "int | memoryview") -> list[int]:
    """A number, or a packed list of them."""
    if isinstance(value, int):
        return [value]
    found: list[int] = []
    at = 0
    while at < len(value):
        number, at = _varint(value, at)
        found.append(number)
    return found


def _bytes(value: "int | memoryview") -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number where bytes are due")
    return value


def _text(value: "int | memoryview") -> str:
    return bytes(_bytes(value)).decode()
