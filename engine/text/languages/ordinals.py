"""Ordinals where num2words has none that can be said, and what a language does to those it has."""

from engine.text.languages import counting

_SPANISH_ONES = ("", "primero", "segundo", "tercero", "cuarto", "quinto", "sexto", "séptimo", "octavo", "noveno")
_SPANISH_TEENS = ("décimo", "undécimo", "duodécimo")
_SPANISH_TENS = (
    "", "décimo", "vigésimo", "trigésimo", "cuadragésimo", "quincuagésimo", "sexagésimo", "septuagésimo",
    "octogésimo", "nonagésimo",
)  # fmt: skip
_SPANISH_HUNDREDS = (
    "", "centésimo", "ducentésimo", "tricentésimo", "cuadringentésimo", "quingentésimo", "sexcentésimo",
    "septingentésimo", "octingentésimo", "noningentésimo",
)  # fmt: skip


def ordinal(value: int, code: str, form: str = "m") -> str | None:
    """An ordinal in words.

    Args:
        value: from one on.
        code: the language's name in num2words.
        form: "m", "f", or "short" for a masculine one before its noun ("primer").
    """
    said = spanish(value) if code == "es" else counting.ordinal(value, code)
    if said is None or form == "m":
        return said
    if form == "f":
        return feminine(said, code)
    return said[:-1] if said.endswith(("primero", "tercero")) else said


def feminine(said: str, code: str) -> str:
    """The feminine form of an ordinal."""
    if code == "fr":
        return "première" if said == "premier" else said
    return " ".join(word[:-1] + "a" if word.endswith("o") else word for word in said.split(" "))


def spanish(value: int) -> str | None:
    """21 -> vigesimoprimero, 31 -> trigésimo primero, 2000 -> dosmilésimo; None from a thousand millions on."""
    if not 0 < value < 1_000_000_000:
        return None
    for worth, name in ((1_000_000, "millonésimo"), (1000, "milésimo")):
        if value >= worth:
            head, rest = divmod(value, worth)
            count = "" if head == 1 else (counting.cardinal(head, "es") or "").replace(" ", "")
            return f"{count}{name} {spanish(rest) if rest else ''}".strip()
    hundreds, rest = divmod(value, 100)
    return f"{_SPANISH_HUNDREDS[hundreds]} {_spanish_below_hundred(rest)}".strip()


def _spanish_below_hundred(value: int) -> str:
    tens, ones = divmod(value, 10)
    if tens == 0:
        return _SPANISH_ONES[ones]
    if 10 <= value <= 12:
        return _SPANISH_TEENS[ones]
    if tens <= 2 and ones:
        return (("", "decimo", "vigesimo")[tens] + _SPANISH_ONES[ones]).replace("oo", "o")
    return f"{_SPANISH_TENS[tens]} {_SPANISH_ONES[ones]}".strip()
