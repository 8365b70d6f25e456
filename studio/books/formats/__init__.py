"""A file of some format -> a book: a file a format."""
