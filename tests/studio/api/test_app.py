"""The application as a whole: the page behind the login, the public link up to its edge, starting and stopping."""

import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from engine.errors import OptionError
from studio import app as studio_app
from studio.app import ServeError, address_of, create_app, listen, open_share_link
from studio.settings import Settings

Studio = Any  # conftest.Studio
ADA = {"authorization": "Bearer key-of-ada-1"}


def test_two_studios_cannot_have_one_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServeError, match=f"Port {port} is taken"):
            listen("127.0.0.1", port)
    for host in ("no such host", "192.0.2.1"):
        with pytest.raises(ServeError):
            listen(host, 0)
    with listen("127.0.0.1", 0) as free:
        assert free.getsockname()[1] > 0


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::1", "http://[::1]:1")],
)
def test_the_address_can_be_typed_into_a_browser(host: str, address: str) -> None:
    assert address_of(host, 1) == address


def test_no_studio_is_built_for_others_with_a_key_that_can_be_guessed(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="too short"):
        create_app(Settings(_env_file=None, outputs=tmp_path, share=True, users={"ada": SecretStr("short")}))  # type: ignore[call-arg]
    assert not list(tmp_path.iterdir())


def test_guests_see_what_they_made_and_the_owner_what_was_made_here(start: Callable[..., Studio]) -> None:
    studio = start(host="0.0.0.0")
    tokens = studio.context.access.tokens
    assert tokens is not None
    key = httpx.post(f"{studio.url}/login", data={"password": tokens.guest}).json()["key"]
    guest, owner = ({"authorization": f"Bearer {one}"} for one in (key, tokens.owner))
    body = {"input": "Hello.", "response_format": "pcm", "stream_format": "sse"}
    for who in (guest, owner):
        said = httpx.post(f"{studio.url}/v1/audio/speech", json=body, headers={"x-studio-keep": "1", **who}, timeout=60)
        assert said.status_code == 200
    mine, theirs = (httpx.get(f"{studio.url}/v1/clips", headers=who).json()["data"] for who in (owner, guest))
    assert (len(mine), len(theirs)) == (1, 1)
    assert mine[0]["id"] != theirs[0]["id"]
    assert [clip.id for clip in studio.context.library.list_clips("local")] == [mine[0]["id"]]
    page = httpx.get(studio.url, headers=guest | {"accept": "text/html"})
    assert page.status_code == 200


def test_the_page_and_its_files_ask_for_the_login_and_name_no_path(shared: Studio) -> None:
    browser = {"accept": "text/html"}
    assert httpx.get(shared.url, headers=browser).headers["location"] == "/login"
    page = httpx.get(shared.url, headers=browser | ADA)
    assert page.status_code == 200
    assert "Speech Studio" in page.text
    assert str(shared.context.settings.outputs) not in page.text
    assert str(Path(studio_app.__file__).parents[1]) not in page.text
    scripts = re.findall(r'src=\\?"(/static/studio/[^"\\]+)', page.text.replace("\\u003c", "<"))
    assert scripts
    for script in scripts:
        assert httpx.get(shared.url + script, headers=ADA).status_code == 200
        assert httpx.get(shared.url + script).status_code == 401


def test_a_public_link_is_answered_to_once_it_is_open(
    start: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = start(share=True, users={"ada": SecretStr("key-of-ada-1")})
    ada = {"authorization": "Bearer key-of-ada-1"}
    public = {"host": "abc123.gradio.live"}
    assert httpx.get(f"{studio.url}/v1/models", headers=public | ada).status_code == 421

    def tunnel(host: str, port: int, *_: object) -> str:
        assert (host, port) == ("127.0.0.1", 7860)
        return "https://abc123.gradio.live"

    monkeypatch.setattr(studio_app, "setup_tunnel", tunnel)
    assert open_share_link(studio.context.access, 7860) == "https://abc123.gradio.live"
    assert httpx.get(f"{studio.url}/v1/models", headers=public).status_code == 401
    assert httpx.get(f"{studio.url}/v1/models", headers=public | ada).status_code == 200
    page = httpx.get(studio.url, headers=public | ada | {"accept": "text/html"})
    assert "https://abc123.gradio.live" in page.text  # where the page sends its own requests
    posted = {"origin": "https://abc123.gradio.live"}
    assert httpx.post(f"{studio.url}/v1/jobs", headers=public | ada | posted).status_code in {400, 503}


def test_a_public_link_that_cannot_be_had_is_one_sentence(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def tunnel(*_: object) -> str:
        raise RuntimeError("frpc: dial tcp 10.0.0.1:7000: connection refused")

    monkeypatch.setattr(studio_app, "setup_tunnel", tunnel)
    with pytest.raises(ServeError, match="public link") as refused:
        open_share_link(studio.context.access, 7860)
    assert "frpc" not in str(refused.value)


def test_an_interrupt_ends_a_studio_with_an_open_stream_quickly(tmp_path: Path) -> None:
    script = (
        "from studio.settings import Settings\n"
        "from studio.app import serve\n"
        f"settings = Settings(_env_file=None, outputs={str(tmp_path)!r}, port=0, offline=True)\n"
        "serve(settings, on_ready=lambda addresses: print(addresses.here, flush=True))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    body = {"input": "word " * 15_000, "response_format": "pcm"}
    with httpx.stream("POST", f"{address}/v1/audio/speech", json=body) as answer:
        next(answer.iter_raw())
        process.send_signal(2)
        process.wait(200)  # nobody reads on: whoever waited for the stream's end would wait for ever
