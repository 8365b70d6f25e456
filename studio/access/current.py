"""Who is asking: written into the connection once, by the middleware, and read everywhere else."""

from typing import Any, Protocol

from studio.access.errors import Unauthorised
from studio.access.people import Person

SCOPE_KEY = "studio.person"


class HasScope(Protocol):
    """A Starlette or FastAPI Request, or a WebSocket."""

    @property
    def scope(self) -> Any: ...


def current_person(connection: HasScope) -> Person:
    """Who made this request; for a `gr.Request` pass its `.request`.

    Raises:
        Unauthorised: nobody was let in, which the middleware does not allow to happen.
    """
    return person_in(connection.scope)


def person_in(scope: Any) -> Person:
    """Who made the request of this ASGI scope."""
    person = scope.get(SCOPE_KEY)
    if not isinstance(person, Person):
        raise Unauthorised("Log in to use this studio.")
    return person
