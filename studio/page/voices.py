"""Which voices and models the pickers offer, with short names first. It knows the registry, and no component.

A voice id may carry a timbre behind a plus sign ("en-us+f3"): languages are picked first, the timbre beside it, so that
a hundred languages times a hundred timbres stay two short lists.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine import registry
from engine.defaults import ALWAYS_SPEAKS
from engine.errors import ModelNotFound
from engine.registry import ModelCard, Task
from engine.types import Voice
from engine.weights import is_present
from studio.library.library import Library
from studio.library.tables import ConsentState, VoiceKind
from studio.library.voices.own import rows
from studio.library.voices.own.consent_words import why_silent
from studio.library.voices.own.names import token
from studio.library.voices.own.speaker import OwnSpeaker, can_speak
from studio.library.voices.own.views import OwnVoiceView

Choice = tuple[str, str]
"""What a person reads, and the value."""

NATURAL = ("Natural", "")


@dataclass(frozen=True, slots=True)
class OwnChoice:
    """A voice of one's own in a picker.

    Attributes:
        name: as its owner calls it.
        value: what a request names it by: a blend by its name, any other by its id.
        kind: what is said behind its name.
        blend: what it is made of, or "".
    """

    name: str
    value: str
    kind: str
    blend: str = ""


@dataclass(frozen=True, slots=True)
class VoiceList:
    """What the two pickers show for one model.

    Attributes:
        voices: (name, id before the plus sign), alphabetical, English first.
        timbres: (name, id behind the plus sign), "Natural" first; only that one where the model has none.
        default: the voice to begin with.
    """

    voices: list[Choice]
    timbres: list[Choice]
    default: str


def offered(task: Task, default: str) -> list[ModelCard]:
    """The models for a task, built-in first; the default one too where it is a folder of this machine."""
    cards = registry.cards(task)
    if default not in {card.id for card in cards}:
        with suppress(ModelNotFound):
            cards.append(registry.find(default, task))
    return cards


def models(task: Task, models_dir: Path | None, default: str) -> list[Choice]:
    """The models for a task, (name, id); a name says when the model is not on this machine yet."""
    return [
        (card.name if card.built_in or is_present(card, models_dir) else f"{card.name} (not downloaded)", card.id)
        for card in offered(task, default)
    ]


def voice_list(model_id: str, preferred: str = "", own: Sequence[OwnChoice] = ()) -> VoiceList:
    """The pickers' lists for a model.

    Args:
        model_id: a model that speaks.
        preferred: a voice id to begin with, if the model has it.
        own: the person's own; they stand before the model's voices.

    Raises:
        ModelNotFound: no such model.
    """
    names: dict[str, str] = {}
    timbres: dict[str, str] = {}
    for voice in registry.voices(model_id):
        base, _, timbre = voice.id.partition("+")
        name, _, manner = voice.name.partition(", ")
        if timbre:
            timbres.setdefault(timbre, manner[:1].upper() + manner[1:] if manner else timbre)
            names.setdefault(base, _labelled(name, voice))
        else:
            names[base] = _labelled(voice.name, voice)
    choices = [(name, base) for base, name in names.items()]
    if timbres:
        choices.sort(key=lambda choice: _rank(choice[0]))  # other models have few voices, the best first
    base = preferred.partition("+")[0]
    mine = [(f"{voice.name} · {voice.kind}", voice.value) for voice in own if voice.value not in names]
    first = next((value for _, value in (*choices, *mine)), "")  # a model that only clones has no others
    default = base if base in names or any(name == base for _, name in mine) else first
    return VoiceList(mine + choices, [NATURAL, *((name, timbre) for timbre, name in timbres.items())], default)


def own_voices(library: Library, owner: str, model_id: str) -> list[OwnChoice]:
    """The person's own voices that a model can speak, and those that others share with them. Raises ModelNotFound."""
    card = registry.find(model_id)
    if not {"blend", "clone"} & card.abilities:
        return []
    return [_choice(view, owner) for view in rows.list_all(library.db, owner) if _speaks(view, card)]


@cache
def language_names() -> dict[str, str]:
    """BCP 47 tag -> English name, of every language that the built-in voice speaks."""
    return {voice.language: voice.name for voice in registry.voices(ALWAYS_SPEAKS) if "+" not in voice.id}


@cache
def voice_counts(model_id: str) -> tuple[int, int]:
    """How many voices a model has, and in how many timbres each of them speaks."""
    voices = registry.voices(model_id)
    plain = sum("+" not in voice.id for voice in voices)
    timbres = {voice.id.partition("+")[2] for voice in voices if "+" in voice.id}
    return plain, len(timbres)


def _choice(view: OwnVoiceView, owner: str) -> OwnChoice:
    is_blend, is_mine = view.kind == VoiceKind.BLEND, view.owner == owner
    kind = f"{'your' if is_mine else 'a shared'} {'blend' if is_blend else 'voice'}"
    return OwnChoice(view.name, view.name if is_blend and is_mine else token(view.id), kind, view.blend)


def _speaks(view: OwnVoiceView, card: ModelCard) -> bool:
    """Whether a model can speak it, and may."""
    if view.kind != VoiceKind.BLEND and why_silent(view.name, ConsentState(view.consent.state)):
        return False
    speaker = OwnSpeaker(
        token(view.id), view.name, view.language, view.family, view.blend, bool(view.tuned), bool(view.recordings)
    )
    return can_speak(card, speaker)


def _labelled(name: str, voice: Voice) -> str:
    """The name, the language (in words or as a tag), the gender and the grade: all can be typed into the search."""
    facts = [voice.language] if voice.language and not voice.grade else []
    if voice.gender:
        facts.append(voice.gender)
    if voice.grade:
        facts.append(f"grade {voice.grade}")
    return " · ".join([name, *facts])


def _rank(name: str) -> tuple[bool, str]:
    return (not name.startswith("English"), name.casefold())
