"""The tokens of a studio without logins: one is the owner's, the other opens for guests. Knows nothing of HTTP.

Both come of the session secret: who keeps that keeps addresses, cookies and guests over a restart.
"""

import base64
import hashlib
import hmac
import secrets

from studio.access.people import LOCAL, Person
from studio.library import guests


class Tokens:
    """What the printed addresses carry."""

    def __init__(self, secret: str) -> None:
        """Args: secret: the session secret."""
        self.owner = _token(secret, b"owner")
        self.guest = _token(secret, b"guest")

    def is_owner(self, token: str) -> bool:
        """Whether this is the owner's token."""
        return hmac.compare_digest(self.owner.encode(), token.encode("utf-8", "surrogatepass"))

    def is_guest(self, token: str) -> bool:
        """Whether this is the guests' token."""
        return hmac.compare_digest(self.guest.encode(), token.encode("utf-8", "surrogatepass"))


class Guests:
    """Everybody who may hold a cookie where nobody has a login; see `sessions.Holders`."""

    def key_digest(self, name: str) -> bytes:
        """Tells the owner and guests from nobody."""
        return b"guest" if guests.is_guest(name) else b"owner" if name == LOCAL.name else b""


def is_guest(person: Person) -> bool:
    """Whether somebody came in as a guest."""
    return guests.is_guest(person.name)


def new_guest() -> Person:
    """Somebody who was not here before."""
    return Person(f"guest-{secrets.token_hex(8)}")


def _token(secret: str, purpose: bytes) -> str:
    digest = hmac.new(secret.encode(), b"studio token\0" + purpose, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:18]).decode()
