"""The models this studio knows: an id leads to a card, a card says what the model is, needs and can do.

A new model is one card in `speaking.py` or `listening.py`; a card whose family module does not exist is not shown.
Knows nothing of downloads or of memory: `engine.weights` finds the files of a card, `engine.pool` loads them.
"""

from collections.abc import Mapping

from engine.registry import comparing, listening, speaking
from engine.registry.card import FolderSigns, ModelCard, Recognise, Task
from engine.registry.catalogue import Catalogue
from engine.types import Voice

__all__ = [
    "CARDS",
    "CATALOGUE",
    "RECOGNISERS",
    "Catalogue",
    "FolderSigns",
    "ModelCard",
    "Recognise",
    "Task",
    "blend",
    "cards",
    "find",
    "natural_set",
    "shares",
    "voices",
]

CARDS: tuple[ModelCard, ...] = speaking.CARDS + listening.CARDS

RECOGNISERS: dict[tuple[Task, str], Recognise] = {
    **{("speak", family): recognise for family, recognise in speaking.RECOGNISERS.items()},
    **{("transcribe", family): recognise for family, recognise in listening.RECOGNISERS.items()},
}

CATALOGUE = Catalogue(CARDS, RECOGNISERS, comparing.CARDS)


def cards(task: Task | None = None) -> list[ModelCard]:
    """All known cards, built-in first."""
    return CATALOGUE.cards(task)


def natural_set() -> list[ModelCard]:
    """What is got together as the natural set: a voice, an ear, and what tells voices apart."""
    return CATALOGUE.natural_set()


def find(model_id: str, task: Task | None = None) -> ModelCard:
    """The card for a hub id, a built-in name or a local folder.

    Raises:
        ModelNotFound: with the nearest known names, or what is wrong with the folder.
    """
    return CATALOGUE.find(model_id, task)


def shares(model_id: str, voice: str) -> Mapping[str, float]:
    """What a voice is made of; see `Catalogue.shares`."""
    return CATALOGUE.shares(model_id, voice)


def blend(model_id: str, wanted: str) -> str:
    """A blend in its one spelling; see `Catalogue.blend`."""
    return CATALOGUE.blend(model_id, wanted)


def voices(model_id: str) -> list[Voice]:
    """All voices of a model, without loading it; none for a model that listens.

    Raises:
        ModelNotFound: as `find`.
    """
    return CATALOGUE.voices(model_id)
