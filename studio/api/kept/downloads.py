"""How a download names itself. Knows headers and nothing of what is downloaded."""

import re
from typing import Literal
from urllib.parse import quote

MAX_TITLE_CHARS = 60


def named(name: str, disposition: Literal["attachment", "inline"] = "attachment") -> dict[str, str]:
    """The header that gives a download its name, whatever letters it has."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return {"content-disposition": f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"}


def title_of(text: str) -> str:
    """The first words of a text, as a file name without extension."""
    words = re.sub(r"[^\w' -]+", " ", text[:400]).split()
    title = ""
    for word in words:
        if len(title) + len(word) + 1 > MAX_TITLE_CHARS:
            break
        title = f"{title} {word}".strip()
    return title or "speech"
