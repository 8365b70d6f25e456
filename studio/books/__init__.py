"""Documents people read, as books: title, authors, cover, chapters of paragraphs."""
