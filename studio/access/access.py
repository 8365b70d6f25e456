"""Everything about coming in, built once from the settings: the gate, the login, the limits, the page's door."""

import functools
import secrets
from pathlib import Path

from starlette.routing import Route
from starlette.types import ASGIApp

from engine.errors import OptionError
from studio.access.attempts import Attempts
from studio.access.body_limits import BodyLimits
from studio.access.door import Door
from studio.access.limits import Allowance, Limits
from studio.access.login import Login
from studio.access.middleware import Gate
from studio.access.origins import Hosts
from studio.access.page.door import PageDoor
from studio.access.page.files import PageFiles
from studio.access.page.scripts import page_scripts
from studio.access.people import People
from studio.access.sessions import Sessions
from studio.access.tokens import Guests, Tokens
from studio.settings import Settings

SHORTEST_KEY = 12
"""Where others can reach the studio: what is shorter can be guessed."""


class Access:
    """The studio's doorkeeper."""

    def __init__(self, settings: Settings, attempts: Attempts | None = None) -> None:
        """Args: settings: read once.  attempts: counts wrong keys; tests hand in one that does not wait.

        Raises:
            OptionError: a login is no good, or a public link is wanted of a studio that asks nobody.
        """
        keys = {name: key.get_secret_value() for name, key in settings.users.items()}
        self.people = People(keys)
        if not self.people and settings.share and settings.token is False:
            raise OptionError("A public link asks for a token or a login; leave out --no-token, or set STUDIO_USERS.")
        short = next((name for name, key in keys.items() if len(key.strip()) < SHORTEST_KEY), "")
        if short and not settings.is_local_only:
            raise OptionError(
                f"The key of {short} is too short for a studio that others can reach; "
                f"give it {SHORTEST_KEY} characters or more in STUDIO_USERS."
            )
        given = settings.session_secret.get_secret_value() if settings.session_secret else ""
        self._secret = given or secrets.token_hex(32)
        asks = settings.token if settings.token is not None else not settings.is_local_only
        self.tokens = Tokens(self._secret) if asks and not self.people else None
        """None where people log in, and where nobody is asked."""
        self.sessions = Sessions(self.people or Guests(), self._secret)
        self._door = Door(self.sessions, self.tokens, asks_here=bool(settings.token) or not settings.is_loopback)
        self.attempts = attempts or Attempts()
        self.hosts = Hosts(settings.host, settings.allowed_hosts)
        self.limits = Limits(
            Allowance(
                max_streams=settings.max_streams,
                max_speech_chars=settings.max_speech_chars,
                max_book_chars=settings.max_book_chars,
                max_upload_bytes=settings.max_upload_mb * 1_000_000,
            )
        )
        self.body_limits = BodyLimits(self.limits.allowance)

    def gate(self, app: ASGIApp) -> Gate:
        """The application behind the gate; hand this to the server."""
        return functools.partial(
            Gate,
            hosts=self.hosts,
            people=self.people,
            sessions=self.sessions,
            door=self._door,
            attempts=self.attempts,
            body_limits=self.body_limits,
        )(app)

    def page_door(self, page: ASGIApp, folder: Path) -> PageDoor:
        """Gradio's application behind its own, narrower door.

        Args:
            page: the mounted application.
            folder: where it keeps uploads and results.
        """
        return PageDoor(page, PageFiles(folder, self._secret), page_scripts())

    def share(self, host: str) -> None:
        """Answer to a public link's name too, from now on. Only with logins or tokens.

        Raises:
            OptionError: this studio asks nobody who they are.
        """
        if not self.people and self.tokens is None:
            raise OptionError("A public link asks for a token or a login; start the studio with --share.")
        self.hosts.add_shared(host)

    @property
    def routes(self) -> list[Route]:
        """/login and /logout."""
        return Login(self.people, self.sessions, self.attempts, self._door).routes
