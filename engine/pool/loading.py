"""From a card to a loaded model: its files and companions verified, its family called by name. Downloads nothing."""

from importlib import import_module
from pathlib import Path
from typing import Any

from engine import weights
from engine.registry import ModelCard


def load_model(card: ModelCard, folder: Path | None, models_dir: Path | None = None, *, offline: bool = False) -> Any:
    """Load a model on this thread; it must live here.

    Args:
        card: what to load.
        folder: its files, as `weights.folder_of` gave them; None for a built-in model.
        models_dir: where downloaded models are, for its companions; None is the hub's own cache.
        offline: what a person is told about a companion that is not here.

    Returns:
        What the family's `load` gives: a Synthesizer or a Recognizer.

    Raises:
        ModelError: files are missing or damaged.
    """
    companions = weights.companion_folders(card, models_dir, offline=offline)
    if folder is not None:
        weights.verify(folder, card)
    weights.verify_companions(companions, card)
    load = import_module(card.module).load
    return load(folder, companions) if card.companions else load(folder)
