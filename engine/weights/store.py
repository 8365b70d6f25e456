"""Where a card's files lie on this machine: the hub's own cache layout, so that a model fetched by another program
is found here and the other way round. Never touches the network.

    <cache>/models--<org>--<name>/refs/<revision>          the commit the revision stood at
                                  snapshots/<commit>/...   links by file name
                                  blobs/<hash>             the bytes, named by their own hash

A model's companions (a codec it speaks through) are repositories of their own, and count as parts of it.
The natural set is no repository: its models lie in `natural_root`, a plain folder each, which appears whole.
"""

import errno
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

import platformdirs

from engine import registry
from engine.errors import ModelError, ModelNotDownloaded
from engine.registry import ModelCard
from engine.weights.companions import companion_cards, short_name
from engine.weights.missing import ABSENT, how_to_get, not_here

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?", re.ASCII)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
COMMIT = re.compile(r"[0-9a-f]{40}")


def cache_root(models_dir: Path | None) -> Path:
    """The folder of all downloaded models: the given one, or the hub's own cache."""
    if models_dir is not None:
        return models_dir
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def natural_root(models_dir: Path | None) -> Path:
    """The folder of the natural set, a folder a model: within the given one, or within this machine's cache."""
    return (models_dir if models_dir is not None else platformdirs.user_cache_path("speech-studio")) / "natural"


def natural_folder(card: ModelCard, models_dir: Path | None) -> Path:
    """Where a model of the natural set lies, or will."""
    return natural_root(models_dir) / card.id


def natural_coming(card: ModelCard, models_dir: Path | None) -> Path:
    """What has arrived of a model of the natural set that is not made yet."""
    return natural_root(models_dir) / ".coming" / card.id


def repository(card: ModelCard, models_dir: Path | None) -> Path:
    """The folder that holds everything downloaded for a card. Raises ModelError: its id is no name on the hub."""
    if not HUB_ID.fullmatch(card.hub_id) or ".." in card.hub_id:
        raise ModelError(f"“{card.hub_id}” is not a model on the hub.")
    return cache_root(models_dir) / f"models--{card.hub_id.replace('/', '--')}"


def is_wanted(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a file of the hub belongs to the model; a pattern's `*` stays within one folder."""
    depth = name.count("/")
    return any(fnmatchcase(name, pattern) and pattern.count("/") == depth for pattern in patterns)


def snapshot(card: ModelCard, models_dir: Path | None) -> Path | None:
    """The folder of the model's downloaded files, complete or not; None where nothing was downloaded."""
    repo = repository(card, models_dir)
    commit = card.revision
    if not COMMIT.fullmatch(commit):
        try:
            commit = (repo / "refs" / card.revision).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
    if not COMMIT.fullmatch(commit):
        return None
    folder = repo / "snapshots" / commit / card.within
    return folder if folder.is_dir() else None


def _place(card: ModelCard, models_dir: Path | None) -> Path | None:
    """The folder of a card's files, complete or not; None where there is none."""
    if card.folder is not None:
        return card.folder
    if card.natural:
        folder = natural_folder(card, models_dir)
        return folder if folder.is_dir() else None
    return snapshot(card, models_dir)


def missing_files(folder: Path, patterns: tuple[str, ...]) -> list[str]:
    """The patterns for which the folder has no file with bytes behind it."""
    # glob follows links, and is_file() is False for a link whose blob is gone.
    return [pattern for pattern in patterns if not any(path.is_file() for path in folder.glob(pattern))]


def is_present(card: ModelCard, models_dir: Path | None = None) -> bool:
    """Whether the model can be loaded without the network. Looks at names only; `verify` looks inside."""
    return all(_is_here(part, models_dir) for part in (card, *companion_cards(card)))


def _is_here(card: ModelCard, models_dir: Path | None) -> bool:
    """Whether one repository is here, its companions apart."""
    if card.built_in:
        return True
    if card.folder is not None:
        return card.folder.is_dir()
    folder = _place(card, models_dir)
    return folder is not None and not missing_files(folder, card.files)


def folder_of(card: ModelCard, models_dir: Path | None = None, *, offline: bool = False) -> Path | None:
    """The folder a family loads from; None for a built-in model. Downloads nothing.

    Raises:
        ModelNotDownloaded: the model is known and is not on this machine, or not all of it.
    """
    if card.built_in:
        return None
    folder = _place(card, models_dir)
    if folder is None or not _is_here(card, models_dir):
        raise ModelNotDownloaded(not_here(card, offline))
    companion_folders(card, models_dir, offline=offline)
    return folder


def companion_folders(card: ModelCard, models_dir: Path | None = None, *, offline: bool = False) -> dict[str, Path]:
    """Where each companion of a model lies, by its short name ("snac_24khz"). Downloads nothing.

    Raises:
        ModelNotDownloaded: one of them is not on this machine.
    """
    return {
        short_name(companion.id): companion_folder(card, companion.id, models_dir, offline=offline)
        for companion in companion_cards(card)
    }


def companion_folder(card: ModelCard, companion: str, models_dir: Path | None = None, *, offline: bool = False) -> Path:
    """Where one companion of a model lies: beside it among the downloads, or inside a folder of a person's own.

    Args:
        card: the model that needs it.
        companion: its hub id, as in `card.companions`.
        models_dir: where models are kept; None is the hub's own cache.
        offline: what the person is told to do about a missing one.

    Raises:
        ModelNotDownloaded: it is not on this machine.
    """
    part = next(part for part in companion_cards(card) if part.id == companion)
    folder = _place(part, models_dir)
    if folder is None or not _is_here(part, models_dir):
        inside = f", or put it into a folder {short_name(companion)} inside the model's" if card.folder else ""
        raise ModelNotDownloaded(
            f"{card.name} needs {companion}, which {ABSENT} yet. {how_to_get(card, offline)}{inside}"
        )
    return folder


def size_on_disk(card: ModelCard, models_dir: Path | None = None) -> int:
    """Bytes the model takes on the disk, companions and torn downloads included; 0 for a built-in one."""
    if card.built_in:
        return 0
    total = sum(bytes_below(place) for part in _downloads(card) for place in _bytes_places(part, models_dir))
    return total + (bytes_below(card.folder) if card.folder is not None else 0)


def _downloads(card: ModelCard) -> list[ModelCard]:
    """The parts of a model that came over the network."""
    return [part for part in (card, *companion_cards(card)) if part.folder is None]


def _bytes_places(part: ModelCard, models_dir: Path | None) -> tuple[Path, ...]:
    """The folders whose files are a part's bytes; links are not counted twice."""
    if part.natural:
        return natural_folder(part, models_dir), natural_coming(part, models_dir)
    if part.repository:  # other models have files there, too
        folder = snapshot(part, models_dir)
        return () if folder is None else tuple(path.resolve() for path in _own_files(folder, part))
    return (repository(part, models_dir) / "blobs",)


def _own_files(folder: Path, part: ModelCard) -> list[Path]:
    return [path for pattern in part.files for path in folder.glob(pattern)]


def bytes_below(root: Path) -> int:
    """Bytes of all files below a folder, which others may be filling or emptying meanwhile; 0 where there is none."""
    total = 0
    if root.is_file():
        return root.stat().st_size
    for place, _, names in os.walk(root):  # unlike rglob, it bears a folder that goes while it is looked into
        for name in names:
            with suppress(OSError):  # deleted while we looked
                total += os.stat(os.path.join(place, name)).st_size
    return total


def remove(card: ModelCard, models_dir: Path | None = None, others: Sequence[ModelCard] | None = None) -> None:
    """Delete a model's downloaded files, and its companions that no other model here needs.

    Args:
        card: what to delete.
        models_dir: where models are kept; None is the hub's own cache.
        others: the models that may share its companions; all known ones when None.

    Raises:
        ModelError: it is built in, or a folder of the person's own, or the files cannot be deleted.
    """
    if card.built_in:
        raise ModelError(f"{card.name} is part of the studio and cannot be removed.")
    if card.folder is not None:
        raise ModelError(f"{card.name} is a folder of your own: the studio does not delete it. Delete it by hand.")
    kept = {
        needed
        for other in (registry.cards() if others is None else others)
        if other.id != card.id and _is_here(other, models_dir)
        for needed in (other.hub_id, *other.companions)
    }
    if card.hub_id in kept:
        _delete_own(card, models_dir)
    else:
        _delete(card, card, models_dir)
    for companion in companion_cards(card):
        if companion.id not in kept:
            _delete(companion, card, models_dir)


def _delete(part: ModelCard, card: ModelCard, models_dir: Path | None) -> None:
    try:
        for folder in _everything(part, models_dir):
            if folder.is_symlink():
                folder.unlink()
            elif folder.exists():
                shutil.rmtree(folder)
    except OSError as exc:
        raise ModelError(f"The files of {card.name} cannot be deleted: {exc.strerror or 'no permission'}.") from exc


def _delete_own(card: ModelCard, models_dir: Path | None) -> None:
    """The files of one model of a repository that others here have files in, too."""
    folder = snapshot(card, models_dir)
    for path in [] if folder is None else _own_files(folder, card):
        try:
            blob = path.resolve()
            path.unlink()
            if blob != path:
                blob.unlink(missing_ok=True)
        except OSError as exc:
            raise ModelError(f"The files of {card.name} cannot be deleted: {exc.strerror or 'no permission'}.") from exc


def _everything(part: ModelCard, models_dir: Path | None) -> tuple[Path, ...]:
    """The folders that go when a part is removed."""
    if part.natural:
        return natural_folder(part, models_dir), natural_coming(part, models_dir)
    repo = repository(part, models_dir)
    return repo, repo.parent / ".locks" / repo.name


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk where `folder` is or will be."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free
