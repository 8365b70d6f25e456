"""Documents people read, as books: title, authors, cover, chapters of paragraphs."""

from studio.books.errors import BookError
from studio.books.model import Book, Chapter, Kind
from studio.books.plan import default_chapters, estimate_minutes
from studio.books.reading import read_book, read_text

__all__ = ["Book", "BookError", "Chapter", "Kind", "default_chapters", "estimate_minutes", "read_book", "read_text"]
