"""What stands in running text and is not its words: note references, back links, raised numbers, lines of verse.

While a paragraph is gathered, two characters stand for what has no letters: BREAK for the end of a line, SPOT for a
place where a note reference was taken out.
"""

import re
from dataclasses import dataclass

from studio.books.formats.encoding import clean

BREAK, SPOT = "\x0b", "\x0c"  # neither can occur in clean text
SPACE = f" \t\r\n{BREAK}{SPOT}"
_MARKER = re.compile(r"[\[({]?\s*(\d{1,4}|[*†‡§¶‖#]{1,4}|[a-z]|[ivxlc]{1,6})\s*[\])}]?\.?")
_FRAMED_MARKER = re.compile(r"\[\s*(\d{1,4}|[*†‡§¶‖]{1,4}|[A-Za-z]|[ivxlc]{1,6})\s*\]|[*†‡§¶‖]{1,4}")
_BACK_LINK = re.compile(
    r"[\s\[(]*(↩|↑|⏎|↵|⤴|\^|return|back|(?:back to )?(?:toc|top))[\ufe0e\ufe0f\s\])]*", re.IGNORECASE
)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MAX_REFERENCE_CHARS = 12
_CLOSES_UP = frozenset(".,;:!?…)]”’")


@dataclass(frozen=True, slots=True)
class Link:
    """A link in running text.

    Attributes:
        text: what it says, stripped.
        before: the last characters before it in its paragraph.
        href: where it leads.
        is_reference: whether the publisher marks it as a note reference.
    """

    text: str
    before: str
    href: str
    is_reference: bool


def is_note_link(link: Link, is_raised: bool, is_in_note: bool) -> bool:
    """Whether a link is a note reference or leads back from a note, and so is not read.

    Args:
        link: the link.
        is_raised: set as a superscript.
        is_in_note: stands inside a note.
    """
    if link.is_reference:
        return len(link.text) <= _MAX_REFERENCE_CHARS
    if "#" not in link.href:
        return False
    if link.text == SPOT or _BACK_LINK.fullmatch(link.text):
        return True
    if not _MARKER.fullmatch(link.text):
        return False
    is_attached = bool(link.before) and not link.before[-1].isspace() and link.text[0].isdigit()
    opens_note = is_in_note and not link.before.strip()
    return is_raised or is_attached or opens_note or _FRAMED_MARKER.fullmatch(link.text) is not None


def raised(text: str, before: str) -> str | None:
    """What an unlinked superscript stands for: SPOT for a note reference, "²" for a power, None for its own text."""
    if SPOT in text and not text.replace(SPOT, "").strip(" []()*,;–-"):
        return SPOT
    if _MARKER.fullmatch(text) and not text.isalpha() and _ends_words(before):
        return SPOT
    if text.isascii() and text.isdigit() and before[-1:].isalnum():
        return text.translate(_RAISED)  # 10 to the 6th is not a hundred and six
    return None


def collapse(text: str) -> str:
    """One clean line."""
    return " ".join(clean(text.replace(BREAK, " ").replace(SPOT, " ")).split())


def stanzas(raw: str) -> list[str]:
    """Texts parted by empty lines; lines kept, spaces collapsed, note references gone without a trace."""
    groups: list[list[str]] = [[]]
    for line in raw.split(BREAK):
        line = " ".join(_without_spots(line).split())
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return ["\n".join(group) for group in groups if group]


def _without_spots(line: str) -> str:
    """Clean text, closed up where a reference stood before punctuation: "word [1] ." becomes "word."."""
    if SPOT not in line:
        return clean(line)
    first, *rest = line.split(SPOT)
    pieces = [clean(first)]
    for piece in map(clean, rest):
        following = piece.lstrip()
        if pieces[-1].rstrip().endswith(("[", "(")) and following.startswith(("]", ")")):
            pieces[-1] = pieces[-1].rstrip()[:-1]
            piece = following[1:]
            following = piece.lstrip()
        if following[:1] in _CLOSES_UP or not following:
            while len(pieces) > 1 and not pieces[-1].strip():
                pieces.pop()
            pieces[-1] = pieces[-1].rstrip()
            # White space alone keeps the next word away, should one come.
            piece = following or piece
        pieces.append(piece)
    return "".join(pieces)


def _ends_words(before: str) -> bool:
    """Whether a superscript number after this is a note and not a power: after a long word or punctuation."""
    before = before.rstrip()
    return bool(before) and (
        before[-1] in _CLOSES_UP or before[-1] in "\"'" or (before[-4:].isalpha() and len(before) > 3)
    )
