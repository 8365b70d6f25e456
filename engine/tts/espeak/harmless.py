"""Text that espeak-ng can be given: nothing it takes for a command, and no word too long for its buffers.

The library is C with buffers of fixed sizes, and it overruns some: 167 letters without a space end the process in
Danish, sixty Braille signs in Setswana. Parting long words spares it most of that; `bare` is for what is left. Knows
nothing of sound.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from engine.text.scripts import letters_by_script, scripts_of
from engine.tts.espeak.library import Mark

# Controls, private use, line ends (to the library they are pauses of its own choice), and two code points of the
# Armenian block that it borrowed for its own marks.
_COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u0530\u0557\u2028\u2029\ud800-\udfff\ue000-\uf8ff\ufff0-\uffff]")
_MOST_CHARS, _MOST_BYTES = 60, 90
_MOST_BARE_CHARS = 20
# The library takes "a.b.c." for one word, and goes on where it was parted; no abbreviation has so many letters.
_DOTTED = re.compile(r"(?:[^\W\d_]\.){12,}")
_PLAIN_SIGNS = frozenset(" .,;:!?'’\"“”()-–—")


@dataclass(frozen=True, slots=True)
class Harmless:
    """A text as it is given to the library.

    Attributes:
        text: what is spoken.
        breaks: where in it a space was put in to part a long word, in order.
    """

    text: str
    breaks: tuple[int, ...] = ()

    def to_source(self, marks: Iterable[Mark]) -> list[Mark]:
        """The library's marks, at their places in the text before it was made harmless."""
        return [mark._replace(char=mark.char - bisect_left(self.breaks, mark.char)) for mark in marks]


def harmless(text: str) -> Harmless:
    """A text that the library survives, save for few."""
    plain = _COMMANDS.sub(" ", text)
    if not plain.isascii():
        strange = {ord(char): " " for char in set(plain) if unicodedata.category(char) in ("Cn", "Co", "Cs")}
        plain = plain.translate(strange)
    plain = _DOTTED.sub(lambda match: match[0].replace(".", " "), plain)
    return _parted(plain, _MOST_CHARS)


def bare(text: str, language: str) -> Harmless:
    """What remains of a text that ended the library: letters of the voice's own script, digits, plain punctuation."""
    strange = {ord(char): " " for char in set(text) if not _is_plain(char, language)}
    return _parted(text.translate(strange), _MOST_BARE_CHARS)


def _parted(text: str, most_chars: int) -> Harmless:
    """The text with spaces in words that are too long."""
    breaks: list[int] = []
    for match in re.finditer(rf"\S{{{most_chars // 2},}}", text):
        chars = size = 0
        for at in range(*match.span()):
            length = len(text[at].encode())
            if chars == most_chars or size + length > _MOST_BYTES:
                breaks.append(at + len(breaks))
                chars = size = 0
            chars, size = chars + 1, size + length
    if not breaks:
        return Harmless(text)
    pieces: list[str] = []
    done = 0
    for count, at in enumerate(breaks):
        pieces.append(text[done : at - count])
        done = at - count
    return Harmless(" ".join([*pieces, text[done:]]), tuple(breaks))


@lru_cache(maxsize=4096)
def _is_plain(char: str, language: str) -> bool:
    if char in _PLAIN_SIGNS or (char.isdecimal() and char.isascii()):
        return True
    return unicodedata.category(char)[0] in "LM" and not scripts_of(language).isdisjoint(letters_by_script(char))
