"""What every route is given: the things `studio.app` built, found on the application's state."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from engine.pool import ModelPool
from studio.access import Access, Person, current_person
from studio.api.known.loudspeaker import Loudspeaker
from studio.api.live_sessions import LiveSessions
from studio.books import Readings
from studio.library.library import Library
from studio.settings import Settings


@dataclass(frozen=True, slots=True)
class ApiContext:
    """Built once.

    Attributes:
        settings: defaults and limits.
        library: jobs, results and clips of every owner.
        pool: loaded models.
        access: who may come in, and how much they may ask for.
        live: microphones' sessions that outlive their connection.
        readings: documents that are being read; the page's too.
        loudspeaker: what this machine plays for whoever sits at it.
    """

    settings: Settings
    library: Library
    pool: ModelPool
    access: Access
    live: LiveSessions = field(default_factory=LiveSessions)
    readings: Readings = field(default_factory=Readings)
    loudspeaker: Loudspeaker = field(default_factory=Loudspeaker)


# Both are coroutines because FastAPI would send plain functions through a thread.
async def api_context(connection: HTTPConnection) -> ApiContext:
    """The context of the application that serves this connection."""
    return connection.app.state.api


async def person(connection: HTTPConnection) -> Person:
    """Who asks."""
    return current_person(connection)


Context = Annotated[ApiContext, Depends(api_context)]
Asking = Annotated[Person, Depends(person)]
