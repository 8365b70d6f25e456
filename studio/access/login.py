"""The login page, and the way out: /login and /logout. Knows people and sessions, nothing of the studio behind them."""

import html
import secrets
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs, quote

import anyio.to_thread
from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from studio.access.attempts import Attempts
from studio.access.door import ENTERED, NO_COOKIE, UNKNOWN_TOKEN, Door, set_cookie
from studio.access.errors import TooMany, error_body
from studio.access.people import People
from studio.access.sessions import COOKIE, Sessions
from studio.access.tokens import is_guest

MAX_FORM_BYTES = 8 * 1024
_FIELDS = (
    '<label for="username">Name</label>'
    '<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"'
    " required autofocus>"
    '<label for="password">Key</label>'
    '<input id="password" name="password" type="password" autocomplete="current-password" required>'
)
_TOKEN_FIELD = (
    '<label for="password">Token</label>'
    '<input id="password" name="password" type="password" autocomplete="off" required autofocus>'
)
_LEAVING = "<p>Leave the studio on this device?</p>"
_LEAVING_AS_GUEST = (
    "<p>Leave the studio on this device? What you made as a guest cannot be reached from here again.</p>"
)
_EVERYWHERE = '<button class="quiet" type="submit" name="everywhere" value="yes">Log out on all devices</button>'


class Login:
    """The two routes through which browsers come and go."""

    def __init__(self, people: People, sessions: Sessions, attempts: Attempts, door: Door) -> None:
        self._people = people
        self._door = door
        self._sessions = sessions
        self._attempts = attempts
        self._page = Template(files("studio.access").joinpath("login.html").read_text("utf-8"))

    @property
    def routes(self) -> list[Route]:
        """What the application mounts before the page."""
        return [
            Route("/login", self._form, methods=["GET"]),
            Route("/login", self._enter, methods=["POST"]),
            Route("/login/", self._enter, methods=["POST"]),
            Route("/logout", self._leaving, methods=["GET"]),
            Route("/logout", self._leave, methods=["POST"]),
        ]

    async def _form(self, request: Request) -> Response:
        if self._nobody_logs_in(request):
            return RedirectResponse("/", status_code=303)
        said = request.query_params
        problem = NO_COOKIE if said.get("cookies") == "off" else UNKNOWN_TOKEN if said.get("key") == "unknown" else ""
        return self._render(request, problem)

    async def _enter(self, request: Request) -> Response:
        if self._nobody_logs_in(request):
            return RedirectResponse("/", status_code=303)
        form = await _form_fields(request)
        name = form.get("username", "") if self._people else ""
        cookie = self._cookie_for(form, request)
        if cookie is None:
            sentence = (
                "That name and key do not belong together. Check both and try again." if self._people else UNKNOWN_TOKEN
            )
            exc = await self._attempts.refuse(client_address(request.scope), sentence, name)
            headers = {"retry-after": str(exc.retry_after_s)} if isinstance(exc, TooMany) else {}
            if not _is_browser(request):
                body = error_body(str(exc), "invalid_request_error", exc.code)
                return JSONResponse(body, status_code=exc.status, headers=headers)
            return self._render(request, str(exc), exc.status, headers)
        if _is_browser(request):
            target = local_address(request.query_params.get("next", "/"))
            if not self._people and "?" not in target:
                target += f"?{ENTERED}=1"
            response: Response = RedirectResponse(target, 303)
        elif self._people:
            response = JSONResponse({"success": True})
        else:
            response = JSONResponse({"success": True, "key": cookie[0]})
        set_cookie(response, *cookie, is_secure=is_secure(request))
        return response

    def _nobody_logs_in(self, request: Request) -> bool:
        return not self._people and self._door.is_owner_here(request.scope, request.headers)

    def _cookie_for(self, form: dict[str, str], request: Request) -> tuple[str, int] | None:
        """A cookie and its life in seconds, when the form holds what opens."""
        key = form.get("password", "")
        if not self._people:
            return self._door.enter(key, request.headers)
        person = self._people.by_name_and_key(form.get("username", ""), key)
        return (self._sessions.issue(person), self._sessions.lifetime_s) if person else None

    async def _leaving(self, request: Request) -> Response:
        # A link must not log anybody out, so the address only asks.
        nonce = secrets.token_urlsafe(16)
        person = self._sessions.person(request.cookies.get(COOKIE, ""))
        page = self._page.substitute(
            nonce=nonce,
            problem=_LEAVING_AS_GUEST if person and is_guest(person) else _LEAVING,
            action="/logout",
            fields="",
            button="Log out",
            more=_EVERYWHERE if person else "",
        )
        return _html(page, nonce)

    async def _leave(self, request: Request) -> Response:
        form = await _form_fields(request)
        end = self._sessions.revoke_all if form.get("everywhere") else self._sessions.revoke
        # On a thread: it is written down.
        await anyio.to_thread.run_sync(end, request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/login", 303)
        response.delete_cookie(COOKIE, httponly=True, secure=is_secure(request), samesite="lax")
        return response

    def _render(
        self, request: Request, problem: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        nonce = secrets.token_urlsafe(16)
        target = local_address(request.query_params.get("next", "/"))
        sentence = (
            f'<p class="problem" role="alert">{html.escape(problem)}</p>'
            if problem
            else "<p>Log in with the name and key that you were given.</p>"
            if self._people
            else "<p>Open the address that was printed where the studio was started, or enter the token it holds.</p>"
        )
        action = html.escape("/login" if target == "/" else f"/login?next={quote(target, safe='/')}")
        fields, button = (_FIELDS, "Log in") if self._people else (_TOKEN_FIELD, "Come in")
        page = self._page.substitute(
            nonce=nonce, problem=sentence, action=action, fields=fields, button=button, more=""
        )
        return _html(page, nonce, status, headers)


def local_address(target: str) -> str:
    """The address when it stays on this studio, else the page itself."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_local and len(target) < 2000 else "/"


def is_secure(request: Request) -> bool:
    """Whether the browser speaks https, as far as the middleware believes it."""
    return request.url.scheme == "https"


def client_address(scope: object) -> str:
    """The address of whoever is at the other end, or "" when nobody says."""
    client = scope.get("client") if isinstance(scope, dict) else None  # pyright: ignore[reportUnknownVariableType]
    return str(client[0]) if client else ""


def _is_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


async def _form_fields(request: Request) -> dict[str, str]:
    body = bytearray()
    async for block in request.stream():
        body += block
        if len(body) > MAX_FORM_BYTES:
            return {}
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        try:
            form: FormData = await MultiPartParser(Headers(scope=request.scope), _once(bytes(body))).parse()
        except MultiPartException:
            return {}
        return {name: value for name, value in form.multi_items() if isinstance(value, str)}
    return {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}


async def _once(body: bytes):
    yield body


def _html(page: str, nonce: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    extra = {"content-security-policy": policy, "cache-control": "no-store", **(headers or {})}
    return HTMLResponse(page, status_code=status, headers=extra)
