"""What a language says around numbers, as a table; `phrases.py` turns it into rules. Knows no language itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of one language.

    Attributes:
        code: its name in num2words.
        decimal: the word for the decimal mark; the mark itself is a comma.
        reads_fraction_whole: 3,14 is "three comma fourteen", not "one four".
        minus, plus, times, equals, percent, conjunction, at: signs in words.
        degrees: the word behind a number of degrees.
        ranges: the word between two ends.
        date: template of a date of figures, with {day}, {month} and {year}.
        first_day: how the first of a month is said; "" for the cardinal.
        time, full_hour: templates with {hour} and {minute}.
        months: January to December.
        money: currency sign -> words for one (in full) and for many.
        units: symbol -> words for one (in full) and for many.
        ordinals: suffix behind figures -> "m" or "f".
        abbreviations: with their full stops -> words.
        headings: words in front of Roman numerals, lower case.
        regnal_ordinals: up to which number kings are counted in ordinals.
        scales: words behind a sum of money ("millones").
        of: what stands between such a word and the currency.
    """

    code: str
    decimal: str
    reads_fraction_whole: bool
    minus: str
    plus: str
    times: str
    equals: str
    percent: str
    conjunction: str
    at: str
    degrees: str
    ranges: str
    date: str
    first_day: str
    time: str
    full_hour: str
    months: tuple[str, ...]
    money: Mapping[str, tuple[str, str]]
    units: Mapping[str, tuple[str, str]]
    ordinals: Mapping[str, str] = field(default_factory=lambda: _NONE)
    abbreviations: Mapping[str, str] = field(default_factory=lambda: _NONE)
    headings: frozenset[str] = frozenset()
    regnal_ordinals: int = 0
    scales: tuple[str, ...] = ()
    of: str = " "
