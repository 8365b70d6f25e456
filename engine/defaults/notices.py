"""The sentences that go with a choice nobody made: what would do better, and how to get it."""

from engine import registry
from engine.errors import ModelNotFound
from engine.registry.card import ModelCard
from engine.registry.saying import built_in, natural
from engine.text.g2p.extras import Extra
from engine.weights.missing import NATURAL, gets, is_missing
from engine.wording import listed, size_text


def natural_is_missing(with_how: bool = True) -> str:
    """Why eSpeak speaks what Kokoro could, and how to get that unless a button does."""
    how = f"; {gets(NATURAL)}" if with_how else ""
    return f"{is_missing('The natural voice')} yet, so the built-in {built_in('speak')} speaks{how}."


def extra_is_missing(extra: Extra, with_how: bool = True) -> str:
    """Why eSpeak speaks what Kokoro could read with some packages more, and how to get them unless a button does."""
    what = f"{extra.name} in the natural voice needs {' and '.join(extra.by_hand)} ({size_text(extra.download_bytes)})"
    how = f" {gets(extra.name.lower())}." if with_how else ""
    return f"{what}; until then the built-in {built_in('speak')} speaks it.{how}"


def read_as(language: str, speaker: str) -> str:
    """What was found out of a text's letters."""
    return f"The text is in {language}, so {speaker} speaks it."


def simple_recogniser(model_id: str) -> str:
    """What a transcript must say of whoever made it: a sentence for PocketSphinx, "" for the others.

    Args:
        model_id: who listened; one that is no longer known has nothing to say.
    """
    try:
        card = registry.find(model_id)
    except ModelNotFound:
        return ""
    if not card.built_in:
        return ""
    better = natural("transcribe")
    return f"{card.name} writes this: a simple recogniser that mishears much. {gets(NATURAL, better)}, a good one."


def slow_here(card: ModelCard, has_gpu: bool) -> str:
    """What to know before one speaks, or makes a voice, with a model that a processor alone is slow with; "" else.

    Args:
        card: who would speak.
        has_gpu: whether this machine's models compute on a GPU.
    """
    if has_gpu or not card.slower:
        return ""
    quick = listed(["Pocket TTS", "a voice tuned to a recording"], "or")
    return (
        f"{card.name} is about {card.slower:g} times slower than real time on this processor; {quick} speaks as fast "
        "as one listens."
    )
