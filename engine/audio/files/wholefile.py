"""A file that is there whole or not at all: written beside its place, moved into it when complete. Knows no format."""

import contextlib
import errno
import os
import secrets
from collections.abc import Generator
from pathlib import Path

from engine.errors import EngineError

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


@contextlib.contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Generator[Path]:
    """A path to write to; when the block ends well, its file is at `path`, else nothing is left of it.

    Args:
        path: the final place; its folder exists. What is there already stays until the new file is complete.
        durable: wait for the disk, so that a power cut after the return cannot empty the file.

    Raises:
        EngineError: no room, or a disk that refuses; the sentence names no path.
    """
    # Two processes may write the same file at once, each its own temporary one; the last to finish wins.
    temporary = path.with_name(f".{path.name[:100]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        if durable:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exc:
        raise disk_error(exc) from exc
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def disk_error(exc: OSError) -> EngineError:
    """What the disk refused, as a sentence."""
    if exc.errno in _NO_ROOM:
        return no_room()
    reason = (exc.strerror or "unknown reason").lower()
    return EngineError(
        f"The sound could not be written to the disk ({reason}). Check the outputs folder and try again."
    )


def no_room() -> EngineError:
    """The disk is full."""
    return EngineError(
        "The disk is full: the sound could not be written. Free some space, then go on; nothing was lost."
    )
