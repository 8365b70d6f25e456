"""The gate on a real port: who comes in, how browsers log in, how much a request may bring."""

import asyncio
import json
import socket
from collections.abc import Callable
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets.sync.client
from fastapi import FastAPI, Request, WebSocket
from pydantic import SecretStr
from starlette.types import ASGIApp
from websockets.exceptions import InvalidStatus

from engine.errors import OptionError
from studio.access import Access, current_person
from studio.access.attempts import Attempts
from studio.access.sessions import COOKIE
from studio.settings import Settings

Serve = Callable[[ASGIApp], str]
HTTP = httpx.Client(timeout=60)  # one, because each httpx.get() would build a TLS context
HTTP.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # and it forgets who logged in
HTML = {"accept": "text/html,*/*"}


def settings(tmp_path: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, outputs=tmp_path, **changes)  # type: ignore[call-arg]


def two_people(tmp_path: Path, **changes: Any) -> Settings:
    return settings(tmp_path, users={"ada": SecretStr("key-of-ada-1"), "bob": SecretStr("key-of-bob-1")}, **changes)


def application(access: Access) -> FastAPI:
    app = FastAPI()

    @app.get("/v1/who")
    def who(request: Request) -> dict[str, str]:
        return {"name": current_person(request).name}

    @app.post("/v1/audio/speech")
    @app.post("/v1/jobs")
    async def count(request: Request) -> dict[str, int]:
        return {"bytes": sum([len(block) async for block in request.stream()])}

    @app.websocket("/v1/ears")
    async def ears(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(current_person(socket).name)
        await socket.close()

    @app.get("/")
    def page() -> str:
        return "page"

    app.router.routes.extend(access.routes)
    app.add_middleware(access.gate)  # type: ignore[arg-type]
    return app


def test_on_loopback_nobody_logs_in(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(settings(tmp_path))))
    assert HTTP.get(f"{url}/v1/who").json() == {"name": "local"}
    # A client that always sends a key is welcome with any.
    assert HTTP.get(f"{url}/v1/who", headers={"authorization": "Bearer sk-x"}).json() == {"name": "local"}
    assert HTTP.get(f"{url}/login").headers["location"] == "/"


def test_a_key_names_its_person_and_no_key_nobody(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path))))
    for name in ("ada", "bob"):
        assert HTTP.get(f"{url}/v1/who", headers={"authorization": f"bearer key-of-{name}-1"}).json() == {"name": name}
    for headers in ({}, {"authorization": "Bearer"}, {"authorization": "Basic a2V5"}, {"authorization": "Bearer x"}):
        refused = HTTP.get(f"{url}/v1/who", headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert set(refused.json()["error"]) == {"message", "type", "param", "code"}
    # A key in the address is for WebSockets only: addresses are kept in too many places.
    assert HTTP.get(f"{url}/v1/who?key=key-of-ada-1").status_code == 401


def test_a_browser_logs_in_and_out(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path))))
    with httpx.Client(base_url=url, headers=HTML) as browser:
        sent = browser.get("/v1/who?x=1")
        assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/v1/who")
        form = browser.get("/login?next=/v1/who")
        assert form.status_code == 200
        assert 'action="/login?next=/v1/who"' in form.text
        assert "frame-ancestors 'none'" in form.headers["content-security-policy"]

        wrong = browser.post("/login", data={"username": "ada", "password": "key-of-bob-1"})
        assert wrong.status_code == 401
        assert "do not belong together" in wrong.text
        assert COOKIE not in browser.cookies

        entered = browser.post("/login?next=/v1/who", data={"username": "ada", "password": "key-of-ada-1"})
        assert (entered.status_code, entered.headers["location"]) == (303, "/v1/who")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "max-age=604800" in cookie  # a week
        assert "key-of-ada-1" not in cookie
        assert browser.get("/v1/who").json() == {"name": "ada"}

        kept = dict(browser.cookies)
        assert browser.get("/logout").status_code == 200
        assert browser.get("/v1/who").json() == {"name": "ada"}  # a link logs nobody out
        assert browser.post("/logout").headers["location"] == "/login"
        assert COOKIE not in browser.cookies
    assert httpx.get(f"{url}/v1/who", cookies=kept).status_code == 401


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\n/evil"])
def test_a_login_leads_nowhere_else(serve: Serve, tmp_path: Path, target: str) -> None:
    url = serve(application(Access(two_people(tmp_path))))
    entered = HTTP.post(
        f"{url}/login", params={"next": target}, data={"username": "ada", "password": "key-of-ada-1"}, headers=HTML
    )
    assert entered.headers["location"] == "/"


def test_a_login_form_shows_no_markup_of_the_address(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path))))
    form = HTTP.get(f"{url}/login", params={"next": '/"><script>alert(1)</script>'}, headers=HTML)
    assert "<script" not in form.text


def impatient() -> Attempts:
    """Counts like the real one, and never waits."""

    async def at_once(_: float) -> None: ...

    return Attempts(sleep=at_once)


def test_a_right_key_opens_while_others_guess(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path), impatient())))
    statuses = [
        HTTP.get(f"{url}/v1/who", headers={"authorization": f"Bearer guess-{n}"}).status_code for n in range(12)
    ]
    assert statuses == [401] * 10 + [429] * 2
    refused = HTTP.post(f"{url}/login", data={"username": "ada", "password": "key-of-bob-1"}, headers=HTML)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert HTTP.get(f"{url}/v1/who", headers={"authorization": "Bearer key-of-ada-1"}).json() == {"name": "ada"}
    right = HTTP.post(f"{url}/login", data={"username": "ada", "password": "key-of-ada-1"}, headers=HTML)
    assert right.status_code == 303


def test_a_wrong_key_waits_for_its_answer(serve: Serve, tmp_path: Path) -> None:
    waits: list[float] = []

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    url = serve(application(Access(two_people(tmp_path), Attempts(sleep=noted))))
    for _ in range(5):
        HTTP.get(f"{url}/v1/who", headers={"authorization": "Bearer wrong"})
    assert len(waits) == 2
    HTTP.post(f"{url}/login", data={"username": "ada", "password": "wrong"})
    assert len(waits) == 3


def test_a_forged_address_does_not_buy_more_guesses(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path), impatient())))
    statuses = [
        HTTP.get(
            f"{url}/v1/who", headers={"authorization": f"Bearer {n}", "x-forwarded-for": f"10.0.0.{n}"}
        ).status_code
        for n in range(12)
    ]
    assert statuses[-1] == 429


@pytest.mark.parametrize(("peer", "believed"), [("127.0.0.1", True), ("::1", True), ("192.168.1.9", False)])
def test_only_the_tunnels_end_says_where_a_visitor_is(tmp_path: Path, peer: str, believed: bool) -> None:
    access = Access(two_people(tmp_path, share=True))
    access.share("abc.gradio.live")
    seen: list[Any] = []

    async def ends(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["client"][0], scope["scheme"]))

    headers = [(b"host", b"abc.gradio.live"), (b"x-forwarded-for", b"203.0.113.9")]
    key = (b"authorization", b"Bearer key-of-ada-1")
    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/v1/who", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [*headers, key], "client": (peer, 1)}
    asyncio.run(access.gate(ends)(scope, None, None))  # type: ignore[arg-type]
    assert seen == [("203.0.113.9", "https") if believed else (peer, "http")]


@pytest.mark.parametrize("key", ["1", "eleven-char", "            ", " eleven-char "])
def test_a_short_key_is_refused_where_others_can_reach_the_studio(tmp_path: Path, key: str) -> None:
    users = {"ada": SecretStr(key)}
    for changes in ({"host": "0.0.0.0"}, {"share": True}, {"host": "192.168.1.5"}):
        with pytest.raises(OptionError) as refused:
            Access(settings(tmp_path, users=users, **changes))
        assert key not in str(refused.value) or len(key) == 1
    if key.strip():
        assert Access(settings(tmp_path, users=users)).people  # nobody else can guess there


def test_websockets_take_a_cookie_a_key_or_a_header(serve: Serve, tmp_path: Path) -> None:
    access = Access(two_people(tmp_path))
    url = serve(application(access)).replace("http", "ws", 1)
    ears = f"{url}/v1/ears"
    from studio.access import Person

    cookie = f"{COOKIE}={access.sessions.issue(Person('bob'))}"
    for address, headers, name in (
        (f"{ears}?key=key-of-ada-1", {}, "ada"),
        (ears, {"Authorization": "Bearer key-of-ada-1"}, "ada"),
        (ears, {"Cookie": cookie}, "bob"),
    ):
        with websockets.sync.client.connect(address, additional_headers=headers, proxy=None) as ear:
            assert ear.recv() == name
    for address, headers, status in (
        (ears, {}, 401),
        (f"{ears}?key=wrong", {}, 401),
        (ears, {"Cookie": cookie, "Origin": "https://evil.example"}, 403),
        (ears, {"Cookie": cookie, "Host": "evil.example"}, 421),
    ):
        if "Host" in headers:
            continue  # the client library owns that header; the raw request below asks
        with (
            pytest.raises(InvalidStatus) as refused,
            websockets.sync.client.connect(address, additional_headers=headers, proxy=None),
        ):
            pass
        assert refused.value.response.status_code == status


def test_a_foreign_name_or_page_is_refused_everywhere(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(settings(tmp_path))))
    for path in ("/", "/v1/who", "/login", "/nowhere"):
        assert HTTP.get(f"{url}{path}", headers={"host": "evil.example"}).status_code == 421
    evil = {"origin": "https://evil.example"}
    for path in ("/v1/audio/speech", "/v1/jobs", "/login", "/logout"):
        assert HTTP.post(f"{url}{path}", headers=evil, content=b"{}").status_code == 403
    answer = HTTP.get(f"{url}/v1/who")
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_request_without_a_host_is_refused(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(settings(tmp_path))))
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw:
        raw.sendall(b"GET /v1/who HTTP/1.0\r\n\r\n")
        assert raw.recv(1000).split(b"\r\n")[0].endswith((b"421", b"421 Misdirected Request", b"400 Bad Request"))


def test_a_body_is_refused_by_its_announced_length_before_it_is_sent(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(settings(tmp_path, max_upload_mb=1))))
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1]))) as raw:
        raw.settimeout(3)
        raw.sendall(
            b"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2000000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        head, _, body = raw.recv(10_000).partition(b"\r\n\r\n")
        if not body:
            body = raw.recv(10_000)
    assert b" 413 " in head.split(b"\r\n")[0]
    assert "MB" in json.loads(body)["error"]["message"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_client_that_sends_too_much_reads_the_sentence(serve: Serve, tmp_path: Path, announced: bool) -> None:
    url = serve(application(Access(settings(tmp_path, max_upload_mb=1))))
    block = b"x" * 100_000

    def blocks() -> Any:
        for _ in range(60):
            yield block

    headers = {"content-length": str(60 * len(block))} if announced else {}
    answer = HTTP.post(f"{url}/v1/jobs", content=blocks(), headers=headers)
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"
    # Right below the limit it goes through, and the speech door has a smaller one.
    assert HTTP.post(f"{url}/v1/jobs", content=b"x" * 1_900_000).json() == {"bytes": 1_900_000}
    assert HTTP.post(f"{url}/v1/audio/speech", content=b"x" * 3_000_000).status_code == 413


def test_forwarding_headers_mean_nothing_but_on_the_public_link(serve: Serve, tmp_path: Path) -> None:
    access = Access(two_people(tmp_path, share=True))
    access.share("abc.gradio.live")
    url = serve(application(access))
    login = {"username": "ada", "password": "key-of-ada-1"}
    plain = HTTP.post(f"{url}/login", data=login, headers={**HTML, "x-forwarded-proto": "https"})
    assert "secure" not in plain.headers["set-cookie"].lower()
    public = {**HTML, "host": "abc.gradio.live", "origin": "https://abc.gradio.live"}
    assert "secure" in HTTP.post(f"{url}/login", data=login, headers=public).headers["set-cookie"].lower()


def test_a_public_link_asks_somebody_something(tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        Access(settings(tmp_path)).share("abc.gradio.live")
    with pytest.raises(OptionError, match="--no-token"):
        Access(settings(tmp_path, share=True, token=False))
    Access(settings(tmp_path, share=True)).share("abc.gradio.live")


def test_a_person_logs_out_everywhere(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(two_people(tmp_path))))
    with httpx.Client(base_url=url, headers=HTML) as here, httpx.Client(base_url=url, headers=HTML) as phone:
        for name, browser in (("ada", here), ("ada", phone)):
            browser.post("/login", data={"username": name, "password": f"key-of-{name}-1"})
        bob = HTTP.post(f"{url}/login", data={"username": "bob", "password": "key-of-bob-1"}, headers=HTML).cookies
        assert phone.get("/v1/who").json() == {"name": "ada"}
        assert "all devices" in here.get("/logout").text
        here.post("/logout", data={"everywhere": "yes"})
        assert phone.get("/v1/who").status_code == 303
        # Others stay, and she comes in again.
        assert httpx.get(f"{url}/v1/who", cookies=bob).json() == {"name": "bob"}
        phone.post("/login", data={"username": "ada", "password": "key-of-ada-1"})
        assert phone.get("/v1/who").json() == {"name": "ada"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/jobs/"),
        ("POST", "/v1/jobs/abc/move"),
        ("POST", "/v1/jobsx"),
        ("PUT", "/v1/jobs"),
        ("GET", "/v1/jobs"),
        ("POST", "/v1/audio/transcriptions/realtime/abc/save"),
        ("POST", "/v1/audio/transcriptions/"),
        ("POST", "/v1/audio/speech/x"),
        ("POST", "/v1/transcripts/abc"),
        ("PUT", "/v1/transcripts/abc/export"),
        ("POST", "/gradio_api/upload/x"),
        ("GET", "/gradio_api/upload"),
        ("POST", "/gradio_api/cancel"),
        ("POST", "/gradio_api/component_server"),
        ("POST", "/gradio_api/nothing"),
        ("POST", "/login"),
        ("POST", "/GRADIO_API/UPLOAD"),
    ],
)
def test_neighbours_of_an_upload_take_no_more_than_others(tmp_path: Path, method: str, path: str) -> None:
    assert Access(settings(tmp_path)).body_limits.of(method, path) == 64 * 1024


def test_a_small_book_limit_narrows_the_pages_forms_and_a_large_one_does_not_widen_them(tmp_path: Path) -> None:
    join = ("POST", "/gradio_api/queue/join")
    assert Access(settings(tmp_path, max_book_chars=1000)).body_limits.of(*join) == 1_004_000
    assert Access(settings(tmp_path, max_book_chars=10**9)).body_limits.of(*join) == 16_000_000


@pytest.mark.parametrize(("announces", "path"), [(True, "/v1/who"), (False, "/v1/who"), (False, "/v1/jobs/x/move")])
def test_a_long_body_where_a_short_one_belongs_is_refused(
    serve: Serve, tmp_path: Path, announces: bool, path: str
) -> None:
    app = application(Access(settings(tmp_path)))

    @app.post("/v1/who")
    @app.post("/v1/jobs/x/move")
    async def read(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    url = serve(app)
    content = b"x" * 65_536
    assert HTTP.post(f"{url}{path}", content=content).json() == {"bytes": 65_536}
    longer = content + b"x"
    answer = HTTP.post(f"{url}{path}", content=longer if announces else iter([longer]))
    assert answer.status_code == 413
    assert "65,536 bytes" in answer.json()["error"]["message"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_body_whose_end_is_said_twice_is_refused(serve: Serve, tmp_path: Path, order: int) -> None:
    url = serve(application(Access(settings(tmp_path))))
    lengths = ["Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"][::order]
    hidden = "GET /v1/who HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(url.rsplit(":", 1)[1])), timeout=30) as raw:
        raw.sendall(f"POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\n{''.join(lengths)}\r\n0\r\n\r\n{hidden}".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"says twice" in answer
    assert answer.count(b"HTTP/1.1") == 1  # and nobody answers what was hidden behind it
