"""`studio models`: what can speak and listen here."""

import json
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from engine import registry, weights
from engine.errors import EngineError, OptionError
from engine.registry import ModelCard
from engine.types import DownloadProgress
from engine.weights.missing import NATURAL
from engine.wording import size_text
from studio.library import extras
from studio.settings import Settings

app = typer.Typer(invoke_without_command=True)


@app.callback()
def models(
    context: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False
) -> None:
    """List, download and remove models."""
    if context.invoked_subcommand is None:
        list_models(as_json)


@app.command("list")
def list_models(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Every model the studio knows, and whether it is on this machine."""
    settings = Settings()
    rows = [_row(card, settings) for card in registry.cards()]
    console = Console(highlight=False)
    if as_json:
        console.print_json(json.dumps(rows))
        return
    table = Table(box=None, header_style="bold")
    # An id is for typing: it is never shortened.
    table.add_column("id", no_wrap=True)
    for heading in ("what", "licence", "languages", "size", "here"):
        table.add_column(heading)
    for row in rows:
        size = "built in" if row["built_in"] else size_text(int(row["download_bytes"]))
        size += ", part of the studio" if row["natural"] else ""
        languages = row["languages"]
        shown = languages[0] if len(languages) == 1 else f"{len(languages)} languages"
        table.add_row(row["id"], row["task"], row["licence"], shown, size, "yes" if row["here"] else "no")
    console.print(table)


@app.command("get")
def get(
    model: Annotated[
        str, typer.Argument(help="A model id, see `studio models`; natural, the natural set; japanese or mandarin.")
    ],
) -> None:
    """Download a model's files, or make those of the natural set, or get what reads a language for it."""
    settings = Settings()
    console = Console(stderr=True, highlight=False)
    if extra := extras.find(model):
        console.print(f"Getting what reads {extra.name} ({size_text(extra.download_bytes)}).")
        extras.install(extra, offline=settings.offline)
        console.print(f"{extra.name} can be read in the natural voice now.")
        return
    failed = False
    for card in _named(model):
        try:
            _get(card, settings, console)
        except EngineError as exc:
            if model != NATURAL:
                raise
            failed = True  # one may come where the other does not
            console.print(str(exc), markup=False, soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def _named(model: str) -> list[ModelCard]:
    """The models that a person means."""
    if model == NATURAL:
        return registry.natural_set()
    return [registry.find(model)]


def _get(card: ModelCard, settings: Settings, console: Console) -> None:
    if card.built_in:
        console.print(f"{card.name} is built in; there is nothing to download.")
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console)
    task = bar.add_task(card.name, total=None)
    with ExitStack() as shown:

        def show(progress: DownloadProgress) -> None:
            if not bar.live.is_started:
                shown.enter_context(bar)  # nothing is to be seen where all is here
            what = progress.file if card.natural else card.name  # a package, or what is being made
            bar.update(task, completed=progress.done_bytes, total=progress.total_bytes, description=what)

        weights.fetch(
            card, settings.models_dir, offline=settings.offline, natural_dir=settings.natural_dir, progress=show
        )
    size = size_text(weights.size_on_disk(card, settings.models_dir))
    console.print(f"{card.name} is ready: {size}.")


@app.command("rm")
def remove(model: Annotated[str, typer.Argument(help="A model id; or: natural, the studio's natural set.")]) -> None:
    """Delete a model's files from this machine."""
    settings = Settings()
    for card in _named(model):
        freed = weights.size_on_disk(card, settings.models_dir)
        weights.remove(card, settings.models_dir)
        Console(stderr=True, highlight=False).print(f"{card.name} is removed; {size_text(freed)} are free again.")


@app.command("quantize")
def quantize(
    model: Annotated[str, typer.Argument(help="A model id, or a folder with a model.")],
    bits: Annotated[int, typer.Option(help="4, 6 or 8")] = 4,
    group_size: Annotated[int, typer.Option(help="Numbers that share a scale: 32, 64 or 128.")] = 64,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", "--output-path", help="The folder to make; by default named here.")
    ] = None,
) -> None:
    """Make a model smaller: a copy of 4, 6 or 8 bits in a folder that speaks or listens as the model does."""
    settings = Settings()
    card = registry.find(model)
    if card.built_in:
        raise OptionError(f"{card.name} is built in and small: there is nothing to quantise.")
    folder = weights.folder_of(card, settings.models_dir, offline=settings.offline)
    assert folder is not None  # only built-in models have none
    weights.verify(folder, card)
    place = out or Path(f"{folder.name if card.folder else card.id.rsplit('/', 1)[-1]}-{bits}bit")
    console = Console(stderr=True, highlight=False)
    with Progress(TextColumn("{task.description}"), BarColumn(), DownloadColumn(), console=console) as bar:
        task = bar.add_task(card.name, total=None)
        count = weights.quantise(
            folder,
            place,
            bits,
            group_size,
            getattr(import_module(card.module), "quantisable", None),
            name=card.name,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    before, after = (sum(path.stat().st_size for path in weights.weight_files(one)) for one in (folder, place))
    console.print(
        f"{count} matrices of {card.name} have {bits} bits now: {size_text(after)} instead of "
        f"{size_text(before)}. Use it with: --model {place}",
        markup=False,
        soft_wrap=True,
    )


def _row(card: ModelCard, settings: Settings) -> dict[str, Any]:
    return {
        "id": card.id,
        "name": card.name,
        "task": card.task,
        "family": card.family,
        "licence": card.licence,
        "languages": list(card.languages),
        "sample_rate": card.sample_rate,
        "built_in": card.built_in,
        "natural": card.natural,
        "download_bytes": card.download_bytes,
        "here": card.built_in or weights.is_present(card, settings.models_dir),
    }
