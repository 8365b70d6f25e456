"""A document as a run of blocks: what every format is read into, before it is cut into chapters."""

from dataclasses import dataclass, field
from typing import Literal

from studio.books.errors import BookError

Role = Literal["text", "note", "licence"]

LONG_CELL_CHARS = 300  # a "table" whose cells are longer is a page layout


@dataclass(slots=True)
class Block:
    """A paragraph, a heading, a list item, a table row or a stanza.

    Attributes:
        text: clean, never empty; "\\n" between lines of verse.
        heading: 1 to 6 for a heading, else 0.
        role: "note" for foot- and endnotes, "licence" for what a library wraps around a book.
        ids: names that links may lead to and that begin here.
        types: what the sections around it say they are ("chapter", "dedication", ...).
        starts_note: whether it is the first block of a note.
        linked: whether it began with a link, as notes do that lead back to their place.
    """

    text: str
    heading: int = 0
    role: Role = "text"
    ids: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    starts_note: bool = False
    linked: bool = False


@dataclass(slots=True)
class Budget:
    """How much text one book may still have.

    Attributes:
        name: what the person calls the file.
        max_chars: the limit.
        left: characters to go.
    """

    name: str
    max_chars: int
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.max_chars

    def spend(self, chars: int) -> None:
        """Count some text.

        Raises:
            BookError: there is more than the limit.
        """
        self.left -= chars
        if self.left < 0:
            raise BookError(
                f"“{self.name}” has more than {self.max_chars:,} characters of text. Split it and give its pieces."
            )


def row_text(cells: list[str]) -> str:
    """A table row as it is read: cells parted by commas."""
    return " ".join(
        cell if number == len(cells) or cell[-1] in ".,;:!?" else f"{cell}," for number, cell in enumerate(cells, 1)
    )
