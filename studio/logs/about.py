"""What is being worked on while something is logged: a request, or the job this process has in hand."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_request: ContextVar[str] = ContextVar("studio_log_request", default="")
_process: dict[str, str | int] = {}


@contextmanager
def about_request(request_id: str) -> Generator[None]:
    """What is logged within, here and in what is awaited from here, is about this request."""
    token = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def about_this_process(**known: str | int) -> Generator[None]:
    """What is logged within by any thread of this process is about this: a worker does one part at a time."""
    before = dict(_process)
    _process.update(known)
    try:
        yield
    finally:
        _process.clear()
        _process.update(before)


def known_now() -> dict[str, str | int]:
    """`request_id`, `job_id` and `part`, where they are known."""
    request_id = _request.get()
    return {"request_id": request_id, **_process} if request_id else dict(_process)
