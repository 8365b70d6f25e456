"""The languages Whisper knows, in the order of its vocabulary. Data, and how a person may name one.

Source: OpenAI, whisper/tokenizer.py (MIT).
"""

from engine.errors import OptionError

CODES = (
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it", "id", "hi", "fi",
    "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur", "hr", "bg", "lt", "la", "mi", "ml",
    "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn", "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs",
    "kk", "sq", "sw", "gl", "mr", "pa", "si", "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am",
    "yi", "lo", "uz", "fo", "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln",
    "ha", "ba", "jw", "su", "yue",
)  # fmt: skip

# How the world writes what Whisper has an old or another word for.
_OTHER_NAMES = {
    "jv": "jw",
    "nb": "no",
    "nob": "no",
    "iw": "he",
    "in": "id",
    "fil": "tl",
    "cmn": "zh",
    "zh-yue": "yue",
    "zh-hk": "yue",
}


def code(language: str, known: int = len(CODES)) -> str:
    """Whisper's code for a BCP 47 tag ("pt-BR" is "pt"); "" and "auto" are "": find out.

    Args:
        language: as a person or a program named it.
        known: how many languages the model has; 0 where it has English only.

    Raises:
        OptionError: it does not know the language.
    """
    tag = language.strip().lower().replace("_", "-")
    if known == 0:
        if tag.partition("-")[0] in ("", "auto", "en"):
            return "en"
        raise OptionError(f"This Whisper understands English only, not {language[:40]}. Choose one without “.en”.")
    if tag in ("", "auto"):
        return ""
    for name in (tag, tag.partition("-")[0]):
        found = _OTHER_NAMES.get(name, name)
        if found in CODES[:known]:
            return found
    raise OptionError(f"Whisper does not know the language “{language[:40]}”. Leave it open, and it finds out.")
