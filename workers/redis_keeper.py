"""`python redis_keeper.py SERVER ARGUMENTS...`: one server for as long as whoever started this lives.

The server ends when standard input closes, which the system sees to however the studio dies, and this ends with the
server. On Linux the server also ends with this, however this dies. Imports next to nothing: it starts with the studio.
"""

import ctypes
import os
import select
import signal
import sys
from types import FrameType

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run the server and wait for the first end of the two; the server's exit status, or 1."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    wakes, waking = os.pipe()
    os.set_blocking(waking, False)
    signal.set_wakeup_fd(waking)
    keeper, server = os.getpid(), os.fork()
    if server == 0:
        _become(arguments, libc, keeper)

    def end(_signal: int = 0, _frame: FrameType | None = None) -> None:
        os.kill(server, signal.SIGTERM)

    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    watched = [0, wakes]
    while True:
        ended, status = os.waitpid(server, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) and 1
        readable = select.select(watched, [], [])[0]
        if wakes in readable:
            os.read(wakes, 1024)
        if 0 in readable and not os.read(0, 1024):
            watched.remove(0)
            end()


def _become(arguments: list[str], libc: ctypes.CDLL | None, keeper: int) -> None:
    """In the child: the server. Never returns."""
    try:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == keeper:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.execv(arguments[0], arguments)
    finally:
        os._exit(127)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
