"""Which names this studio answers to, and which pages may speak to it. Pure functions of headers; knows no person.

A page of another site can send requests to 127.0.0.1 from the person's own browser, and a name under somebody else's
control can be pointed at 127.0.0.1 (DNS rebinding). The Host check stops the second, the Origin check the first.
"""

import ipaddress
import socket
import threading
from collections.abc import Iterable
from urllib.parse import urlsplit

from studio.access.errors import Forbidden, WrongHost

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
WILDCARDS = frozenset({"0.0.0.0", "::", ""})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Hosts:
    """The names this studio answers to."""

    def __init__(self, bound_host: str, allowed: Iterable[str] = ()) -> None:
        """Args: bound_host: what the server listens on.  allowed: further names, from the settings."""
        self._names = {*LOOPBACK_NAMES, *(host_name(name) for name in allowed)}
        # Rebinding needs a name; a bare address in the Host header was typed by the person.
        self._any_address = bound_host in WILDCARDS
        if self._any_address:
            machine = socket.gethostname().lower()
            self._names |= {machine, f"{machine.removesuffix('.local')}.local"}
        else:
            self._names.add(host_name(bound_host))
        self._shared: set[str] = set()
        self._lock = threading.Lock()

    def add_shared(self, host: str) -> None:
        """Answer to a public link's name as well, from now on."""
        with self._lock:
            self._shared = {*self._shared, host_name(host)}

    def is_shared(self, host_header: str) -> bool:
        """Whether the request came by the public link."""
        return host_name(host_header) in self._shared

    def check(self, host_header: str) -> None:
        """Let a request for this Host through.

        Raises:
            WrongHost: the studio does not go by that name.
        """
        name = host_name(host_header)
        if name and (name in self._names or name in self._shared):
            return
        if self._any_address and _is_address(name):
            return
        raise WrongHost(
            "This studio does not answer to the name in the address bar. "
            "Add the name to STUDIO_ALLOWED_HOSTS if it should."
        )


def check_origin(
    method: str, host_header: str, origin: str | None, fetch_site: str | None, fetch_mode: str | None
) -> None:
    """Let a request through unless a page of another site sent it.

    Programs send neither Origin nor Sec-Fetch-Site and pass; browsers cannot leave them out.

    Args:
        method: HTTP method; "WEBSOCKET" for a WebSocket's handshake.
        host_header: the Host header.
        origin: the Origin header, or None.
        fetch_site: Sec-Fetch-Site, or None.
        fetch_mode: Sec-Fetch-Mode, or None.

    Raises:
        Forbidden: it comes from another site.
    """
    safe = method in SAFE_METHODS
    if origin is not None and not _same_origin(origin, host_header):
        raise Forbidden("Another web site tried to use your studio; that is not allowed.")
    # A link on another site may open the page, and nothing else: no embedding, no reading, no posting.
    foreign = fetch_site in {"cross-site", "same-site"}
    if foreign and not (safe and fetch_mode == "navigate"):
        raise Forbidden("Another web site tried to use your studio; that is not allowed.")


def host_name(host_header: str) -> str:
    """The name in a Host header, lower case, without port, brackets or final dot; "" when it makes no sense."""
    text = host_header.strip().lower()
    if text.count(":") > 1 and not text.startswith("["):
        return text if _is_address(text) else ""
    try:
        parts = urlsplit(f"//{text}")
        parts.port  # noqa: B018  # a port that is no number raises here
        if parts.username is not None or parts.path or parts.query or parts.fragment:
            return ""
        return (parts.hostname or "").removesuffix(".")
    except ValueError:
        return ""


def is_loopback(address: str) -> bool:
    """Whether a connection from this address comes from this machine."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        return parsed.ipv4_mapped.is_loopback
    return parsed.is_loopback


def _same_origin(origin: str, host_header: str) -> bool:
    try:
        asked = urlsplit(origin)
        host = urlsplit(f"//{host_header.strip().lower()}")
        default = DEFAULT_PORTS.get(asked.scheme)
        if default is None or not asked.hostname:
            return False
        return asked.hostname == host.hostname and (asked.port or default) == (host.port or default)
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True
