"""The eight voices Orpheus was finetuned on, the publisher's best first. A voice is a name before the text."""

from engine.types import Voice

TAGS = ("laugh", "chuckle", "sigh", "cough", "sniffle", "groan", "yawn", "gasp")
"""The emotions it was taught, written `<laugh>` in the text."""

_VOICES = (
    Voice("tara", "Tara", "en-us", "female"),
    Voice("leah", "Leah", "en-us", "female"),
    Voice("jess", "Jess", "en-us", "female"),
    Voice("leo", "Leo", "en-us", "male"),
    Voice("dan", "Dan", "en-us", "male"),
    Voice("mia", "Mia", "en-us", "female"),
    Voice("zac", "Zac", "en-us", "male"),
    Voice("zoe", "Zoe", "en-us", "female"),
)


def voices() -> list[Voice]:
    """All voices, the default first."""
    return list(_VOICES)
