"""Who listens where nobody named a model: the best that is here of Parakeet, Whisper (larger first), PocketSphinx."""

from collections.abc import Collection
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from engine import registry, weights
from engine.defaults.named import base, tag
from engine.defaults.notices import simple_recogniser
from engine.errors import ModelNotDownloaded, OptionError
from engine.registry import ModelCard
from engine.registry.saying import natural
from engine.weights.missing import NATURAL, gets

ALWAYS_LISTENS = "pocketsphinx"
"""The recogniser that comes with the installation."""

ASSUMED = "en"
"""What is spoken where nobody says; a model that finds it out by itself does."""

_SIZES = ("large", "medium", "small", "base", "tiny")


@dataclass(frozen=True, slots=True)
class Listener:
    """Who listens.

    Attributes:
        model: a model id.
        notice: a sentence for the person; "" where there is nothing to say.
    """

    model: str
    notice: str = ""


def who_listens(
    language: str = "", models_dir: Path | None = None, *, model: str = "", needs: Collection[str] = ()
) -> Listener:
    """Who listens to a recording or a microphone.

    Args:
        language: what is spoken, as people write it; "" where nobody says.
        models_dir: where models are kept; None is the hub's own cache.
        model: who was named; it listens, whatever the rule says.
        needs: what it must be able to do besides, as in `ModelCard.abilities`: "translate", "prompt". Where none of
            those that are here can, the best of them is named all the same: it says itself what it cannot.

    Raises:
        OptionError: nobody who is here knows the language.
        ModelNotDownloaded: nobody who listens is here at all.
    """
    if model:
        return Listener(model, simple_recogniser(model))
    wanted = base(tag(language)) or ASSUMED
    wanted = "" if wanted == "auto" else wanted
    here = _here(models_dir)
    know = [card for card in here if wanted in ("", *map(base, card.languages))]
    able = [card for card in know if set(needs) <= card.abilities]
    chosen = next(iter(able or know), None)
    if chosen is None:
        nothing = ModelNotDownloaded(f"No recogniser is on this machine yet; {gets(NATURAL, 'one')}.")
        raise _nobody(language, wanted) if here else nothing
    return Listener(chosen.id, simple_recogniser(chosen.id))


def who_is_quicker(
    than: str, language: str = "", models_dir: Path | None = None, *, needs: Collection[str] = ()
) -> ModelCard | None:
    """Who of this machine hears a microphone at less cost than somebody, and best of those; None where nobody does.

    Args:
        than: the id of who is too slow.
        language: a tag; "" where nobody says.
        models_dir: as above.
        needs: as above.
    """
    wanted = base(tag(language)) or ASSUMED
    cost = _cost(registry.find(than, "transcribe"))
    able = [card for card in _here(models_dir) if set(needs) <= card.abilities]
    know = [card for card in able if wanted in ("auto", *map(base, card.languages))]
    return next((card for card in know if _cost(card) < cost), None)


def _cost(card: ModelCard) -> int:
    """In what order recognisers take time live: a Whisper hears a window again and again, a Parakeet all of it once,
    which costs it about what it costs a small Whisper."""
    if card.family == "parakeet":
        return 3
    return 1 + len(_SIZES) - _rank(card)[1] if card.family == "whisper" else 0


def _nobody(language: str, wanted: str) -> OptionError:
    """What to tell somebody whose language none of the models that are here knows."""
    better = natural("transcribe")
    if any(wanted in map(base, card.languages) for card in registry.cards("transcribe")):
        return OptionError(f"No recogniser here knows the language “{language[:40]}”. {better} does; {gets(NATURAL)}.")
    return OptionError(f"No recogniser knows the language “{language[:40]}”. Leave it out, and {better} finds it out.")


def _here(models_dir: Path | None) -> list[ModelCard]:
    """The recognisers of this machine, the best first."""
    cards = [card for card in registry.cards("transcribe") if _can_run(card) and weights.is_present(card, models_dir)]
    # Stable: within a rank the catalogue's own order holds.
    return sorted(cards, key=_rank)


def _can_run(card: ModelCard) -> bool:
    # On some machines there is no wheel of it.
    return card.family != ALWAYS_LISTENS or find_spec("pocketsphinx") is not None


def _rank(card: ModelCard) -> tuple[int, int, int]:
    if card.family == "parakeet":
        return 0, 0, 0
    if card.family != "whisper":
        return 2, 0, 0
    size = next((at for at, word in enumerate(_SIZES) if word in card.name.casefold()), len(_SIZES))
    return 1, size, -card.download_bytes
