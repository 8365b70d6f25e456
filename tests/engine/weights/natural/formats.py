"""ONNX and CTranslate2 files written by the tests, so that the readers are not tested by their own code."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.generic]

_ONNX_KINDS = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "float16": 10}


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: "int | bytes | str") -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def onnx_tensor(name: str, array: Array) -> bytes:
    head = b"".join(field(1, side) for side in array.shape) + field(2, _ONNX_KINDS[array.dtype.name])
    return head + field(8, name) + field(9, np.ascontiguousarray(array).tobytes())


def onnx(nodes: Sequence[tuple[str, str, Sequence[str], Sequence[str]]], constants: Mapping[str, Array]) -> bytes:
    """A model of (name, kind, inputs, outputs) and constants."""
    graph = b"".join(
        field(
            1,
            b"".join(field(1, one) for one in inputs)
            + b"".join(field(2, one) for one in outputs)
            + field(3, name)
            + field(4, kind),
        )
        for name, kind, inputs, outputs in nodes
    )
    graph += b"".join(field(5, onnx_tensor(name, array)) for name, array in constants.items())
    # A version before the graph and something unknown behind it: both are passed over.
    return field(1, 8) + field(7, graph) + field(99, b"?")


@dataclass(frozen=True)
class Quantised:
    """A tensor in 8 bits.

    Attributes:
        whole: uint8.
        scale, zero: of shape [] or [channels].
    """

    whole: Array
    scale: npt.NDArray[np.float32]
    zero: Array

    def floats(self, axis: int) -> npt.NDArray[np.float32]:
        """What it stands for, worked out number by number."""
        out = np.zeros(self.whole.shape, dtype=np.float32)
        for at in np.ndindex(*self.whole.shape):
            channel = at[axis]
            scale = self.scale if self.scale.ndim == 0 else self.scale[channel]
            zero = self.zero if self.zero.ndim == 0 else self.zero[channel]
            out[at] = (np.float32(self.whole[at]) - np.float32(zero)) * scale
        return out


def ctranslate2(variables: Mapping[str, Array], aliases: Mapping[str, str], spec: str = "WhisperSpec") -> bytes:
    """A model.bin."""

    def text(value: str) -> bytes:
        data = value.encode() + b"\0"
        return struct.pack("<H", len(data)) + data

    kinds = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}
    out = struct.pack("<I", 6) + text(spec) + struct.pack("<II", 3, len(variables))
    for name, array in variables.items():
        out += text(name) + struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
        out += struct.pack("<BI", kinds[array.dtype.name], array.nbytes) + array.tobytes()
    out += struct.pack("<I", len(aliases))
    for alias, name in aliases.items():
        out += text(alias) + text(name)
    return out
