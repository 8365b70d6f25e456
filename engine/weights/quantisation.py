"""Making a model smaller: its matrices to 4, 6 or 8 bits, in a new folder that loads as the old one did.

Which matrices: every two-dimensional "*.weight" whose rows divide into groups; a family may name those to leave alone.
The result is what mlx-community publishes: weight, scales and biases by name, and "quantization" in config.json.
"""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import DownloadError, OptionError, WeightsError
from engine.nn.stored.checkpoint import TORCH_SUFFIXES, load_file, weight_files
from engine.weights.store import NO_ROOM, free_bytes
from engine.wording import size_text

if TYPE_CHECKING:
    import mlx.core as mx

BITS = (4, 6, 8)
GROUP_SIZES = (32, 64, 128)
SHARD_BYTES = 2 * 1024**3
# Small matrices gain nothing and lose the most.
MIN_ELEMENTS = 4096

Choose = Callable[[str, tuple[int, ...]], bool]
Tell = Callable[[int, int], None]


def quantise(
    folder: Path,
    out: Path,
    bits: int = 4,
    group_size: int = 64,
    choose: Choose | None = None,
    *,
    name: str = "",
    progress: Tell | None = None,
) -> int:
    """Write a quantised copy of a model.

    Args:
        folder: a model's folder, whose weights are not quantised yet.
        out: the folder to make; it must not exist, and appears when all is written.
        bits: 4, 6 or 8.
        group_size: 32, 64 or 128 numbers share a scale.
        choose: a family's say over (name without ".weight", shape); None takes every matrix that fits.
        name: what a person calls the model; the folder's name when empty.
        progress: told how many bytes of how many are done, after each array.

    Returns:
        How many matrices were quantised.

    Raises:
        OptionError: bits or group size out of range, or `out` exists.
        WeightsError: nothing to quantise, already quantised, or damaged.
        DownloadError: no room on the disk.
    """
    check_quantisation(bits, group_size)
    if out.exists():
        raise OptionError(f"{out.name} exists already. Choose another folder, or delete it first.")
    name = name or folder.name
    config = _config(folder)
    if "quantization" in config or "quantization_config" in config:
        raise WeightsError(f"{name} is quantised already; start from the model as it was published.")
    files = list(weight_files(folder))
    size = sum(path.stat().st_size for path in files)
    if free_bytes(out.parent) < size:
        raise DownloadError(
            f"There is not enough room on the disk to quantise {name}: up to {size_text(size)} are needed, and "
            f"{size_text(free_bytes(out.parent))} are free."
        )
    done = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as scratch:
            fresh = Path(scratch) / "model"
            fresh.mkdir()
            shards = _Shards(fresh)
            for path in files:
                for parameter, array in load_file(path).items():
                    done += array.nbytes
                    shards.add(parameter, array, bits, group_size, choose)
                    if progress is not None:
                        progress(min(done, size), size)
            count = shards.finish()
            if count == 0:
                raise WeightsError(f"{name} has no matrix that can be quantised in groups of {group_size}.")
            _copy_rest(folder, fresh, {path.name for path in files})
            config["quantization"] = {"group_size": group_size, "bits": bits}
            (fresh / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
            fresh.rename(out)
    except OSError as exc:
        if exc.errno in NO_ROOM:
            raise DownloadError("The disk became full while quantising; nothing was kept.") from exc
        raise DownloadError(f"The quantised model cannot be written ({exc.strerror or 'fault of the disk'}).") from exc
    return count


def check_quantisation(bits: int, group_size: int) -> None:
    """Refuse what no model can be quantised to.

    Raises:
        OptionError: bits or group size out of range.
    """
    if bits not in BITS:
        raise OptionError(f"Models can be quantised to {', '.join(map(str, BITS))} bits, not {bits}.")
    if group_size not in GROUP_SIZES:
        raise OptionError(f"The group size can be {', '.join(map(str, GROUP_SIZES))}, not {group_size}.")


def in_fewer_bits(
    name: str, array: "mx.array", bits: int, group_size: int, choose: Choose | None = None
) -> "dict[str, mx.array]":
    """A parameter as weight, scales and biases where it is a matrix that fits; else itself alone. See `quantise`."""
    import mlx.core as mx

    stem = name.removesuffix(".weight")
    parts = {name: array}
    if name != stem and _fits(array, group_size) and (choose is None or choose(stem, tuple(array.shape))):
        weight, scales, biases = mx.quantize(array, group_size=group_size, bits=bits)
        parts = {name: weight, f"{stem}.scales": scales, f"{stem}.biases": biases}
    mx.eval(list(parts.values()))
    return parts


class _Shards:
    """Collects arrays and writes them in files of bounded size, so that a large model never is in memory whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._waiting: dict[str, mx.array] = {}
        self._waiting_bytes = 0
        self._total_bytes = 0
        self._written: list[list[str]] = []
        self._quantised = 0

    def add(self, name: str, array: "mx.array", bits: int, group_size: int, choose: Choose | None) -> None:
        parts = in_fewer_bits(name, array, bits, group_size, choose)
        self._quantised += len(parts) > 1
        self._waiting |= parts
        self._waiting_bytes += sum(part.nbytes for part in parts.values())
        if self._waiting_bytes >= SHARD_BYTES:
            self._write()

    def finish(self) -> int:
        """Write what waits, name the files, and say how many matrices were quantised."""
        if self._waiting:
            self._write()
        if len(self._written) == 1:
            self._part(1).rename(self._folder / "model.safetensors")
            return self._quantised
        weight_map: dict[str, str] = {}
        for number, names in enumerate(self._written, 1):
            shard = f"model-{number:05}-of-{len(self._written):05}.safetensors"
            self._part(number).rename(self._folder / shard)
            weight_map |= dict.fromkeys(names, shard)
        index = {"metadata": {"total_size": self._total_bytes}, "weight_map": weight_map}
        (self._folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")
        return self._quantised

    def _part(self, number: int) -> Path:
        return self._folder / f"part-{number}.safetensors"

    def _write(self) -> None:
        import mlx.core as mx

        mx.save_safetensors(str(self._part(len(self._written) + 1)), self._waiting, metadata={"format": "mlx"})
        self._written.append(list(self._waiting))
        self._total_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = {}, 0


def _fits(array: "mx.array", group_size: int) -> bool:
    import mlx.core as mx

    if array.ndim != 2 or array.size < MIN_ELEMENTS or array.shape[1] % group_size:
        return False
    return mx.issubdtype(array.dtype, mx.floating)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    if not path.is_file():
        return {}
    try:
        config: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as exc:
        raise WeightsError("config.json is damaged. Get the model again.") from exc
    if not isinstance(config, dict):
        raise WeightsError("config.json is damaged. Get the model again.")
    return config


def _copy_rest(folder: Path, fresh: Path, weights: set[str]) -> None:
    """Tokenizer, voices and all else that is not the weights."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        is_weights = relative.parent == Path() and (
            path.name in weights
            or path.name.endswith(".safetensors.index.json")
            or path.suffix in (".safetensors", *TORCH_SUFFIXES)
        )
        if is_weights or not path.is_file() or relative.parts[0].startswith("."):
            continue
        (fresh / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, fresh / relative)
