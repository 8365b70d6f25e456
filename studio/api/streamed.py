"""Answers that are made while they are sent. Knows bytes and clients that leave, nothing of sound."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from engine.errors import EngineError
from studio.access import StreamSlot
from studio.api.bridge import Pump

log = logging.getLogger(__name__)


class PumpedResponse(Response):
    """Sends a pump's bytes as they come; when the client leaves, the pump is stopped."""

    def __init__(
        self, first: bytes, pump: Pump[bytes], media_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        """Args:
        first: what the pump gave already, so that its first error could still become a status.
        pump: the rest.
        media_type: of the whole.
        headers: further ones.
        """
        super().__init__(None, media_type=media_type, headers={"cache-control": "no-store", **(headers or {})})
        # The length is unknown until the last sample.
        del self.headers["content-length"]
        self._first = first
        self._pump = pump

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, the client's leaving, or an error, after which the answer stays visibly unfinished."""
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_gone(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        except EngineError as exc:
            # Too late for a status. Ending without the last block tells every client that something is missing.
            log.warning("a stream broke off: %s", exc)
        finally:
            self._pump.cancel()
            for task in (sending, leaving):
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, EngineError):
                    await task

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self._first, "more_body": True})
        async for block in self._pump:
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class EventResponse(Response):
    """Sends server-sent events from a coroutine; when the client leaves, the coroutine is cancelled."""

    def __init__(self, events: AsyncIterator[bytes], slot: StreamSlot) -> None:
        """Args: events: whole events.  slot: given back at the end."""
        super().__init__(None, media_type="text/event-stream", headers={"cache-control": "no-store"})
        del self.headers["content-length"]
        self._events = events
        self._slot = slot

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until the end, the client's leaving, or an error."""
        with self._slot:
            sending = asyncio.ensure_future(self._send_all(send))
            leaving = asyncio.ensure_future(_gone(receive))
            try:
                await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            except EngineError as exc:
                log.info("watching ended: %s", exc)
            finally:
                for task in (sending, leaving):
                    task.cancel()
                    with contextlib.suppress(asyncio.CancelledError, EngineError):
                        await task

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for event in self._events:
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
