"""The language of a text that its letters give away: Russian from Spanish, Japanese from Chinese, not Spanish from
Italian. A language written in Latin letters has to be named.
"""

from engine.text.scripts import letters_by_script

LOOKED_AT = 20_000
"""Characters from the beginning of a text: a book is in one language."""

_KANA, _HAN, _LATIN = "Japanese kana", "Chinese characters", "Latin"
# A word of Latin letters is about three times as long as what it says in these.
_DENSE = {_KANA: 3, _HAN: 3, "Korean": 3}
# Chinese borrows a の; in Japanese at least a letter in ten is kana.
_JAPANESE_SHARE = 0.1

# The language that most of a writing system's texts are in.
_USUAL = {
    "Greek": "el", "Cyrillic": "ru", "Armenian": "hy", "Hebrew": "he", "Arabic": "ar", "Devanagari": "hi",
    "Bengali": "bn", "Gurmukhi": "pa", "Gujarati": "gu", "Oriya": "or", "Tamil": "ta", "Telugu": "te",
    "Kannada": "kn", "Malayalam": "ml", "Sinhala": "si", "Thai": "th", "Lao": "lo", "Tibetan": "bo", "Burmese": "my",
    "Georgian": "ka", "Korean": "ko", "Ethiopic": "am", "Cherokee": "chr", "Khmer": "km", "Mongolian": "mn",
    _KANA: "ja", _HAN: "zh",
}  # fmt: skip

# Letters that the usual language does not have, and whose they are; the first line that fits has the text.
_TELLING: dict[str, tuple[tuple[str, str], ...]] = {
    "Cyrillic": (
        ("\u0463\u0462", "ru"),  # yat: Russian before 1918, which has the Ukrainian i too
        ("\u045e\u040e", "be"),
        ("\u04d9\u0493\u049b\u04a3\u04b1\u04bb\u04d8\u0492\u049a\u04a2\u04b0\u04ba", "kk"),
        ("\u0453\u045c\u0455\u0403\u040c\u0405", "mk"),
        ("\u045b\u0452\u0459\u045a\u0458\u045f\u040b\u0402\u0409\u040a\u0408\u040f", "sr"),
        ("\u0457\u0454\u0491\u0456\u0407\u0404\u0490\u0406", "uk"),
    ),
    "Arabic": (("\u0679\u0688\u0691\u06ba\u06d2", "ur"), ("\u067e\u0686\u0698\u06af", "fa")),
}
# Such letters are far commoner in their languages; below this share they are a foreign name.
_TELLING_SHARE = 0.01


def language_by_script(text: str) -> str:
    """The language a text must be in for its letters.

    Args:
        text: as a person wrote it.

    Returns:
        A primary language subtag ("ru", "ja"); "" for Latin letters, for none, and for what most of the text is not in.
    """
    text = text[:LOOKED_AT]
    letters = letters_by_script(text)
    counts = {name: count * _DENSE.get(name, 1) for name, count in letters.items()}
    eastern = counts.get(_KANA, 0) + counts.get(_HAN, 0)
    if eastern:
        is_japanese = counts.get(_KANA, 0) >= _JAPANESE_SHARE * eastern
        counts |= {_KANA: eastern if is_japanese else 0, _HAN: 0 if is_japanese else eastern}
    script = max(counts, key=lambda name: counts[name], default=_LATIN)
    if script == _LATIN or 2 * counts[script] <= sum(counts.values()):
        return ""
    least = _TELLING_SHARE * letters.get(script, 0)
    for own, language in _TELLING.get(script, ()):
        if sum(map(text.count, own)) > least:
            return language
    return _USUAL[script]
