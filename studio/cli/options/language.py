"""The language a person names: the words of its help, and what a recogniser is told."""

from engine.defaults.named import LETTERS

LETTERED = f"one of the letters {' '.join(LETTERS)}."
HELP = f"A language tag such as en; or {LETTERED}"


def spoken(language: str) -> str:
    """A letter's tag; anything else as it is written, for each recogniser knows its own names."""
    return LETTERS.get(language.strip().lower(), language)
