"""What browsers are told about every answer: who may embed it, what may run in it. Pure values."""

import re

from starlette.datastructures import MutableHeaders

# Gradio runs the page's small `js=` handlers through the Function constructor, hence 'unsafe-eval'; scripts and
# handlers that arrive as HTML (a book's title, a transcript) still do not run, because they carry no nonce.
_PAGE = (
    "default-src 'self'",
    "script-src {scripts} 'nonce-{nonce}' 'unsafe-eval' blob:",
    "script-src-attr 'none'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "media-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' ws://{host} wss://{host} data: blob:",
    "worker-src {scripts} blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_SANDBOXED = f"sandbox; {_NOTHING}"
_SCRIPT_FOLDERS = ("/assets/", "/static/", "/svelte/")
"""Where the page's scripts lie. What somebody uploaded has an address too, and is no script of the page."""


_PLAIN_HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")
_NAMED_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?")


_CODE = frozenset({"text/javascript", "application/javascript", "text/css"})
"""A worker lives under the policy of its own script, and in a sandbox it could not reach us."""


def page_policy(nonce: str, host_header: str) -> str:
    """The content security policy of the page, for one answer."""
    # Not every browser counts a WebSocket to the page's own host as 'self'.
    host = host_header if _PLAIN_HOST.fullmatch(host_header) else "localhost"
    # A policy cannot name an IPv6 address, nor folders of 'self'.
    named = _NAMED_HOST.fullmatch(host_header)
    scripts = " ".join(f"{host_header}{folder}" for folder in _SCRIPT_FOLDERS) if named else "'self'"
    return "; ".join(_PAGE).format(nonce=nonce, host=host, scripts=scripts)


def script_policy(host_header: str) -> str:
    """The policy of a page whose scripts and styles are all files of ours, with a WebSocket to its own host."""
    host = host_header if _PLAIN_HOST.fullmatch(host_header) else "localhost"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ws://{host} "
        f"wss://{host}; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def secure(headers: MutableHeaders) -> None:
    """Add what every answer carries, and take away what would let other sites read it."""
    kind = headers.get("content-type", "").partition(";")[0]
    headers.setdefault("content-security-policy", _NOTHING if kind in _CODE else _SANDBOXED)
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "same-origin"
    headers["x-frame-options"] = "DENY"
    headers["cross-origin-resource-policy"] = "same-origin"
    # Browsers show nothing at all where a sandbox comes with it, and a sandbox has no openers to fear.
    if not headers["content-security-policy"].startswith("sandbox"):
        headers["cross-origin-opener-policy"] = "same-origin"
    for name in ("access-control-allow-origin", "access-control-allow-credentials", "server"):
        if name in headers:
            del headers[name]
