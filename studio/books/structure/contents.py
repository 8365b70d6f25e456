"""A table of contents -> the chapters a listener would want. Knows titles, depths and sizes, not their source."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from studio.books.structure.headings import bare_number, is_chapter, is_part, numbered

_DIVIDER_WORDS = 300  # a part's own page: a title, perhaps a motto
_LONG_CHAPTER_WORDS = 40_000  # four hours; longer than that, its sections are the better chapters
_LONG_GROUP_WORDS = 12_000  # the same for what does not call itself a chapter, such as an author in an anthology
_GOOD_SECTION_WORDS = 1_500
_MAX_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table of contents.

    Attributes:
        title: as printed there.
        depth: 0 for the outermost.
        position: index of the block where it begins.
    """

    title: str
    depth: int
    position: int


@dataclass(slots=True)
class _Node:
    entry: Entry
    end: int
    children: list["_Node"]


def choose(entries: Sequence[Entry], end: int, words: Callable[[int, int], int]) -> list[Entry]:
    """The entries that begin a chapter.

    A part is opened into its chapters, a chapter is not opened into its sections unless it is very long. A part's own
    page goes to its first chapter. Chapters whose titles repeat ("Chapter 1" in every part) get their part's name.

    Args:
        entries: in the order of the table; positions may be out of order and repeat.
        end: number of blocks in the book.
        words: number of words between two positions.

    Returns:
        In order of position, each position once, all at depth 0.
    """
    nodes = _tree(sorted(entries, key=lambda entry: entry.position), end)
    # A table whose only outermost line is the book itself.
    for _ in range(_MAX_DEPTH):
        if len(nodes) == 1 and len(nodes[0].children) > 1:
            nodes = _with_own_page(nodes[0], words)
    chosen: list[tuple[str, Entry]] = []
    for node in nodes:
        chosen.extend(_opened(node, "", words, 0))
    return _distinct(chosen)


def _tree(entries: list[Entry], end: int) -> list[_Node]:
    roots: list[_Node] = []
    path: list[_Node] = []
    for entry in entries:
        while path and path[-1].entry.depth >= entry.depth:
            path.pop()
        node = _Node(entry, end, [])
        (path[-1].children if path else roots).append(node)
        path.append(node)
    _close(roots, end)
    return roots


def _close(roots: list[_Node], end: int) -> None:
    """Let every node reach to where its next sibling begins."""
    waiting = [(roots, end)]
    while waiting:
        nodes, last = waiting.pop()
        ends = [node.entry.position for node in nodes[1:]] + [last] * bool(nodes)
        for node, node.end in zip(nodes, ends, strict=True):
            waiting.append((node.children, node.end))


def _with_own_page(node: _Node, words: Callable[[int, int], int]) -> list[_Node]:
    """A node's children, and before them the node's own text when it is more than a title."""
    first = node.children[0].entry.position
    if words(node.entry.position, first) > _DIVIDER_WORDS:
        return [_Node(node.entry, first, []), *node.children]
    if first > node.entry.position:
        head = node.children[0]
        return [_Node(replace(head.entry, position=node.entry.position), head.end, head.children), *node.children[1:]]
    return node.children


def _opened(node: _Node, within: str, words: Callable[[int, int], int], depth: int) -> list[tuple[str, Entry]]:
    if not node.children or depth >= _MAX_DEPTH or not _holds_chapters(node, words):
        return [(within, node.entry)]
    part = node.entry.title if not within else f"{within}, {node.entry.title}"
    opened: list[tuple[str, Entry]] = []
    for child in _with_own_page(node, words):
        if child.entry is node.entry:
            opened.append((within, child.entry))
        else:
            opened.extend(_opened(child, part, words, depth + 1))
    return opened


def _holds_chapters(node: _Node, words: Callable[[int, int], int]) -> bool:
    title, children = node.entry.title, node.children
    calls_itself_chapter = is_chapter(title)
    if not calls_itself_chapter and (is_part(title) or any(is_chapter(child.entry.title) for child in children)):
        return True
    total = words(node.entry.position, node.end)
    if len(children) < 2:
        return False  # one child alone divides nothing
    if not calls_itself_chapter and all(bare_number(child.entry.title) is not None for child in children):
        return total / len(children) > _GOOD_SECTION_WORDS / 3
    longest = _LONG_CHAPTER_WORDS if calls_itself_chapter or numbered(title) else _LONG_GROUP_WORDS
    return total > longest and total / len(children) > _GOOD_SECTION_WORDS


def _distinct(chosen: list[tuple[str, Entry]]) -> list[Entry]:
    titles = Counter(entry.title.casefold() for _, entry in chosen)
    result: list[Entry] = []
    for part, entry in sorted(chosen, key=lambda pair: pair[1].position):
        # "Chapter 1" of which part? And a section says little without its chapter.
        is_section = is_chapter(part) or numbered(part) is not None
        is_vague = titles[entry.title.casefold()] > 1 or bare_number(entry.title) is not None or is_section
        named = replace(entry, depth=0, title=f"{part}: {entry.title}" if part and is_vague else entry.title)
        if result and result[-1].position == entry.position:
            continue  # two lines that lead to the same place: the first names it
        result.append(named)
    return result
