"""English fractions, as signs (½) and with a stroke (3/4), alone, behind a whole number, and before a unit."""

import re

from engine.text.english.cardinal import cardinal, fraction, is_american, number
from engine.text.english.units import DOTTED, UNITS, spelled
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

PARTS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅐": (1, 7),
    "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
SIGNS = "".join(PARTS)

_NO_FRACTIONS = {"24/7", "9/11", "7/11", "50/50", "20/20"}
_SIGN = re.compile(rf"(?<![\w.,])(?:(?P<whole>\d{{1,9}}) ?)?(?P<vulgar>[{SIGNS}])")
_STROKE = re.compile(
    r"(?<![\w.,/$£€-])(?:(?P<whole>\d{1,4})[ -])?(?P<over>\d{1,3})[/⁄](?P<under>\d{1,4})(?i:th|rd|nd|ths|s)?"
    r"(?![\w/]|[.,]\d)"
)
_UNIT = re.compile(
    rf"(?:(?<=\d[/⁄]\d)|(?<=[{SIGNS}]))(?P<gap>[ -]?)"
    rf"(?P<unit>{'|'.join(re.escape(unit) for unit in sorted(UNITS, key=len, reverse=True))})(?P<dot>\.)?(?!\w)"
)


def spoken_sign(sign: str, american: bool, has_whole: bool) -> str:
    """ "¾" -> "three quarters"; behind a whole number "½" -> "a half"."""
    return _spoken(*PARTS[sign], american, has_whole)


def _spoken(over: int, under: int, american: bool, has_whole: bool) -> str:
    said = fraction(over, under, american)
    return f"a {said.removeprefix('one ')}" if has_whole and over == 1 else said


def _sign(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    said = spoken_sign(match["vulgar"], american, has_whole=bool(match["whole"]))
    return f"{number(match['whole'], american)} and {said}" if match["whole"] else said


def _stroke(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    over, under, whole = int(match["over"]), int(match["under"]), match["whole"]
    if match[0] in _NO_FRACTIONS:
        return f"{cardinal(over)} {cardinal(under)}"
    if under == 0:
        return None
    said = _spoken(over, under, american, has_whole=bool(whole))
    return f"{number(whole, american)} and {said}" if whole else said


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    one, many = UNITS[match["unit"]]
    has_whole = re.search(rf"\d[ -]?(?:\d{{1,3}}[/⁄]\d|[{SIGNS}])$", draft.text[: match.start()][-12:]) is not None
    name = spelled(many if has_whole and match["gap"] != "-" else one, is_american(draft.language))
    closes = match["dot"] is not None and (match["unit"] not in DOTTED or draft.ends_sentence(match.end()))
    return Edit(match.start(), match.end() - closes, f" {name}", joins=not closes)


RULES = (
    Rule(_STROKE, _stroke, needs="/⁄"),
    Rule(_UNIT, _unit, needs=f"/⁄{SIGNS}"),
    Rule(_SIGN, _sign, needs=SIGNS),
)
