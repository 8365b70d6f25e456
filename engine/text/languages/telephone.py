"""Telephone numbers in any language: their shapes are the countries', their figures are said one by one, by groups."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_PHONE = re.compile(
    r"(?=[+(\d])(?<![\w.,/$£€(-])(?<!\d )(?P<phone>"
    r"\+ ?\d{1,3}(?:[ .-]?\(\d{1,5}\))?(?:[ ./-]?\d{1,13}){1,7}"  # +49 30 123456, +1 (555) 123-4567
    r"|\+ ?\d{1,3}[ .-]?\(\d{1,5}\)[ .-]?\d{3,5}(?:[ .-]\d{2,5}){0,3}"
    r"|(?:\d{1,2}[ .-]?)?\(\d{2,5}\)[ .-]?\d{3,9}(?:[ .-]\d{2,5}){0,3}"  # (0411) 1234-1234, (11) 99999-8888
    r"|\d{1,3}-\d{3}-\d{3}-\d{4}|\d{3}-\d{3}-\d{3,4}"  # 123-123-5678, 123-456-789
    r"|\d{2} \d{4,5}-\d{4}|\d{5}-\d{4}"  # 11 3333-4444, 99999-1234
    r"|0\d{1,6}[-/.]\d{4,9}|0\d{2,4}[/ ]\d{3,9}(?: \d{2,5}){0,4}"  # 030/1234567, 0171 2345678
    r"|0\d(?:[ .]\d\d){4}"  # 01 23 45 67 89
    r"|\d{3,4}-\d{4}"  # 555-1234
    r")(?P<extension> ?(?:ext\.?|x|extensión|-) ?(?P<inside>\d{1,5}))?(?![\w]|[-.,/]\d)"
)
_YEARS = re.compile(r"(?:1\d|20)\d\d-(?:1\d|20)\d\d")
_PAGES = re.compile(r"(?i:\b(?:pp?|págs?|pag|pagg|páginas?|pages?|seiten?|s|art|núms?|nn)\.? ?)\Z")
_GROUPS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Telephone:
    """How a language says telephone numbers.

    Attributes:
        figures: a run of figures, one by one.
        plus: the sign before a country's number.
        extension: the word before a number inside a house.
        cues: words in front of a number of which only its own figures and gaps are known ("Tel."), lower case.
    """

    figures: Callable[[str], str | None]
    plus: str
    extension: str
    cues: tuple[str, ...]

    def rules(self) -> tuple[Rule, ...]:
        """Numbers of a known shape, and any figures behind a cue."""
        cues = "|".join(re.escape(cue) for cue in sorted(self.cues, key=len, reverse=True))
        cued = re.compile(
            rf"(?<!\w)(?P<cue>(?i:{cues}))(?P<gap>[.:]{{0,2}} ?)(?P<phone>\+?\d{{2,15}}(?:[ ./-]\d{{2,10}}){{0,6}})"
            rf"(?![\w]|[-.,/]\d)"
        )
        rules = (Rule(_PHONE, self._read, needs=DIGITS),)
        return (Rule(cued, self._cued, needs=DIGITS), *rules) if cues else rules

    def said(self, phone: str) -> str | None:
        """The figures of a number, a comma between its groups."""
        groups = [self.figures(group) for group in _GROUPS.findall(phone)]
        if not all(groups):
            return None
        plus = f"{self.plus} " if phone.startswith("+") else ""
        return plus + ", ".join(group for group in groups if group)

    def _read(self, match: re.Match[str], draft: Draft) -> Reading:
        phone = match["phone"]
        figures = sum(map(str.isdecimal, phone))
        if (
            not 7 <= figures <= 16
            or _is_range(phone)
            or _PAGES.search(draft.text[max(0, match.start() - 12) : match.start()])
        ):
            return None
        said = self.said(phone)
        inside = self.figures(match["inside"]) if match["inside"] else ""
        return f"{said}, {self.extension} {inside}" if said and inside else said

    def _cued(self, match: re.Match[str], draft: Draft) -> Reading:
        said = self.said(match["phone"])
        enough = sum(map(str.isdecimal, match["phone"])) >= 5
        return Edit(*match.span("phone"), said) if said and enough else None


def _is_range(phone: str) -> bool:
    """Whether two groups of four are rather two years."""
    if _YEARS.fullmatch(phone):
        return True
    first, _, second = phone.partition("-")
    return len(first) == 3 and len(second) == 4 and first.isdecimal() and first.endswith("00")
