"""Uploads on the page are counted per person, and the disk's room is looked at before Gradio takes them."""

import asyncio
import errno
import os
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from studio.access import TooMany
from studio.access.current import SCOPE_KEY
from studio.access.page.routes import UPLOAD
from studio.access.page.uploads import MOST_AT_ONCE, UPLOADS_A_DAY, PageUploads, _Counted, shutil
from studio.access.people import Person
from studio.api.errors import LastResort
from studio.library.errors import StorageError

Usage = namedtuple("Usage", "total used free")
LARGEST = 1000


class Uploads:
    """A door that reads all that comes, behind the counter."""

    def __init__(self, folder: Path) -> None:
        self.now = 0.0
        self.arrived = 0
        self.counter = PageUploads(self._door, folder, LARGEST, clock=lambda: self.now)
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def _door(self, scope: Scope, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RuntimeError("the client has left")
            self.arrived += len(message["body"])
            if not message["more_body"]:
                break
        await self.may_end.wait()

    async def send(self, who: str, size: int, path: str = UPLOAD, is_announced: bool = True) -> None:
        left = size

        async def receive() -> Message:
            nonlocal left
            block = min(left, 100)
            left -= block
            return {"type": "http.request", "body": b"x" * block, "more_body": left > 0}

        async def answered(_: Message) -> None: ...

        headers = [(b"content-length", str(size).encode())] if is_announced else []
        scope: dict[str, Any] = {"type": "http", "method": "POST", "path": path, "headers": headers}
        await self.counter(scope | {SCOPE_KEY: Person(who)}, receive, answered)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path)


def test_a_day_s_uploads_of_one_person_have_an_end_and_another_s_are_not_counted(uploads: Uploads) -> None:
    async def run() -> None:
        for _ in range(UPLOADS_A_DAY):
            await uploads.send("ada", LARGEST)
        with pytest.raises(TooMany, match="today"):
            await uploads.send("ada", 1)
        await uploads.send("ada", 1, path="/gradio_api/queue/join")
        await uploads.send("bob", LARGEST)
        uploads.now += 26 * 3600
        await uploads.send("ada", LARGEST)

    asyncio.run(run())


def test_a_person_sends_a_few_at_once(uploads: Uploads) -> None:
    async def run() -> None:
        uploads.may_end.clear()
        sending = [asyncio.ensure_future(uploads.send("ada", 10)) for _ in range(MOST_AT_ONCE)]
        while uploads.arrived < 10 * MOST_AT_ONCE:
            await asyncio.sleep(0)
        with pytest.raises(TooMany, match="on their way"):
            await uploads.send("ada", 10)
        of_bob = asyncio.ensure_future(uploads.send("bob", 10))
        uploads.may_end.set()
        await asyncio.gather(*sending, of_bob)
        await uploads.send("ada", 10)

    asyncio.run(run())


@pytest.mark.parametrize("is_announced", [True, False])
def test_the_disk_s_room_is_looked_at(uploads: Uploads, monkeypatch: pytest.MonkeyPatch, is_announced: bool) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(0, 0, 64 * 1024**2 + 500))
    monkeypatch.setattr(_Counted, "CHECK_EVERY", 100)
    asyncio.run(uploads.send("ada", 400, is_announced=is_announced))
    with pytest.raises(StorageError, match="no room"):
        asyncio.run(uploads.send("ada", 900, is_announced=is_announced))
    assert uploads.arrived <= 400 + 500


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_disk_that_is_full_in_the_middle_is_507_with_a_sentence(number: int) -> None:
    async def full(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError(number, os.strerror(number))

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "POST", "path": UPLOAD, "headers": []}
    asyncio.run(LastResort(full)(scope, receive, send))
    assert sent[0]["status"] == 507
    assert b"The disk is full" in sent[1]["body"]
