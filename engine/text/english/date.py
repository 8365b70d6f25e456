"""English dates, years, decades and eras in words."""

import re

from engine.text.english.cardinal import cardinal, decade, is_american, number, ordinal, year
from engine.text.english.grammar import by_letters
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH_OF = {name[:length]: name for name in MONTHS for length in (3, len(name))} | {"Sept": "September"}
_ANY_MONTH = (
    r"(?i:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)"
)
_MONTH = rf"(?P<month>{_ANY_MONTH})"
_WEEKDAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur": "Thursday",
    "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip

_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?P<year>[1-9]\d{2,3})"
# Not the beginning of a longer number, a sum of money or a share.
_END = r"(?![\d%:/°]|[.,:]\d|-\d|,\d{3}| ?(?:percent|per cent|thousand|million|billion)\b)"

_ISO = re.compile(
    r"(?<![\w/.-])(?P<year>[12]\d{3})(?P<mark>[-/])(?P<month>0[1-9]|1[0-2])(?P=mark)(?P<day>3[01]|[12]\d|0[1-9])"
    r"(?:(?P<at>T)(?=\d\d:\d\d)|(?![\w/-]|\.\d))"
)
_NUMERIC = re.compile(
    r"(?<![\w/.,-])(?P<first>[0-3]?\d)(?P<mark>[/.-])(?P<second>[0-3]?\d)(?P=mark)(?P<year>[12]\d{3}|\d\d)(?![\w/-]|"
    r"[.,]\d)"
)
_MONTH_FIRST = re.compile(
    rf"(?<![\w'-]){_MONTH}(?P<dot>\.)? (?:the )?{_DAY}(?P<suffix>st|nd|rd|th)?{_END}"
    rf"(?P<range> ?[–-] ?(?P<last>3[01]|[12]\d|[1-9])(?:st|nd|rd|th)?\b(?!\d))?"
    rf"(?P<comma>(?:,? |,)(?={_YEAR}{_END}(?!\w)))?"
)
_DAY_FIRST = re.compile(
    rf"(?<![\w.,:/$£€-]){_DAY}(?P<suffix>st|nd|rd|th)?(?P<of> of | ){_MONTH}(?P<dot>\.)?(?!\w)"
    rf"(?P<comma>(?:,? |,)(?={_YEAR}{_END}(?!\w)))?"
)
_MONTH_RANGE = re.compile(
    rf"(?<![\w'-])(?P<first>{_ANY_MONTH})(?P<first_dot>\.)?(?P<dash> ?[–-] ?)"
    rf"(?P<last>{_ANY_MONTH})(?P<dot>\.)?(?![\w'-])"
)
_DAY_TO_MONTH = re.compile(
    rf"(?<=\d)(?:st|nd|rd|th)?(?P<dash> ?[–-] ?)(?={_ANY_MONTH}\.? (?:3[01]|[12]\d|0?[1-9])(?!\d))"
)
_DASHED = re.compile(
    rf"(?<![\w./-])(?:{_MONTH}-(?P<day>3[01]|[12]\d|0?[1-9])|(?P<first_day>3[01]|[12]\d|0?[1-9])-(?P<later_month>{_ANY_MONTH}))"
    rf"(?:-(?P<year>[12]\d{{3}}|\d\d))?(?![\w/-]|[.,]\d)"
)
_LONG_ISO = re.compile(
    r"(?<![\w/.-])(?P<year>[12]\d{3})/(?P<month>0?[1-9]|1[0-2])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\w/-]|\.\d)"
)
_QUARTER = re.compile(
    r"(?<![\w.,-])(?:(?P<first>[1-4])Q|Q(?P<second>[1-4]))(?: ?(?:FY ?)?(?P<year>[12]\d{3}|'?\d\d))?(?![\w%])"
)
_QUARTERS = ("first", "second", "third", "fourth")
_MONTH_YEAR = re.compile(rf"(?<![\w'-]){_MONTH}(?P<dot>\.)?,? (?={_YEAR}{_END}(?!\w))")
_WEEKDAY = re.compile(
    rf"(?<![\w'-])(?P<weekday>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?P<dot>\.)?(?=,? (?:the )?(?:{_MONTH}\b|\d))"
)
_WEEKDAY_ALONE = re.compile(
    r"(?<![\w'-])(?:(?P<first>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.? ?(?P<dash>[–-]) ?"
    r"(?P<last>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?P<dot>\.)?|(?P<alone>Mon|Tues|Wed|Thurs|Fri)(?P<stop>\.))(?![\w-])"
)
_ERA = re.compile(
    r"(?<![\w.,-])(?:(?P<before>AD|A\.D\.|CE) ?(?P<first>\d{1,4})(?!\d|[.,]\d)"
    r"|(?:(?P<from>\d{1,4}) ?[–-] ?)?(?P<second>\d{1,4}) ?(?P<after>BCE?|CE|AD|B\.C\.(?:E\.)?|A\.D\.?|C\.E\.)(?!\w))"
)
_DECADE = re.compile(r"(?<![\w.,])(?P<tick>')?(?P<figures>(?:1\d|20)\d0|[2-9]0)'?s\b")
_SHORT_YEAR = re.compile(r"(?<!\w)'(?P<figures>\d\d)(?!\w|[.,]\d)")
_YEAR_RANGE = re.compile(
    r"(?<![\w.,$£€/:-])(?P<from>1[1-9]\d\d|20\d\d)(?P<dash> ?[–/-] ?)(?P<to>(?:1[1-9]|20)\d\d|\d\d)(?![\w%/:-]|[.,]\d)"
)
_YEAR_ALONE = re.compile(
    r"(?<![\w.,$£€#/:+=×*-])(?P<prefix>(?:mid|pre|post|early|late|non)-)?(?P<year>1\d{3}|20\d\d)(?![\w%/:°′″]|[.,]\d|"
    r"-\d)"
)
# What shows that a bare number from 1000 to 1099 is a year.
_YEAR_CUE = re.compile(
    r"\b(?:in|of|since|from|until|till|by|before|after|between|circa|c\.|ca\.|year|during|around|early|late|and|to)\s?$"
    r"|\($",
    re.IGNORECASE,
)
# What shows it even before a plural: "until 1739 grants were made".
_SURE_CUE = re.compile(r"\b(?:in|since|until|till|during|circa|year)\s?$", re.IGNORECASE)
_COUNTED = re.compile(
    r" (?:(?!(?:was|is|has|as|does|his|its|this|thus|us|yes|always|perhaps|besides|sometimes|towards|across|"
    r"versus)\b)[a-z]{2,20}[^s\W\d_]s"
    r"|people|men|women|children|troops|times|of (?:them|these|those|the))\b"
)


def spoken_month(match: re.Match[str]) -> list[Edit]:
    """The month in full; its abbreviation's full stop goes with it."""
    end = match.end("dot") if match["dot"] else match.end("month")
    written = match["month"]
    name = _MONTH_OF[written.capitalize()]
    return (
        []
        if name.casefold() == written.casefold() and not match["dot"]
        else [Edit(match.start("month"), end, name, joins=True)]
    )


def _iso(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    said = _calendar(int(match["day"]), int(match["month"]), match["year"], american)
    return said + " at " if match["at"] else said


def _calendar(day: int, month: int, figures: str, american: bool) -> str:
    said = year(int(figures), american) if len(figures) == 4 else year(_century(int(figures)), american)
    if american:
        return f"{MONTHS[month - 1]} {ordinal(day)}, {said}"
    return f"the {ordinal(day)} of {MONTHS[month - 1]}, {said}"


def _century(two_figures: int) -> int:
    return two_figures + (2000 if two_figures < 50 else 1900)


def _numeric(match: re.Match[str], draft: Draft) -> Reading:
    first, second, figures = int(match["first"]), int(match["second"]), match["year"]
    if len(figures) == 2 and match["mark"] != "/":
        return None
    american = is_american(draft.language)
    # Only the position of a number above twelve is certain; else the dialect decides, and full stops mean Europe.
    month_first = second > 12 or (first <= 12 and american and match["mark"] != ".")
    month, day = (first, second) if month_first else (second, first)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    # Whoever writes the day first, where only one order is possible, says it first.
    day_first = first > 12 and match["mark"] in ".-"
    return _calendar(day, month, figures, american and not day_first)


def _year_of(match: re.Match[str], draft: Draft) -> Edit:
    start, figures = match.end("comma"), match["year"]
    return Edit(start, start + len(figures), year(int(figures), is_american(draft.language)))


def _month_first(match: re.Match[str], draft: Draft) -> Reading:
    if match["month"] in {"may", "march", "mar", "MAY"} and not match["comma"]:
        return None  # "it may 5 times", "they march 12 miles"
    edits = spoken_month(match)
    the = "" if is_american(draft.language) or "the " in match[0] else "the "
    start, end = match.start("day"), match.end("suffix") if match["suffix"] else match.end("day")
    edits.append(Edit(start, end, the + ordinal(int(match["day"]))))
    if match["range"]:
        edits.append(Edit(match.start("range"), match.end("range"), f" to {the}{ordinal(int(match['last']))}"))
    if match["comma"]:
        edits.append(_year_of(match, draft))
    return edits


def _day_first(match: re.Match[str], draft: Draft) -> Reading:
    before = draft.text[: match.start()][-5:].lower()
    is_verb = before.endswith((" than ", "over ")) or (match["month"].islower() and not match["suffix"])
    if is_verb and match["month"].lower() in {"may", "march", "mar", "dec"} and not match["comma"]:
        return None  # "the 12 may go"
    the = "" if before.endswith(("the ", "to ", "-", "–")) else "the "
    edits = [Edit(match.start("day"), match.end("of"), f"{the}{ordinal(int(match['day']))} of ")]
    edits += _closing_month(match, draft)
    if match["comma"]:
        edits.append(_year_of(match, draft))
    return edits


def _closing_month(match: re.Match[str], draft: Draft) -> list[Edit]:
    """A month whose full stop may also end the sentence."""
    edits = spoken_month(match)
    if edits and match["dot"] and draft.ends_sentence(match.end("dot")):
        return [edits[0]._replace(text=edits[0].text + ".", joins=False)]
    return edits


def _month_year(match: re.Match[str], draft: Draft) -> Reading:
    if match["month"] in {"may", "march", "mar"}:
        return None
    start = match.end()
    said = year(int(match["year"]), is_american(draft.language))
    return [*spoken_month(match), Edit(start, start + len(match["year"]), said)]


def _month_range(match: re.Match[str], draft: Draft) -> Reading:
    if match["first"][0].islower() or match["last"][0].islower():
        return None
    closes = bool(match["dot"]) and draft.ends_sentence(match.end())
    return [
        Edit(match.start("first"), match.start("dash"), _MONTH_OF[match["first"].capitalize()], joins=True),
        Edit(*match.span("dash"), " to "),
        Edit(
            match.start("last"),
            match.end(),
            _MONTH_OF[match["last"].capitalize()] + "." * closes,
            joins=bool(match["dot"]) and not closes,
        ),
    ]


def _day_to_month(match: re.Match[str], draft: Draft) -> Reading:
    before = draft.text[max(0, match.start() - 16) : match.start()]
    return Edit(*match.span("dash"), " to ") if re.search(rf"{_ANY_MONTH}\.? \d{{1,2}}$", before) else None


def _dashed(match: re.Match[str], draft: Draft) -> Reading:
    month, day = match["month"] or match["later_month"], match["day"] or match["first_day"]
    number_of = MONTHS.index(_MONTH_OF[month.capitalize()]) + 1
    if not match["year"]:
        if month[0].islower() or month == "May":
            return None
        return f"{MONTHS[number_of - 1]} {ordinal(int(day))}"
    return _calendar(int(day), number_of, match["year"], is_american(draft.language))


def _long_iso(match: re.Match[str], draft: Draft) -> Reading:
    return _calendar(int(match["day"]), int(match["month"]), match["year"], is_american(draft.language))


def _quarter(match: re.Match[str], draft: Draft) -> Reading:
    said = f"{_QUARTERS[int(match['first'] or match['second']) - 1]} quarter"
    before = draft.text[max(0, match.start() - 6) : match.start()].lower()
    if before.endswith(("in ", "of ", "by ", "for ", "since ")):
        said = f"the {said}"
    if not match["year"]:
        return said if match["second"] or before.strip() else None
    figures = match["year"].lstrip("'")
    return (
        f"{said} of {year(int(figures), is_american(draft.language)) if len(figures) == 4 else cardinal(int(figures))}"
    )


def _weekday(match: re.Match[str], draft: Draft) -> Reading:
    end = match.end("dot") if match["dot"] else match.end("weekday")
    return Edit(match.start(), end, _WEEKDAYS[match["weekday"]], joins=True)


def _weekday_alone(match: re.Match[str], draft: Draft) -> Reading:
    closes = draft.ends_sentence(match.end())
    if match["alone"]:
        return Edit(match.start(), match.end(), _WEEKDAYS[match["alone"]] + "." * closes, joins=not closes)
    said = f"{_WEEKDAYS[match['first']]} to {_WEEKDAYS[match['last']]}"
    has_dot = match["dot"] is not None
    return Edit(match.start(), match.end(), said + "." * (has_dot and closes), joins=has_dot and not closes)


def _era(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    if match["before"]:
        return f"{_capitals(match['before'])} {_era_year(match['first'], american)}"
    letters = _capitals(match["after"])
    said = f"{_era_year(match['second'], american)} {letters}"
    if match["from"]:
        said = f"{_era_year(match['from'], american)} to {said}"
    if match["after"].endswith(".") and draft.ends_sentence(match.end()):
        said += "."
    return said


def _era_year(figures: str, american: bool) -> str:
    value = int(figures)
    return (
        cardinal(value, american) if value < 100 or (value % 100 == 0 and value < 1000) else _hundreds(value, american)
    )


def _hundreds(value: int, american: bool) -> str:
    # 476 AD is "four seventy-six": years have no "hundred and".
    if value < 1000 and value % 100 >= 10:
        return f"{cardinal(value // 100)} {cardinal(value % 100)}"
    return year(value, american)


def _capitals(era: str) -> str:
    return by_letters(era.replace(".", ""))


def _decade(match: re.Match[str], draft: Draft) -> Reading:
    return decade(match["figures"], is_american(draft.language))


def _short_year(match: re.Match[str], draft: Draft) -> Reading:
    figures = match["figures"]
    return f"oh {cardinal(int(figures))}" if figures[0] == "0" else cardinal(int(figures))


def _year_range(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    begin, finish = int(match["from"]), match["to"]
    if len(finish) == 2 and int(finish) <= begin % 100:
        return None
    if len(finish) == 4 and int(finish) < begin:
        return None
    if match["dash"] == "/" and len(finish) == 4:
        return None
    said = year(int(finish), american) if len(finish) == 4 else cardinal(int(finish))
    return [
        Edit(*match.span("from"), year(begin, american)),
        Edit(*match.span("dash"), " to "),
        Edit(*match.span("to"), f"oh {cardinal(int(finish))}" if finish[0] == "0" else said),
    ]


def _year_alone(match: re.Match[str], draft: Draft) -> Reading:
    figures, american = match["year"], is_american(draft.language)
    value = int(figures)
    before = draft.text[max(0, match.start() - 12) : match.start()]
    counted = _COUNTED.match(draft.text, match.end()) is not None
    counted = counted and not match["prefix"] and not _SURE_CUE.search(before)
    if 1000 < value < 1100 and not _YEAR_CUE.search(before):
        counted = True
    said = number(figures, american) if counted and value % 100 else year(value, american)
    return Edit(*match.span("year"), said)


DATE_RULES = (
    Rule(_ISO, _iso, needs="-/"),
    Rule(_LONG_ISO, _long_iso, needs="/"),
    Rule(_DASHED, _dashed, needs="-"),
    Rule(_QUARTER, _quarter, needs="Q"),
    Rule(_DAY_TO_MONTH, _day_to_month, needs="–-"),
    Rule(_MONTH_RANGE, _month_range, needs="–-"),
    Rule(_NUMERIC, _numeric, needs="/.-"),
    Rule(_WEEKDAY, _weekday, needs=DIGITS),
    Rule(_WEEKDAY_ALONE, _weekday_alone, needs="MTWFS"),
    Rule(_MONTH_FIRST, _month_first, needs=DIGITS),
    Rule(_DAY_FIRST, _day_first, needs=DIGITS),
    Rule(_MONTH_YEAR, _month_year, needs=DIGITS),
)
YEAR_RULES = (
    Rule(_ERA, _era, needs=DIGITS),
    Rule(_DECADE, _decade, needs="0"),
    Rule(_SHORT_YEAR, _short_year, needs="'"),
    Rule(_YEAR_RANGE, _year_range, needs=DIGITS),
    Rule(_YEAR_ALONE, _year_alone, needs=DIGITS),
)
