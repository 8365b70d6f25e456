"""How much a person may leave in the page's folder of uploads: some at once, so much a day, and never the disk's last.

Gradio takes every upload and keeps it for a day, whoever sent it and whatever room there is. This counts, before Gradio
reads; it remembers nothing over a restart, and neither page nor file knows of it.
"""

import shutil
import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from pathlib import Path

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import EngineError
from studio.access.current import person_in
from studio.access.errors import TooMany
from studio.access.limits import megabytes
from studio.access.page.routes import UPLOAD
from studio.library.errors import StorageError
from studio.library.storage import KEEP_FREE_BYTES

MOST_AT_ONCE = 4
DAY_S = 25 * 3600.0
"""How long Gradio may keep a file: a day, and it looks once an hour."""
UPLOADS_A_DAY = 5
"""So many of the largest a person may leave there."""
NO_ROOM = "There is no room on the studio's disk for this upload. Make room, then send it again."


class PageUploads:
    """The page's door, with an eye on what comes in through it."""

    def __init__(self, door: ASGIApp, folder: Path, max_upload_bytes: int, clock: Callable[[], float] = time.time):
        """Args: door: the page's.  folder: where uploads go.  max_upload_bytes: of one.  clock: seconds."""
        self.door = door
        self._folder = folder
        self._most = UPLOADS_A_DAY * max_upload_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._open: Counter[str] = Counter()
        self._left: defaultdict[str, deque[tuple[float, int]]] = defaultdict(deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through. Raises TooMany, StorageError: for an upload that there is no room for."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != UPLOAD:
            await self.door(scope, receive, send)
            return
        name = person_in(scope).name
        length = Headers(scope=scope).get("content-length", "")
        self._check(name, int(length) if length.isascii() and length.isdigit() else 0)
        with self._lock:
            if self._open[name] >= MOST_AT_ONCE:
                raise TooMany(f"{MOST_AT_ONCE} of your uploads are on their way, the most at once. Wait for one.")
            self._open[name] += 1
        counted = _Counted(receive, lambda size: self._check(name, size))
        try:
            await self.door(scope, counted.receive, send)
        except Exception as exc:
            # Whoever was reading takes the cut for a client that left; the client is told the truth.
            raise counted.refusal or exc from exc.__cause__
        finally:
            with self._lock:
                self._open[name] -= 1
                self._left[name].append((self._clock(), counted.size))
        if counted.refusal is not None and not counted.is_whole:
            raise counted.refusal

    def _check(self, name: str, size: int) -> None:
        with self._lock:
            left = self._left[name]
            while left and left[0][0] < self._clock() - DAY_S:
                left.popleft()
            kept = sum(bytes_ for _, bytes_ in left)
        if kept + size > self._most:
            raise TooMany(f"You have sent {megabytes(kept)} today, and a day may bring {megabytes(self._most)}.")
        if size + KEEP_FREE_BYTES > shutil.disk_usage(self._folder).free:
            raise StorageError(NO_ROOM)


class _Counted:
    """A body that is cut off where it no longer fits; whoever announces no length is counted as it comes."""

    CHECK_EVERY = 16 * 1024 * 1024

    def __init__(self, receive: Receive, check: Callable[[int], None]) -> None:
        self._receive = receive
        self._check = check
        self._checked = 0
        self.size = 0
        self.is_whole = False
        self.refusal: EngineError | None = None

    async def receive(self) -> Message:
        """The next message; after the limit, as if the client had gone."""
        if self.refusal is not None:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] != "http.request":
            return message
        self.size += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        if self.size - self._checked >= self.CHECK_EVERY:
            self._checked = self.size
            try:
                self._check(self.size)
            except EngineError as exc:
                self.refusal = exc
                return {"type": "http.disconnect"}
        return message
