"""The login cookie: signed, expiring, revocable. Knows nothing of who sets or sends it."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
import time

from studio.access.people import People, Person

# gradio_client keeps cookies whose names begin with "access-token", so this name lets `Client(auth=...)` work.
COOKIE = "access-token-studio"
LIFETIME_S = 7 * 24 * 3600


class Sessions:
    """Issues and verifies cookies. A changed key or a logout ends a session at once."""

    def __init__(self, people: People, secret: str, lifetime_s: int = LIFETIME_S) -> None:
        self._people = people
        self._secret = hashlib.sha256(b"studio session\0" + secret.encode()).digest()
        self._lifetime_s = lifetime_s
        self._revoked: dict[str, float] = {}
        self._lock = threading.Lock()

    @property
    def lifetime_s(self) -> int:
        """Seconds until a cookie expires."""
        return self._lifetime_s

    def issue(self, person: Person) -> str:
        """A cookie value for this person, valid from now."""
        claims = [person.name, int(time.time()) + self._lifetime_s, secrets.token_hex(8)]
        payload = _encode(json.dumps(claims).encode())
        return f"{payload}.{self._signature(payload, person.name)}"

    def person(self, cookie: str) -> Person | None:
        """Whose valid cookie this is; None when it is forged, expired or logged out."""
        claims = self._claims(cookie)
        if claims is None:
            return None
        name, expires, nonce = claims
        if expires < time.time() or nonce in self._revoked:
            return None
        return Person(name)

    def revoke(self, cookie: str) -> None:
        """Log this cookie out, for as long as it would have lived."""
        claims = self._claims(cookie)
        if claims is None:
            return
        _, expires, nonce = claims
        with self._lock:
            present = time.time()
            self._revoked = {old: until for old, until in self._revoked.items() if until > present}
            self._revoked[nonce] = expires

    def _claims(self, cookie: str) -> tuple[str, int, str] | None:
        payload, _, signature = cookie.partition(".")
        if len(cookie) > 1024:
            return None
        try:
            name, expires, nonce = json.loads(_decode(payload))
        except (ValueError, TypeError, binascii.Error, RecursionError):
            return None
        if not (isinstance(name, str) and isinstance(expires, int) and isinstance(nonce, str)):
            return None
        if not self._people.key_digest(name):
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(payload, name).encode()):
            return None
        return name, expires, nonce

    def _signature(self, payload: str, name: str) -> str:
        signed = hmac.new(self._secret, payload.encode() + self._people.key_digest(name), hashlib.sha256)
        return _encode(signed.digest())


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
