"""Multipart forms, whole and broken, in any packets."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from engine.errors import InputError
from studio.access import TooLarge
from studio.access.current import SCOPE_KEY
from studio.access.people import Person
from studio.api.bridge import Gone
from studio.api.uploads import Form, plain_name, received_form


def form_request(body: bytes, cut: int = 7, boundary: str = "x", ends: bool = True) -> Request:
    blocks: Iterator[bytes] = (body[at : at + cut] for at in range(0, len(body), cut))

    async def receive() -> dict[str, object]:
        block = next(blocks, None)
        if block is None:
            return {"type": "http.request", "body": b"", "more_body": False} if ends else {"type": "http.disconnect"}
        return {"type": "http.request", "body": block, "more_body": True}

    content_type = f"multipart/form-data; boundary={boundary}".encode()
    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", content_type)], SCOPE_KEY: Person("ada")}
    return Request(scope, receive)


def part(name: str, content: bytes, filename: str | None = None) -> bytes:
    extra = f'; filename="{filename}"' if filename is not None else ""
    return f'--x\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + content + b"\r\n"


def received(request: Request, folder: Path, most: int = 10_000) -> tuple[Form, bytes]:
    async def run() -> tuple[Form, bytes]:
        async with received_form(request, folder, most, max_field_bytes=1000) as form:
            content = form.file.path.read_bytes() if form.file and form.file.path.exists() else b""
            return form, content

    return asyncio.run(run())


@settings(deadline=None, max_examples=50)
@given(content=st.binary(max_size=3000), cut=st.integers(1, 400))
def test_a_file_arrives_whole_in_any_packets(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("uploads")
    if b"\r\n--x" in content:
        return
    body = part("model", "größe".encode()) + part("file", content, "a b.wav") + part("tag", b"1") + part("tag", b"2")
    form, kept = received(form_request(body + b"--x--\r\n", cut), folder)
    assert kept == content
    assert form.fields == {"model": ["größe"], "tag": ["1", "2"]}
    assert form.file is not None
    assert (form.file.name, form.file.size_bytes) == ("a b.wav", len(content))
    assert list(folder.iterdir()) == []  # nobody took it, so it is gone


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", InputError),
        (b"not a form", InputError),
        (b"--x\r\n", InputError),
        (part("file", b"x", "a.wav"), InputError),  # no end
        (part("file", b"x", "a.wav") + part("file", b"y", "b.wav") + b"--x--\r\n", InputError),
        (part("other", b"x", "a.wav") + b"--x--\r\n", InputError),
        (part("file", b"x" * 10_001, "a.wav") + b"--x--\r\n", TooLarge),
        (part("text", b"x" * 1001) + b"--x--\r\n", TooLarge),
        (b"".join(part("a", b"") for _ in range(201)) + b"--x--\r\n", InputError),
        (b"--x\r\nContent-Disposition: " + b"a" * 20_000 + b"\r\n\r\n", InputError),
        (b"--x\r\nContent-Disp\0osition: form-data\r\n\r\nx\r\n--x--\r\n", InputError),
    ],
)
def test_a_broken_form_leaves_nothing_behind(tmp_path: Path, body: bytes, error: type[Exception]) -> None:
    for cut in (1, 64, 100_000):
        with pytest.raises(error):
            received(form_request(body, cut), tmp_path)
        assert list(tmp_path.iterdir()) == []


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Gone):
        received(form_request(part("file", b"x" * 5000, "a.wav")[:3000], ends=False), tmp_path)
    assert list(tmp_path.iterdir()) == []


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_form_or_an_error(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    with contextlib.suppress(InputError, TooLarge):
        received(form_request(b"--x" + body), tmp_path_factory.getbasetemp())


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\talk.wav", "talk.wav"),
        ("a\0b\r\nc.wav", "abc.wav"),
        ("..", "upload"),
        ("", "upload"),
        (".", "upload"),
        ("/", "upload"),
        ("Größe — 日本.epub", "Größe — 日本.epub"),
        ("x" * 500 + ".epub", "x" * 195 + ".epub"),
    ],
)
def test_a_file_name_is_shown_without_its_folders(offered: str, kept: str) -> None:
    assert plain_name(offered) == kept
