"""Fractions: 3/4, 1 1/2 and ½, in the languages of a phrasebook."""

import re
import unicodedata

from engine.text.languages import counting, ordinals
from engine.text.languages.money import any_of
from engine.text.languages.saying import NUMBER, Numbers, split
from engine.text.languages.tables import forms
from engine.text.rules import Draft, Reading, Rule

_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_FRACTION = re.compile(
    rf"(?=[-−\d])(?<![\w.,/])(?:(?P<minus>[-−])(?=\d))?(?:(?P<whole>\d{{1,6}}) )?(?P<over>\d{{1,6}})[/⁄]"
    rf"(?P<under>{NUMBER})(?![\w/])(?!,\d)"
)
_HALVES = {
    "de": ("halb", "halb"),
    "es": ("medio", "media"),
    "fr": ("un demi-", "une demi-"),
    "it": ("mezzo", "mezza"),
    "pt": ("meio", "meia"),
}
_ONE_SIGN = re.compile(rf"(?=[-−\d{_VULGAR}])(?<![\w.,/])(?P<minus>[-−])?(?P<whole>\d{{1,6}})? ?(?P<sign>[{_VULGAR}])")


class Fractions:
    """How one language says fractions."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._book = numbers.book
        self._code = numbers.code
        self._units = forms("units", numbers.book.code)

    def rules(self) -> tuple[Rule, ...]:
        """Figures with a stroke, and the signs that are fractions; first those of a unit."""
        unit = re.compile(rf" ?(?P<unit>{any_of(self._units)})(?![\w²³/’'])")
        return (
            Rule(
                re.compile(_FRACTION.pattern.removesuffix(r"(?![\w/])(?!,\d)") + unit.pattern), self._read, needs="/⁄"
            ),
            Rule(re.compile(_ONE_SIGN.pattern + unit.pattern), self._sign, needs=_VULGAR),
            Rule(_FRACTION, self._read, needs="/⁄"),
            Rule(_ONE_SIGN, self._sign, needs=_VULGAR),
        )

    def _read(self, match: re.Match[str], draft: Draft) -> Reading:
        under, rest = split(match["under"])
        over = int(match["over"])
        if rest:
            return None
        if 1900 <= over <= 2100 and len(under) in (2, 4) and not match["whole"]:
            # "2025/26" is a season.
            return f"{counting.year(over, self._code)} {counting.year(int(under), self._code)}"
        if match[0] == "24/7":
            return " ".join(counting.cardinal(part, self._code) or "" for part in (24, 7))
        return self._said(match, over, int(under))

    def _sign(self, match: re.Match[str], draft: Draft) -> Reading:
        over, _, under = unicodedata.normalize("NFKC", match["sign"]).partition("⁄")
        return self._said(match, int(over), int(under))

    def _said(self, match: re.Match[str], over: int, under: int) -> str | None:
        if match.groupdict().get("unit"):
            return self._of_unit(match, over, under)
        return self._alone(match, over, under)

    def _of_unit(self, match: re.Match[str], over: int, under: int) -> str | None:
        """ "medio milímetro", "tres quintos de metro", "uno y medio metro"."""
        one, many = self._units[match["unit"]][:2]
        article, _, noun = one.partition(" ")
        feminine = article in {"una", "uma", "une", "eine"}
        if (over, under) == (1, 2) and not match["whole"] and self._code != "de":
            half = _HALVES[self._book.code][feminine]
            return f"{self._book.minus + ' ' if match['minus'] else ''}{half}{'' if half.endswith('-') else ' '}{noun}"
        said = self._alone(match, over, under)
        if said is None:
            return None
        if self._book.code == "de" or (match["whole"] and (over, under) == (1, 2)):
            noun = many if self._book.code in {"de", "fr"} or match["whole"] not in {None, "1"} else noun
            if feminine and self._book.code == "es":
                said = self._numbers.feminine(said).replace("medio", "media")
            return f"{said} {noun}"
        if feminine and match["whole"]:
            whole, mixed, rest = said.partition(self._book.mixed)
            said = self._numbers.feminine(whole) + mixed + rest
        of = "d'" if self._book.code == "fr" and noun[0] in "aeiouhé" else {"it": "di "}.get(self._book.code, "de ")
        return f"{said} {of}{noun}"

    def _alone(self, match: re.Match[str], over: int, under: int) -> str | None:
        said = self.fraction(over, under)
        if said is None:
            return None
        minus = f"{self._book.minus} " if match["minus"] else ""
        if not match["whole"]:
            return minus + said
        whole = counting.cardinal(int(match["whole"]), self._code)
        if whole is None:
            return None
        if self._code == "de" and (over, under) == (1, 2):
            return f"{minus}{'ein' if whole == 'eins' else whole}einhalb"
        if self._code in {"es", "fr"} and (over, under) == (1, 2):
            return f"{minus}{whole}{self._book.mixed}{'medio' if self._code == 'es' else 'demi'}"
        return f"{minus}{whole}{self._book.mixed}{said}"

    def fraction(self, over: int, under: int) -> str | None:
        """3 and 4 -> "drei viertel"; None where the language has no words for it."""
        count = counting.cardinal(over, self._code)
        if count is None:
            return None
        if self._code == "es" and (over, under) == (1, 2):
            return "un medio"
        forms = self._book.fractions.get(under) or self._parts(under)
        if forms is None:
            below = counting.cardinal(under, self._code)
            return f"{count} {_OVER[self._book.code]} {below}" if below else None
        one, many = forms
        return f"{self._numbers.before(count, feminine=False) if over == 1 else count} {one if over == 1 else many}"

    def _parts(self, under: int) -> tuple[str, str] | None:
        match self._book.code:
            case "de":
                said = counting.ordinal(under, "de")
                return (f"{said}l", f"{said}l") if said and under != 1 else None
            case "fr":
                said = counting.ordinal(under, "fr") if under > 3 else None
                return (said, f"{said}s") if said else None
            case "it":
                said = counting.ordinal(under, "it") if under > 2 else None
                return (said, f"{said[:-1]}i") if said else None
            case "pt":
                return _portuguese(under)
            case "es":
                return _spanish(under)
            case _:
                return None


_OVER = {"de": "durch", "es": "sobre", "fr": "sur", "it": "su", "pt": "sobre"}


def _portuguese(under: int) -> tuple[str, str] | None:
    if under <= 1:
        return None
    if under <= 10 or under in {100, 1000, 1_000_000}:
        said = counting.ordinal(under, "pt")
        return (said, f"{said}s") if said else None
    said = counting.cardinal(under, "pt")
    return (f"{said} avos", f"{said} avos") if said else None


def _spanish(under: int) -> tuple[str, str] | None:
    if under <= 1:
        return None
    if under > 100 and len(str(under).rstrip("0")) > 1 and under < 1_000_000:
        return None
    said = ordinals.spanish(under)
    if 11 <= under <= 99:
        cardinal = (counting.cardinal(under, "es") or "").replace(" y ", "ai").replace("aai", "ai")
        # treinta -> treintavo, treinta y uno -> treintaiunavo
        said = _unaccented(cardinal).removesuffix("a").removesuffix("o") + "avo"
    elif said:
        said = said.replace(" ", "")
    return (said, f"{said}s") if said else None


def _unaccented(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
