"""A ZIP whose appetite is bounded: nothing is ever extracted, and no member can claim more than its share of memory."""

import posixpath
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote

from studio.books.errors import BookError

MAX_MEMBERS = 20_000
MAX_DIRECTORY_BYTES = 8 * 2**20  # 20,000 members with long names
MAX_TOTAL_BYTES = 4 * 2**30  # picture books and read-alouds come near; their pictures and sounds are never unpacked
MAX_TEXT_BYTES = 64 * 2**20  # one document inside; War and Peace is 4 MB of XHTML
MAX_READ_BYTES = 512 * 2**20  # everything unpacked from one file
# Prose deflates 3 to 4 times and the emptiest real markup some 50 times; DEFLATE itself stops at 1,032.
MAX_RATIO = 150
RATIO_MATTERS_BYTES = 4 * 2**20

_END_RECORD = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


class Archive:
    """The members of a ZIP file, read under limits. A context manager.

    Args:
        path: the file.
        name: what the person calls it, for messages.

    Raises:
        BookError: damaged, a bomb, or with names that point outside itself.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._read_bytes = 0
        _check_directory(path, name)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as exc:
            raise BookError(f"“{name}” is damaged: its ZIP container cannot be opened. Get a new copy of it.") from exc
        try:
            self._members = self._checked_members()
        except BookError:
            self._zip.close()
            raise

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    @property
    def names(self) -> list[str]:
        """Every member's path, `/` between folders."""
        return list(self._members)

    def __contains__(self, path: str) -> bool:
        return path in self._members

    def find(self, path: str) -> str | None:
        """The member at this path, or one that differs in upper and lower case, or in how an accent is written.

        Archives that were packed on a Mac may write it apart from its letter, and the documents in them not.
        """
        if path in self._members:
            return path
        folded = _folded(path)
        return next((name for name in self._members if _folded(name) == folded), None)

    def size(self, path: str) -> int:
        """Bytes the member claims to hold unpacked."""
        return self._members[path].file_size

    def read(self, path: str, limit: int = MAX_TEXT_BYTES) -> bytes:
        """One member, unpacked.

        Args:
            path: one of `names`.
            limit: most bytes to accept.

        Raises:
            BookError: locked, damaged, or larger than it may be.
        """
        info = self._members[path]
        if info.flag_bits & 0x1:
            raise BookError(f"“{self._name}” is locked with a password. Unlock it, save it again and give that file.")
        if info.compress_type not in _READABLE:
            raise BookError(f"“{self._name}” is packed in an unusual way. Save it again with the program that made it.")
        if info.file_size > limit:
            raise self._too_large()
        try:
            with self._zip.open(info) as member:
                # One byte more than allowed: a member that lies about its size shows itself.
                data = member.read(limit + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as exc:
            raise BookError(
                f"“{self._name}” is damaged: a part of it cannot be unpacked. Get a new copy of it."
            ) from exc
        self._read_bytes += len(data)
        if len(data) > limit or self._read_bytes > MAX_READ_BYTES:
            raise self._too_large()
        return data

    def _checked_members(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS:
            raise BookError(f"“{self._name}” holds {len(infos):,} files; no book needs more than {MAX_MEMBERS:,}.")
        members: dict[str, zipfile.ZipInfo] = {}
        total = 0
        for info in infos:
            path = info.filename.replace("\\", "/")
            if escapes(path):
                raise BookError(f"“{self._name}” is unsafe: it names files outside itself. Get it from another source.")
            ratio = info.file_size / max(1, info.compress_size)
            if info.file_size > RATIO_MATTERS_BYTES and ratio > MAX_RATIO:
                raise self._bomb()
            total += info.file_size
            if not path.endswith("/"):
                members.setdefault(path, info)
        if total > MAX_TOTAL_BYTES:
            raise self._bomb()
        return members

    def _bomb(self) -> BookError:
        return BookError(f"“{self._name}” unpacks to far more than a book holds, as ZIP bombs do. It was not opened.")

    def _too_large(self) -> BookError:
        return BookError(f"“{self._name}” holds a part too large to read. Split the book and give its pieces.")


def escapes(path: str) -> bool:
    """Whether a path inside an archive is absolute, or climbs with `..`, or hides a NUL."""
    return path.startswith("/") or ".." in path.split("/") or path[1:2] == ":" or "\0" in path


def resolve(base: str, href: str) -> tuple[str, str] | None:
    """Where a link inside an archive leads.

    Args:
        base: path of the member that holds the link.
        href: the link, percent-encoded as in the file.

    Returns:
        (path, fragment), both decoded; None when it leaves the archive (another scheme, absolute, or too many `..`).
    """
    target, _, fragment = href.strip().partition("#")
    target, fragment = unquote(target).replace("\\", "/"), unquote(fragment)
    if not target:
        return base, fragment
    if ":" in target.split("/", 1)[0] or target.startswith("/") or "\0" in target:
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), target))
    return None if escapes(path) else (path, fragment)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _check_directory(path: Path, name: str) -> None:
    """Refuse a table of contents of millions of members before zipfile builds an object for each."""
    with path.open("rb") as file:
        file.seek(0, 2)
        tail_bytes = min(file.tell(), _END_RECORD.size + 65_535)
        file.seek(-tail_bytes, 2)
        tail = file.read(tail_bytes)
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END_RECORD.size:
        raise BookError(f"“{name}” is damaged: the end of it is missing. Download or copy it again.")
    directory_bytes = _END_RECORD.unpack_from(tail, at)[5]
    if directory_bytes > MAX_DIRECTORY_BYTES:  # also the ZIP64 marker 0xFFFFFFFF
        raise BookError(f"“{name}” holds far more files than a book needs. It was not opened.")
