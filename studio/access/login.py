"""The login page, and the way out: /login and /logout. Knows people and sessions, nothing of the studio behind them."""

import html
import secrets
from importlib.resources import files
from string import Template
from urllib.parse import parse_qs, quote

from starlette.datastructures import FormData, Headers
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from studio.access.attempts import Attempts
from studio.access.errors import TooMany, error_body
from studio.access.people import People
from studio.access.sessions import COOKIE, Sessions

MAX_FORM_BYTES = 8 * 1024
_FIELDS = (
    '<label for="username">Name</label>'
    '<input id="username" name="username" autocomplete="username" autocapitalize="none" spellcheck="false"'
    " required autofocus>"
    '<label for="password">Key</label>'
    '<input id="password" name="password" type="password" autocomplete="current-password" required>'
)


class Login:
    """The two routes through which browsers come and go."""

    def __init__(self, people: People, sessions: Sessions, attempts: Attempts) -> None:
        self._people = people
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
        if not self._people:
            return RedirectResponse("/", status_code=303)
        return self._render(request, "")

    async def _enter(self, request: Request) -> Response:
        if not self._people:
            return RedirectResponse("/", status_code=303)
        form = await _form_fields(request)
        name = form.get("username", "")
        person = self._people.by_name_and_key(name, form.get("password", ""))
        if person is None:
            sentence = "That name and key do not belong together. Check both and try again."
            exc = await self._attempts.refuse(client_address(request.scope), sentence, name)
            headers = {"retry-after": str(exc.retry_after_s)} if isinstance(exc, TooMany) else {}
            if not _is_browser(request):
                body = error_body(str(exc), "invalid_request_error", exc.code)
                return JSONResponse(body, status_code=exc.status, headers=headers)
            return self._render(request, str(exc), exc.status, headers)
        if _is_browser(request):
            response: Response = RedirectResponse(local_address(request.query_params.get("next", "/")), 303)
        else:
            response = JSONResponse({"success": True})
        response.set_cookie(
            COOKIE,
            self._sessions.issue(person),
            max_age=self._sessions.lifetime_s,
            httponly=True,
            secure=is_secure(request),
            samesite="lax",
        )
        return response

    async def _leaving(self, request: Request) -> Response:
        # A link must not log anybody out, so the address only asks.
        nonce = secrets.token_urlsafe(16)
        page = self._page.substitute(
            nonce=nonce,
            problem="<p>Leave the studio on this device?</p>",
            action="/logout",
            fields="",
            button="Log out",
        )
        return _html(page, nonce)

    async def _leave(self, request: Request) -> Response:
        self._sessions.revoke(request.cookies.get(COOKIE, ""))
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
        )
        action = html.escape("/login" if target == "/" else f"/login?next={quote(target, safe='/')}")
        page = self._page.substitute(nonce=nonce, problem=sentence, action=action, fields=_FIELDS, button="Log in")
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
