"""Whether a recogniser can do what it is told, by its card: said at the door, before anything is queued or loaded."""

from engine.errors import OptionError
from engine.registry.card import ModelCard
from engine.stt.base import Guidance


def can_translate(card: ModelCard) -> bool:
    """Whether it may write English for another language; of a person's own folder only the loaded model knows."""
    return "translate" in card.abilities or (card.folder is not None and can_be_told(card))


def can_be_told(card: ModelCard) -> bool:
    """Whether it takes a prompt and words to expect."""
    return "prompt" in card.abilities


def check_guidance(card: ModelCard, guidance: Guidance) -> None:
    """Refuse what the recogniser cannot do.

    Raises:
        OptionError: it cannot translate, or takes no prompt.
    """
    if guidance.translates and not can_translate(card):
        raise OptionError(f"{card.name} cannot translate. Choose a Whisper without “turbo” or “English” for that.")
    if guidance.text and not can_be_told(card):
        raise OptionError(f"{card.name} takes no prompt and no words to expect. Choose a Whisper for that.")
