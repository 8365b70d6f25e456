"""What a language says around numbers, as a table; `phrases.py` turns it into rules. Knows no language itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words of one language; units, money, signs and addresses are in `tables`.

    Attributes:
        code: its name in num2words.
        decimal: the word for the decimal mark; the mark itself is a comma.
        reads_fraction_whole: 3,14 is "three comma fourteen", not "one four".
        minus, plus, percent, conjunction: signs in words.
        ranges: the word between two ends.
        date: template of a date of figures, with {day}, {month} and {year}.
        month_of_year: template of a month and a year in figures.
        of_month: what stands between a day and its month, where figures leave it out ("10 mayo").
        first_day: how the first of a month is said; "" for the cardinal.
        time, full_hour: templates with {hour} and {minute}; full_hour_late: from thirteen on.
        late_time: `time` from thirteen on.
        quarters: minutes that have a name, on a clock of twelve hours.
        exact_time: template with {hours}, {minutes} and {seconds}, each with its unit.
        zones: time zones that are spelled.
        day_parts: "am" and "pm" -> hours from which a part of the day lasts, and what it is called.
        joint: what stands between an amount and its cents.
        says_cents: whether cents are named after them; fewer than ten always are.
        months: January to December.
        month_abbreviations: lower case, without their full stop -> month.
        weekdays: Monday to Sunday, each with how it is shortened.
        fractions: what is under the stroke -> for one and for many; the others are told by `languages/fraction.py`.
        mixed: between a whole number and a fraction.
        ordinals: suffix behind figures -> "m", "f", or "short" for the form before a noun.
        abbreviations: with their full stops -> words.
        before_numbers: the same, where figures follow and only there.
        after_numbers: the same, where figures stand before.
        headings: words in front of Roman numerals, lower case.
        regnal: names of whom "I", "V" and "X" are the number of.
        regnal_ordinals: up to which number kings are counted in ordinals.
        scales: words behind a sum of money ("millones").
        of: what stands between such a word and the currency.
        phone_cues, extension: before telephone numbers.
        openers: words with which a sentence may begin, capitalised; a number before one of them ended its sentence.
    """

    code: str
    decimal: str
    reads_fraction_whole: bool
    minus: str
    plus: str
    percent: str
    conjunction: str
    ranges: str
    date: str
    month_of_year: str
    first_day: str
    time: str
    full_hour: str
    exact_time: str
    months: tuple[str, ...]
    month_abbreviations: Mapping[str, str]
    weekdays: tuple[tuple[str, ...], ...]
    fractions: Mapping[int, tuple[str, str]]
    mixed: str
    joint: str
    of_month: str = " "
    late_time: str = ""
    full_hour_late: str = ""
    quarters: Mapping[int, str] = field(default_factory=lambda: dict[int, str]())
    day_parts: Mapping[str, tuple[tuple[int, str], ...]] = field(
        default_factory=lambda: dict[str, tuple[tuple[int, str], ...]]()
    )
    says_cents: bool = False
    ordinals: Mapping[str, str] = field(default_factory=lambda: _NONE)
    abbreviations: Mapping[str, str] = field(default_factory=lambda: _NONE)
    before_numbers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    after_numbers: Mapping[str, str] = field(default_factory=lambda: _NONE)
    headings: frozenset[str] = frozenset()
    regnal: frozenset[str] = frozenset()
    regnal_ordinals: int = 0
    scales: tuple[str, ...] = ()
    of: str = " "
    phone_cues: tuple[str, ...] = ()
    extension: str = ""
    openers: frozenset[str] = frozenset()
