"""`python -m studio.books PATH NAME MAX_CHARS SECONDS QUICK_SECONDS`: reads one document and writes it as JSON; see
`reading`. Text and Markdown have QUICK_SECONDS on the clock.
"""

import json
import logging
import signal
import sys
import traceback
from pathlib import Path

from studio.books.errors import BookError
from studio.books.reading import is_quick, parse
from studio.books.wire import to_json

# 4 GB of address space: the largest honest book needs under 1 GB. Only Linux holds a process to it.
_MEMORY_BYTES = 4 * 2**30


def main(arguments: list[str]) -> int:
    """Read a document. Exit status 0 with the book on stdout, or 1 with `{"error": sentence}` there."""
    path, name, max_chars, seconds = Path(arguments[0]), arguments[1], int(arguments[2]), int(arguments[3])
    quick_s = float(arguments[4])
    _limit(seconds)
    logging.disable(logging.CRITICAL)  # parsers describe every fault of a file at length
    try:
        if is_quick(path, name):
            # Its own signal ends the process, in the middle of whatever it is; the parent knows it by that.
            signal.setitimer(signal.ITIMER_REAL, quick_s)
        answer, status = to_json(parse(path, name, max_chars)), 0
    except BookError as exc:
        answer, status = _error(str(exc)), 1
    except MemoryError:
        answer, status = _error(f"“{name}” needs too much memory to read. Split it, or save it as plain text."), 1
    except Exception:  # the door of this process: a parser met something it was not written for
        traceback.print_exc()
        answer, status = _error(f"“{name}” could not be read: it seems to be damaged. Save it in another format."), 1
    sys.stdout.buffer.write(answer)
    return status


def _limit(seconds: int) -> None:
    """Bound processor time and memory, should the parent be gone and its clock with it."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))


def _error(sentence: str) -> bytes:
    return json.dumps({"error": sentence}, ensure_ascii=False).encode("utf-8", "replace")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
