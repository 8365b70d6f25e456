"""Where speech is written: one file, a pipe, or files with a prefix and a number, one for each paragraph."""

import contextlib
import os
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import BinaryIO, Literal

from engine.audio.files.encode import FORMATS, FormatName, encode_stream, write_file
from engine.audio.files.formats import find_format
from engine.audio.files.provenance import Provenance
from engine.errors import OptionError
from engine.text.layout import blocks
from engine.types import AudioChunk, Samples

PIPE = "-"
PREFIX = "audio"
"""Of files whose kind or number was said, and no name."""
_ALSO = {"ogg": "opus", "wave": "wav"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where speech goes besides the speakers.

    Attributes:
        place: a file, PIPE, or what the files' names begin with; "" is nowhere.
        format: a name in FORMATS.
        numbered: whether it is a prefix for several files.
        prefixed: whether the files' names were made here, so that they are worth telling.
    """

    place: str
    format: FormatName
    numbered: bool = False
    prefixed: bool = False


def target(out: str, prefix: str, format: str, join: bool | None) -> Target:
    """What was asked for, before anything is made.

    Args:
        out: a file, PIPE, or with a prefix the files' folder; "" where nobody says.
        prefix: what the files' names begin with, or "".
        format: what the person calls it, or "".
        join: whether all is one file; None where nobody says.

    Raises:
        OptionError: a kind of file, a folder or a name that cannot be; two that do not go together.
    """
    kind: FormatName | Literal[""] = _known(format) if format else ""
    if prefix or (not out and (kind or join is not None)):
        if out == PIPE:
            raise OptionError("Standard output has no name: say --out - or --file-prefix, not both.")
        if out:
            _made(out)
        place = _prefix(os.path.join(out, prefix or PREFIX))
        kind = kind or "wav"
        name = f"{place}{FORMATS[kind].extension}" if join else place
        return Target(name, kind, numbered=not join, prefixed=True)
    if join is False:
        raise OptionError("--out names one file; several begin with a prefix: --file-prefix speech.")
    if out in ("", PIPE):
        return Target(out, kind or "wav")
    suffix = Path(out).suffix.lower().lstrip(".")
    if not suffix and kind and not os.path.isdir(out):
        out, suffix = f"{out}{FORMATS[kind].extension}", kind
    found = _known(suffix)
    if kind and kind != found:
        raise OptionError(f"{out} would be {found}, and --format says {kind}: say one of them.")
    if not _is_folder(Path(out).absolute().parent):
        raise OptionError(f"The folder of {out} does not exist.")
    return Target(out, found)


def write(
    chunks: Iterator[AudioChunk],
    sample_rate: int,
    text: str,
    where: Target,
    stream: bool,
    made_by: Provenance | None = None,
) -> Iterator[str]:
    """Write chunks as they come.

    Args:
        chunks: all of one text.
        sample_rate: Hz of all of them.
        text: of which they are.
        where: from `target`.
        stream: a file grows while it is written, with a header of unknown length; else it is there whole or not at all.
        made_by: what the files say of where the sound comes from.

    Yields:
        str: the name of each file that was made up here and is written.
    """
    if where.numbered:
        for number, (_, some) in enumerate(groupby(chunks, _paragraph_in(text))):
            name = f"{where.place}_{number:03d}{FORMATS[where.format].extension}"
            _one(some, sample_rate, Target(name, where.format), stream, made_by)
            yield name
    else:
        _one(chunks, sample_rate, where, stream, made_by)
        if where.prefixed:
            yield where.place


def _one(
    chunks: Iterable[AudioChunk], sample_rate: int, where: Target, stream: bool, made_by: Provenance | None
) -> None:
    samples = (chunk.samples for chunk in chunks)
    if not where.place:
        for _ in samples:
            pass
    elif where.place == PIPE or stream:
        _stream(samples, sample_rate, where, made_by)
    else:
        write_file(Path(where.place), samples, where.format, sample_rate, made_by=made_by)


def _stream(samples: Iterator[Samples], sample_rate: int, where: Target, made_by: Provenance | None) -> None:
    with _opened(where.place) as file:
        for block in encode_stream(samples, where.format, sample_rate, made_by=made_by):
            file.write(block)
            file.flush()


def _opened(place: str) -> contextlib.AbstractContextManager[BinaryIO]:
    if place == PIPE:
        return contextlib.nullcontext(sys.stdout.buffer)
    try:
        return Path(place).open("wb")
    except OSError as exc:
        raise OptionError(f"{place} cannot be written ({(exc.strerror or 'unknown reason').lower()}).") from exc


def _paragraph_in(text: str) -> Callable[[AudioChunk], int]:
    """The number of the paragraph, or of the line that stands alone, that a chunk is of."""
    starts = [block.start for block in blocks(text)]
    return lambda chunk: bisect_right(starts, chunk.span[0])


def _known(name: str) -> FormatName:
    kind = name.lower().lstrip(".")
    kind = _ALSO.get(kind, kind)
    if kind not in FORMATS:
        raise OptionError(f"Files of type “.{name[:20]}” cannot be written. Use one of: {', '.join(sorted(FORMATS))}.")
    return find_format(kind).name


def _prefix(place: str) -> str:
    if place.endswith(("/", os.sep)) or os.path.isdir(place):
        inside = os.path.join(place, "speech")
        raise OptionError(f"{place} is a folder; a prefix is what file names begin with, as in {inside}.")
    folder = Path(place).absolute().parent
    if not _is_folder(folder):
        raise OptionError(f"The folder of {place} does not exist.")
    return place


def _made(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as exc:
        raise OptionError(f"{folder} cannot be a folder ({(exc.strerror or 'unknown reason').lower()}).") from exc


def _is_folder(folder: Path) -> bool:
    """Whether files can be made in it; says so where only the permission is lacking.

    Raises:
        OptionError: it is there and may not be written to.
    """
    if not os.path.isdir(folder):
        return False
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OptionError(f"You may not write in the folder {folder.name}; choose another.")
    return True
