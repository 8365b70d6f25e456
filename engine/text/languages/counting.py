"""Number words in languages other than English, by `num2words` where it knows the language."""

import re
from functools import lru_cache

from num2words import CONVERTER_CLASSES, num2words

# What num2words raises where a language lacks a number or a form, by trial over all its languages.
_GAPS = (ArithmeticError, AssertionError, LookupError, NotImplementedError, TypeError, ValueError)
MAX_NAMED_DIGITS = 15


@lru_cache(maxsize=64)
def converter(language: str) -> str | None:
    """The name num2words has for a BCP 47 tag: "pt-br" -> "pt_BR", "de-at" -> "de"; None when it has none."""
    primary, _, region = language.lower().replace("_", "-").partition("-")
    # Norwegian's two written forms, and the codes that BCP 47 and num2words spell differently.
    primary = {"nb": "no", "nn": "no", "kk": "kz", "iw": "he", "in": "id"}.get(primary, primary)
    for name in (f"{primary}_{region.upper()}", primary):
        if name in CONVERTER_CLASSES:
            return name
    return None


@lru_cache(maxsize=8192)
def cardinal(value: int, code: str) -> str | None:
    """A whole number in words; None where the language has no word for it."""
    return _said(value, code, "cardinal")


@lru_cache(maxsize=2048)
def ordinal(value: int, code: str) -> str | None:
    """An ordinal in words, in the form the dictionary lists."""
    return _said(value, code, "ordinal")


@lru_cache(maxsize=2048)
def year(value: int, code: str) -> str | None:
    """A year in words: German and others count it in hundreds."""
    return _said(value, code, "year") or cardinal(value, code)


def _said(value: int, code: str, form: str) -> str | None:
    try:
        words = str(num2words(value, lang=code, to=form))
    except _GAPS:
        return None
    words = " ".join(words.replace(",", "").split())
    if code.startswith("pt") and form == "cardinal":
        words = _portuguese_joints(words)
    # A language whose tables are incomplete sometimes answers with figures or nothing.
    return words if words and not any(character.isdecimal() for character in words) else None


def by_figures(figures: str, code: str) -> str | None:
    """Figure by figure: "05" -> "cero cinco"."""
    words = [cardinal(int(figure), code) for figure in figures]
    return " ".join(word for word in words if word) if all(words) else None


def whole(figures: str, code: str) -> str | None:
    """A run of figures: counted, or figure by figure when it begins with zero or is too long to name."""
    if len(figures) > MAX_NAMED_DIGITS or (len(figures) > 1 and figures[0] == "0"):
        return by_figures(figures, code)
    return cardinal(int(figures), code)


def _portuguese_joints(words: str) -> str:
    """ "e" stands behind millions only before a last group that is round or small: "um milhão e cem"."""

    def joint(match: re.Match[str]) -> str:
        rest = match[1]
        group = re.sub(r" ?(?:mil|\w+lhão|\w+lhões)\Z", "", rest)
        is_last = not re.search(r"\bmil\b|lh(?:ão|ões)\b", group)
        return " e " if is_last and not re.search(r"entos |cento ", group) else " "

    return re.sub(r"(?:(?<=lhão)|(?<=lhões)) e (?=(.*))", joint, words)
