"""Blocks of text and the places where chapters begin -> chapters, with notes and licences set apart."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from studio.books.errors import BookError
from studio.books.model import Book, Chapter, CoverType, Kind, count_words
from studio.books.plan import skip_notice
from studio.books.structure.blocks import Block
from studio.books.structure.contents import Entry, choose
from studio.books.structure.headings import is_chapter, is_named, is_part, is_second_line, needs_title
from studio.books.structure.matter import Where, kind_of_title, kind_of_types

MAX_TITLE_CHARS = 200
_UNDIVIDED_WORDS = 12_000  # a book without chapters longer than this is cut into parts
_PART_WORDS = 5_000  # half an hour
_FRONT_PAGE_WORDS = 300
_LEAD_IN_WORDS = 40  # a title and an author's name before the first chapter are not a chapter


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a chapter begins.

    Attributes:
        position: index of its first block.
        title: "" takes the first heading.
        kind: what is known about it; None asks its marks, then its title.
    """

    position: int
    title: str = ""
    kind: Kind | None = None


def word_counter(blocks: Sequence[Block]) -> Callable[[int, int], int]:
    """A function that tells the words between two positions in constant time."""
    sums = [0, *accumulate(count_words(block.text) for block in blocks)]
    return lambda start, end: sums[max(end, start)] - sums[start]


def cuts_at_headings(blocks: Sequence[Block]) -> list[Cut]:
    """Where the headings of a document part it into chapters."""
    entries: list[Entry] = []
    for position, block in enumerate(blocks):
        if block.heading and block.role == "text":
            previous = blocks[position - 1] if position else None
            # "Chapter I" and right under it, as a smaller heading, its title: one chapter.
            if (
                entries
                and previous is not None
                and entries[-1].position == position - 1
                and (
                    needs_title(entries[-1].title)
                    and block.heading >= previous.heading
                    and not is_chapter(block.text)
                    and not is_part(entries[-1].title)
                )
            ):
                entries[-1] = Entry(f"{entries[-1].title.rstrip(' .:')}: {one_line(block.text)}", *_rest(entries[-1]))
                continue
            entries.append(Entry(one_line(block.text), block.heading - 1, position))
    return _without_bare(blocks, choose(entries, len(blocks), word_counter(blocks)))


def _without_bare(blocks: Sequence[Block], entries: Sequence[Entry]) -> list[Cut]:
    """Cuts at the entries; headings with nothing under them ("EPOCH THE FIRST.") go to the chapter that follows."""
    cuts: list[Cut] = []
    start: int | None = None
    ends = [entry.position for entry in entries[1:]] + [len(blocks)]
    for entry, end in zip(entries, ends, strict=False):
        is_bare = all(block.heading for block in blocks[entry.position : end])
        if is_bare and end < len(blocks) and kind_of_title(entry.title, 0) is None:
            start = entry.position if start is None else start
            continue
        cuts.append(Cut(entry.position if start is None else start, entry.title))
        start = None
    return cuts


def chapters_of(blocks: Sequence[Block], cuts: Iterable[Cut], book_title: str = "") -> list[Chapter]:
    """Cut the blocks into chapters.

    Args:
        blocks: the whole document, in reading order.
        cuts: where chapters begin; text before the first one becomes a section of its own, or joins the first when it
            is no more than a title.
        book_title: for a document that has no title of its own anywhere.

    Returns:
        Chapters with text, in order; then one with the notes that stood among the text, then one with licences.
    """
    ordered = sorted(
        {cut.position: cut for cut in cuts if cut.position < len(blocks)}.values(), key=lambda cut: cut.position
    )
    words = word_counter(blocks)
    if not ordered:
        ordered = [Cut(0, "", "body")]
    elif ordered[0].position > 0:
        first = ordered[0]
        lead_in = sum(count_words(block.text) for block in blocks[: first.position] if block.role == "text")
        if lead_in <= _LEAD_IN_WORDS and first.kind in (None, "body"):
            ordered[0] = Cut(0, first.title or _first_heading(blocks[first.position :]), first.kind)
        else:
            # What stands before a Gutenberg book's first heading is its transcribers' thanks.
            is_thanks = lead_in <= _FRONT_PAGE_WORDS and any(block.role == "licence" for block in blocks)
            ordered.insert(0, Cut(0, "", "front" if is_thanks else None))
    kinds = _kinds(blocks, ordered, words)
    chapters: list[Chapter] = []
    notes: list[tuple[str, list[Block]]] = []
    licences: list[Block] = []
    for number, (cut, kind) in enumerate(zip(ordered, kinds, strict=True)):
        end = ordered[number + 1].position if number + 1 < len(ordered) else len(blocks)
        section = blocks[cut.position : end]
        licences.extend(block for block in section if block.role == "licence")
        text = [block for block in section if block.role == "text"]
        aside = [block for block in section if block.role == "note"]
        title = (
            one_line(cut.title) or _first_heading(section) or _fallback_title(kind, number, len(ordered), book_title)
        )
        if aside and all(block.heading for block in text):
            kind = "notes"
            text, aside = [block for block in section if block.role != "licence"], []
        if aside:
            notes.append((title, aside))
        if text:
            chapters.append(Chapter(title, tuple(block.text for block in text), kind, _count_notes(text, kind)))
    chapters = _divided(chapters)
    if notes:
        chapters.append(_notes_chapter(notes))
    if licences:
        chapters.append(Chapter("Licence", tuple(block.text for block in licences), "back"))
    return chapters


def assemble(
    title: str,
    chapters: list[Chapter],
    name: str,
    *,
    authors: Iterable[str] = (),
    language: str = "",
    cover: bytes | None = None,
    cover_type: CoverType = "",
    notices: Iterable[str] = (),
) -> Book:
    """The book, with the sentence about what is skipped.

    Raises:
        BookError: there is no chapter with text.
    """
    if not chapters:
        raise BookError(f"“{name}” has no text that could be read aloud.")
    skipped = skip_notice(chapters)
    return Book(
        title=one_line(title) or "Untitled",
        authors=tuple(dict.fromkeys(filter(None, map(one_line, authors)))),
        language=language,
        cover=cover,
        cover_type=cover_type,
        chapters=tuple(chapters),
        notices=tuple(filter(None, [skipped, *notices])),
    )


def one_line(text: str) -> str:
    """A title: single spaces, at most 200 characters."""
    text = " ".join(text.split())
    return text if len(text) <= MAX_TITLE_CHARS else text[: MAX_TITLE_CHARS - 1].rstrip() + "…"


def _rest(entry: Entry) -> tuple[int, int]:
    return entry.depth, entry.position


def _first_heading(section: Sequence[Block]) -> str:
    """The heading a section opens with, joined with the title under it."""
    at = next((at for at, block in enumerate(section[:8]) if block.heading and block.role == "text"), None)
    if at is None:
        first = section[0].text if section else ""
        return one_line(first) if is_chapter(first) or is_named(first) or is_part(first) else ""
    title = one_line(section[at].text)
    if at + 1 < len(section) and needs_title(title):
        following = section[at + 1]
        if following.heading or is_second_line(following.text):
            title = one_line(f"{title.rstrip(' .:')}: {following.text}")
    return title


def _kinds(blocks: Sequence[Block], cuts: Sequence[Cut], words: Callable[[int, int], int]) -> list[Kind]:
    """What each section is: its own mark, then its title, then the body."""
    known: list[Kind | None] = []
    sizes: list[int] = []
    titles: list[str] = []
    for number, cut in enumerate(cuts):
        end = cuts[number + 1].position if number + 1 < len(cuts) else len(blocks)
        section = blocks[cut.position : end]
        sizes.append(words(cut.position, end))
        titles.append(cut.title or _first_heading(section))
        known.append(cut.kind or _marked(section))
    certain = [
        number
        for number, kind in enumerate(known)
        if kind == "body" or (kind is None and (is_chapter(titles[number]) or is_part(titles[number])))
    ]
    kinds: list[Kind] = []
    for number, kind in enumerate(known):
        where: Where = ""
        if certain:
            where = "before" if number < certain[0] else "after" if number > certain[-1] else "within"
        # A publisher's plain "bodymatter" does not make a bibliography a chapter.
        if kind is None or (kind == "body" and cuts[number].kind is None):
            kind = kind_of_title(titles[number], sizes[number], where) or kind
        kinds.append(kind or "body")
    return kinds


def _marked(section: Sequence[Block]) -> Kind | None:
    """What most of a section's blocks are marked as."""
    votes: dict[Kind | None, int] = {}
    for block in section[:200]:
        if block.role == "text":
            kind = kind_of_types(block.types)
            votes[kind] = votes.get(kind, 0) + 1 + len(block.text) // 100
    return max(votes, key=lambda kind: votes[kind]) if votes else None


def _fallback_title(kind: Kind, number: int, total: int, book_title: str) -> str:
    if total == 1:
        return book_title or "The whole text"
    named: dict[Kind, str] = {"front": "Front matter", "back": "Back matter", "notes": "Notes", "body": "Opening"}
    return named[kind] if kind != "body" or number == 0 else f"Section {number + 1}"


def _count_notes(blocks: Sequence[Block], kind: Kind) -> int:
    if kind != "notes":
        return 0
    started = sum(block.starts_note for block in blocks)
    return started or sum(1 for block in blocks if not block.heading)


def _notes_chapter(notes: list[tuple[str, list[Block]]]) -> Chapter:
    paragraphs: list[str] = []
    for title, blocks in notes:
        if len(notes) > 1:
            paragraphs.append(f"Notes to {title}")
        paragraphs.extend(block.text for block in blocks)
    count = sum(_count_notes(blocks, "notes") for _, blocks in notes)
    return Chapter("Notes", tuple(paragraphs), "notes", count)


def _divided(chapters: list[Chapter]) -> list[Chapter]:
    """A long work without chapters, cut at paragraphs into parts, so that it can be made and heard piece by piece."""
    body = [chapter for chapter in chapters if chapter.kind == "body"]
    if len(body) != 1 or body[0].word_count <= _UNDIVIDED_WORDS:
        return chapters
    groups: list[list[str]] = [[]]
    words = 0
    for paragraph in body[0].paragraphs:
        if words >= _PART_WORDS:
            groups.append([])
            words = 0
        groups[-1].append(paragraph)
        words += count_words(paragraph)
    parts = [Chapter(f"Part {number}", tuple(group)) for number, group in enumerate(groups, 1)]
    at = chapters.index(body[0])
    return [*chapters[:at], *parts, *chapters[at + 1 :]]
