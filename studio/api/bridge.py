"""Blocking generators, read on a thread of their own and awaited from the event loop.

The engine speaks in plain iterators that wait for a model's thread; the web speaks in coroutines. `Pump` joins the two
without polling: an item crosses in well under a millisecond, at most `depth` items wait, errors travel in order, and
`aclose` stops the work at once.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar
from weakref import WeakValueDictionary

from starlette.requests import Request

log = logging.getLogger(__name__)

# Of the doors' own: waits for models and disks must not use up the threads that the page and plain routes share.
_DOORS = ThreadPoolExecutor(64, thread_name_prefix="studio-door")
SHARE = 16
"""Of those threads, what one person's requests may hold; more of them wait for each other."""

T = TypeVar("T")
C = TypeVar("C", bound="Closable")


class Closable(Protocol):
    """Something whose `close` may be called from any thread, more than once, and does not wait."""

    def close(self) -> None: ...


class Gone(Exception):
    """The client has left; nobody is there to be answered."""


class Cancel:
    """What the thread registers so that the event loop can stop it; its methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._resources: list[Closable] = []
        self.is_set = False

    def closes(self, resource: C) -> C:
        """Have `resource` closed when the work is cancelled, or right now if it has been."""
        with self._lock:
            if not self.is_set:
                self._resources.append(resource)
                return resource
        resource.close()
        return resource

    def __call__(self) -> None:
        """Cancel."""
        with self._lock:
            self.is_set = True
            resources, self._resources = self._resources, []
        for resource in resources:
            resource.close()


class Pump(Generic[T]):
    """One blocking iterator, awaited item by item."""

    def __init__(self, work: Callable[[Cancel], Iterator[T]], depth: int = 4, name: str = "stream") -> None:
        """Args:
        work: makes the iterator, on the thread; registers with Cancel what must be closed to interrupt it. Its
            `finally` runs on the thread however the stream ends.
        depth: items that may wait for the reader.
        name: of the thread.
        """
        self._work = work
        self._name = name
        self._cancel = Cancel()
        self._room = threading.Semaphore(depth)
        self._items: deque[T] = deque()
        self._error: BaseException | None = None
        self._has_ended = False
        self._wakes: asyncio.Event = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        threading.Thread(target=self._run, name=f"studio-{name}", daemon=True).start()

    def __aiter__(self) -> "Pump[T]":
        return self

    async def __anext__(self) -> T:
        while True:
            if self._items:
                self._room.release()
                return self._items.popleft()
            if self._has_ended:
                error, self._error = self._error, None
                if error is not None:
                    raise error
                raise StopAsyncIteration
            self._wakes.clear()
            await self._wakes.wait()

    async def next_for(self, request: Request) -> T:
        """The next item, unless the client leaves first; the request's body must have been read.

        Raises:
            Gone: the client left. The work is cancelled.
            StopAsyncIteration: there is no further item.
        """
        item = asyncio.ensure_future(self.__anext__())
        leaving = asyncio.ensure_future(left(request))
        try:
            await asyncio.wait({item, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if item.done():
                return item.result()
            self.cancel()
            raise Gone
        except asyncio.CancelledError:
            self.cancel()
            raise
        finally:
            item.cancel()
            leaving.cancel()

    async def first_for(self, request: Request) -> T:
        """As `next_for`, for work that always yields something."""
        try:
            return await self.next_for(request)
        except StopAsyncIteration as exc:
            raise Gone from exc

    def cancel(self) -> None:
        """Stop the work; returns at once. May be called any number of times."""
        if self._cancel.is_set or self._has_ended:
            return
        self._cancel()
        self._room.release()

    async def aclose(self) -> None:
        """Stop the work and wait until its thread has let go of everything."""
        self.cancel()
        await self._ended.wait()

    def _run(self) -> None:
        error: BaseException | None = None
        iterator: Iterator[T] | None = None
        try:
            iterator = self._work(self._cancel)
            for item in iterator:
                self._room.acquire()
                if self._cancel.is_set:
                    break
                self._call(self._arrived, item)
        except Exception as exc:
            # The door that reads decides what becomes of it; after a cancel nobody reads.
            error = exc
            if self._cancel.is_set:
                log.debug("%s ended while being cancelled: %s", self._name, exc)
        finally:
            close = getattr(iterator, "close", None)
            if close is not None:
                try:
                    close()
                except Exception:
                    log.exception("%s did not close cleanly", self._name)
            self._call(self._finish, error)

    def _call(self, callback: Callable[..., None], *arguments: object) -> None:
        # The loop may be gone when the server stops in the middle of a stream.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *arguments)

    def _arrived(self, item: T) -> None:
        self._items.append(item)
        self._wakes.set()

    def _finish(self, error: BaseException | None) -> None:
        self._error = error
        self._has_ended = True
        self._wakes.set()
        self._ended.set()


async def off_loop(work: Callable[..., T], *arguments: object) -> T:
    """Run something that blocks, on a thread."""
    return await asyncio.get_running_loop().run_in_executor(_DOORS, work, *arguments)


async def off_loop_for(person: str, work: Callable[..., T], *arguments: object) -> T:
    """The same for a person, who can never hold all the threads."""
    async with _share_of(person):
        return await off_loop(work, *arguments)


_shares: "WeakValueDictionary[tuple[int, str], asyncio.Semaphore]" = WeakValueDictionary()
"""By event loop and person; whoever waits or works keeps theirs alive."""


def _share_of(person: str) -> asyncio.Semaphore:
    key = (id(asyncio.get_running_loop()), person)
    share = _shares.get(key)
    if share is None:
        share = _shares[key] = asyncio.Semaphore(SHARE)
    return share


async def left(request: Request) -> None:
    """Return when the client has gone; the request's body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
