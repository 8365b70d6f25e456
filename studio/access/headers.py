"""What browsers are told about every answer: who may embed it, what may run in it. Pure values."""

import re

from starlette.datastructures import MutableHeaders

# Gradio runs the page's small `js=` handlers through the Function constructor, hence 'unsafe-eval'; scripts and
# handlers that arrive as HTML (a book's title, a transcript) still do not run, because they carry no nonce.
_PAGE = (
    "default-src 'self'",
    "script-src 'self' 'nonce-{nonce}' 'unsafe-eval' blob:",
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' ws://{host} wss://{host} data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


_PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")


def page_policy(nonce: str, host_header: str) -> str:
    """The content security policy of the page, for one answer."""
    # Not every browser counts a WebSocket to the page's own host as 'self'.
    host = host_header if _PLAIN_HOST.fullmatch(host_header) else "localhost"
    return "; ".join(_PAGE).format(nonce=nonce, host=host)


def script_policy(host_header: str) -> str:
    """The policy of a page whose scripts and styles are all files of ours, with a WebSocket to its own host."""
    host = host_header if _PLAIN_HOST.fullmatch(host_header) else "localhost"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://{host} "
        f"wss://{host}; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def secure(headers: MutableHeaders) -> None:
    """Add what every answer carries, and take away what would let other sites read it."""
    headers.setdefault("content-security-policy", _NOTHING)
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"
    headers["x-frame-options"] = "DENY"
    headers["cross-origin-resource-policy"] = "same-origin"
    headers["cross-origin-opener-policy"] = "same-origin"
    for name in ("access-control-allow-origin", "access-control-allow-credentials", "server"):
        if name in headers:
            del headers[name]
