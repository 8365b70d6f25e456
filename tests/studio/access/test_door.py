"""The way in where nobody has a login: tokens, guests who are told apart, and the owner at this machine."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers

from studio.access import Access
from studio.access.attempts import Attempts
from studio.access.door import MAX_NEW_GUESTS, NEW_GUESTS_S, Door
from studio.access.errors import TooMany
from studio.access.sessions import COOKIE, Sessions
from studio.access.tokens import Guests, Tokens
from studio.settings import Settings
from tests.studio.access.test_gate import HTML, HTTP, Serve, application, settings

LINK = "abc.gradio.live"
PUBLIC = {"host": LINK}
LAN = {"host": "192.168.1.5:7860"}


def reachable(tmp_path: Path, **changes: Any) -> Settings:
    return settings(tmp_path, **({"host": "0.0.0.0"} | changes))


def tokens(access: Access) -> tuple[str, str]:
    assert access.tokens is not None
    return access.tokens.owner, access.tokens.guest


def name(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["name"]


@pytest.mark.parametrize("changes", [{"host": "0.0.0.0"}, {"host": "192.168.1.5"}, {"token": True}])
def test_nobody_comes_in_without_a_token(serve: Serve, tmp_path: Path, changes: dict[str, Any]) -> None:
    access = Access(settings(tmp_path, **changes))
    url = serve(application(access))
    assert HTTP.get(f"{url}/v1/who").status_code == 401
    assert HTTP.get(f"{url}/", headers=HTML).headers["location"] == "/login"
    assert "Token" in HTTP.get(f"{url}/login", headers=HTML).text
    owner, _ = tokens(access)
    assert name(HTTP.get(f"{url}/v1/who", headers={"authorization": f"Bearer {owner}"})) == "local"
    assert HTTP.get(f"{url}/v1/who", headers={"authorization": "Bearer wrong"}).status_code == 401
    # Open to programs that watch it, and to nobody else.
    assert HTTP.get(f"{url}/v1/who?token={owner}").status_code == 303


def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(serve: Serve, tmp_path: Path) -> None:
    access = Access(settings(tmp_path, token=True))
    url = serve(application(access))
    with httpx.Client(base_url=url, headers=HTML) as browser:
        entered = browser.get("/v1/who", params={"x": "1 2", "token": tokens(access)[0]})
        assert (entered.status_code, entered.headers["location"]) == (303, "/v1/who?x=1+2&entered=1")
        cookie = entered.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert entered.headers["cache-control"] == "no-store"
        back = browser.get(entered.headers["location"])
        assert (back.status_code, back.headers["location"]) == (303, "/v1/who?x=1+2")
        assert name(browser.get(back.headers["location"])) == "local"
        wrong = httpx.get(f"{url}/?token=wrong", headers=HTML)
        assert (wrong.status_code, wrong.headers["location"]) == (303, "/login?key=unknown")
        assert "is not known here" in httpx.get(f"{url}{wrong.headers['location']}", headers=HTML).text
        wrong = httpx.get(f"{url}/v1/who?token=&x=1", headers=HTML)
        assert wrong.headers["location"] == "/login?next=/v1/who&key=unknown"
        elsewhere = browser.get("//evil.example/", params={"token": tokens(access)[0]})
        assert not elsewhere.headers.get("location", "/").startswith("//")


def test_guessed_tokens_wait_like_guessed_keys(serve: Serve, tmp_path: Path) -> None:
    waits: list[float] = []

    async def noted(seconds: float) -> None:
        waits.append(seconds)

    access = Access(reachable(tmp_path), Attempts(sleep=noted))
    url = serve(application(access))
    statuses = [HTTP.get(f"{url}/?token=guess-{n}").status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    assert waits
    assert HTTP.get(f"{url}/?token={tokens(access)[1]}").status_code == 303


def test_each_guest_is_somebody_of_their_own_and_stays_so(serve: Serve, tmp_path: Path) -> None:
    access = Access(reachable(tmp_path, session_secret="kept over restarts"))
    url = serve(application(access))
    _, guest = tokens(access)
    cookies: list[dict[str, str]] = []
    for _ in range(2):
        with httpx.Client(base_url=url, headers=LAN, follow_redirects=False) as browser:
            browser.get(f"/?token={guest}")
            cookies.append({COOKIE: browser.cookies[COOKIE]})
    ann, ben = (name(httpx.get(f"{url}/v1/who", headers=LAN, cookies=one)) for one in cookies)
    assert ann != ben
    assert ann.startswith("guest-")
    # The same link again makes nobody else of them, a restart neither, and a forged name nobody at all.
    again = httpx.get(f"{url}/?token={guest}", headers=LAN, cookies=cookies[0])
    assert name(httpx.get(f"{url}/v1/who", headers=LAN, cookies={COOKIE: again.cookies[COOKIE]})) == ann
    restarted = Access(reachable(tmp_path, session_secret="kept over restarts"))
    assert tokens(restarted) == tokens(access)
    assert name(httpx.get(f"{serve(application(restarted))}/v1/who", headers=LAN, cookies=cookies[1])) == ben
    other = Access(reachable(tmp_path, session_secret="another"))
    assert tokens(other) != tokens(access)
    assert httpx.get(f"{serve(application(other))}/v1/who", headers=LAN, cookies=cookies[1]).status_code == 401


def test_a_browser_without_cookies_reads_why_it_stays_outside(serve: Serve, tmp_path: Path) -> None:
    access = Access(reachable(tmp_path))
    url = serve(application(access))
    at, answer = f"/?token={tokens(access)[1]}", None
    for _ in range(3):
        answer = HTTP.get(f"{url}{at}", headers=HTML)
        if answer.status_code != 303:
            break
        at = answer.headers["location"]
    assert answer is not None
    assert "did not keep the cookie" in answer.text


def test_a_program_gets_a_key_of_its_own(serve: Serve, tmp_path: Path) -> None:
    access = Access(reachable(tmp_path))
    url = serve(application(access))
    _, guest = tokens(access)
    refused = HTTP.get(f"{url}/v1/who", headers={"authorization": f"Bearer {guest}"})
    assert refused.status_code == 401
    assert "POST /login" in refused.json()["error"]["message"]
    keys = [HTTP.post(f"{url}/login", data={"password": guest}).json()["key"] for _ in range(2)]
    names = {name(HTTP.get(f"{url}/v1/who", headers={"authorization": f"Bearer {key}"})) for key in keys}
    assert len(names) == 2
    assert HTTP.post(f"{url}/login", data={"password": "wrong"}).status_code == 401


def test_over_the_link_one_is_a_guest_and_on_this_machine_the_owner(serve: Serve, tmp_path: Path) -> None:
    access = Access(settings(tmp_path, share=True))
    access.share(LINK)
    url = serve(application(access))
    assert name(HTTP.get(f"{url}/v1/who")) == "local"
    assert name(HTTP.get(f"{url}/v1/who", headers={"authorization": "Bearer sk-any"})) == "local"
    assert HTTP.get(f"{url}/v1/who", headers=PUBLIC).status_code == 401
    # A visitor who calls the machine by its own name still came through something.
    assert HTTP.get(f"{url}/v1/who", headers={"x-forwarded-for": "203.0.113.9"}).status_code == 401
    entered = HTTP.get(f"{url}/?token={tokens(access)[1]}", headers=PUBLIC)
    assert "secure" in entered.headers["set-cookie"].lower()
    guest = httpx.get(f"{url}/v1/who", headers=PUBLIC, cookies={COOKIE: entered.cookies[COOKIE]})
    assert name(guest).startswith("guest-")
    assert httpx.get(f"{url}/login", headers=HTML).headers["location"] == "/"


def test_a_connection_from_elsewhere_is_not_the_owner_by_saying_so(tmp_path: Path) -> None:
    access = Access(settings(tmp_path, share=True))
    seen: list[Any] = []

    async def ends(scope: Any, receive: Any, send: Any) -> None:
        seen.append("in")

    async def send(message: Any) -> None:
        seen.append(message.get("status"))

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope: dict[str, Any] = {"type": "http", "method": "GET", "path": "/v1/who", "query_string": b"", "scheme": "http"}
    scope |= {"headers": [(b"host", b"127.0.0.1")], "client": ("192.168.1.9", 1)}
    asyncio.run(access.gate(ends)(scope, receive, send))
    assert seen[0] == 401


def test_nobody_is_asked_where_nobody_shall_be(serve: Serve, tmp_path: Path) -> None:
    url = serve(application(Access(reachable(tmp_path, token=False))))
    assert name(HTTP.get(f"{url}/v1/who", headers=LAN)) == "local"


def test_nobody_becomes_somebody_new_as_often_as_they_like() -> None:
    tokens, clock = Tokens("secret"), [0.0]
    door = Door(Sessions(Guests(), "secret"), tokens, asks_here=True, clock=lambda: clock[0])
    first = door.enter(tokens.guest, Headers())
    assert first is not None
    for _ in range(MAX_NEW_GUESTS - 1):
        door.enter(tokens.guest, Headers())
    with pytest.raises(TooMany):
        door.enter(tokens.guest, Headers())
    # Who was here before, and the owner, come in all the same.
    assert door.enter(tokens.guest, Headers({"cookie": f"{COOKIE}={first[0]}"}))
    assert door.enter(tokens.owner, Headers())
    clock[0] += NEW_GUESTS_S
    assert door.enter(tokens.guest, Headers())


def test_a_guest_is_told_what_leaving_means(serve: Serve, tmp_path: Path) -> None:
    access = Access(reachable(tmp_path))
    app: FastAPI = application(access)
    url = serve(app)
    entered = HTTP.get(f"{url}/?token={tokens(access)[1]}", headers=LAN)
    cookie = {COOKIE: entered.cookies[COOKIE]}
    assert "as a guest" in httpx.get(f"{url}/logout", headers=LAN | HTML, cookies=cookie).text
    httpx.post(f"{url}/logout", headers=LAN, cookies=cookie)
    assert httpx.get(f"{url}/v1/who", headers=LAN, cookies=cookie).status_code == 401
