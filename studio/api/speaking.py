"""What the doors that only speak need of an application, be it the whole studio or one with no page and no database."""

from dataclasses import replace
from typing import Protocol

from starlette.requests import HTTPConnection

from engine import registry
from engine.pool import ModelPool
from engine.types import SpeechRequest
from studio.access import Access, Person
from studio.library import pronunciations, saved_voices
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


def as_kept(
    application: Speaking,
    asking: Person,
    model: str,
    request: SpeechRequest,
    *,
    with_words: bool = True,
    book: str = "",
) -> SpeechRequest:
    """The request with a voice of the person's own by what it is made of, and words as they want them said.

    Args:
        application: whose library it is; without one the request is as it was.
        asking: whose voices and words.
        model: that will speak.
        request: its own pronunciations go before the kept ones.
        with_words: whether the kept pronunciations hold.
        book: of those kept for one book, whose hold too.

    Raises:
        DatabaseBusy: the database cannot be read.
    """
    if application.library is None:
        return request
    db = application.library.db
    voice = saved_voices.resolved(db, asking.name, registry.find(model).family, request.voice)
    kept = pronunciations.spoken(db, asking.name, book) if with_words else ()
    return replace(request, voice=voice, pronunciations=request.pronunciations + kept)
