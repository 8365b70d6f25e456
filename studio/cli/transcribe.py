"""`studio transcribe`: recordings to text, as they are heard."""

import sys
import unicodedata
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from engine import registry
from engine.audio.files.io import probe, read_blocks
from engine.errors import AudioFormatError, EngineError, OptionError
from engine.pool import ModelPool
from engine.stt import exports
from engine.stt.base import Guidance, language_of
from engine.stt.captions import CaptionStyle
from engine.types import Segment, Transcript
from engine.wording import listed
from studio.cli import guidance_help
from studio.cli.fetched import fetched
from studio.library.listening import listener
from studio.settings import Settings

_CAPTIONS = listed(exports.caption_formats())


def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Any recordings or videos ffmpeg can read.")],
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    language: Annotated[str, typer.Option(help="A language tag such as en.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", help=", ".join(exports.FORMATS))] = "",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; a folder for many; standard output when left out.")
    ] = None,
    line_length: Annotated[int, typer.Option(min=10, max=200, help=f"Characters in a line of {_CAPTIONS}.")] = 42,
    lines: Annotated[int, typer.Option(min=1, max=6, help=f"Lines in a caption of {_CAPTIONS}.")] = 2,
    word_level: Annotated[bool, typer.Option("--word-level", help=f"A time for every word in {_CAPTIONS}.")] = False,
    translate: Annotated[bool, typer.Option("--translate", help=guidance_help.TRANSLATE)] = False,
    prompt: Annotated[str, typer.Option(help=guidance_help.PROMPT)] = "",
    hotwords: Annotated[str, typer.Option(help=guidance_help.HOTWORDS)] = "",
    download: Annotated[bool, typer.Option("--download", help="Download the model if it is not here.")] = False,
) -> None:
    """Write down what is said in recordings."""
    is_folder = out is not None and (out.is_dir() or len(files) > 1)
    kind = (format or (out.suffix.lstrip(".").lower() if out and not is_folder else "") or "txt").lower()
    if kind not in exports.FORMATS:
        raise OptionError(f"Transcripts cannot be written as “{kind}”. Use one of: {', '.join(exports.FORMATS)}.")
    for file in files:
        if not file.is_file():
            raise AudioFormatError(f"There is no file called {file}.")
    if len(files) > 1 and out is None:
        raise OptionError("Many recordings need a folder for their transcripts: --out FOLDER.")
    if is_folder and out is not None:
        if out.exists() and not out.is_dir():
            raise OptionError(f"{out} is a file; many recordings need a folder.")
        out.mkdir(parents=True, exist_ok=True)
    settings = Settings()
    guidance = Guidance.written(translate, prompt, hotwords)
    who = listener(settings, model=model, language=language, needs=guidance.needs)
    model_id = who.model
    fetched(settings, model_id, allowed=download)
    captions = CaptionStyle(line_length=line_length, lines=lines)
    errors = Console(stderr=True, highlight=False)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)
    failed: EngineError | None = None
    try:
        for file in files:
            try:
                transcript = _heard(pool, file, model_id, language, guidance, errors)
            except EngineError as exc:
                if len(files) == 1:
                    raise
                # The others are heard all the same.
                errors.print(f"{file.name}: {exc}", markup=False, soft_wrap=True)
                failed = exc
                continue
            made = exports.render(kind, transcript, exports.ExportStyle(captions, word_level, file.stem))
            if out is None:
                is_ended = made.endswith(b"\n") or not exports.FORMATS[kind].is_text
                sys.stdout.buffer.write(made if is_ended else made + b"\n")
                sys.stdout.flush()
            else:
                (_place(out, file, kind, files) if is_folder else out).write_bytes(made)
        if who.notice:
            errors.print(who.notice, markup=False, soft_wrap=True)
    finally:
        pool.close()
    if failed is not None:
        raise failed


def _heard(
    pool: ModelPool, file: Path, model_id: str, language: str, guidance: Guidance, errors: Console
) -> Transcript:
    card = registry.find(model_id, "transcribe")
    duration_s = probe(file).duration_s
    segments: list[Segment] = []
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(file.name, total=duration_s)
        for segment in pool.transcribe(model_id, read_blocks(file, card.sample_rate), language, guidance=guidance):
            segments.append(segment)
            bar.update(task, completed=segment.end_s)
    total_s = duration_s if duration_s is not None else (segments[-1].end_s if segments else 0.0)
    spoken = "en" if guidance.translates else language_of(segments, language, card.languages)
    return Transcript(tuple(segments), spoken, total_s, model_id)


def _place(folder: Path, file: Path, kind: str, files: list[Path]) -> Path:
    """talk.srt; talk.mp3.srt where another recording has the same stem; talk.mp3.2.srt where one has the same name."""
    if [_on_disk(other.stem) for other in files].count(_on_disk(file.stem)) == 1:
        return folder / f"{file.stem}.{kind}"
    before = [_on_disk(other.name) for other in files[: files.index(file)]].count(_on_disk(file.name))
    return folder / f"{file.name}{f'.{before + 1}' if before else ''}.{kind}"


def _on_disk(name: str) -> str:
    """What a disk may take a name for: a Mac's minds neither upper and lower case nor how an accent is written."""
    return unicodedata.normalize("NFC", name).casefold()
