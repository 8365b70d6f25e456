"""What the doors that only speak need of an application, be it the whole studio or one with no page and no database."""

from dataclasses import replace
from typing import Protocol

from starlette.requests import HTTPConnection

from engine.pool import ModelPool
from engine.types import SpeechRequest
from studio.access import Access, Person
from studio.library.library import Library
from studio.library.voices import saved
from studio.library.voices.dressed import Own
from studio.library.voices.worn import worn
from studio.library.words import pronunciations
from studio.settings import Settings


class Speaking(Protocol):
    """An `ApiContext` is one."""

    @property
    def settings(self) -> Settings:
        """Defaults and limits."""
        ...

    @property
    def pool(self) -> ModelPool:
        """Loaded models."""
        ...

    @property
    def access(self) -> Access:
        """Who may come in, and how much they may ask for."""
        ...

    @property
    def library(self) -> Library | None:
        """What people have kept; None where nothing is."""
        ...


async def speaking(connection: HTTPConnection) -> Speaking:
    """The context of the application that serves this connection."""
    return connection.app.state.api


def own_of(application: Speaking, asking: Person) -> Own | None:
    """What a person's own voices are made of; None where nothing is kept."""
    return None if application.library is None else saved.own(application.library.db, asking.name)


def as_kept(
    application: Speaking,
    asking: Person,
    model: str,
    request: SpeechRequest,
    *,
    with_words: bool = True,
    book: str = "",
) -> SpeechRequest:
    """The request as it is spoken: a voice of one's own put on, and words as the person wants them said.

    Args:
        application: whose library it is; without one the request is as it was.
        asking: whose words and voices.
        model: who is to speak.
        request: its own pronunciations go before the kept ones.
        with_words: whether the kept pronunciations hold.
        book: of those kept for one book, whose hold too.

    Raises:
        DatabaseBusy: the database cannot be read.
        NotFound, VoiceError, StorageError: as `studio.library.voices.worn`.
    """
    library = application.library
    if library is None:
        return request
    request = worn(library.db, library.storage, asking.name, model, request)
    if not with_words:
        return request
    kept = pronunciations.spoken(library.db, asking.name, book)
    return replace(request, pronunciations=request.pronunciations + kept)
