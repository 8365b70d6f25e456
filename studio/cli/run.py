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

from studio.addresses import Addresses
from studio.cli.accounts import has_several_people, with_token
from studio.cli.telling.addresses import tell
from studio.cli.telling.opening import open_with_token
from studio.cli.telling.verbose import watching
from studio.settings import Settings

KEYS = "Ctrl-C stops the studio."
ADDRESS_PATIENCE_S = 60.0


def run(
    host: Annotated[str | None, typer.Option(help="Listen here; 0.0.0.0 is for the whole network.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="0 takes any free port.")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=64, help="Workers for books and recordings.")] = None,
    share: Annotated[bool, typer.Option("--share", help="Open Gradio's public link, for who has its token.")] = False,
    https: Annotated[
        bool, typer.Option("--https", help="Speak https, with a certificate of the studio's own.")
    ] = False,
    no_token: Annotated[bool, typer.Option("--no-token", help="Ask nobody for a token; says what that means.")] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open a browser.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell every answer; never what people wrote.")] = False,
) -> None:
    """Start the page, the doors for programs, the queue and its workers."""
    # Imported here: the page's packages take seconds, and `studio worker` does not need them.
    from studio.app import serve

    chosen: dict[str, Any] = {"host": host, "port": port, "workers": workers, "share": share or None}
    chosen |= {"https": https or None, "token": False if no_token else None}
    asked = Settings().model_copy(update={name: value for name, value in chosen.items() if value is not None})
    settings = with_token(asked)
    console = Console(highlight=False)
    if warning := what_no_token_means(settings):
        console.print(warning, markup=False, soft_wrap=True)

    # The voice may be ready before the page is, and the address is what a person looks for.
    has_address = threading.Event()

    def ready(addresses: Addresses) -> None:
        tell(console, addresses, has_logins=bool(settings.users))
        console.print(KEYS, style="dim")
        has_address.set()
        if not no_open and _has_desktop():
            open_with_token(addresses.here, webbrowser.open)

    def warm(sentence: str) -> None:
        has_address.wait(ADDRESS_PATIENCE_S)
        console.print(sentence, style="dim", markup=False)

    # Ctrl-C is how a studio is meant to end; the server has put everything away by the time it says so.
    with contextlib.suppress(KeyboardInterrupt), watching(verbose) as seen:
        serve(settings, supervise=True, on_ready=ready, on_warm=warm, seen=seen)


def worker(burst: Annotated[bool, typer.Option("--burst", help="Stop when the queue is empty.")] = False) -> None:
    """Work on the queue of the studio that runs here (or of STUDIO_REDIS_URL)."""
    line = [sys.executable, "-m", "workers", *(["--burst"] if burst else [])]
    raise SystemExit(subprocess.call(line))


def what_no_token_means(settings: Settings, several: bool | None = None) -> str:
    """One sentence where nobody is asked who would be asked otherwise, else "".

    Args:
        settings: as the studio will run.
        several: whether the machine has several people; found out when None.
    """
    if settings.users or settings.token is not False:
        return ""
    if not settings.is_local_only:
        return (
            "Without a token everybody who can reach this machine in the network is let in as you: "
            "they see, change and delete all that you made."
        )
    if has_several_people() if several is None else several:
        return (
            "Without a token everybody who has an account on this machine is let in as you: "
            "they see, change and delete all that you made."
        )
    return ""


def _has_desktop() -> bool:
    """Whether somebody sits in front of this machine."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("CI"):
        return False
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
