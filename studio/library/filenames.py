"""Titles as file names. Knows no folder."""

import re
import unicodedata

MAX_BYTES = 180  # file systems allow 255; there is room for the ending and a number


def file_name(title: str, instead: str = "audiobook") -> str:
    """A title as a file name that every system takes: no slashes, no control characters, not too long, never empty."""
    plain = unicodedata.normalize("NFC", title)
    plain = re.sub(r'[\x00-\x1f\x7f\ud800-\udfff<>:"/\\|?*]+', " ", plain)
    plain = " ".join(plain.split()).strip(". ")
    while len(plain.encode()) > MAX_BYTES:
        plain = plain[:-1]
    return plain.rstrip(". ") or instead
