"""Whether a request comes from this machine itself, straight. Written down before forwarding headers are dropped."""

from starlette.datastructures import Headers
from starlette.types import Scope

from studio.access.origins import LOOPBACK_NAMES, host_name, is_loopback

FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip", "via")
SCOPE_KEY = "studio.at_the_machine"


def is_at_the_machine(scope: Scope, headers: Headers) -> bool:
    """Whether nobody is between: a connection of this machine's own, under its own name, that no proxy passed on.

    Args:
        scope: its client is who connected.
        headers: as they came.
    """
    client = scope.get("client")
    return (
        client is not None
        and is_loopback(client[0])
        and host_name(headers.get("host", "")) in LOOPBACK_NAMES
        and not any(name in headers for name in FORWARDED)
    )
