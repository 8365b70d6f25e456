"""The voices of a model, as `studio voices` lists them."""

import json

from rich.console import Console
from rich.table import Table

from engine import registry
from engine.defaults import tag
from studio.library.voices.dressed import dressed
from studio.settings import Settings


def show(model: str, language: str, search: str, as_json: bool) -> None:
    """Every voice a model can speak as."""
    wanted_language, wanted = tag(language), search.lower()
    whose = registry.find(model).id if model else dressed(Settings(), language=wanted_language).model
    found = [
        voice
        for voice in registry.voices(whose)
        if (
            voice.language == wanted_language or voice.language.startswith(f"{wanted_language}-") or not wanted_language
        )
        and (wanted in voice.name.lower() or wanted in voice.id.lower())
    ]
    console = Console(highlight=False)
    if as_json:
        console.print_json(
            json.dumps(
                [
                    {"id": v.id, "name": v.name, "language": v.language, "gender": v.gender, "grade": v.grade}
                    for v in found
                ]
            )
        )
        return
    table = Table("id", "name", "language", "gender", box=None, header_style="bold")
    for voice in found:
        table.add_row(voice.id, voice.name, voice.language, voice.gender)
    console.print(table)
    if not model:
        told = Console(stderr=True, highlight=False)
        told.print(f"The voices of {registry.find(whose).name}; --model names another.", soft_wrap=True)
