"""JSON from strangers: weighed before it is parsed, and nothing that could not be written as JSON again. Pure values.

A megabyte of `[],[],[],` becomes sixty of Python's objects, so brackets and commas are counted first; those within
texts do not count.
"""

import json
import re
from typing import Any

from studio.access.errors import Unreadable

LARGE_BODY_BYTES = 64 * 1024
"""JSON beyond this is parsed on a thread, so that a pasted book does not hold up other people's sound."""
FREE_TOKENS = 20_000
BYTES_PER_TOKEN = 8
"""A word with its times has at least as many bytes for each bracket and comma."""

# A text is skipped whole; one that never ends reaches to the end, so that no byte is looked at twice.
_TOKEN_OR_TEXT = re.compile(rb'[\[{,]|"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def check_weight(body: bytes, most_tokens: int) -> None:
    """Refuse what would become more Python objects than its bytes are worth.

    Args:
        body: JSON, or what claims to be.
        most_tokens: brackets and commas outside of texts, at most.

    Raises:
        Unreadable: it has more.
    """
    if body.count(b"[") + body.count(b"{") + body.count(b",") <= most_tokens:
        return
    seen = 0
    for found in _TOKEN_OR_TEXT.finditer(body):
        seen += body[found.start()] != 0x22
        if seen > most_tokens:
            raise Unreadable("The request has more brackets and commas than it can need; check its JSON.")


def worth(body: bytes) -> int:
    """How many brackets and commas a body of this length may have."""
    return FREE_TOKENS + len(body) // BYTES_PER_TOKEN


def parsed(body: bytes, most_tokens: int) -> Any:
    """The value of a JSON text.

    Raises:
        Unreadable: it is not JSON, or has too many entries.
    """
    check_weight(body, most_tokens)
    try:
        return json.loads(body)
    except RecursionError as exc:
        raise Unreadable("The request is nested too deeply.") from exc
    except ValueError as exc:
        raise Unreadable("The request must be JSON; check its syntax.") from exc


def written(value: Any) -> bytes:
    """A value as JSON again.

    Raises:
        Unreadable: it holds a number that is none (NaN, 1e400) or half a character (a lone surrogate).
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as exc:
        raise Unreadable("The request holds half a character, perhaps of an emoji that was cut; remove it.") from exc
    except (ValueError, RecursionError) as exc:
        raise Unreadable("The request holds a number that is not one, such as NaN; give a plain number.") from exc
