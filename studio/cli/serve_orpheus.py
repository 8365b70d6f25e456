"""`studio serve-orpheus`: the stream protocol on a port of its own, for programs that want only that."""

import contextlib
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from engine import registry, weights
from engine.registry.saying import family_name
from engine.weights.missing import command
from studio.cli.accounts import with_token
from studio.cli.telling.verbose import watching
from studio.library.voices.dressed import default_speaker
from studio.settings import Settings

PORT = 8765


def serve_orpheus(
    host: Annotated[str | None, typer.Option(help="Listen here; anything but this machine demands a token.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = PORT,
    model: Annotated[str, typer.Option(help="Who speaks; the Orpheus that is on this machine unless said.")] = "",
    no_preload: Annotated[bool, typer.Option("--no-preload", help="Load the model with the first request.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell every answer; never what people wrote.")] = False,
) -> None:
    """Serve the Orpheus stream protocol: ws://…/ws/orpheus, and a page that plays it at /listen."""
    # Imported here: `studio serve-orpheus --help` does not wait for the server's packages.
    from studio.stream_app import serve_stream

    asked = Settings()
    console = Console(highlight=False)
    named = registry.find(model, "speak").id if model else _model(asked, console)
    asked = asked.model_copy(
        update={
            "host": host if host is not None else asked.host,
            "port": port,
            "share": False,
            "speak_model": named,
            # A default voice belongs to its model.
            "voice": asked.voice if named == asked.speak_model else "",
        }
    )
    settings = with_token(asked)

    def ready(address: str, token: str) -> None:
        who = default_speaker(settings).model
        console.print(f"[bold]{who}[/] speaks at [bold]{escape(address.replace('http', 'ws', 1))}/ws/orpheus[/]")
        page = f"{address}/listen?token={token}" if token else f"{address}/listen"
        console.print(f"and can be heard at [bold]{escape(page)}[/]", soft_wrap=True)
        if token:
            console.print("Programs send the token as `Authorization: Bearer <token>`.", style="dim", markup=False)
        console.print("Ctrl-C stops it.", style="dim")

    # Ctrl-C is how it is meant to end; the server has put everything away by the time it says so.
    with contextlib.suppress(KeyboardInterrupt), watching(verbose) as seen:
        serve_stream(settings, preload=not no_preload, on_ready=ready, seen=seen)


def _model(settings: Settings, console: Console) -> str:
    """The first Orpheus on this machine, else whom the settings name: "" is whoever speaks where nobody is named."""
    family = [card for card in registry.cards("speak") if card.family == "orpheus"]
    here = next((card for card in family if weights.is_present(card, settings.models_dir)), None)
    if here is not None:
        return here.id
    if family:
        console.print(
            f"No {family_name(family[0])} is on this machine yet, so {default_speaker(settings).model} speaks. "
            f"Get one with: {command(family[0].id)}"
        )
    return settings.speak_model
