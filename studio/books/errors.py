"""What can go wrong with a document a person gives us. Knows no format and no path."""

from engine.errors import InputError


class BookError(InputError):
    """A document that cannot be read; the message is one sentence that names it and says what to do."""


class TooManyReadings(BookError):
    """One person has too many documents waiting to be read."""
