"""Lines broken for paper or a terminal -> paragraphs broken for reading. Knows lines and widths, no format."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_HYPHENATED = re.compile(r"([^\W\d_]+)[-‐]$")
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_WIDEST_WRAP = 100  # characters; a line longer than this was not broken to fit a page
_NARROWEST_WRAP = 40
_FULL_LINE = 0.7  # share of the width from which a line counts as broken by the margin
_LONG_BLOCK_LINES = 12  # longer than this without an empty line, paragraphs are looked for inside
_TERMINAL = re.compile(r"[.!?…:]['\"”’)\]]*$")

Hyphens = Literal["drop", "keep"]
"""What a hyphen at the end of a line is when the rest of the text does not tell: typesetting, or the word's own."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A stretch of text between empty lines.

    Attributes:
        text: reflowed; "\\n" between lines of verse.
        lines: how many lines it had.
        gap: empty lines before it.
    """

    text: str
    lines: int
    gap: int


def vocabulary(text: str) -> frozenset[str]:
    """Every word of a text in lower case, hyphenated ones whole."""
    return frozenset(word.lower() for word in _WORD.findall(text))


def join_lines(lines: Iterable[str], words: frozenset[str], hyphens: Hyphens) -> str:
    """One paragraph from its lines. A word broken over two lines becomes whole.

    Args:
        lines: without line ends.
        words: `vocabulary` of the whole text: a word that occurs unbroken elsewhere settles how it is written.
        hyphens: what to do with the others.
    """
    parts: list[str] = []
    for line in lines:
        line = line.strip()
        if not line:
            continue
        if not parts:
            parts.append(line)
            continue
        last = parts[-1]
        broken, rest = _HYPHENATED.search(last[-60:]), _NEXT_WORD.match(line)
        if broken and rest and line[0].islower():
            if _is_one_word(broken.group(1), rest.group(), words, hyphens):
                parts[-1] = last[:-1]
            parts.append(line)
        elif last.endswith(("—", "--", "-")) and not last.endswith(" -") and line[0].isalnum():
            parts.append(line)
        else:
            parts.extend((" ", line))
    return "".join(parts)


def paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a plain text, hard-wrapped or not.

    Nothing but white space and line-end hyphens is changed, so words come out in order, none lost or doubled.
    """
    lines = [line.rstrip() for line in text.expandtabs(4).split("\n")]
    words = vocabulary(text)
    width = _wrap_width(lines)
    result: list[Paragraph] = []
    gap = 0
    for block in _blocks(lines):
        if not block:
            gap += 1
            continue
        for number, group in enumerate(_groups(block, width)):
            result.append(Paragraph(_read(group, width, words), len(group), gap if number == 0 else 0))
        gap = 0
    return result


def _is_one_word(head: str, tail: str, words: frozenset[str], hyphens: Hyphens) -> bool:
    """Whether the hyphen between two halves is only typesetting."""
    whole, parted = (head + tail).lower() in words, f"{head}-{tail}".lower() in words
    return whole if whole != parted else hyphens == "drop"


def _wrap_width(lines: Sequence[str]) -> int:
    """The margin at which a text was broken; 0 for a text whose lines are whole paragraphs."""
    lengths = sorted(len(line) for line in lines if line.strip())
    if len(lengths) < 3:
        return 0
    width = lengths[int(len(lengths) * 0.95) if len(lengths) >= 20 else -1]
    return width if _NARROWEST_WRAP <= width <= _WIDEST_WRAP else 0


def _blocks(lines: Sequence[str]) -> Iterable[list[str]]:
    """Runs of lines; an empty list for each empty line."""
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
            continue
        if block:
            yield block
            block = []
        yield []
    if block:
        yield block


def _groups(block: list[str], width: int) -> list[list[str]]:
    """A block's paragraphs, where they are told apart by indents, by short last lines, or by nothing but line ends."""
    if width == 0:
        # Lines of a text that was not wrapped are its paragraphs, unless they are so short that they are verse.
        return [block] if _is_verse(block, _WIDEST_WRAP) else _at(block, lambda number: not _runs_on(block, number))
    if len(block) < _LONG_BLOCK_LINES or _is_verse(block, width):
        indents = [_indent(line) for line in block]
        if len(block) > 3 and indents[0] > 0 and not _is_verse(block, width) and min(indents) == 0:
            return _at(block, lambda number: indents[number] > 0)
        return [block]
    indented = [_indent(line) > 0 for line in block]
    if 0 < sum(indented) < len(block) / 2:
        return _at(block, lambda number: indented[number])
    return _at(
        block,
        lambda number: len(block[number - 1]) < width * _FULL_LINE and _TERMINAL.search(block[number - 1]) is not None,
    )


def _at(block: list[str], begins: Callable[[int], bool]) -> list[list[str]]:
    groups: list[list[str]] = []
    for number, line in enumerate(block):
        if number == 0 or begins(number):
            groups.append([])
        groups[-1].append(line)
    return groups


def _runs_on(block: Sequence[str], number: int) -> bool:
    """Whether a line goes on with the sentence of the one before: two lines are too few to know the margin by."""
    before = block[number - 1]
    are_wrapped = _NARROWEST_WRAP <= len(before) <= _WIDEST_WRAP and len(block[number]) <= _WIDEST_WRAP
    return are_wrapped and _TERMINAL.search(before) is None


def _is_verse(block: Sequence[str], width: int) -> bool:
    """Whether lines end where the poet, not the margin, ended them."""
    if len(block) < 2:
        return False
    lines = block[:-1]
    if (
        all(_indent(line) >= 2 for line in block)
        and sum(len(line.strip()) for line in lines) < len(lines) * width * 0.75
    ):
        return True
    return max(len(line) for line in lines) < width * _FULL_LINE


def _read(group: list[str], width: int, words: frozenset[str]) -> str:
    if _is_verse(group, width or _WIDEST_WRAP):
        return "\n".join(" ".join(line.split()) for line in group)
    return join_lines((" ".join(line.split()) for line in group), words, "keep")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
