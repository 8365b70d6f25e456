"""Words -> phonemes, for families that read IPA and need somebody who knows how a word is said."""

from engine.tts.espeak import process
from engine.tts.espeak.catalogue import find
from engine.tts.espeak.harmless import bare, harmless
from engine.tts.espeak.library import Order


def phonemes(text: str, voice: str = "en-us", tie: str = "") -> str:
    """How a voice would say a text, in IPA with stress marks; clauses are parted by spaces, punctuation is gone.

    Args:
        text: any text; it is read literally.
        voice: a voice or language this family knows ("en-us", "fr").
        tie: a character that joins the letters of one sound ("͡"), or "".

    Raises:
        VoiceError: no such voice.
        GenerationError: the library could not read it.
    """
    found, file = find(voice)
    spoken = harmless(text).text
    if not spoken.strip():
        return ""
    order = Order(spoken, file.language, file.timbre, ipa=True, tie=tie)
    try:
        return " ".join(process.phonemes(order))
    except process.Stumbled:
        return " ".join(process.phonemes(order._replace(text=bare(text, found.language).text)))
