"""The language a person names, for a recogniser."""

from engine.defaults.named import LETTERS

LETTERED = f"Kokoro's letter: {' '.join(LETTERS)}."
HELP = f"A language tag such as en; or {LETTERED}"


def spoken(language: str) -> str:
    """A letter's tag; anything else as it is written, for each recogniser knows its own names."""
    return LETTERS.get(language.strip().lower(), language)
