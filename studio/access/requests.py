"""What a request is called in answers and logs: its id, and where it went, without a word of whoever sent it."""

import re
import secrets

from starlette.datastructures import Headers
from starlette.types import Scope

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id(headers: Headers) -> str:
    """The `X-Request-ID` that came, where it is 8 to 64 letters, digits, dots, dashes, underscores; else a new one."""
    given = headers.get("x-request-id", "")
    return given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)


def asked(scope: Scope) -> str:
    """`GET /v1/jobs/{job_id}`: the method and the route. The address itself may name files and voices."""
    method = scope.get("method", "WebSocket")
    template = getattr(scope.get("route"), "path", "")
    return f"{method} {template or 'at the page'}"
