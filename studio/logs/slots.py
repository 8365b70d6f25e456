"""Which log a worker writes: the first that no living worker has. So there are no more files than workers."""

import fcntl
import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

MOST_SLOTS = 64
"""As many as a studio may have workers; whoever comes after them shares the last file."""


@contextmanager
def worker_slot(folder: Path) -> Generator[str]:
    """The name of a log that is this process' own as long as it lives, however it ends: `worker-1` and so on.

    Args:
        folder: of the logs. One that cannot be written gives the first name: then there are no logs to keep apart.
    """
    held: int | None = None
    name = f"worker-{MOST_SLOTS}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, MOST_SLOTS + 1):
            held = _hold(folder / f".worker-{number}.lock")
            if held is not None:
                name = f"worker-{number}"
                break
    except OSError as exc:
        log.debug("logs have no slots here: %s", exc)
        name = "worker-1"
    try:
        yield name
    finally:
        if held is not None:
            os.close(held)


def _hold(file: Path) -> int | None:
    """A file's lock, which ends with this process; None when another has it."""
    opened = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(opened)
        return None
    except OSError:
        os.close(opened)
        raise
    return opened
