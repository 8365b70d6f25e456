"""No orphans: a child learns through its standard input that its parent is gone, however the parent died.

The parent holds the only writing end of a pipe; the child's standard input is the other. When the parent ends, even
by kill -9, the system closes the pipe. Works alike on Linux and macOS and does not care which thread started the child.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1


def watch(end: Callable[[], object], fd: int = 0) -> None:
    """Call `end` from a thread of its own when the parent has closed the pipe (or died)."""

    def wait() -> None:
        while True:
            try:
                if not os.read(fd, 1024):
                    break
            except InterruptedError:
                continue
            except OSError:
                break
        end()

    threading.Thread(target=wait, name="lifeline", daemon=True).start()


def die_with_parent() -> None:
    """On Linux the kernel itself kills this process when the thread that started it ends; elsewhere `watch` must do."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
