"""`studio book`: a document to an audiobook, through the queue."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Console

from engine import controls
from engine.errors import EngineError, OptionError
from engine.text.pronunciation import used
from engine.types import Sampling
from studio.books import read_book
from studio.books.model import Book
from studio.cli import own, queue
from studio.library.jobs import consent
from studio.library.jobs.options import BookFormat, BookOptions, Loudness
from studio.library.jobs.views import JobView
from studio.library.library import Library
from studio.library.tables import JobStatus
from studio.library.voices.dressed import beginning, dressed
from studio.settings import OWNER, Settings


class BookFailed(EngineError):
    """The job ended without a book."""


def book(
    file: Annotated[Path, typer.Argument(help="EPUB, PDF, DOCX, HTML, Markdown or text.")],
    model: Annotated[str, typer.Option(help="A model id; see `studio models`.")] = "",
    voice: Annotated[str, typer.Option(help="A voice id; see `studio voices`.")] = "",
    language: Annotated[
        str, typer.Option("--language", "--lang-code", help="A language tag; the voice's own when left out.")
    ] = "",
    speed: Annotated[float, typer.Option(help=controls.SPEED.told)] = 1.0,
    chapters: Annotated[str, typer.Option(help="Which chapters, e.g. 1-3,5; the story's own when left out.")] = "",
    format: Annotated[str, typer.Option("--format", "-f", help="m4b, mp3, mp3-chapters, flac, wav or opus")] = "m4b",
    loudness: Annotated[str, typer.Option(help="acx, podcast or none")] = "acx",
    seed: Annotated[int, typer.Option(help=controls.SEED.told)] = 0,
    temperature: Annotated[float | None, typer.Option(help=controls.TEMPERATURE.told)] = None,
    top_p: Annotated[float | None, typer.Option(help=controls.TOP_P.told)] = None,
    top_k: Annotated[int | None, typer.Option(help=controls.TOP_K.told)] = None,
    min_p: Annotated[float | None, typer.Option(help=controls.MIN_P.told)] = None,
    repetition_penalty: Annotated[float | None, typer.Option(help=controls.REPETITION_PENALTY.told)] = None,
    repetition_window: Annotated[int | None, typer.Option(help=controls.REPETITION_WINDOW.told)] = None,
    max_tokens: Annotated[int | None, typer.Option(help=controls.MAX_TOKENS.told)] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Copy the results into this folder.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Download the model if it is not here.")] = False,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Leave it to the studio that runs here.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Narrate a book."""
    if not file.is_file():
        raise OptionError(f"There is no file called {file}.")
    if out is not None and out.exists() and not out.is_dir():
        raise OptionError(f"{out} is not a folder.")
    settings = Settings()
    document = read_book(file, file.name, settings.max_book_chars)
    console = Console(stderr=True, highlight=False)
    for notice in document.notices:
        console.print(notice, markup=False, soft_wrap=True)
    options = BookOptions(
        voice=voice,
        language=language,
        speed=speed,
        format=cast(BookFormat, format),
        loudness=cast(Loudness, loudness),
        chapters=chosen(chapters, document),
        seed=seed,
        allow_download=download,
        sampling=Sampling(temperature, top_p, top_k, min_p, repetition_penalty, repetition_window, max_tokens),
    )
    if no_wait:
        with queue.opened(settings) as library:
            options = _as_the_person_has_it(library, settings, options, document, model)
            job = library.submit_book(OWNER, document, options, max_queued=settings.max_queued_jobs)
            if library.redis is None:
                console.print("It waits for `studio run` or `studio worker`.", soft_wrap=True)
        _print(job, [], as_json)
        return
    with queue.staffed(settings) as library:
        options = _as_the_person_has_it(library, settings, options, document, model)
        job = library.submit_book(OWNER, document, options, max_queued=settings.max_queued_jobs)
        try:
            job = queue.watch(library, job.id, console)
        except KeyboardInterrupt:
            console.print(f"The book goes on where it stopped with: studio jobs resume {job.id}", soft_wrap=True)
            if library.view(OWNER, job.id).status in (JobStatus.QUEUED, JobStatus.RUNNING):
                library.pause(OWNER, job.id)
            raise
        if job.status != JobStatus.DONE:
            raise BookFailed(job.error or f"The book is {job.status}. `studio jobs show {job.id}` says more.")
        files = [library.result(OWNER, job.id, result.id) for result in job.results]
        places = [result.path for result in files]
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            places = [Path(shutil.copy2(result.path, out / result.name)) for result in files]
    for notice in job.notices:
        console.print(notice, markup=False, soft_wrap=True)
    _print(job, places, as_json)


def _as_the_person_has_it(
    library: Library, settings: Settings, options: BookOptions, document: Book, model: str
) -> BookOptions:
    """With who is to speak, what the voice is made of, and the words as the person wants them said in all texts."""
    voices, said = own.in_a_library(library.db)
    who = dressed(
        settings,
        model=model,
        voice=options.voice,
        language=options.language,
        text=beginning(document),
        hint=document.language,
        own=voices,
        exact=options.allow_download,
    )
    consent.check(settings, who.model, allowed=options.allow_download)
    texts = (text for chapter in document.chapters for text in (chapter.title, *chapter.paragraphs))
    return replace(
        options,
        model=who.model,
        voice=who.voice,
        language=who.language,
        pronunciations=used(said, texts),
        narrator=options.narrator or (who.named if who.voice != who.named else ""),
        notices=who.notices,
        voice_kind=who.kind,
    )


def chosen(chapters: str, document: Book) -> list[int]:
    """Indices of the chapters to narrate.

    Args:
        chapters: "1-3,5", counted from 1; "" takes the story and leaves front matter, back matter and notes out.
        document: the book.

    Raises:
        OptionError: not of that form, or beyond the book.
    """
    if not chapters.strip():
        story = [index for index, chapter in enumerate(document.chapters) if chapter.kind == "body"]
        return story or list(range(len(document.chapters)))
    picked: list[int] = []
    for part in chapters.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdecimal() or (dash and not last.isdecimal()):
            raise OptionError(f"Chapters are written like 1-3,5, and {chapters!r} is not.")
        start, end = int(first), int(last) if dash else int(first)
        if not 1 <= start <= end <= len(document.chapters):
            raise OptionError(
                f"The book has chapters 1 to {len(document.chapters)}; {part.strip()!r} is not among them."
            )
        picked += [index for index in range(start - 1, end) if index not in picked]
    return sorted(picked)


def _print(job: JobView, places: list[Path], as_json: bool) -> None:
    console = Console(highlight=False)
    if as_json:
        console.print_json(
            json.dumps({"id": job.id, "status": job.status, "title": job.title, "files": [str(p) for p in places]})
        )
    elif places:
        for place in places:
            console.print(str(place), markup=False, soft_wrap=True)
    else:
        console.print(job.id)
