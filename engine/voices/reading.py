"""A text to read aloud while one records, about a quarter of a minute, with most sounds of its language in it.

They lie in `readings`, a file a language; each is the same short scene, written anew.
"""

from pathlib import Path

from engine.voices.consent import spoken_language

_FOLDER = Path(__file__).with_name("readings")


def text(language: str) -> str:
    """A text in somebody's language; English where there is none in it."""
    path = _FOLDER / f"{spoken_language(language)}.txt"
    return path.read_text(encoding="utf-8").strip()


def texts() -> dict[str, str]:
    """All of them: language -> text."""
    return {path.stem: path.read_text(encoding="utf-8").strip() for path in sorted(_FOLDER.glob("*.txt"))}
