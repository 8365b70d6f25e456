"""`studio compare`: one text spoken whole, as a clean and a smooth stream and through a callback, side by side."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from engine import controls, registry
from engine.audio.files.encode import write_file
from engine.audio.files.wholefile import whole_file
from engine.compare import FILES, NAMES, Measures, Take, measured, picture, remark, takes
from engine.errors import OptionError, TextError
from engine.pool import ModelPool
from engine.registry.provenance import made_by
from engine.types import Sampling, SpeechRequest
from studio.cli import own
from studio.cli.options import speech as asked
from studio.cli.options.spelling import one_of
from studio.cli.telling.told import tell
from studio.settings import Settings

TEXT = "The same words, spoken in several ways: all at once, and in pieces while they are being made. Can you hear it?"
"""What is said where nobody says what."""


def compare(
    words: Annotated[
        str, typer.Argument(metavar="TEXT", help="What to say; a sentence of its own unless said.", show_default=False)
    ] = "",
    text: Annotated[str, typer.Option("--text", help="The same, as an option.")] = "",
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    voice: Annotated[str, typer.Option(help="A voice id; see `studio voices`.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="The same for every way.")] = 0,
    language: Annotated[str, typer.Option("--language", "--lang-code", help=asked.LANGUAGE)] = "",
    temperature: Annotated[float | None, typer.Option(help=controls.TEMPERATURE.told)] = None,
    streaming_interval: Annotated[float | None, typer.Option("--streaming-interval", help=asked.INTERVAL)] = None,
    chunk_tokens: Annotated[
        int | None, typer.Option("--chunk-tokens", "--streaming-chunk-tokens", help=asked.CHUNK_TOKENS)
    ] = None,
    ultra_low_latency: Annotated[bool, typer.Option("--ultra-low-latency", help=asked.LOW_LATENCY)] = False,
    out: Annotated[
        Path, typer.Option("--out", "-o", "--output-path", help="A folder; made where there is none.")
    ] = Path("compare"),
) -> None:
    """Speak a text in every way a model has, and show what they differ in."""
    given = one_of({"TEXT": words, "--text": text})
    text = TEXT if given is None else given
    if not text.strip():
        raise TextError("There is nothing to say: the text is empty.")
    controls.TEMPERATURE.check(temperature)
    chunking = asked.chunking(streaming_interval, chunk_tokens, ultra_low_latency)
    settings = Settings()
    who, said = own.for_speech(settings, model=model, voice=voice, language=language, text=text)
    tell(settings, who)
    card = registry.find(who.model, "speak")
    request = SpeechRequest(
        text=text,
        voice=who.voice,
        language=who.language,
        seed=seed,
        sampling=Sampling(temperature=temperature),
        chunking=chunking,
        pronunciations=said,
    )
    request = own.as_worn(settings, who.model, request)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise OptionError(f"The folder {out} cannot be made; name another with --out.") from exc
    told = Console(stderr=True, highlight=False)
    with ModelPool(
        int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline
    ) as pool:
        taken = _taken(pool, who.model, request, told)
    rows = measured(taken)
    for take in taken:
        write_file(out / FILES[take.way], [take.samples], "wav", take.sample_rate, made_by=made_by(who.model, request))
    _write(out / "compare.csv", _csv(rows).encode())
    _write(out / "compare.png", picture(taken))
    Console(highlight=False).print(_table(rows))
    for notice in dict.fromkeys(notice for take in taken for notice in take.notices):
        told.print(notice, markup=False, soft_wrap=True)
    if aside := remark(card):
        told.print(aside, markup=False, soft_wrap=True)
    told.print(f"The sounds, the table and the picture are in {out}.", markup=False, soft_wrap=True)


def _taken(pool: ModelPool, model: str, request: SpeechRequest, told: Console) -> list[Take]:
    taken: list[Take] = []
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[made]:.1f} s"))
    with Progress(*columns, console=told, transient=True) as progress:
        bar = progress.add_task("", total=1.0, made=0.0)
        for step in takes(pool, model, request):
            if isinstance(step, Take):
                taken.append(step)
            else:
                name = f"{NAMES[step.way]} ({step.number} of {step.ways})"
                progress.update(bar, description=name, completed=step.share, made=step.made_s)
    return taken


def _table(rows: Sequence[Measures]) -> Table:
    """A column for each way: a terminal of 80 characters has room for them all."""
    table = Table(box=None, header_style="bold")
    table.add_column("", no_wrap=True)
    for row in rows:
        table.add_column(NAMES[row.way], justify="right", no_wrap=True)
    lines: dict[str, Callable[[Measures], str]] = {
        "length": lambda row: f"{row.length_s:.3f} s",
        "samples more than whole": lambda row: f"{row.longer_by:+d}" if row.longer_by else "0",
        "largest difference": lambda row: _small(row.max_difference),
        "RMS difference": lambda row: _small(row.rms_difference),
        "chunks": lambda row: str(row.chunks),
        "largest step at a join": lambda row: f"{row.join_step:.4f}",
        "largest step anywhere": lambda row: f"{row.largest_step:.4f}",
        "LUFS": lambda row: f"{row.lufs:.1f}",
        "first sound": lambda row: f"{row.ttfa_s * 1000:.0f} ms",
        "rtf": lambda row: f"{row.rtf:.3f}",
    }
    for name, worded in lines.items():
        table.add_row(name, *(worded(row) for row in rows))
    return table


def _small(value: float) -> str:
    return f"{value:.1e}" if value else "0"


def _csv(rows: Sequence[Measures]) -> str:
    target = io.StringIO(newline="")
    writer = csv.DictWriter(target, [field.name for field in fields(Measures)])
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return target.getvalue()


def _write(path: Path, content: bytes) -> None:
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
