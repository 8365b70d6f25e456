"""The Voices tab: voices of one's own, for assets/voices/. All of it goes by /v1; here is what a script cannot know:
which models clone, design, blend and are tuned, and who may get them or declare a consent.
"""

import logging
from typing import Any, cast

import gradio as gr

from engine import registry, weights
from engine.defaults import simple_recogniser
from engine.defaults.notices import slow_here
from engine.errors import EngineError, OptionError
from engine.registry import ModelCard
from engine.text.moods import MOODS
from engine.voices import embedding, reading
from studio.library.guests import is_guest
from studio.library.listening import listener
from studio.library.voices.own import designed, names, recordings, rows
from studio.page.consent import may_get
from studio.page.context import PageContext
from studio.page.doorway import owner_of, part
from studio.page.voices import language_names

log = logging.getLogger(__name__)

CLONED = ("en", "de", "fr", "es", "it", "pt", "zh", "ja", "ko", "ru")
"""The languages that models which clone speak; the others follow by name."""
COLOURS = ("#17545a", "#8a5a00", "#9b3424", "#6b4a8a", "#2d6a45", "#345d96", "#a0487a", "#5c5953")
EXAMPLES = (
    "A woman of sixty with a low, warm voice, who reads slowly and smiles while she speaks",
    "A young man, clear and quick, like a morning radio host",
    "A deep, calm voice that tells a story by the fire",
    "A child of about ten, bright and curious",
)
QUICK = ("kokoro", "pocket_tts")
"""Families that a processor speaks at once: they are offered before the others."""
LIMITS = {
    "name": names.MAX_NAME_CHARS,
    "text": recordings.MAX_TEXT_CHARS,
    "sentence": designed.MAX_TEXT_CHARS,
    "description": designed.MAX_DESCRIPTION_CHARS,
    "notes": rows.MAX_NOTES_CHARS,
    "tags": rows.MAX_TAGS * rows.MAX_TAG_CHARS,
    "mood": rows.MAX_MOOD_CHARS,
}

VOICES = """
<section class="st-voices" aria-label="Voices">
  <p class="st-hint">Voices of your own: from a recording, designed in words, or blended. Speak, Audiobook and programs
  use them by name.</p>
  <div class="st-words-bar st-voices-bar" data-st="bar" role="group" aria-label="Make or find a voice"></div>
  <div data-st="making" hidden></div>
  <p class="st-away" data-st="away" role="status" hidden></p>
  <div class="st-card st-voices-none" data-st="empty" hidden>
    <h3>No voice of your own yet</h3>
    <p><b>From a recording</b>: ten seconds of somebody who agrees, and the studio speaks in that voice.</p>
    <p><b>Designed in words</b>: describe how somebody sounds, and keep one of three.</p>
    <p><b>A blend</b>: mix the voices that are here.</p>
    <p class="st-hint">Recordings stay on this machine, and go when you delete the voice.</p>
  </div>
  <ul data-st="list" class="st-cards" aria-label="Your voices"></ul>
</section>
"""


def build(context: PageContext) -> None:
    """Lay the tab out."""

    def around(wanted: Any, request: gr.Request) -> dict[str, Any]:
        """For the script: the models around voices, after getting or stopping `id`; errors as a value."""
        try:
            if not isinstance(wanted, dict):
                raise OptionError("The page's request cannot be understood; reload the page.")
            asked, person = cast(dict[str, Any], wanted), owner_of(request)
            if action := str(asked.get("action", "")):
                _act(context, person, str(asked.get("id", "")), action)
            return _around(context, person)
        except EngineError as exc:
            return {"error": str(exc)}
        except Exception:
            log.exception("the models around voices could not be told")
            return {"error": "Something went wrong inside the studio; its log says more. Try again."}

    value = {
        "around": {"may_declare": False, "may_share": False, "can_get": False, "models": _models(context)},
        "languages": _languages(),
        "moods": list(MOODS),
        "colours": list(COLOURS),
        "readings": reading.texts(),
        "limits": LIMITS,
        "examples": list(EXAMPLES),
    }
    part("voices", VOICES, elem_id="voices", value=value, server_functions=[around])


def _around(context: PageContext, person: str) -> dict[str, Any]:
    keeps = may_get(context, person)
    return {
        "may_declare": keeps and not is_guest(person),
        "may_share": not is_guest(person),
        "can_get": keeps and not is_guest(person) and not context.settings.offline,
        "models": _models(context),
    }


def _act(context: PageContext, person: str, model_id: str, action: str) -> None:
    if not may_get(context, person):
        raise OptionError("Only the keeper of this studio, the first of its users, gets models.")
    card = next((card for card, _ in _cards(context) if card.id == model_id), None)
    if card is None:
        raise OptionError(f"There is no offer {model_id[:40]!r}.")
    if action == "get":
        context.downloads.start(card.id)
    elif action == "stop":
        context.downloads.stop(card.id)
    else:
        raise OptionError(f"A model cannot {action[:40]!r}: choose one of get and stop.")


def _cards(context: PageContext) -> list[tuple[ModelCard, list[str]]]:
    """The models around voices, and what each does; what checks a consent by words and voice among them."""
    quick_first = sorted(registry.cards("speak"), key=lambda card: card.family not in QUICK)
    speaking = [(card, does) for card in quick_first if (does := _does(card))]
    ears = [card for card in registry.cards("transcribe") if card.natural] if _hears_badly(context) else []
    return [*speaking, *((card, ["consent"]) for card in (registry.find(embedding.MODEL), *ears))]


def _hears_badly(context: PageContext) -> bool:
    try:
        return bool(simple_recogniser(listener(context.settings).model))
    except EngineError:
        return True


def _does(card: ModelCard) -> list[str]:
    """What a model that speaks does with voices: "clone", "design", "tune", "blend"."""
    does = [ability for ability in ("clone", "design", "blend") if ability in card.abilities]
    return [*does, "tune"] if card.family == "kokoro" else does


def _models(context: PageContext) -> list[dict[str, Any]]:
    return [_row(card, does, context) for card, does in _cards(context)]


def _row(card: ModelCard, does: list[str], context: PageContext) -> dict[str, Any]:
    far = context.downloads.state(card.id)
    return {
        "id": card.id,
        "name": card.name,
        "does": does,
        "offered": card.natural or card.family != "kokoro",
        "languages": list(card.languages),
        "here": card.built_in or weights.is_present(card, context.settings.models_dir),
        "note": _note(card, does),
        "size_bytes": (far.total_bytes if far else 0) or card.download_bytes,
        "is_running": bool(far and far.is_running),
        "done_bytes": far.done_bytes if far else 0,
        "error": far.error if far else "",
    }


def _note(card: ModelCard, does: list[str]) -> str:
    """What is worth knowing of a model before it is got, on this machine."""
    from engine.nn.conv import on_gpu

    if "clone" not in does:
        return ""
    return slow_here(card, on_gpu()) or "Keeps pace with speech on this machine."


def _languages() -> list[str]:
    """Tags, those that are cloned first; of the others one for each language."""
    others = {tag.partition("-")[0] for tag in language_names()} - set(CLONED)
    return [*CLONED, *sorted(others)]
