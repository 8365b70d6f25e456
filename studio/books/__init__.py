"""Documents people read, as books: title, authors, cover, chapters of paragraphs."""

from studio.books.errors import BookError, TooManyReadings
from studio.books.model import Book, Chapter, Kind
from studio.books.plan import default_chapters
from studio.books.reading import read_book, read_text
from studio.books.readings import Readings

__all__ = [
    "Book",
    "BookError",
    "Chapter",
    "Kind",
    "Readings",
    "TooManyReadings",
    "default_chapters",
    "read_book",
    "read_text",
]
