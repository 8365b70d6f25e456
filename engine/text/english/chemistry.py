"""Formulas and ions: "H₂O", "SO₄²⁻", "Na⁺", "CO2" stays with the codes."""

import re

from engine.text.english.cardinal import cardinal
from engine.text.english.grammar import by_letters
from engine.text.rules import Draft, Reading, Rule

_LOWERED, _RAISED = "₀₁₂₃₄₅₆₇₈₉", "⁰¹²³⁴⁵⁶⁷⁸⁹"
_PLAIN = str.maketrans(_LOWERED + _RAISED, "01234567890123456789")
_SYMBOL = r"[A-Z][a-z]?"
_GROUP = rf"(?:{_SYMBOL}|\((?:{_SYMBOL}[{_LOWERED}]{{0,3}}){{1,6}}\))[{_LOWERED}]{{0,3}}"
_FORMULA = re.compile(
    rf"(?<![\w(])(?P<formula>(?:{_GROUP}){{1,12}})(?P<charge>[{_RAISED}]{{0,2}})(?P<sign>[⁺⁻])?(?![\w{_RAISED}⁺⁻])"
)
_PART = re.compile(rf"{_SYMBOL}|[{_LOWERED}]+")


def _formula(match: re.Match[str], draft: Draft) -> Reading:
    if not match["sign"] and (match["charge"] or not any(sign in _LOWERED for sign in match["formula"])):
        return None
    said: list[str] = []
    for part in _PART.findall(match["formula"]):
        said.append(cardinal(int(part.translate(_PLAIN))) if part[0] in _LOWERED else by_letters(part.upper()))
    if match["charge"]:
        said.append(cardinal(int(match["charge"].translate(_PLAIN))))
    if match["sign"]:
        said.append("plus" if match["sign"] == "⁺" else "minus")
    words = " ".join(said)
    # A lone A would be read as the article.
    return re.sub(r"\bA (?=\w)", "A-", words)


RULES = (Rule(_FORMULA, _formula, needs=f"{_LOWERED}⁺⁻"),)
