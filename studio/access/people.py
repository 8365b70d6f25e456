"""Who may come in: the people of the settings, found by their key in constant time. Knows nothing of HTTP."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import OptionError
from studio.settings import OWNER


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was let in; `name` owns what they make."""

    name: str


LOCAL = Person(OWNER)
"""Whoever sits at this machine, when no login is asked for."""


class People:
    """Everybody with a key."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        """Args: keys: login name -> key.

        Raises:
            OptionError: an empty name or key, or two people with one key.
        """
        if any(not name.strip() or not key.strip() for name, key in keys.items()):
            raise OptionError("A login needs a name and a key; set both in STUDIO_USERS.")
        if len(set(keys.values())) != len(keys):
            raise OptionError("Two people have the same key in STUDIO_USERS; give each their own.")
        self._digests = {name: _digest(key) for name, key in keys.items()}

    def __bool__(self) -> bool:
        """Whether a login is asked for at all."""
        return bool(self._digests)

    def by_key(self, key: str) -> Person | None:
        """Whose key this is. Takes the same time whoever it is."""
        offered, found = _digest(key), None
        for name, digest in self._digests.items():
            if hmac.compare_digest(digest, offered):
                found = Person(name)
        return found

    def by_name_and_key(self, name: str, key: str) -> Person | None:
        """The person, when the key is theirs. An unknown name takes as long as a known one."""
        person = self.by_key(key)
        return person if person and hmac.compare_digest(_digest(person.name), _digest(name)) else None

    def key_digest(self, name: str) -> bytes:
        """What changes when somebody's key changes; empty for nobody."""
        return self._digests.get(name, b"")


def _digest(text: str) -> bytes:
    # Fixed-length digests: comparing them tells nothing about length, and non-ASCII keys are fine.
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
