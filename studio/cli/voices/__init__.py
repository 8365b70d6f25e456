"""`studio voices`: the voices of a model, and those of one's own: add, design, tune, list, show, export, import, rm."""

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.options.spelling import OneSpelling, OneSpellingGroup

CONSENT = (
    "You are this person, or this person allows that this machine speaks in their voice. Without it you are asked."
)
LANGUAGE = "What is spoken, as a language tag; the recogniser finds out when left out."


app = typer.Typer(cls=OneSpellingGroup, invoke_without_command=True)


@app.callback()
def voices(
    context: typer.Context,
    model: Annotated[str, typer.Option(help="A model id; whoever speaks the language when left out.")] = "",
    language: Annotated[
        str, typer.Option("--language", "--lang-code", help="Only this language, e.g. en or pt-br.")
    ] = "",
    search: Annotated[str, typer.Option(help="Only voices whose name or id has this.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Every voice a model can speak as; and voices of your own."""
    if context.invoked_subcommand is None:
        from studio.cli.voices import of_a_model

        of_a_model.show(model, language, search, as_json)


@app.command("add", cls=OneSpelling)
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the voice is called.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording of it, 5 to 20 seconds or longer.")],
    text: Annotated[
        str, typer.Option("--text", help="What is said in it; heard by the recogniser when left out.")
    ] = "",
    mood: Annotated[str, typer.Option("--mood", help="Of a further recording: calm, bright, angry …")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help=LANGUAGE)] = "",
    cleaned: Annotated[bool, typer.Option("--cleaned", help="Take noise out of it.")] = False,
    consent: Annotated[bool, typer.Option("--consent", help=CONSENT)] = False,
) -> None:
    """A voice of a recording; or a further recording of a voice, with a mood."""
    _work().add(name, file, text, mood, language, cleaned, consent)


@app.command("design", cls=OneSpelling)
def design(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the voice is called.")],
    description: Annotated[str, typer.Argument(metavar="DESCRIPTION", help="Age, pitch, pace, manner.")],
    text: Annotated[str, typer.Option("--text", help="What the three candidates say.")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help="That they speak.")] = "en",
    model: Annotated[str, typer.Option(help="A model that designs; the first that is here when left out.")] = "",
    seed: Annotated[int | None, typer.Option(help="The same three again.")] = None,
    keep: Annotated[int, typer.Option("--keep", min=0, max=3, help="Which one; you are asked when left out.")] = 0,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder for the three, to hear them.")] = Path(),
) -> None:
    """A voice of a description: three candidates, one of which is kept."""
    _work().design(name, description, text, language, model, seed, keep, out)


@app.command("tune", cls=OneSpelling)
def tune(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A voice of your own; a new one with a FILE.")],
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A recording, where there is no such voice.")
    ] = None,
    prosody: Annotated[bool, typer.Option("--prosody", help="Only its pace and melody.")] = False,
    text: Annotated[str, typer.Option("--text", help="What is said in the recording.")] = "",
    language: Annotated[str, typer.Option("--language", "--lang-code", help=LANGUAGE)] = "",
    consent: Annotated[bool, typer.Option("--consent", help=CONSENT)] = False,
    download: Annotated[
        bool, typer.Option("--download", help="Download the model it speaks through, if need be.")
    ] = False,
) -> None:
    """A Kokoro voice like a recording."""
    _work().tune(name, file, prosody, text, language, consent, download)


@app.command("list", cls=OneSpelling)
def list_own(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """Your own voices."""
    _work().list_own(as_json)


@app.command("show", cls=OneSpelling)
def show(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """All that is known of a voice of your own."""
    _work().show(name, as_json)


@app.command("export", cls=OneSpelling)
def export(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The file; NAME.voice when left out.")] = None,
) -> None:
    """A voice as one file."""
    _work().export(name, out)


@app.command("import", cls=OneSpelling)
def take_in(file: Annotated[Path, typer.Argument(metavar="FILE", help="A .voice file.")]) -> None:
    """Take in a voice that came as a file."""
    _work().take_in(file)


@app.command("rm", cls=OneSpelling)
def remove(name: Annotated[str, typer.Argument(metavar="NAME")]) -> None:
    """Delete a voice, its recordings and all that was made of them."""
    _work().remove(name)


def _work() -> Any:
    """Imported when a command needs it: the listing waits for no database."""
    from studio.cli.voices import work

    return work
