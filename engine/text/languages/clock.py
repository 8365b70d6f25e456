"""Times of day in the languages of a phrasebook: 14:05, 14h05, 9.30 Uhr, 5:02 p. m., and from one to another."""

import re

from engine.text.languages import counting
from engine.text.languages.books.phrasebook import Phrasebook
from engine.text.languages.saying import Numbers
from engine.text.languages.tables import forms
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

_CLOCK = r"(?:2[0-4]|1\d|0?\d)"
_AM_PM = r"(?P<half> ?[aApP]\. ?[mM]\b\.?| ?(?:am|pm|AM|PM)\b)"
_ZONE = (
    r"(?P<zone> ?(?:GMT|UTC|gmt|utc)(?: ?[+-]\d{1,2}(?::\d\d)?)?\b| (?:EST|CST|MST|PST|EDT|CET|CEST|MEZ"
    r"|MESZ|WEZ|BRT|ART"
    r"|est|cst|pst|edt|cet|mez)\b)"
)
_TIMES = re.compile(
    rf"(?=\d)(?<![\w.,:/])(?<![\w.,:/][-–])(?P<hour>{_CLOCK})(?:(?P<mark>[:hH])|(?P<point>\.))(?P<minute>[0-5]\d)"
    rf"(?::(?P<second>[0-5]\d))?(?![\d:]|[.,]\d)(?P<uhr> ?(?:Uhr|Uhrzeit|hs|hrs|h|horas|ore"
    rf"|heures)\b)?{_AM_PM}?{_ZONE}?(?!\w)"
)
_RANGE_OF_TIMES = re.compile(
    rf"(?=\d)(?<![\w.,:/-])(?P<hour>{_CLOCK})(?P<mark>[:hH.])?(?P<minute>[0-5]\d)?h? ?[–-] ?"
    rf"(?P<hour2>{_CLOCK})(?P<mark2>[:hH.])?(?P<minute2>[0-5]\d)?(?P<uhr> ?(?:Uhr|hs|hrs|h)\b)?(?![\w:]|[.,]\d)"
)
_FULL = re.compile(rf"(?=\d)(?<![\w.,:/-])(?P<hour>{_CLOCK}) ?[hH]\b{_ZONE}?(?! ?\d)")
_FULL_IN_ZONE = re.compile(rf"(?=\d)(?<![\w.,:/-])(?P<hour>{_CLOCK}) ?[hH]{_ZONE}")
_HALF_DAY = re.compile(
    rf"(?=\d)(?<![\w.,:/-])(?P<hour>1[0-2]|0?[1-9])(?P<half> ?[aApP]\. ?[mM]\b\.?| ?(?:am|pm|AM|PM)\b){_ZONE}?"
)
_WORDED = re.compile(
    rf"(?=\d)(?<![\w.,:/-])(?P<hour>{_CLOCK}) ?[hH] ?(?P<minute>[0-5]?\d) ?(?:min|mn|m)(?![^\W\d])(?: ?"
    rf"(?P<second>[0-5]?\d) ?(?:seg|s|sec)\b)?"
)
_HOURS_WITH_SIGN = frozenset({"fr", "pt", "es"})


class Clock:
    """How one language says times of day."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._book: Phrasebook = numbers.book
        self._code = numbers.code
        units = forms("units", self._book.code)
        self._hour, self._minute, self._second = units["h"], units["min"], units["s"]

    def rules(self) -> tuple[Rule, ...]:
        """In the order in which they claim."""
        rules = [
            Rule(_RANGE_OF_TIMES, self._range, needs="-–"),
            Rule(_FULL_IN_ZONE, self._full, needs="hH"),
            Rule(_TIMES, self._time, needs=":h.H"),
            Rule(_HALF_DAY, self._half_day, needs="mM"),
        ]
        if self._book.code in _HOURS_WITH_SIGN:
            rules.append(Rule(_WORDED, self._worded, needs="hH"))
            rules.append(Rule(_FULL, self._full, needs="hH"))
        return tuple(rules)

    def _range(self, match: re.Match[str], draft: Draft) -> Reading:
        marks = (match["mark"] or "", match["mark2"] or "")
        for number, mark in (("", marks[0]), ("2", marks[1])):
            if (match[f"minute{number}"] and not mark) or (mark in (":", ".") and not match[f"minute{number}"]):
                return None
        if not match["uhr"]:
            if not all(mark and mark in ":hH" for mark in marks):
                return None
            if self._book.code not in _HOURS_WITH_SIGN and "h" in "".join(marks).lower():
                return None
        ends = [(match["hour"], match["minute"]), (match["hour2"], match["minute2"])]
        if self._book.code == "de" and not ends[0][1]:
            first = counting.cardinal(int(ends[0][0]), self._code) or ends[0][0]
        else:
            first = self.say(int(ends[0][0]), int(ends[0][1] or 0))
        return f"{first} {self._book.ranges} {self.say(int(ends[1][0]), int(ends[1][1] or 0))}"

    def _time(self, match: re.Match[str], draft: Draft) -> Reading:
        said_so = match["uhr"] or match["half"] or match["zone"]
        if match["point"] and not said_so:
            # "ore 10.30", "às 14.30"; else it is a decimal.
            before = draft.text[max(0, match.start() - 8) : match.start()]
            if not re.search(r"\b(?:ore|alle|dalle|às|las) \Z", before):
                return None
        hour, minute = int(match["hour"]), int(match["minute"])
        if match["second"] and (minute or int(match["second"])):
            said = self._exact(hour, minute, int(match["second"]))
        else:
            said = self.say(hour, minute)
        return self._with_tail(match, draft, said, hour)

    def _half_day(self, match: re.Match[str], draft: Draft) -> Reading:
        if not self._book.day_parts and "." not in match["half"]:
            return None
        hour = int(match["hour"])
        return self._with_tail(match, draft, self.say(hour, 0), hour)

    def _full(self, match: re.Match[str], draft: Draft) -> Reading:
        hour = int(match["hour"])
        said = self._hours(hour) if match["zone"] else self._counted(hour, self._hour)
        return said + self._zone(match)

    def _worded(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "2 h 30 min" lasts; "12h02m00s" is a time."""
        hours = self._counted(int(match["hour"]), self._hour)
        minutes = self._counted(int(match["minute"]), self._minute)
        if not int(match["second"] or 0):
            return f"{hours} {self._book.conjunction} {minutes}"
        return self._exact(int(match["hour"]), int(match["minute"]), int(match["second"]))

    def _with_tail(self, match: re.Match[str], draft: Draft, said: str, hour: int) -> Reading:
        half = match["half"]
        words = self._part_of_day(half, hour) if half else ""
        zone = self._zone(match)
        end = match.end()
        # "a las 5 p.m. Luego": the stop ends the sentence too.
        rest = draft.text[end : end + 3].lstrip(" »”\"')")
        closes = bool(half) and not zone and match[0].endswith(".") and (not rest or rest[0].isupper())
        return Edit(match.start(), end, said + words + zone + "." * closes, ends=closes and bool(rest))

    def _part_of_day(self, half: str, hour: int) -> str:
        key = "am" if "a" in half.lower() else "pm"
        parts = self._book.day_parts.get(key)
        if not parts:
            return f" {' '.join(key.upper())}"
        words = ""
        for begins, name in parts:
            if hour % 12 >= begins:
                words = name
        return f" {words}"

    def _zone(self, match: re.Match[str]) -> str:
        zone = (match["zone"] or "").strip()
        if not zone:
            return ""
        letters = re.match(r"[A-Za-z]+", zone)
        name = letters[0] if letters else ""
        said = " " + " ".join(name.upper())
        shift = re.search(r"([+-])(\d{1,2})(?::(\d\d))?\Z", zone)
        if shift:
            sign = self._book.plus if shift[1] == "+" else self._book.minus
            hours = self._hours(int(shift[2]))
            said += f" {sign} {hours}" + (f" {counting.cardinal(int(shift[3]), self._code)}" if shift[3] else "")
        return said

    def say(self, hour: int, minute: int) -> str:
        """A time by hour and minute."""
        book = self._book
        hours, late = self._hours(hour), hour > 12
        if not minute:
            template = book.full_hour_late if late and book.full_hour_late else book.full_hour
            return self._filled(template, hour, hours, "")
        if minute in book.quarters and 0 < hour <= 12:
            return f"{hours} {book.conjunction} {book.quarters[minute]}"
        template = book.late_time if late and book.late_time else book.time
        return self._filled(template, hour, hours, counting.cardinal(minute, self._code) or "")

    def _filled(self, template: str, hour: int, hours: str, minutes: str) -> str:
        word = (
            self._hour[0].split(" ")[-1].split("'")[-1] if hour <= 1 and self._code.startswith("fr") else self._hour[1]
        )
        if hour == 1:
            word = self._hour[0].split(" ")[-1].split("'")[-1]
        return template.format(hour=hours, hours=word, minute=minutes)

    def _hours(self, hour: int) -> str:
        said = counting.cardinal(hour, self._code) or str(hour)
        if self._book.code == "de":
            return "ein" if hour == 1 else said
        return self._numbers.feminine(said)

    def _exact(self, hour: int, minute: int, second: int) -> str:
        if self._book.code == "de":
            hours = f"{self._hours(hour)} Uhr"
        else:
            hours = self._counted(hour, self._hour)
        return self._book.exact_time.format(
            hours=hours,
            minutes=self._counted(minute, self._minute),
            seconds=self._counted(second, self._second),
        )

    def _counted(self, value: int, unit: tuple[str, ...]) -> str:
        one, many = unit[0], unit[1]
        if value == 1:
            return one
        if value == 0 and self._book.code == "fr":
            return f"zéro {one.split(' ')[-1]}"
        said = counting.cardinal(value, self._code) or str(value)
        feminine = one.startswith(("una ", "uma ", "une ", "eine ", "un'"))
        return f"{self._numbers.before(said, feminine)} {many}"
