"""The login cookie: signed, expiring, revocable. Knows nothing of who sets or sends it."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from typing import Protocol

from studio.access.endings import Endings
from studio.access.people import Person

# gradio_client keeps cookies whose names begin with "access-token", so this name lets `Client(auth=...)` work.
COOKIE = "access-token-studio"
LIFETIME_S = 7 * 24 * 3600
GUEST_LIFETIME_S = 365 * 24 * 3600
"""A guest has nothing but the cookie to come back to what they made."""


class Holders(Protocol):
    """Who may hold a cookie."""

    def key_digest(self, name: str) -> bytes:
        """What changes when somebody's key changes; empty for nobody."""
        ...


class Sessions:
    """Issues and verifies cookies. A changed key or a logout ends a session at once."""

    def __init__(
        self, people: Holders, secret: str, lifetime_s: int = LIFETIME_S, endings: Endings | None = None
    ) -> None:
        """Args: people: who may hold a cookie.  secret: signs.  lifetime_s: of a cookie.  endings: logouts."""
        self._people = people
        self._secret = hashlib.sha256(b"studio session\0" + secret.encode()).digest()
        self._lifetime_s = lifetime_s
        self.endings = endings or Endings()

    @property
    def lifetime_s(self) -> int:
        """Seconds until a cookie expires."""
        return self._lifetime_s

    def issue(self, person: Person, lifetime_s: int | None = None) -> str:
        """A cookie value for this person, valid from now, for `lifetime_s` seconds if not for the usual time."""
        expires = int(time.time()) + (self._lifetime_s if lifetime_s is None else lifetime_s)
        claims = [person.name, expires, secrets.token_hex(8), self.endings.generation(person.name)]
        payload = _encode(json.dumps(claims).encode())
        return f"{payload}.{self._signature(payload, person.name)}"

    def person(self, cookie: str) -> Person | None:
        """Whose valid cookie this is; None when it is forged, expired or logged out."""
        claims = self._claims(cookie)
        if claims is None:
            return None
        name, expires, nonce, generation = claims
        if expires < time.time() or self.endings.is_over(name, nonce, generation):
            return None
        return Person(name)

    def revoke(self, cookie: str) -> None:
        """Log this cookie out, for as long as it would have lived."""
        claims = self._claims(cookie)
        if claims is None:
            return
        _, expires, nonce, _ = claims
        self.endings.end(nonce, expires)

    def revoke_all(self, cookie: str) -> None:
        """Log out everywhere whoever this valid cookie names."""
        person = self.person(cookie)
        if person is not None:
            self.endings.end_all(person.name)

    def _claims(self, cookie: str) -> tuple[str, int, str, int] | None:
        payload, _, signature = cookie.partition(".")
        if len(cookie) > 1024:
            return None
        try:
            # Cookies of older versions have no generation.
            name, expires, nonce, generation = [*json.loads(_decode(payload)), 0][:4]
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        if not (isinstance(name, str) and isinstance(expires, int) and isinstance(nonce, str)):
            return None
        if not isinstance(generation, int):
            return None
        if not self._people.key_digest(name):
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(payload, name).encode()):
            return None
        return name, expires, nonce, generation

    def _signature(self, payload: str, name: str) -> str:
        signed = hmac.new(self._secret, payload.encode() + self._people.key_digest(name), hashlib.sha256)
        return _encode(signed.digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
