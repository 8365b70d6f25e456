"""English times of day, durations, ratios and verses: what a colon between figures says."""

import re

from engine.text.english.cardinal import cardinal, digits, number
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_HALF = r"(?P<half>(?P<which>[AaPp])(?:\. ?[Mm]\.|[Mm]\b))"
_TIME = re.compile(
    rf"(?:(?<![\w:.,/$£€])|(?<=\dT))(?P<hour>2[0-4]|1\d|0?\d)(?::|(?P<point>\.))(?P<minute>[0-5]\d)"
    rf"(?::(?P<second>[0-5]\d)(?:\.\d{{1,6}})?)?"
    rf"(?![\d:]|[.,]\d)(?: ?{_HALF})?(?(second)(?P<zone>Z\b|[+-]\d\d:?\d\d\b(?!:))?)"
)
_HOUR = re.compile(rf"(?<![\w:.,/$£€])(?P<hour>1[0-2]|0?[1-9]) ?{_HALF}")
_LONG = re.compile(
    r"(?<![\w:.,])(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?P<part>\.\d{1,6})?(?![\d:])"
)
_VERSE = re.compile(
    r"\b(?P<book>Genesis|Gen|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|"
    r"Nehemiah|Esther|Job|"
    r"Psalms?|Ps|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|Hosea|Joel|Amos|Obadiah|Jonah|"
    r"Micah|Nahum|"
    r"Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|Matt|Mark|Luke|John|Acts|Romans|Rom|Corinthians|Cor|"
    r"Galatians|Ephesians|"
    r"Philippians|Colossians|Thessalonians|Timothy|Titus|Philemon|Hebrews|James|Peter|Jude|Revelation|Quran|Surah)\.? "
    r"(?P<chapter>\d{1,3})(?P<colon>:)(?P<verse>\d{1,3})(?![\d:])"
)
_RATIO = re.compile(r"(?<![\w:.,])(?P<left>\d{1,6}(?:\.\d{1,3})?)(?P<colon>:)(?P<right>\d{1,6}(?:\.\d{1,3})?)(?![\d:])")


def _time(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute, half = int(match["hour"]), match["minute"], match["half"]
    if match["point"] and not half:
        return None
    if half and not 0 < hour <= 12:
        half_said = ""
    else:
        half_said = f" {match['which'].upper()}M" if half else ""
    said = _hour_and_minute(hour, minute, bool(half)) + half_said
    if match["second"] is not None and match["second"] != "00":
        said += f" and {number(str(int(match['second'])))} second{'s' * (match['second'] != '01')}"
    zone = match["zone"]
    if zone:
        said += " U T C" if zone == "Z" or set(zone) <= set("+-0:") else f" U T C {_offset(zone)}"
    return said + _stop(match, draft)


def _offset(zone: str) -> str:
    figures = zone[1:].replace(":", "")
    sign = "plus" if zone[0] == "+" else "minus"
    tail = "" if figures[2:] == "00" else " " + cardinal(int(figures[2:]))
    return f"{sign} {cardinal(int(figures[:2]))}{tail}"


def _hour_and_minute(hour: int, minute: str, has_half: bool) -> str:
    said = cardinal(hour)
    if minute != "00":
        return f"{said} {'oh ' * (minute[0] == '0')}{cardinal(int(minute))}"
    if has_half:
        return said
    if hour in (0, 24):
        return "midnight"
    return f"{said} o'clock" if hour <= 12 else f"{said} hundred"


def _stop(match: re.Match[str], draft: Draft) -> str:
    """The full stop of "p.m." when it also ends the sentence."""
    half = match["half"]
    ends = half is not None and half.endswith(".") and draft.ends_sentence(match.end())
    return "." if ends else ""


def _hour(match: re.Match[str], draft: Draft) -> Reading:
    return f"{cardinal(int(match['hour']))} {match['which'].upper()}M" + _stop(match, draft)


def _long(match: re.Match[str], draft: Draft) -> Reading:
    if len(match["hours"]) == 2 and int(match["hours"]) < 24 and not match["part"]:
        return None
    parts = [
        f"{_counted(match, unit)} {unit[:-1] if match[unit] in {'1', '01'} else unit}"
        for unit in ("hours", "minutes", "seconds")
        if int(match[unit])
    ]
    return ", ".join(parts) or "zero seconds"


def _counted(match: re.Match[str], unit: str) -> str:
    said = cardinal(int(match[unit]))
    return f"{said} point {digits(match['part'][1:])}" if unit == "seconds" and match["part"] else said


def _verse(match: re.Match[str], draft: Draft) -> Reading:
    figures = match["verse"]
    said = cardinal(int(figures)) if len(figures) > 1 and figures[0] != "0" else f"verse {digits(figures)}"
    return [
        Edit(*match.span("chapter"), cardinal(int(match["chapter"]))),
        Edit(*match.span("colon"), " "),
        Edit(*match.span("verse"), said),
    ]


def _ratio(match: re.Match[str], draft: Draft) -> Reading:
    return [
        Edit(*match.span("left"), number(match["left"])),
        Edit(*match.span("colon"), " to "),
        Edit(*match.span("right"), number(match["right"])),
    ]


RULES = (
    Rule(_VERSE, _verse, needs=":"),
    Rule(_LONG, _long, needs=":"),
    Rule(_TIME, _time, needs=DIGITS),
    Rule(_HOUR, _hour, needs=DIGITS),
    Rule(_RATIO, _ratio, needs=":"),
)
