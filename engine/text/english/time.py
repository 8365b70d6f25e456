"""English times of day, durations and ratios: what a colon between figures says."""

import re

from engine.text.english.cardinal import cardinal, digits, number
from engine.text.english.grammar import describes_noun
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_HALF = r"(?P<half>(?P<which>[AaPp])(?:\. ?[Mm]\.|\.[Mm](?![\w.])|[Mm]\b))"
_TIME = re.compile(
    rf"(?:(?<![\w:.,/$£€])|(?<=\dT))(?P<hour>2[0-4]|1\d|0?\d)(?::|(?P<point>\.))(?P<minute>[0-5]\d)"
    rf"(?::(?P<second>[0-5]\d)(?:\.\d{{1,6}})?)?"
    rf"(?![\d:]|[.,]\d)(?: ?{_HALF})?(?(second)(?P<zone>Z\b|[+-]\d\d:?\d\d\b(?!:))?)"
)
_HOUR = re.compile(rf"(?<![\w:.,/$£€])(?P<hour>1[0-2]|0?[1-9]) ?{_HALF}")
_LONG = re.compile(
    r"(?<![\w:.,])(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?P<part>\.\d{1,6})?(?![\d:])"
)
_DURATION = re.compile(
    r"(?<![\w.,])(?:(?P<days>\d{1,3}) ?d(?:ays?)?,? )?(?:(?P<hours>\d{1,3}) ?h(?:rs?)?\.? ?)?"
    r"(?P<minutes>\d{1,3}) ?(?:m(?:ins?)?|'|′)?\.?(?: ?(?P<seconds>\d{1,2}) ?(?:s(?:ecs?)?|\"|″))?(?![\w'′])"
)
_MILITARY = re.compile(
    r"(?<![\w.,:/$£€-])(?P<hour>[01]\d|2[0-4])(?P<minute>[0-5]\d)"
    r"(?: ?(?:hours|hrs?|h)\b\.?| (?P<zone>GMT|UTC|EST|PST|CET)\b)"
    r"(?! (?:of|a|per)\b)"
)
_CLOCKS = re.compile(
    r"(?:(?<=[AaPp][Mm])|(?<=[AaPp]\.[Mm]\.)|(?<=\d))(?P<dash> ?[–-] ?)"
    r"(?=(?:1[0-2]|0?[1-9])(?::[0-5]\d)? ?[AaPp]\.?[Mm]\b|(?:2[0-4]|1\d|0?\d):[0-5]\d\b)"
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


def _duration(match: re.Match[str], draft: Draft) -> Reading:
    """ "2h 15m", "1h30", "5m 30s": at least two of them, or each is a measure by itself."""
    counted = [(unit, match[unit]) for unit in ("days", "hours", "minutes", "seconds") if match[unit]]
    if len(counted) < 2 or not (match["hours"] or match["seconds"]):
        return None
    if match["seconds"] and not match["hours"] and not re.search(r"\dm|\d ?min", match[0]):
        return None  # "5' 30"" are feet and inches
    if not match["seconds"] and not re.search(r"\d ?(?:m(?:ins?)?\.?|'|′)$", match[0]) and len(match["minutes"]) != 2:
        return None
    is_single = describes_noun(draft.text, match.start(), match.end())
    said = " ".join(
        f"{cardinal(int(figures))} {unit[:-1] if is_single or int(figures) == 1 else unit}" for unit, figures in counted
    )
    closes = match[0].endswith(".") and draft.ends_sentence(match.end())
    return said + "." * closes


def _military(match: re.Match[str], draft: Draft) -> Reading:
    hour, minute = match["hour"], match["minute"]
    said = f"zero {cardinal(int(hour[1]))}" if hour[0] == "0" else cardinal(int(hour))
    said += " hundred" if minute == "00" else f" {'oh ' * (minute[0] == '0')}{cardinal(int(minute))}"
    zone = match["zone"]
    tail = f" {' '.join(zone)}" if zone else " hours"
    return said + tail + "." * (match[0].endswith(".") and draft.ends_sentence(match.end()))


def _clocks(match: re.Match[str], draft: Draft) -> Reading:
    return Edit(*match.span("dash"), " to ")


def _ratio(match: re.Match[str], draft: Draft) -> Reading:
    return [
        Edit(*match.span("left"), number(match["left"])),
        Edit(*match.span("colon"), " to "),
        Edit(*match.span("right"), number(match["right"])),
    ]


RULES = (
    Rule(_LONG, _long, needs=":"),
    Rule(_MILITARY, _military, needs="hUGEPC"),
    Rule(_DURATION, _duration, needs="hms"),
    Rule(_CLOCKS, _clocks, needs="–-"),
    Rule(_TIME, _time, needs=DIGITS),
    Rule(_HOUR, _hour, needs=DIGITS),
    Rule(_RATIO, _ratio, needs=":"),
)
