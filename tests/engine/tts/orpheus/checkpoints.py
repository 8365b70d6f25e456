"""The example that makes a small Orpheus, as a module: what people run is what is tested."""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import cast

SCRIPT = Path(__file__).parents[4] / "examples" / "make_tiny_orpheus.py"


def example() -> ModuleType:
    """The script, imported."""
    spec = importlib.util.spec_from_file_location("make_tiny_orpheus", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make(folder: Path) -> Path:
    """Write a small Orpheus with random weights; SNAC lies below it."""
    return cast("Callable[[Path], Path]", example().make)(folder)
