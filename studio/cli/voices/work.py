"""What the commands for voices of one's own do; whoever sits at this machine is the owner."""

import json
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from engine.errors import AudioFormatError, Cancelled, EngineError, OptionError
from engine.pool import ModelPool
from studio.cli import queue
from studio.library.db import migrate
from studio.library.errors import NotFound
from studio.library.jobs.views import JobView
from studio.library.library import Library, open_library
from studio.library.tables import ConsentState, JobStatus, VoiceKind
from studio.library.voices import previews
from studio.library.voices.own import (
    consents,
    deleting,
    designed,
    designing,
    drafts,
    hearing,
    names,
    packing,
    recordings,
    rows,
    tunings,
)
from studio.library.voices.own.consent_words import SPEAKS
from studio.library.voices.own.views import OwnVoiceView
from studio.settings import OWNER, Settings

ASKED = "Are you this person, or does this person allow that this machine speaks in their voice?"


class TuningFailed(EngineError):
    """The job ended without a tuned voice."""


def add(name: str, file: Path, text: str, mood: str, language: str, cleaned: bool, consent: bool) -> None:
    """A voice of a recording; or a further recording of a voice."""
    with _library() as (settings, library):
        made = _added(settings, library, name, file, text, mood, language, cleaned)
        made = _agreed(library, made, consent)
    _tell(f"{made.name} is kept. `studio say --voice {_shell(made.name)}` speaks with it.")


def design(
    name: str, description: str, text: str, language: str, model: str, seed: int | None, keep: int, out: Path
) -> None:
    """A voice of a description."""
    description, text = designed.checked(description, text or previews.sentence(language))
    name = names.checked(name)
    with _library() as (settings, library), _pool(settings) as pool:
        card = designing.designer(model, settings)
        recipe = designed.Recipe(description, text, language, card.id, designing.new_seed() if seed is None else seed)
        _tell(f"{card.name} makes three; on a processor that takes minutes.")
        made = designed.make(library.storage, OWNER, recipe, designing.speaker(pool, recipe))
        if not out.is_dir():
            raise OptionError(f"{out} is not a folder.")
        for one in made.candidates:
            place = out / f"{name}-{one.n}.wav"
            shutil.copyfile(designed.sound(library.storage, OWNER, made.id, one.n), place)
            _tell(f"{place} is candidate {one.n}, of the seed {one.seed}.")
        chosen = keep or typer.prompt("Which one do you keep? 1, 2, 3; 0 keeps none", type=int, err=True)
        if not chosen:
            return
        if not 1 <= chosen <= len(made.candidates):
            raise OptionError("Choose 1, 2 or 3.")
        voice = designed.keep(library.db, library.storage, OWNER, made.id, chosen, name)
    _tell(f"{voice.name} is kept.")


def tune(name: str, file: Path | None, prosody: bool, text: str, language: str, consent: bool, download: bool) -> None:
    """A Kokoro voice like a recording."""
    settings = Settings()
    options = tunings.options(settings, "kokoro", "prosody" if prosody else "both", allow_download=download)
    with queue.staffed(settings) as library:
        voice = _own(library, name)
        if voice is None:
            if file is None:
                raise NotFound(f"You have no voice called “{name[:60]}”; name a recording to make one of.")
            voice = _added(settings, library, name, file, text, "", language, False)
        elif file is not None:
            raise OptionError(f"You have a voice called {voice.name} already; leave the file out to tune that.")
        voice = _agreed(library, voice, consent)
        job = library.submit_tuning(OWNER, voice.id, options)
        _check_done(_watched(library, job))
    _tell(f"{voice.name} is tuned. `studio say --voice {_shell(voice.name)}` speaks with it.")


def list_own(as_json: bool) -> None:
    """Every voice of one's own."""
    with _library() as (settings, library):
        found = rows.list_all(library.db, OWNER)
    if as_json:
        Console(highlight=False).print_json(json.dumps([_told(settings, one) for one in found]))
        return
    table = Table("name", "kind", "language", "moods", "consent", "speaks by", box=None, header_style="bold")
    for one in found:
        told = _told(settings, one)
        here = [model["name"] for model in told["models"] if model["here"]] if told["speaks"] else []
        moods = ", ".join(recording.mood for recording in one.recordings if recording.mood)
        table.add_row(one.name, one.kind, one.language, moods, one.consent.state, here[0] if here else "nobody yet")
    Console(highlight=False).print(table)


def show(name: str, as_json: bool) -> None:
    """All that is known of a voice."""
    with _library() as (settings, library):
        told = _told(settings, rows.named(library.db, OWNER, name))
    console = Console(highlight=False)
    if as_json:
        console.print_json(json.dumps(told))
        return
    lines = [
        f"{told['name']} ({told['kind']}), {told['id']}",
        told["consent"]["sentence"],
        told["why_not"],
        told["notes"],
    ]
    if told["blend"]:
        lines.append(told["blend"])
    if told["recipe"]:
        lines.append(f"Made of: {told['recipe'].get('description', '')}")
    for one in told["recordings"]:
        lines.append(
            f"{one['mood'] or 'no mood'}: {one['end_s'] - one['start_s']:.1f} s, {one['text'] or 'no transcript'}"
        )
        lines += [f"  {hint['sentence']}" for hint in one["hints"]]
    lines += [f"{model['name']}: {'here' if model['here'] else 'not here'}" for model in told["models"]]
    for line in filter(None, lines):
        console.print(line, markup=False, soft_wrap=True)


def export(name: str, out: Path | None) -> None:
    """A voice as one file."""
    with _library() as (_, library):
        voice = rows.named(library.db, OWNER, name)
        packed = packing.pack(library.db, library.storage, OWNER, voice.id)
    place = out or Path(f"{voice.name.replace('/', '-')}.voice")
    try:
        place.write_bytes(packed)
    except OSError as exc:
        raise OptionError(f"{place} cannot be written; name another file with --out.") from exc
    Console(highlight=False).print(str(place), markup=False, soft_wrap=True)


def take_in(file: Path) -> None:
    """Take in a voice that came as a file."""
    if not file.is_file():
        raise OptionError(f"There is no file called {file}.")
    with _library() as (_, library):
        voice = packing.unpack(library.db, library.storage, OWNER, file)
    _tell(f"{voice.name} is taken in. {voice.consent.sentence}")


def remove(name: str) -> None:
    """Delete a voice and all of it."""
    with _library() as (_, library):
        voice = rows.named(library.db, OWNER, name)
        books = deleting.delete(library.db, library.storage, OWNER, voice.id)
    _tell(f"{voice.name} is deleted.")
    if books:
        _tell(f"These books use it, and cannot be gone on with: {', '.join(one.title for one in books)}.")


@contextmanager
def _library() -> Generator[tuple[Settings, Library]]:
    settings = Settings()
    migrate(settings.resolved_database_url)
    library = open_library(settings.outputs, settings.resolved_database_url)
    try:
        yield settings, library
    finally:
        library.close()


@contextmanager
def _pool(settings: Settings) -> Generator[ModelPool]:
    budget = int(settings.memory_budget_gb * 1024**3)
    with ModelPool(budget, models_dir=settings.models_dir, offline=settings.offline) as pool:
        yield pool


def _added(
    settings: Settings, library: Library, name: str, file: Path, text: str, mood: str, language: str, cleaned: bool
) -> OwnVoiceView:
    if not file.is_file():
        raise AudioFormatError(f"There is no file called {file}.")
    with _pool(settings) as pool:
        hear = None if text else hearing.hearer(pool, settings)
        draft = drafts.take_in(library.storage, OWNER, file, language.lower(), hear, settings.models_dir)
    for sentence in (*draft.notices, *(str(hint["sentence"]) for hint in draft.hints)):
        _tell(sentence)
    chosen = recordings.Chosen(draft.id, mood, text=text or None, language=language or None, cleaned=cleaned)
    there = _own(library, name)
    if there is None:
        return recordings.make_voice(library.db, library.storage, OWNER, name, chosen)
    return recordings.add(library.db, library.storage, OWNER, there.id, chosen, settings.models_dir)


def _own(library: Library, name: str) -> OwnVoiceView | None:
    try:
        return rows.named(library.db, OWNER, name)
    except NotFound:
        return None


def _agreed(library: Library, voice: OwnVoiceView, consent: bool) -> OwnVoiceView:
    """Declared, where it is not agreed yet; the person is asked unless they said so."""
    if voice.kind != VoiceKind.RECORDED or ConsentState(voice.consent.state) in SPEAKS:
        return voice
    if not consent and not typer.confirm(ASKED, err=True):
        _tell(f"{voice.name} is kept and does not speak; run this again with --consent when the person agrees.")
        raise Cancelled
    return consents.declare(library.db, OWNER, voice.id)


def _watched(library: Library, job: JobView) -> JobView:
    console = Console(stderr=True, highlight=False)
    try:
        return queue.watch(library, job.id, console)
    except KeyboardInterrupt:
        library.cancel(OWNER, job.id)
        raise


def _check_done(job: JobView) -> None:
    if job.status != JobStatus.DONE:
        raise TuningFailed(job.error or f"The tuning is {job.status}.")


def _told(settings: Settings, voice: OwnVoiceView) -> dict[str, Any]:
    from studio.api.kept.own_voice_json import voice_json

    return voice_json(settings, OWNER, voice)


def _tell(sentence: str) -> None:
    Console(stderr=True, highlight=False).print(sentence, markup=False, soft_wrap=True)


def _shell(name: str) -> str:
    import shlex

    return shlex.quote(name)
