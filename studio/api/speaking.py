"""What the doors that only speak need of an application, be it the whole studio or one with no page and no database."""

from typing import Protocol

from starlette.requests import HTTPConnection

from engine.pool import ModelPool
from studio.access import Access
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


async def speaking(connection: HTTPConnection) -> Speaking:
    """The context of the application that serves this connection."""
    return connection.app.state.api
