"""Moods in a text: `[calm]` or `<calm>` holds until the next one, `[/calm]`, or the paragraph's end.

Knows where they stand and what they are called, not what a voice makes of them.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from engine.text.tags import MARKUP
from engine.types import Span

MOODS = (
    "calm", "bright", "whisper", "angry", "sad", "happy", "excited", "serious", "tender", "tired", "afraid", "proud",
    "soft", "loud", "friendly", "sleepy", "cheerful", "warm", "cold", "playful",
)  # fmt: skip
"""What is taken for a mood in every text; the moods that a voice has are taken for some besides."""

USUAL = frozenset({"neutral", "normal", "usual"})
"""Back to the voice's own way, where it has no recording of that name."""

MOST_CHARS = 40
"""A mood's name is no longer."""

_TAG = re.compile(r"(?P<open>[\[<])(?P<ends>/?)(?P<name>[^\[\]<>/\n]{1,40})(?P<close>[\]>])(?!\()")
_PAIRS = frozenset({"[]", "<>"})


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of text with one mood; "" is the voice's own way."""

    start: int
    end: int
    mood: str


def named(mood: str) -> str:
    """A mood's name as it is compared: in small letters, with single spaces."""
    return " ".join(mood.casefold().split())


def parts(text: str, start: int, end: int, mood: str, moods: Collection[str] = ()) -> Iterator[Part]:
    """The stretches of `text[start:end]` between the tags of moods, without the tags; empty ones are among them.

    Args:
        text: as written.
        start: where to begin.
        end: where to end.
        mood: what holds at the beginning.
        moods: names of the moods that the voice has.
    """
    for (at, behind), name in _tags(text, start, end, frozenset(map(named, moods))):
        yield Part(start, at, mood)
        start, mood = behind, name
    yield Part(start, end, mood)


def _tags(text: str, start: int, end: int, moods: frozenset[str]) -> Iterator[tuple[Span, str]]:
    for match in _TAG.finditer(text, start, end):
        name = named(match["name"])
        if match["open"] + match["close"] not in _PAIRS or (match["open"] == "<" and name in MARKUP):
            continue
        if name in moods or name in MOODS:
            yield match.span(), "" if match["ends"] else name
        elif name in USUAL:
            yield match.span(), ""
