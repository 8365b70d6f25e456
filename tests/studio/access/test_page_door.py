"""Gradio behind its door: real Gradio, real clients, two people who try to reach each other's files."""

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI, Request
from gradio_client import Client, handle_file
from pydantic import SecretStr
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.types import ASGIApp

from studio.access import Access, Refusal, current_person
from studio.settings import Settings

Serve = Callable[[ASGIApp], str]
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
HTTP.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # and it forgets who logged in
ADA, BOB = {"authorization": "Bearer key-of-ada-1"}, {"authorization": "Bearer key-of-bob-1"}


def shout(path: str | None, text: str, request: gr.Request) -> tuple[str, str]:
    """Reads a file, writes another, and says who asked."""
    content = Path(path).read_text() if path else ""
    out = Path(path or "/tmp/none").with_name("loud é.txt")
    out.write_text((content + text).upper())
    return str(out), f"{request.username}: {text}"


def refused(_: Request, exc: Exception) -> Response:
    assert isinstance(exc, Refusal)
    return JSONResponse({"error": {"message": str(exc)}}, status_code=exc.status)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("outputs")
    (path / "page files é").mkdir()
    (path / "secret.txt").write_text("server secret")
    return path


@pytest.fixture(scope="module")
def environment(outputs: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(outputs / "page files é"))
        yield


@pytest.fixture(scope="module")
def page(serve: Serve, outputs: Path, environment: None) -> str:
    folder = outputs / "page files é"
    users = {"ada": SecretStr("key-of-ada-1"), "bob": SecretStr("key-of-bob-1")}
    access = Access(Settings(_env_file=None, outputs=outputs, users=users, max_book_chars=100_000))  # type: ignore[call-arg]
    with gr.Blocks(analytics_enabled=False) as blocks:
        file, text = gr.File(), gr.Textbox()
        out, said = gr.File(), gr.Textbox()
        gr.Button().click(shout, [file, text], [out, said], api_name="shout")
    app = FastAPI()
    app.add_exception_handler(Refusal, refused)
    app.router.routes.extend(access.routes)
    gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        auth_dependency=lambda request: current_person(request).name,
        show_error=True,
    )
    mount = next(route for route in app.routes if isinstance(route, Mount))
    mount.app = access.page_door(mount.app, folder)
    app.add_middleware(access.gate)  # type: ignore[arg-type]
    return serve(app)


def upload(url: str, who: dict[str, str], name: str, content: bytes) -> str:
    answer = HTTP.post(f"{url}/gradio_api/upload", files={"files": (name, content)}, headers=who)
    assert answer.status_code == 200, answer.text
    (path,) = answer.json()
    return path


def call(url: str, who: dict[str, str], data: list[Any], **more: Any) -> httpx.Response:
    return HTTP.post(f"{url}/gradio_api/call/shout", json={"data": data, **more}, headers=who, timeout=20)


def answer_of(url: str, who: dict[str, str], started: httpx.Response) -> str:
    assert started.status_code == 200, started.text
    return HTTP.get(f"{url}/gradio_api/call/shout/{started.json()['event_id']}", headers=who, timeout=20).text


def file_data(path: str) -> dict[str, Any]:
    return {"path": path, "meta": {"_type": "gradio.FileData"}}


def test_the_stock_client_logs_in_uploads_calls_and_downloads(page: str, tmp_path: Path) -> None:
    mine = tmp_path / "my note ß.txt"
    mine.write_text("quiet ")
    client = Client(page, auth=("ada", "key-of-ada-1"), verbose=False, download_files=str(tmp_path / "down"))
    try:
        out, said = client.predict(handle_file(mine), "please", api_name="/shout")
        assert Path(out).read_text() == "QUIET PLEASE"
        assert said == "ada: please"
    finally:
        client.close()


def test_no_answer_holds_a_path_of_the_server(page: str, outputs: Path) -> None:
    path = upload(page, ADA, "a b.txt", b"x")
    told = answer_of(page, ADA, call(page, ADA, [file_data(path), f"{outputs}/page files é/0/x"]))
    assert "event: complete" in told
    everything = [path, told]
    everything += [HTTP.get(f"{page}{at}", headers=ADA).text for at in ("/", "/config", "/gradio_api/info")]
    for text in everything:
        assert "page files" not in text
        assert str(outputs) not in text


def test_a_file_is_served_to_its_owner_and_to_nobody_else(page: str) -> None:
    path = upload(page, ADA, "diary.txt", b"dear diary")
    address = f"{page}/gradio_api/file={path}"
    assert HTTP.get(address, headers=ADA).text == "dear diary"
    assert HTTP.get(address, headers=BOB).status_code == 403
    assert HTTP.get(address).status_code == 401
    told = answer_of(page, ADA, call(page, ADA, [file_data(path), ""]))
    (result,) = json.loads(re.findall(r"data: (.*)", told)[-1])[:1]
    assert HTTP.get(result["url"], headers=ADA).text == "DEAR DIARY"
    assert HTTP.get(result["url"], headers=BOB).status_code == 403


def test_somebody_elses_upload_cannot_be_put_in(page: str) -> None:
    path = upload(page, ADA, "diary.txt", b"dear diary")
    refused = call(page, BOB, [file_data(path), ""])
    assert refused.status_code == 403
    assert "not one of yours" in refused.text


def test_no_path_of_the_machine_can_be_put_in_or_fetched(page: str, outputs: Path) -> None:
    secret = str(outputs / "secret.txt")
    for bad in (secret, "/etc/passwd", "https://example.com/x.txt", "../secret.txt"):
        assert call(page, ADA, [file_data(bad), ""]).status_code == 403
        assert call(page, ADA, [{"path": bad}, ""]).status_code == 403
        # An escape that a search for the word would miss.
        body = json.dumps({"data": [file_data(bad), ""]}).replace('"path"', '"\\u0070ath"')
        escaped = HTTP.post(
            f"{page}/gradio_api/call/shout", content=body, headers={**ADA, "content-type": "application/json"}
        )
        assert escaped.status_code == 403
        answer = HTTP.get(f"{page}/gradio_api/file={bad}", headers=ADA)
        assert answer.status_code in {403, 404}
        assert "location" not in answer.headers
        assert "secret" not in answer.text.replace("secret.txt", "")


@pytest.mark.parametrize("file", [{"path": ""}, {"path": None}, {"path": ["x"]}, {"url": "https://example.com/x"}])
def test_a_file_without_a_name_of_ours_never_reaches_gradio(page: str, file: dict[str, Any]) -> None:
    answer = call(page, ADA, [{**file, "meta": {"_type": "gradio.FileData"}}, ""])
    assert answer.status_code == 403
    assert "not one of yours" in answer.text


@pytest.mark.parametrize("number", [99_999, -1])
def test_a_request_for_no_function_is_refused_with_a_sentence(page: str, number: int) -> None:
    body = {"fn_index": number, "data": [], "session_hash": "absurd"}
    answer = HTTP.post(f"{page}/gradio_api/queue/join", json=body, headers=ADA)
    assert answer.status_code == 400, answer.text
    assert "cannot be understood" in answer.json()["error"]["message"]


def test_an_upload_of_no_file_is_refused_with_a_sentence(page: str) -> None:
    answer = HTTP.post(f"{page}/gradio_api/upload", files={"files": ("", b"x")}, headers=ADA)
    assert answer.status_code == 400, answer.text
    assert "cannot be understood" in answer.json()["error"]["message"]


def test_a_stream_of_an_unknown_session_says_so_and_ends_whole(page: str) -> None:
    answer = HTTP.get(f"{page}/gradio_api/queue/data", params={"session_hash": "nobody"}, headers=ADA)
    assert answer.status_code == 200
    event = json.loads(answer.text.partition("data: ")[2])
    assert event["session_not_found"] is True


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/gradio_api/proxy=https://example.com"),
        ("GET", "/gradio_api/dev/reload"),
        ("GET", "/monitoring"),
        ("GET", "/monitoring/summary"),
        ("GET", "/gradio_api/runs"),
        ("GET", "/gradio_api/run-history/buckets"),
        ("POST", "/gradio_api/run-history/connect"),
        ("POST", "/gradio_api/process_recording"),
        ("POST", "/gradio_api/vibe-edit"),
        ("GET", "/gradio_api/vibe-code"),
        ("GET", "/gradio_api/deep_link?session_hash=x"),
        ("GET", "/gradio_api/custom_component/a/client/b/c.js"),
        ("GET", "/gradio_api/mcp/sse"),
        ("GET", "/gradio_api/file/etc/passwd"),
        ("GET", "/gradio_api/stream/a/b/1/playlist.m3u8"),
        ("GET", "/gradio_api/token"),
        ("DELETE", "/gradio_api/queue/join"),
    ],
)
def test_what_the_page_does_not_need_does_not_exist(page: str, method: str, path: str) -> None:
    assert HTTP.request(method, f"{page}{path}", headers=ADA).status_code == 404


def test_a_session_belongs_to_whoever_named_it(page: str) -> None:
    started = call(page, ADA, [None, "hello"], session_hash="ada-session")
    event = started.json()["event_id"]
    for address in (
        "queue/data?session_hash=ada-session",
        f"queue/data?session_hash={event}",
        f"call/shout/{event}",
        "heartbeat/ada-session",
    ):
        assert HTTP.get(f"{page}/gradio_api/{address}", headers=BOB).status_code == 403
    cancel = {"session_hash": "ada-session", "fn_index": 0, "event_id": event}
    assert HTTP.post(f"{page}/gradio_api/cancel", json=cancel, headers=BOB).status_code == 403
    assert call(page, BOB, [None, "x"], session_hash="ada-session").status_code == 403


def test_a_form_that_is_too_large_is_refused_with_a_sentence(page: str) -> None:
    # The answer may come while the client still writes.
    answer = call(page, ADA, [None, "x" * 2_000_000])
    assert answer.status_code == 413


def test_an_upload_that_never_ends_leaves_nothing(page: str, outputs: Path) -> None:
    folder = outputs / "page files é"
    with socket.create_connection(("127.0.0.1", int(page.rsplit(":", 1)[1]))) as raw:
        raw.sendall(
            b"POST /gradio_api/upload HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer key-of-ada-1\r\n"
            b"Content-Length: 1000000\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + b"z" * 300_000
        )
        deadline = time.monotonic() + 120
        while not list(folder.glob("tmp*")) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert list(folder.glob("tmp*"))
    while list(folder.glob("tmp*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(folder.glob("tmp*")) == []


def test_scripts_of_the_page_carry_a_nonce_that_its_policy_names(page: str) -> None:
    answer = HTTP.get(page, headers=ADA)
    (nonce,) = re.findall(r"'nonce-([^']+)'", answer.headers["content-security-policy"])
    tags = re.findall(r"<script[^>]*>", answer.text)
    assert tags
    assert all(f'nonce="{nonce}"' in tag for tag in tags)
    assert HTTP.get(page, headers=ADA).headers["content-security-policy"] != answer.headers["content-security-policy"]


def test_nobody_sees_the_page_without_a_login(page: str) -> None:
    answer = HTTP.get(page, headers={"accept": "text/html"})
    assert answer.headers["location"] == "/login"
    for path in ("config", "gradio_api/info", "gradio_api/queue/join", "gradio_api/upload", "assets/x.js"):
        assert HTTP.get(f"{page}/{path}").status_code == 401
