"""Safetensors files checked before they are read: headers that lie, torn data, shards that are missing."""

import json
import math
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from engine.errors import WeightsError

# The format's own limit (safetensors, tensor.rs).
HEADER_MAX_BYTES = 100_000_000
INDEX_MAX_BYTES = 64 * 1024**2
ITEM_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "F8_E8M0": 8,
    "U16": 16, "I16": 16, "F16": 16, "BF16": 16,
    "U32": 32, "I32": 32, "F32": 32,
    "U64": 64, "I64": 64, "F64": 64, "C64": 64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """One tensor of a safetensors file.

    Attributes:
        dtype: the format's name, "F32", "BF16", ...
        shape: as stored.
    """

    dtype: str
    shape: tuple[int, ...]


def safetensors_header(path: Path) -> dict[str, TensorPlace]:
    """The tensors of a safetensors file, after checking that header and data fit the file exactly.

    Raises:
        WeightsError: torn, or no safetensors file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 10 or not 2 <= length <= min(size - 8, HEADER_MAX_BYTES):
                raise WeightsError(torn(path, "its header does not fit in it"))
            header: object = json.loads(file.read(length))
    except (ValueError, RecursionError) as exc:
        raise WeightsError(torn(path, "its header cannot be read")) from exc
    except OSError as exc:
        raise WeightsError(f"{path.name} cannot be read ({exc.strerror or 'fault of the disk'}).") from exc
    if not isinstance(header, dict):
        raise WeightsError(torn(path, "its header is no table"))
    return _places(path, cast("dict[str, Any]", header), size - 8 - length)


def _places(path: Path, header: dict[str, Any], data_bytes: int) -> dict[str, TensorPlace]:
    """Every entry checked; together they must cover the data without gap or overlap."""
    places: dict[str, TensorPlace] = {}
    extents: list[tuple[int, int]] = []
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            dtype, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
            numbers_are_sound = all(type(n) is int and n >= 0 for n in (*shape, start, end))
            bits = ITEM_BITS[dtype]
        except (TypeError, KeyError, ValueError) as exc:
            raise WeightsError(torn(path, f"what it says of “{name[:80]}” cannot be read")) from exc
        if not numbers_are_sound or (end - start) * 8 != math.prod(shape) * bits:
            raise WeightsError(torn(path, f"“{name[:80]}” has another size than its shape"))
        places[name] = TensorPlace(dtype, shape)
        extents.append((start, end))
    position = 0
    for start, end in sorted(extents):
        if start != position:
            raise WeightsError(torn(path, "its tensors do not follow one another"))
        position = end
    if position != data_bytes:
        kind = "the end is missing" if position > data_bytes else "something follows its end"
        raise WeightsError(torn(path, kind))
    return places


def shards_of(index: Path) -> dict[str, list[str]]:
    """The shards an index names -> the tensors it expects in each; every shard is there and has them.

    Raises:
        WeightsError: unreadable, a shard missing or outside the folder, or a tensor not in its shard.
    """
    try:
        if index.stat().st_size > INDEX_MAX_BYTES:
            raise WeightsError(torn(index, "it is far too large"))
        content: Any = json.loads(index.read_text(encoding="utf-8"))
        named: dict[str, object] = dict(content["weight_map"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as exc:
        raise WeightsError(torn(index, "it cannot be read")) from exc
    shards: dict[str, list[str]] = {}
    for tensor, shard in named.items():
        if not isinstance(shard, str) or not is_safe_name(shard) or not shard.endswith(".safetensors"):
            raise WeightsError(f"{index.name} names a file outside the model's folder; it is not used.")
        shards.setdefault(shard, []).append(tensor)
    for shard, tensors in shards.items():
        if not (index.parent / shard).is_file():
            raise WeightsError(f"{shard} is missing, which {index.name} names. Get the model again.")
        have = safetensors_header(index.parent / shard)
        lost = next((tensor for tensor in tensors if tensor not in have), None)
        if lost is not None:
            raise WeightsError(f"{shard} lacks “{lost[:80]}”, which {index.name} promises. Get the model again.")
    return shards


def is_safe_name(name: str) -> bool:
    """Whether a file name from outside stays inside the folder it is put in."""
    if not name or "\\" in name or "\0" in name or ":" in name or len(name) > 255:
        return False
    parts = name.split("/")
    return not PurePosixPath(name).is_absolute() and all(part not in ("", ".", "..") for part in parts)


def torn(path: Path, why: str) -> str:
    """The sentence about a damaged file."""
    return f"{path.name} is damaged: {why}. Get the model again."
