"""What a person calls whoever can do something, by the cards: a sentence that names a family follows the catalogue."""

from collections.abc import Iterable

from engine import registry
from engine.registry.card import ModelCard, Task
from engine.wording import listed


def family_name(card: ModelCard) -> str:
    """“Whisper” of “Whisper large v3 turbo”."""
    return card.name.partition(" ")[0]


def whoever(task: Task, ability: str) -> str:
    """The families that can: “Kokoro”, “Kokoro or Orpheus”."""
    return _names((card for card in registry.cards(task) if ability in card.abilities), "or")


def natural(task: Task) -> str:
    """Who of the natural set does it."""
    return _names((card for card in registry.cards(task) if card.natural), "or")


def built_in(task: Task) -> str:
    """Who comes with the installation."""
    return _names((card for card in registry.cards(task) if card.built_in), "or")


def to_be_had(task: Task) -> str:
    """Who does not, and can be got."""
    return _names((card for card in registry.cards(task) if not card.built_in), "and")


def quick(task: Task, ability: str) -> str:
    """Who does it on a processor alone as fast as one listens: those with an ability, and the natural set's."""
    able = (card for card in registry.cards(task) if ability in card.abilities or card.natural)
    return _names((card for card in able if not card.slower), "or")


def _names(cards: Iterable[ModelCard], last: str) -> str:
    return listed(dict.fromkeys(family_name(card) for card in cards), last)
