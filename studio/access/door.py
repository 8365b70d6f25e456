"""The way in where nobody has a login: who sits at this machine, who holds a token, who was here before.

A token in the address is exchanged for a cookie and leaves the address. Each guest is a person of their own.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from studio.access.errors import TooMany, Unauthorised, WrongKey
from studio.access.origins import LOOPBACK_NAMES, host_name, is_loopback
from studio.access.people import LOCAL, Person
from studio.access.sessions import COOKIE, GUEST_LIFETIME_S, Sessions
from studio.access.tokens import Tokens, is_guest, new_guest

MAX_NEW_GUESTS = 200
NEW_GUESTS_S = 3600.0
"""Limits hold per person, so nobody may become a new one as often as they like."""
ENTERED = "entered"
"""In an address that was just given a cookie: when the cookie does not come back, the browser keeps none."""
FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip")
UNKNOWN_TOKEN = "That token is not known here; ask for the present address of this studio."
NO_COOKIE = (
    "Your browser did not keep the cookie that tells you from the other guests. "
    "Allow cookies for this address, then open the link again."
)


class Door:
    """Lets in whoever the settings say; `Access` builds it."""

    def __init__(
        self, sessions: Sessions, tokens: Tokens | None, asks_here: bool, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Args: sessions: cookies.  tokens: None lets everybody in as the owner.  asks_here: a token even here."""
        self._sessions = sessions
        self._tokens = tokens
        self._asks_here = asks_here
        self._clock = clock
        self._came: deque[float] = deque(maxlen=MAX_NEW_GUESTS)

    @property
    def is_open(self) -> bool:
        """Whether nobody is ever asked."""
        return self._tokens is None

    def is_owner_here(self, scope: Scope, headers: Headers) -> bool:
        """Whether the request comes from this machine itself, straight, and nothing more is asked here.

        Args:
            scope: its client is who connected.
            headers: as they came.
        """
        if self._tokens is None:
            return True
        client = scope.get("client")
        return (
            not self._asks_here
            and client is not None
            and is_loopback(client[0])
            and host_name(headers.get("host", "")) in LOOPBACK_NAMES
            and not any(name in headers for name in FORWARDED)
        )

    def person(self, scope: Scope, headers: Headers, key: str) -> Person:
        """Who asks.

        Args:
            scope: the connection.
            headers: as they came.
            key: what was sent as a key, or "".

        Raises:
            Unauthorised: nobody knows.
            WrongKey: the key is nobody's.
        """
        if self._tokens is None or self.is_owner_here(scope, headers):
            return LOCAL
        person = self.held(headers)
        if person:
            return person
        if not key:
            raise Unauthorised(
                "Open the address that `studio run` printed, or send its token as `Authorization: Bearer <token>`."
            )
        if self._tokens.is_owner(key):
            return LOCAL
        if self._tokens.is_guest(key):
            raise Unauthorised(
                "That token is for everybody who is invited. A program gets a key of its own for it: "
                "send it once as `password` to POST /login, and the `key` of the answer from then on."
            )
        person = self._sessions.person(key)
        if person is None:
            raise WrongKey(UNKNOWN_TOKEN)
        return person

    def held(self, headers: Headers) -> Person | None:
        """Who the cookie says it is."""
        cookie = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        return self._sessions.person(cookie) if cookie else None

    def enter(self, token: str, headers: Headers) -> tuple[str, int] | None:
        """A cookie for a token, and its life in seconds; None when the token is no good.

        Who comes back with a guest's cookie stays the same guest, and the owner stays the owner.

        Raises:
            TooMany: more guests than a studio has came within an hour.
        """
        if self._tokens is None:
            return None
        if self._tokens.is_owner(token):
            return self._sessions.issue(LOCAL), self._sessions.lifetime_s
        if not self._tokens.is_guest(token):
            return None
        person = self.held(headers) or self._newcomer()
        lifetime_s = GUEST_LIFETIME_S if is_guest(person) else self._sessions.lifetime_s
        return self._sessions.issue(person, lifetime_s), lifetime_s

    def _newcomer(self) -> Person:
        present = self._clock()
        if len(self._came) == MAX_NEW_GUESTS and present - self._came[0] < NEW_GUESTS_S:
            wait_s = math.ceil(NEW_GUESTS_S - (present - self._came[0]))
            raise TooMany("Very many guests came within this hour; open the link again later.", wait_s)
        self._came.append(present)
        return new_guest()

    def exchange(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to an address with a token, and to the one after it; None for every other request.

        Raises:
            WrongKey: the token is nobody's.
            TooMany: as `enter`.
        """
        if self._tokens is None or scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            return None
        query = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        named = dict(query)
        rest = [(name, value) for name, value in query if name not in {"token", ENTERED}]
        if "token" in named:
            entered = self.enter(named["token"], headers)
            if entered is None:
                raise WrongKey(UNKNOWN_TOKEN)
            answer = _to(scope, [*rest, (ENTERED, "1")])
            set_cookie(answer, *entered, is_secure=scope.get("scheme") == "https")
            return answer
        if ENTERED not in named:
            return None
        if self.held(headers) or self.is_owner_here(scope, headers):
            return _to(scope, rest)
        return RedirectResponse(f"/login?{urlencode({'cookies': 'off'})}", 303)


def set_cookie(response: Response, cookie: str, lifetime_s: int, *, is_secure: bool) -> None:
    """Hand somebody the cookie by which they are known."""
    response.set_cookie(COOKIE, cookie, max_age=lifetime_s, httponly=True, secure=is_secure, samesite="lax")


def _to(scope: Scope, query: list[tuple[str, str]]) -> Response:
    path = "/" + scope["path"].lstrip("/\\")  # never another site's address
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303, {"cache-control": "no-store"})
