"""Routes whose JSON may be long: it is weighed and parsed on a thread, so that nobody else's sound waits for it."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from studio.access.careful_json import LARGE_BODY_BYTES, parsed, worth
from studio.api.bridge import off_loop


class LongJsonRoute(APIRoute):
    """Give it to an APIRouter as `route_class`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a request that reads its JSON so."""
        handler = super().get_route_handler()

        async def handling(request: Request) -> Response:
            return await handler(_Request(request.scope, request.receive))

        return handling


class _Request(Request):
    async def json(self) -> Any:
        """The body's value.

        Raises:
            Unreadable: it is not JSON, or has more entries than its length explains.
        """
        body = await self.body()
        if len(body) <= LARGE_BODY_BYTES:
            return parsed(body, worth(body))
        return await off_loop(parsed, body, worth(body))
