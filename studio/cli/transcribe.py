"""`studio transcribe`: recordings to text, as they are heard."""

import sys
import unicodedata
from dataclasses import dataclass, replace
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
from studio.cli.fetched import fetched
from studio.cli.listening.running import Lines, Running, Silent, Told, Words, line_of
from studio.cli.options import guidance_help
from studio.cli.options.language import HELP as LANGUAGE
from studio.cli.options.language import spoken
from studio.cli.options.spelling import one_of
from studio.library.listening import listener
from studio.settings import Settings

LINES = "ndjson"
"""A line of JSON a segment: what can be written while it is made, and no format of a finished transcript."""
_KINDS = [*exports.FORMATS, LINES]
_CAPTIONS = listed(exports.caption_formats())


def transcribe(
    files: Annotated[list[Path] | None, typer.Argument(help="Any recordings or videos ffmpeg can read.")] = None,
    audio: Annotated[list[Path] | None, typer.Option("--audio", help="The same, as an option.")] = None,
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help=LANGUAGE)] = "",
    format: Annotated[str, typer.Option("--format", "-f", help=", ".join(_KINDS))] = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", "--output-path", help="A file; a folder for many; standard output when left out."),
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Show what is heard while it is heard: words, or with json lines of it.")
    ] = False,
    line_length: Annotated[int, typer.Option(min=10, max=200, help=f"Characters in a line of {_CAPTIONS}.")] = 42,
    lines: Annotated[int, typer.Option(min=1, max=6, help=f"Lines in a caption of {_CAPTIONS}.")] = 2,
    word_level: Annotated[bool, typer.Option("--word-level", help=f"A time for every word in {_CAPTIONS}.")] = False,
    translate: Annotated[bool, typer.Option("--translate", help=guidance_help.TRANSLATE)] = False,
    prompt: Annotated[str, typer.Option(help=guidance_help.PROMPT)] = "",
    hotwords: Annotated[str, typer.Option(help=guidance_help.HOTWORDS)] = "",
    download: Annotated[bool, typer.Option("--download", help="Download the model if it is not here.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="A line for every segment, and how fast it went.")] = False,
) -> None:
    """Write down what is said in recordings."""
    recordings: list[Path] = one_of({"FILES": files, "--audio": audio}) or []
    if not recordings:
        raise OptionError("Name a recording: studio transcribe FILE, or --audio FILE.")
    destination = _Destination.asked(recordings, out, format)
    is_shown = stream or (destination.kind == LINES and out is None)
    if is_shown and out is None and destination.kind not in ("txt", "json", LINES):
        raise OptionError(
            f"{destination.kind} is written whole: name a file with --out, or stream txt, json or {LINES}."
        )
    settings = Settings()
    guidance = Guidance.written(translate, prompt, hotwords)
    language = spoken(language)
    who = listener(settings, model=model, language=language, needs=guidance.needs)
    fetched(settings, who.model, allowed=download)
    style = exports.ExportStyle(CaptionStyle(line_length=line_length, lines=lines), word_level)
    errors = Console(stderr=True, highlight=False)
    pool = ModelPool(int(settings.memory_budget_gb * 1024**3), models_dir=settings.models_dir, offline=settings.offline)
    failed: EngineError | None = None
    try:
        for file in recordings:
            running: Running = Silent()
            if is_shown:
                name = file.name if len(recordings) > 1 else ""
                running = Words() if destination.kind not in ("json", LINES) else Lines(name, word_level)
            try:
                transcript = _heard(pool, file, who.model, language, guidance, running, Told(errors, verbose), errors)
            except EngineError as exc:
                if len(recordings) == 1:
                    raise
                # The others are heard all the same.
                errors.print(f"{file.name}: {exc}", markup=False, soft_wrap=True)
                failed = exc
                continue
            if out is not None or not is_shown:
                destination.write(file, _made(destination.kind, transcript, replace(style, title=file.stem)))
        if who.notice:
            errors.print(who.notice, markup=False, soft_wrap=True)
    finally:
        pool.close()
    if failed is not None:
        raise failed


@dataclass(frozen=True, slots=True)
class _Destination:
    """Where transcripts go, and as what.

    Attributes:
        kind: a name in FORMATS, or LINES.
        out: a file or a folder; None is standard output.
        is_folder: which of the two.
        files: the recordings.
    """

    kind: str
    out: Path | None
    is_folder: bool
    files: list[Path]

    @classmethod
    def asked(cls, files: list[Path], out: Path | None, format: str) -> "_Destination":
        """What a person asked for; a folder is made. Raises OptionError, AudioFormatError."""
        is_folder = out is not None and (out.is_dir() or len(files) > 1)
        kind = (format or (out.suffix.lstrip(".").lower() if out and not is_folder else "") or "txt").lower()
        if kind not in _KINDS:
            raise OptionError(f"Transcripts cannot be written as “{kind}”. Use one of: {', '.join(_KINDS)}.")
        for file in files:
            if not file.is_file():
                raise AudioFormatError(f"There is no file called {file}.")
        if len(files) > 1 and out is None:
            raise OptionError("Many recordings need a folder for their transcripts: --out FOLDER.")
        if is_folder and out is not None:
            if out.exists() and not out.is_dir():
                raise OptionError(f"{out} is a file; many recordings need a folder.")
            out.mkdir(parents=True, exist_ok=True)
        elif out is not None:
            if format and not out.suffix and not out.exists():
                out = out.with_name(f"{out.name}.{kind}")
            if not out.absolute().parent.is_dir():
                raise OptionError(f"The folder of {out} does not exist.")
        return cls(kind, out, is_folder, files)

    def write(self, file: Path, made: bytes) -> None:
        """A recording's transcript."""
        if self.out is None:
            is_ended = made.endswith(b"\n") or self.kind == LINES or not exports.FORMATS[self.kind].is_text
            sys.stdout.buffer.write(made if is_ended else made + b"\n")
            sys.stdout.flush()
        else:
            path = _place(self.out, file, self.kind, self.files) if self.is_folder else self.out
            path.write_bytes(made)


def _made(kind: str, transcript: Transcript, style: exports.ExportStyle) -> bytes:
    if kind == LINES:
        return "".join(line_of(segment, word_level=style.word_level) for segment in transcript.segments).encode()
    return exports.render(kind, transcript, style)


def _heard(
    pool: ModelPool,
    file: Path,
    model_id: str,
    language: str,
    guidance: Guidance,
    running: Running,
    told: Told,
    errors: Console,
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
    # Where words run down the terminal a bar would stand in their way, and a file has no use for one.
    with Progress(
        *columns, console=errors, transient=True, disable=not errors.is_terminal or not isinstance(running, Silent)
    ) as bar:
        task = bar.add_task(file.name, total=duration_s)
        for segment in pool.transcribe(model_id, read_blocks(file, card.sample_rate), language, guidance=guidance):
            segments.append(segment)
            running.show(segment)
            told.show(segment)
            bar.update(task, completed=segment.end_s)
    running.end()
    total_s = duration_s if duration_s is not None else (segments[-1].end_s if segments else 0.0)
    heard = "en" if guidance.translates else language_of(segments, language, card.languages)
    transcript = Transcript(tuple(segments), heard, total_s, model_id)
    told.end(transcript)
    return transcript


def _place(folder: Path, file: Path, kind: str, files: list[Path]) -> Path:
    """talk.srt; talk.mp3.srt where another recording has the same stem; talk.mp3.2.srt where one has the same name."""
    if [_on_disk(other.stem) for other in files].count(_on_disk(file.stem)) == 1:
        return folder / f"{file.stem}.{kind}"
    before = [_on_disk(other.name) for other in files[: files.index(file)]].count(_on_disk(file.name))
    return folder / f"{file.name}{f'.{before + 1}' if before else ''}.{kind}"


def _on_disk(name: str) -> str:
    """What a disk may take a name for: a Mac's minds neither upper and lower case nor how an accent is written."""
    return unicodedata.normalize("NFC", name).casefold()
