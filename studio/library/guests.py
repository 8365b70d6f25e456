"""Whose name is a guest's: somebody whom a public link let in. Light: nothing else is imported here."""

import re

_GUEST = re.compile(r"guest-[0-9a-f]{16}")


def is_guest(owner: str) -> bool:
    """Whether this is the name of somebody who came in as a guest."""
    return _GUEST.fullmatch(owner) is not None
