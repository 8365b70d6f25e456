"""Damage found before a model is loaded: missing files, torn safetensors, archives without an end, wrong hashes."""

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from engine.errors import WeightsError
from engine.nn.stored.checkpoint import TORCH_SUFFIXES
from engine.nn.stored.safetensors import safetensors_header, shards_of, torn
from engine.registry import ModelCard
from engine.weights.companions import companion_cards, short_name
from engine.weights.hub import RemoteFile
from engine.weights.store import missing_files

HASH_BLOCK = 1024**2


def verify_companions(folders: Mapping[str, Path], card: ModelCard) -> None:
    """As `verify`, for the companions of a model, given by their short names."""
    for companion in companion_cards(card):
        verify(folders[short_name(companion.id)], companion)


def verify(folder: Path, card: ModelCard, *, deep: bool = False) -> None:
    """Look for damage in a model's files; reads headers only unless `deep`.

    Args:
        folder: where the files are.
        card: says which files there must be.
        deep: also read every byte and compare with the hash the file is named by in the hub's cache.

    Raises:
        WeightsError: what is wrong, with which file.
    """
    missing = missing_files(folder, card.files)
    if missing and card.folder is None:
        raise WeightsError(
            f"{card.name} is not whole: {', '.join(missing[:3])} is missing. Get the model again; what is here is kept."
        )
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.exists():
            raise WeightsError(f"{path.name} of {card.name} is gone from the cache. Get the model again.")
        if not path.is_file():
            continue
        if path.name.endswith(".safetensors.index.json"):
            shards_of(path)
        elif path.suffix == ".safetensors":
            safetensors_header(path)
        elif path.suffix in TORCH_SUFFIXES:
            check_archive(path)
        if deep:
            _check_hash(path, card)


def check_archive(path: Path) -> None:
    """Whether a torch file is a zip with its end; what is inside is looked at when it is read.

    Raises:
        WeightsError: torn, or of the old format.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            # Every entry must lie within the file: the directory alone survives a hole in the middle.
            for entry in archive.infolist():
                archive.open(entry).close()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, EOFError, struct.error) as exc:
        raise WeightsError(torn(path, "it is not a torch file of the present format, or its end is missing")) from exc
    except OSError as exc:
        raise WeightsError(f"{path.name} cannot be read ({exc.strerror or 'fault of the disk'}).") from exc


def _check_hash(path: Path, card: ModelCard) -> None:
    blob = path.resolve()
    if blob.parent.name != "blobs":
        return
    try:
        hasher = RemoteFile(path.name, blob.stat().st_size, blob.name).hasher()
        with blob.open("rb") as file:
            while block := file.read(HASH_BLOCK):
                hasher.update(block)
    except OSError as exc:
        raise WeightsError(f"{path.name} cannot be read ({exc.strerror or 'fault of the disk'}).") from exc
    if hasher.hexdigest() != blob.name:
        raise WeightsError(f"{path.name} of {card.name} has changed on the disk. Remove the model and get it again.")
