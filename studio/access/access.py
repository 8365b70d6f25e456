"""Everything about coming in, built once from the settings: the gate, the login, the limits, the page's door."""

import functools
import secrets
from pathlib import Path

from starlette.routing import Route
from starlette.types import ASGIApp

from engine.errors import OptionError
from studio.access.attempts import Attempts
from studio.access.body_limits import BodyLimits
from studio.access.limits import Allowance, Limits
from studio.access.login import Login
from studio.access.middleware import Gate
from studio.access.origins import Hosts
from studio.access.page_door import PageDoor
from studio.access.page_files import PageFiles
from studio.access.page_scripts import page_scripts
from studio.access.people import People
from studio.access.sessions import Sessions
from studio.settings import Settings


class Access:
    """The studio's doorkeeper."""

    def __init__(self, settings: Settings) -> None:
        """Args: settings: read once.

        Raises:
            OptionError: others can reach the studio and no login is set, or a login is no good.
        """
        keys = {name: key.get_secret_value() for name, key in settings.users.items()}
        self.people = People(keys)
        if not self.people and not settings.is_local_only:
            raise OptionError("Others could reach this studio, so it needs a login; set STUDIO_USERS.")
        given = settings.session_secret.get_secret_value() if settings.session_secret else ""
        self._secret = given or secrets.token_hex(32)
        self.sessions = Sessions(self.people, self._secret)
        self.attempts = Attempts()
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
        """Answer to a public link's name too, from now on. Only with a login.

        Raises:
            OptionError: no login is set.
        """
        if not self.people:
            raise OptionError("A public link needs a login; set STUDIO_USERS.")
        self.hosts.add_shared(host)

    @property
    def routes(self) -> list[Route]:
        """/login and /logout."""
        return Login(self.people, self.sessions, self.attempts).routes
