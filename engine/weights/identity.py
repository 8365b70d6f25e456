"""All that decides how a model sounds besides what it is asked: what kept sound is named by, together with the request.

A downloaded snapshot is named by its commit, a model of the natural set by what it was made of, a person's own folder
by the sizes and ages of its files, a built-in model by what its family says of its library (`data_mark`).
"""

import hashlib
from importlib import import_module
from pathlib import Path

from engine.registry import ModelCard
from engine.weights import natural
from engine.weights.store import COMMIT, companion_folders, folder_of


def identity(card: ModelCard, models_dir: Path | None, *, offline: bool = False) -> dict[str, str]:
    """Names of the model, its files, its companions' files and its family's code; another one when any is another.

    Args:
        card: the model.
        models_dir: where models are kept; None is the hub's own cache.
        offline: what a person is told where it is not here.

    Raises:
        ModelNotDownloaded: it is not here.
    """
    folder = folder_of(card, models_dir, offline=offline)
    marks = {"model": card.id, "files": _mark(card, folder), "code": card.code}
    for name, place in companion_folders(card, models_dir).items():
        marks[f"files of {name}"] = _mark(card, place)
    return marks


def _mark(card: ModelCard, folder: Path | None) -> str:
    if folder is None:
        mark = getattr(import_module(card.module), "data_mark", None)
        return mark() if mark is not None else "built in"
    if card.natural:
        return natural.mark(folder)
    if card.folder is None:
        # The commit, which a model that is a folder of its repository lies below.
        return next((one.name for one in (folder, *folder.parents) if COMMIT.fullmatch(one.name)), folder.name)
    marks = [f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in sorted(folder.iterdir())]
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()
