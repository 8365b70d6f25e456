"""A segment's text -> the parts Orpheus speaks at a time, each with what the next one must know of it.

A line of any length is spoken, in parts of ten seconds or so. Each part is prompted with the text and the codes of the
one before it, so that it is the same breath, pace and mood that go on: the model does not begin anew, it continues.
Nothing is carried from one segment to the next, so a segment sounds the same whatever was spoken before it.
"""

from dataclasses import dataclass
from itertools import pairwise, repeat

from engine.text.clauses import divide
from engine.text.tags import find
from engine.tts.orpheus.config import FRAME_RATE
from engine.tts.orpheus.frames import Frame, to_tokens
from engine.tts.orpheus.prompt import Prompter

AIM_CHARS, MAX_CHARS = 160, 240
CARRIED_S = 24.0
"""A part that took longer went wrong, and is no example to follow."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A part that was spoken to its end."""

    text: str
    frames: tuple[Frame, ...]


def parts(text: str, language: str = "en") -> list[str]:
    """Divide a text where a reader would breathe; never inside a tag."""
    closed = [tag.span for tag in find(text)]
    edges = [0, *(place.at for place in divide(text, language, repeat(AIM_CHARS), MAX_CHARS, closed)), len(text)]
    found = [text[start:end].strip() for start, end in pairwise(edges)]
    return [part for part in found if part]


def prompted(prompter: Prompter, voice: str, text: str, before: Spoken | None) -> list[int]:
    """The tokens before a part's first."""
    if before is None or not before.frames or len(before.frames) > CARRIED_S * FRAME_RATE:
        return prompter.prompt(voice, text)
    return prompter.prompt(voice, f"{before.text} {text}", to_tokens(before.frames))
