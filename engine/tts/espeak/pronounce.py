"""Words -> phonemes, for families that read IPA and need somebody who knows how a word is said."""

from engine.tts.espeak import library
from engine.tts.espeak.catalogue import find
from engine.tts.espeak.model import literal


def phonemes(text: str, voice: str = "en-us", tie: str = "") -> str:
    """How a voice would say a text, in IPA with stress marks; clauses are parted by spaces, punctuation is gone.

    Args:
        text: any text; it is read literally.
        voice: a voice or language this family knows ("en-us", "fr").
        tie: a character that joins the letters of one sound ("͡"), or "".

    Raises:
        VoiceError: no such voice.
    """
    _, file = find(voice)
    spoken = literal(text)
    return " ".join(library.to_phonemes(spoken, file, tie)) if spoken.strip() else ""
