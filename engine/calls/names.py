"""Names as other programs use them -> names as they are known here: models, languages, voices."""

from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from engine import registry, weights
from engine.calls.options import refuse_both
from engine.calls.options import text as as_text
from engine.defaults.named import LETTERS, tag
from engine.defaults.speaking import kokoro_here
from engine.errors import OptionError
from engine.registry import ModelCard
from engine.registry.card import DOES
from engine.tts.kokoro.voices import voices as kokoro_voices
from engine.weights.missing import is_missing
from engine.wording import listed

KOKORO = "mlx-community/Kokoro-82M-bf16"
ALIASES = {"prince-canuma/kokoro-82m": KOKORO}
"""Other publishers' names for weights that are known here, lower case."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model that was named: its card, and what to say where another one stands in for it."""

    card: ModelCard
    notice: str = ""


def model_known(name: object, models_dir: Path | None) -> Known:
    """The model by a hub id, an alias, a built-in name or a local folder.

    A Kokoro that is not on this machine is stood in for by one that is: they have the same voices.

    Raises:
        OptionError: no name at all.
        ModelNotFound: no such model.
        ModelNotDownloaded: its files are not here.
    """
    if not isinstance(name, str | PathLike):
        raise OptionError(f"A model is named by text or by a folder, not by {type(name).__name__}.")
    written = str(fspath(name)).strip()
    card = registry.find(ALIASES.get(written.casefold(), written))
    if card.task == "compare":
        raise OptionError(f"{card.name} {DOES[card.task]}: it neither speaks nor listens. Name another model.")
    notice = ""
    if card.family == "kokoro" and not weights.is_present(card, models_dir):
        other = kokoro_here(models_dir)
        if other is not None:
            # An alias is another name for these very voices: there is nothing to tell.
            if written.casefold() not in ALIASES:
                instead = f"{other.id}, which has the same voices, speaks instead"
                notice = f"{is_missing(written)}, so {instead}."
            card = other
    weights.folder_of(card, models_dir)
    return Known(card, notice)


def language(lang_code: object, language: object) -> str:
    """What two spellings of a language say together: a tag, or "".

    Args:
        lang_code: a letter as Kokoro has them ("a" is American English), or a tag or a name.
        language: a tag or a name, or a letter.

    Raises:
        OptionError: they disagree, or a letter is none of Kokoro's.
    """
    one, other = _tag("lang_code", lang_code), _tag("language", language)
    if one and other and one != other:
        refuse_both("lang_code", lang_code, "language", language)
    return one or other


def stands_in(card: ModelCard, voice: str) -> str:
    """Why Orpheus speaks in its own voice where one of Kokoro's was named; "" where nothing is amiss.

    Many a known example names af_heart with Orpheus, which has no such voice.
    """
    if card.family != "orpheus" or voice.casefold() not in {one.id for one in kokoro_voices()}:
        return ""
    default = registry.voices(card.id)[0]
    return f"{voice} is a voice of another model, which {card.name} does not have: {default.id} speaks instead."


def _tag(name: str, value: object) -> str:
    written = as_text(name, value).strip()
    if len(written) != 1:
        return tag(written)
    if written.lower() not in LETTERS:
        known = listed([f"{letter} ({spoken})" for letter, spoken in LETTERS.items()], "or")
        raise OptionError(f"“{written}” is no letter for a language. Give a tag such as en-gb, or {known}.")
    return tag(written)
