"""`studio transcribe`: a recording to text, as it is heard."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine import registry
from engine.audio.io import probe, read_blocks
from engine.errors import AudioFormatError, OptionError
from engine.pool import ModelPool
from engine.stt import exports
from engine.stt.base import language_of
from engine.types import Segment, Transcript
from studio.settings import Settings

WRITERS = {
    "txt": exports.to_txt,
    "srt": exports.to_srt,
    "vtt": exports.to_vtt,
    "json": exports.to_json,
}


def transcribe(
    file: Annotated[Path, typer.Argument(help="Any recording or video ffmpeg can read.")],
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    language: Annotated[str, typer.Option(help="A language tag such as en.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="txt, srt, vtt or json")] = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A file; standard output when left out.")] = None,
) -> None:
    """Write down what is said in a recording."""
    kind = (format or (out.suffix.lstrip(".").lower() if out else "") or "txt").lower()
    if kind not in WRITERS:
        raise OptionError(f"Transcripts cannot be written as “{kind}”. Use one of: {', '.join(WRITERS)}.")
    if not file.is_file():
        raise AudioFormatError(f"There is no file called {file}.")
    settings = Settings()
    model_id = model or settings.transcribe_model
    card = registry.find(model_id, "transcribe")
    duration_s = probe(file).duration_s
    segments: list[Segment] = []
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)
    try:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(file.name, total=duration_s)
            for segment in pool.transcribe(model_id, read_blocks(file, card.sample_rate), language):
                segments.append(segment)
                bar.update(task, completed=segment.end_s)
    finally:
        pool.close()
    total_s = duration_s if duration_s is not None else (segments[-1].end_s if segments else 0.0)
    text = WRITERS[kind](
        Transcript(tuple(segments), language_of(segments, language, card.languages), total_s, model_id)
    )
    if out is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    else:
        out.write_text(text, encoding="utf-8")
