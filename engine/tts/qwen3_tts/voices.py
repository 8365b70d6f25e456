"""Whom a Qwen3-TTS with voices of its own speaks as, and the ten languages of all of them."""

from engine.text.by_script import language_by_script
from engine.types import Voice

LANGUAGES = {
    "english": "en-us",
    "chinese": "zh",
    "german": "de",
    "italian": "it",
    "portuguese": "pt-br",
    "spanish": "es",
    "japanese": "ja",
    "korean": "ko",
    "french": "fr-fr",
    "russian": "ru",
}
"""The checkpoints' names for languages, and our tags."""

DEFAULT = "en-us"

_VOICES = (
    Voice("ryan", "Ryan", "en-us", "male"),
    Voice("aiden", "Aiden", "en-us", "male"),
    Voice("vivian", "Vivian", "zh", "female"),
    Voice("serena", "Serena", "zh", "female"),
    Voice("uncle_fu", "Uncle Fu", "zh", "male"),
    Voice("dylan", "Dylan (Beijing)", "zh", "male"),
    Voice("eric", "Eric (Sichuan)", "zh", "male"),
    Voice("ono_anna", "Ono Anna", "ja", "female"),
    Voice("sohee", "Sohee", "ko", "female"),
)


def voices() -> list[Voice]:
    """The nine voices of CustomVoice, the default first."""
    return list(_VOICES)


def known(name: str) -> Voice:
    """A checkpoint's voice by its name; a finetune has voices that nobody else knows."""
    return next((voice for voice in _VOICES if voice.id == name), Voice(name, name.replace("_", " ").title(), DEFAULT))


def language_of(text: str, native: str) -> str:
    """The language of a text that nobody named: what its letters give away, else the voice's own where it has such
    letters, else English."""
    if not text.strip():
        return native
    letters = language_by_script(text)
    if letters:
        return letters if letters in LANGUAGES.values() else native
    return DEFAULT if native in ("zh", "ja", "ko", "ru") else native


def name_of(tag: str) -> str:
    """The checkpoints' name for a tag or a name; "" for a language that they do not have."""
    tag = tag.strip().casefold().replace("_", "-")
    if tag in LANGUAGES:
        return tag
    primary = tag.partition("-")[0]
    return next((name for name, own in LANGUAGES.items() if own.partition("-")[0] == primary), "")
