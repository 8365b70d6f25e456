"""A client that has left costs nothing any more: its document is read no further, and no job is made for it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from studio.api.bridge import SHARE, off_loop, off_loop_for
from studio.books import reading

Studio = Any  # conftest.Studio
SLEEPER = ("-c", "import time; time.sleep(600)")
HTTP = httpx.Client(timeout=60)


def soon(holds: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def submission(studio: Studio, key: str) -> socket.socket:
    """A connection that has sent a whole book and waits."""
    place = urlsplit(studio.url)
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nHello.\r\n--x--\r\n'
    head = (
        f"POST /v1/jobs HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    client = socket.create_connection((place.hostname, place.port))
    client.sendall(head.encode() + form)
    return client


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Documents that are never read to their end."""
    with monkeypatch.context() as patch:
        patch.setattr(reading, "_PROGRAM", SLEEPER)
        yield


@pytest.mark.usefixtures("stuck")
def test_two_are_read_eight_wait_the_next_is_told_and_all_go_with_their_clients(shared: Studio) -> None:
    line = shared.context.readings.line

    def kept() -> list[str]:
        keys = ("key-of-ada-1", "key-of-bob-1")
        lists = [HTTP.get(f"{shared.url}/v1/jobs", headers={"authorization": f"Bearer {key}"}) for key in keys]
        return [job["id"] for one in lists for job in one.json()["data"]]

    before = kept()
    clients = [submission(shared, "key-of-ada-1") for _ in range(10)]
    soon(lambda: line.counts() == (2, 8))
    one_more = HTTP.post(
        f"{shared.url}/v1/jobs",
        files={"file": ("a.txt", b"Hello.")},
        headers={"authorization": "Bearer key-of-ada-1"},
    )
    assert one_more.status_code == 429
    assert one_more.json()["error"]["code"] == "readers_busy"
    assert int(one_more.headers["retry-after"]) > 0
    of_bob = submission(shared, "key-of-bob-1")
    soon(lambda: line.counts() == (3, 8))  # he waits for none of hers
    of_bob.close()
    soon(lambda: line.counts() == (2, 8))
    for client in clients:
        client.close()
    soon(lambda: line.counts() == (0, 0))
    assert kept() == before


def test_one_person_never_holds_all_threads_of_the_doors() -> None:
    import asyncio

    held, running = threading.Event(), threading.Semaphore(0)

    def hold() -> None:
        running.release()
        held.wait(60)

    async def run() -> str:
        of_ada = [asyncio.ensure_future(off_loop_for("ada", hold)) for _ in range(100)]
        for _ in range(SHARE):
            await off_loop(running.acquire)
        try:
            return await asyncio.wait_for(off_loop_for("bob", lambda: "bob's"), 60)
        finally:
            held.set()
            await asyncio.gather(*of_ada)

    assert asyncio.run(run()) == "bob's"


@pytest.mark.usefixtures("stuck")
def test_a_page_that_is_closed_ends_the_reading_of_its_book(start: Callable[..., Studio]) -> None:
    studio = start()  # the page's folder of uploads is the one of the studio that began last
    line = studio.context.readings.line
    with httpx.Client(base_url=studio.url, timeout=60) as page:
        name = page.post("/gradio_api/upload", files={"files": ("a.txt", b"Hello.")}).json()[0]
        config = page.get("/config").json()
        named = {one["id"]: one["props"].get("elem_id") for one in config["components"]}
        reads = next(
            one["id"] for one in config["dependencies"] if any(named.get(t[0]) == "book-file" for t in one["targets"])
        )
        file = {"path": name, "meta": {"_type": "gradio.FileData"}}
        with page.stream("GET", "/gradio_api/heartbeat/of-this-page") as beat:
            assert beat.status_code == 200
            asked = {"data": [file], "fn_index": reads, "session_hash": "of-this-page", "event_data": None}
            assert page.post("/gradio_api/queue/join", json=asked).status_code == 200
            soon(lambda: line.counts() == (1, 0))
    soon(lambda: line.counts() == (0, 0))
