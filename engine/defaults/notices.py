"""The sentences that go with a choice nobody made: what would do better, and how to get it."""

from engine import registry
from engine.errors import ModelNotFound
from engine.text.g2p.extras import Extra
from engine.weights.store import in_words

GET = "studio models get natural"
"""The command that gets the natural voice and the recogniser that goes with it."""


def natural_is_missing() -> str:
    """Why eSpeak speaks what Kokoro could."""
    return f"The natural voice is not on this machine yet, so the built-in eSpeak speaks; `{GET}` gets it."


def extra_is_missing(extra: Extra) -> str:
    """Why eSpeak speaks what Kokoro could read with some packages more."""
    what = f"{extra.name} in the natural voice needs {' and '.join(extra.by_hand)} ({in_words(extra.download_bytes)})"
    return f"{what}; until then the built-in eSpeak speaks it. `studio models get {extra.name.lower()}` gets it."


def read_as(language: str, speaker: str) -> str:
    """What was found out of a text's letters."""
    return f"The text is in {language}, so {speaker} speaks it."


def simple_recogniser(model_id: str) -> str:
    """What a transcript must say of whoever made it: a sentence for PocketSphinx, "" for the others.

    Args:
        model_id: who listened; one that is no longer known has nothing to say.
    """
    try:
        is_simple = registry.find(model_id).family == "pocketsphinx"
    except ModelNotFound:
        is_simple = False
    if not is_simple:
        return ""
    return f"PocketSphinx writes this: a simple recogniser that mishears much. `{GET}` gets Whisper, a good one."
