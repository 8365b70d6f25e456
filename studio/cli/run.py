"""`studio run` starts everything; `studio worker` adds a worker to it."""

import contextlib
import os
import subprocess
import sys
import threading
import webbrowser
from typing import Annotated, Any

import typer
from rich.console import Console

from studio.settings import Settings

KEYS = "Ctrl-C stops the studio."
ADDRESS_PATIENCE_S = 60.0


def run(
    host: Annotated[str | None, typer.Option(help="Listen here; anything but this machine demands a login.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes any free port.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=64, help="Workers for books and recordings.")] = None,
    share: Annotated[bool, typer.Option("--share", help="Open Gradio's public link, behind a login.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
) -> None:
    """Start the page, the doors for programs, the queue and its workers."""
    # Imported here: the page's packages take seconds, and `studio worker` does not need them.
    from studio.app import serve

    chosen: dict[str, Any] = {"host": host, "port": port, "workers": workers, "share": share or None}
    asked = Settings().model_copy(update={name: value for name, value in chosen.items() if value is not None})
    settings = asked.with_login()
    console = Console(highlight=False)

    # The voice may be ready before the page is, and the address is what a person looks for.
    has_address = threading.Event()

    def ready(address: str, link: str) -> None:
        console.print(f"Speech Studio is at [bold]{address}[/]")
        if link:
            console.print(f"and, for everybody who has the login, at [bold]{link}[/]")
        if settings.users and not asked.users:
            for name, secret in settings.users.items():
                console.print(f"Login: [bold]{name}[/]   Password and API key: [bold]{secret.get_secret_value()}[/]")
        console.print(KEYS, style="dim")
        has_address.set()
        if not no_open and _has_desktop():
            webbrowser.open(address)

    def warm(sentence: str) -> None:
        has_address.wait(ADDRESS_PATIENCE_S)
        console.print(sentence, style="dim", markup=False)

    # Ctrl-C is how a studio is meant to end; the server has put everything away by the time it says so.
    with contextlib.suppress(KeyboardInterrupt):
        serve(settings, supervise=True, on_ready=ready, on_warm=warm)


def worker(burst: Annotated[bool, typer.Option("--burst", help="Stop when the queue is empty.")] = False) -> None:
    """Work on the queue of the studio that runs here (or of STUDIO_REDIS_URL)."""
    line = [sys.executable, "-m", "workers", *(["--burst"] if burst else [])]
    raise SystemExit(subprocess.call(line))


def _has_desktop() -> bool:
    """Whether somebody sits in front of this machine."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("CI"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
