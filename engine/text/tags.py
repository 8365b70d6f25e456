"""Emotion tags (`<laugh>`) and inline phonemes (`[word](/phonemes/)`): where they stand, and how a voice does without.

Normalisation and segmentation leave both untouched. Which tags a voice can do is its family's business; here is only
how to take out what it cannot, with a sentence for the person about each kind.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from engine.text.normalised import Edit, Normalised
from engine.types import Span

EMOTIONS = ("laugh", "chuckle", "sigh", "cough", "sniffle", "groan", "yawn", "gasp")
"""In the order in which a person is offered them."""

# Formatting that pasted web text brings along; it was never meant to be heard. Anything else in <> is taken for a tag.
MARKUP = frozenset({
    "a", "abbr", "b", "big", "blockquote", "body", "br", "center", "cite", "code", "dd", "del", "div", "dl",
    "dt", "em", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i",
    "img", "ins", "kbd", "li", "main", "mark", "nav", "ol", "p", "pre", "q", "s", "samp", "script", "section",
    "small", "span", "strike", "strong", "style", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "title", "tr", "tt", "u", "ul", "var",
})  # fmt: skip

# Short enough that no voice's largest segment has to divide one.
_MARKED = re.compile(
    r"<(?P<emotion>[A-Za-z][A-Za-z_-]{0,23})>"
    r"|\[(?P<word>[^\[\]\n]{1,60})\]\(/(?P<phonemes>(?:[^/()\n]|\([^/()\n]{1,9}\)){1,120})/\)"
    r"|</?(?P<markup>[A-Za-z][A-Za-z0-9]{0,11})(?:\s[^<>]{0,500})?/?>"
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A mark in a text that is not itself a word.

    Attributes:
        kind: "emotion" for `<laugh>`, "phonemes" for `[word](/phonemes/)`, "markup" for pasted formatting such as
        `<b>`. span: where it stands in the text that was searched. name: "laugh" (lower case), the word whose sound
        is given, or the element's name. phonemes: the sounds between the slashes; "" for the other kinds.
    """

    kind: Literal["emotion", "phonemes", "markup"]
    span: Span
    name: str
    phonemes: str = ""


def find(text: str) -> Iterator[Tag]:
    """Every tag of a text, in order."""
    # Most text has neither bracket: two scans at the speed of memory decide that.
    if "<" not in text and "](/" not in text:
        return
    for match in _MARKED.finditer(text):
        if (name := match["emotion"]) is not None:
            kind = "markup" if name.lower() in MARKUP else "emotion"
            yield Tag(kind, match.span(), name.lower())
        elif (word := match["word"]) is not None:
            # Dictionaries write sounds that not everybody makes in brackets: "kɑː(r)".
            yield Tag("phonemes", match.span(), word, match["phonemes"].replace("(", "").replace(")", ""))
        elif (name := match["markup"].lower()) in MARKUP:
            yield Tag("markup", match.span(), name)


def take_out(
    text: Normalised, emotions: Collection[str] = (), phonemes: bool = False
) -> tuple[Normalised, tuple[str, ...]]:
    """Remove what a voice cannot do: an emotion disappears, inline phonemes give way to their word.

    Args:
        text: normalised text, tags and all.
        emotions: names of the emotions this voice can do ("laugh").
        phonemes: whether it takes inline phonemes.

    Returns:
        The text that this voice can speak (it may have no words left), and one sentence for the person about each thing
        that was left out.
    """
    edits: list[Edit] = []
    notices: dict[str, None] = {}
    for tag in find(text.text):
        start, end = tag.span
        if tag.kind == "phonemes" and not phonemes:
            edits.append(Edit(start, end, tag.name))
            notices[f"This voice takes no phonemes: it says “{tag.name}” in its own way."] = None
        elif tag.kind == "emotion" and tag.name not in emotions:
            edits.append(_without(text.text, start, end))
            notices[f"This voice cannot do <{tag.name}>: it was left out."] = None
        elif tag.kind == "markup":
            edits.append(_without(text.text, start, end))
    return text.edited(_apart(edits)), tuple(notices)


def _without(text: str, start: int, end: int) -> Edit:
    """An edit that removes a tag with one of the two spaces around it."""
    if end < len(text) and text[end] == " " and (start == 0 or text[start - 1] == " "):
        return Edit(start, end + 1, "")
    if end == len(text) and start > 0 and text[start - 1] == " ":
        return Edit(start - 1, end, "")
    glued = start > 0 and end < len(text) and text[start - 1].isalnum() and text[end].isalnum()
    return Edit(start, end, " " if glued else "")


def _apart(edits: list[Edit]) -> list[Edit]:
    """Edits that do not overlap: a space shared by two neighbours belongs to the first."""
    result: list[Edit] = []
    for edit in edits:
        if result and edit.start < result[-1].end:
            edit = edit._replace(start=result[-1].end)
        result.append(edit)
    return result
