"""What the doors that only speak need of an application, be it the whole studio or one with no page and no database."""

from dataclasses import replace
from typing import Protocol

from starlette.requests import HTTPConnection

from engine.pool import ModelPool
from engine.types import SpeechRequest
from studio.access import Access, Person
from studio.library import pronunciations, saved_voices
from studio.library.chosen import Kept
from studio.library.library import Library
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


def kept_voices(application: Speaking, asking: Person) -> Kept | None:
    """What a person's own voices are made of; None where nothing is kept."""
    if application.library is None:
        return None
    db = application.library.db
    return lambda family, voice: saved_voices.resolved(db, asking.name, family, voice)


def as_kept(
    application: Speaking, asking: Person, request: SpeechRequest, *, with_words: bool = True, book: str = ""
) -> SpeechRequest:
    """The request with words as the person wants them said.

    Args:
        application: whose library it is; without one the request is as it was.
        asking: whose words.
        request: its own pronunciations go before the kept ones.
        with_words: whether the kept pronunciations hold.
        book: of those kept for one book, whose hold too.

    Raises:
        DatabaseBusy: the database cannot be read.
    """
    if application.library is None or not with_words:
        return request
    kept = pronunciations.spoken(application.library.db, asking.name, book)
    return replace(request, pronunciations=request.pronunciations + kept)
