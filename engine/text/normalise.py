"""From text as written to text as spoken, by language, with the way back to the original.

The way: plain characters, sentence ends, tags set aside, then the language's rules. Which rules there are is told by
`english/order.py` and `languages/elsewhere.py`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from engine.text import leftovers, tags
from engine.text.characters import plain
from engine.text.english import order
from engine.text.languages import elsewhere
from engine.text.layout import blocks
from engine.text.normalised import Edit, Normalised, joined, moved
from engine.text.rules import Draft, apply
from engine.text.sentences import boundaries

# Gaps that rules leave behind: before closing marks, behind opening ones, at the ends; else one space is enough.
_UNTIDY = re.compile(r"(?P<no_gap>(?<![.!?…,;:]) +(?=[,.;:!?…)\]](?:\W|\Z))|\A +| +\Z|(?<=[(\[]) +)|  +")


Said = Callable[[str], Sequence[Edit]]
"""Plain text -> what to say instead of some of it; see `pronunciation.Dictionary`."""


@dataclass(frozen=True, slots=True)
class SpokenBlock:
    """A block of text ready for cutting.

    Attributes:
        words: the spoken text with its map.
        stops: offsets in the spoken text at which a new sentence begins, ascending.
        unsaid: signs that have no words in the language and were left out, each with its offset in the original.
    """

    words: Normalised
    stops: tuple[int, ...]
    unsaid: tuple[tuple[str, int], ...] = ()


def normalise(text: str, language: str) -> Normalised:
    """A text as it is spoken.

    Numbers, signs and abbreviations become words; characters nobody can say disappear; emotion tags and inline phonemes
    stay. Blocks (see `layout`) are separated by a line break, paragraphs by an empty line.

    Args:
        text: anything.
        language: BCP 47 tag; an unknown one gets plain characters and the numbers that can be had.

    Returns:
        The spoken text and, for each of its characters, where in `text` it comes from.
    """
    paragraphs: list[Normalised] = []
    lines: list[Normalised] = []
    for block in blocks(text):
        spoken = speak_block(text[block.start : block.end], block.start, language).words
        if spoken.text:
            lines.append(spoken)
        if block.ends == "paragraph" and lines:
            paragraphs.append(joined(lines, "\n"))
            lines = []
    return joined(paragraphs, "\n\n")


def speak_block(text: str, origin: int, language: str, said: Said | None = None) -> SpokenBlock:
    """One block as it is spoken, and where its sentences begin.

    Args:
        text: the block.
        origin: its offset in the original.
        language: BCP 47 tag.
        said: how a person wants words said; goes before every rule.
    """
    written = plain(text, origin)
    if not is_speakable(written.text):
        return SpokenBlock(Normalised.untouched("", origin), ())
    stops = boundaries(written.text, language)
    draft = Draft(written.text, language, frozenset(stops))
    for tag in tags.find(written.text):
        draft.claim(Edit(*tag.span, "" if tag.kind == "markup" else written.text[slice(*tag.span)]))
    for edit in said(written.text) if said is not None else ():
        draft.claim(edit)
    apply(order.RULES if is_english(language) else elsewhere.rules(language), draft)
    apply(leftovers.RULES, draft)
    edits = draft.finished()
    unsaid = tuple((written.text[at], written.offsets[at]) for at in draft.unsaid)
    words, stops = _edited(written, _kept(stops, edits, written.text), edits)
    untidy = [
        Edit(match.start(), match.end(), "" if match["no_gap"] else " ") for match in _UNTIDY.finditer(words.text)
    ]
    return SpokenBlock(*_edited(words, stops, untidy), unsaid)


def is_english(language: str) -> bool:
    """Whether a tag means English; an empty one does."""
    return language.lower().replace("_", "-").partition("-")[0] in {"en", ""}


def is_speakable(text: str) -> bool:
    """Whether there is anything to say: a letter, a figure or an emotion."""
    return any(character.isalnum() for character in text)


def _edited(text: Normalised, stops: Sequence[int], edits: Sequence[Edit]) -> tuple[Normalised, tuple[int, ...]]:
    if not edits:
        return text, tuple(stops)
    return text.edited(edits), tuple(moved(stops, edits))


def _kept(stops: Iterable[int], edits: Sequence[Edit], text: str) -> list[int]:
    """The sentence ends that survive the rules: none inside something said as one, none behind an abbreviation."""
    kept: list[int] = []
    at = 0
    for stop in sorted({*stops, *_added(edits, text)}):
        while at < len(edits) and edits[at].end < stop:
            at += 1
        inside = at < len(edits) and edits[at].start < stop < edits[at].end
        before = at if at < len(edits) and edits[at].end == stop else at - 1
        joins = before >= 0 and edits[before].joins and not text[edits[before].end : stop].strip(" \"'”’)]»")
        if not inside and not joins:
            kept.append(stop)
    return kept


def _added(edits: Iterable[Edit], text: str) -> Iterable[int]:
    """Sentence ends that a rule knows of and the splitter does not."""
    for edit in edits:
        if edit.ends and (rest := text[edit.end : edit.end + 8].lstrip(" .!?\"'”’)]»")):
            yield min(edit.end + 8, len(text)) - len(rest)
