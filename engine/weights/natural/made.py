"""`made.json`: what a model of the natural set was made of, and whether it would be made so again."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from engine.errors import WeightsError
from engine.registry import ModelCard
from engine.weights.check import verify
from engine.weights.natural.recipes import Recipe

NAME = "made.json"


def of_packages(recipe: Recipe) -> dict[str, Any]:
    """What is written of a model that was converted."""
    return {
        "from": "packages",
        "converter": recipe.version,
        "packages": {
            part.package.name: {"version": part.package.version, "sha256": part.package.sha256} for part in recipe.parts
        },
    }


def write(folder: Path, about: Mapping[str, Any]) -> None:
    """Put `made.json` beside the files of a model; it also says how long each is."""
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    text = json.dumps({**about, "files": sizes}, indent=1, sort_keys=True)
    (folder / NAME).write_text(f"{text}\n", encoding="utf-8")


def is_current(folder: Path, card: ModelCard, recipe: Recipe) -> bool:
    """Whether a model is here, whole, and what today's recipe would make."""
    about = _read(folder)
    sizes = about.pop("files", None)
    if not isinstance(sizes, dict):
        return False
    # Files that came whole from elsewhere are no work of a converter.
    if about.get("from") == "packages" and about != of_packages(recipe):
        return False
    try:
        verify(folder, card)
        return all((folder / str(name)).stat().st_size == size for name, size in cast("dict[str, Any]", sizes).items())
    except (WeightsError, OSError):
        return False


def mark(folder: Path) -> str:
    """A name for the files of a made model: another one when they are made otherwise."""
    try:
        return hashlib.sha256((folder / NAME).read_bytes()).hexdigest()
    except OSError:
        return folder.name


def _read(folder: Path) -> dict[str, Any]:
    try:
        found: object = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}
