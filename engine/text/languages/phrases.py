"""A phrasebook at work: the rules of Spanish, French, German, Italian and Portuguese, in the order in which they claim.

What is many rules has a file of its own (`clock`, `money`, `fraction`, `roman`, `electronic`, `telephone`); here is the
rest. Knows grammar (agreement, ordinals), no words.
"""

import re
from collections.abc import Iterable, Mapping
from functools import partial

from engine.text.languages import counting, electronic, ordinals
from engine.text.languages.books.phrasebook import Phrasebook
from engine.text.languages.clock import Clock
from engine.text.languages.fraction import Fractions
from engine.text.languages.german_ordinals import GermanOrdinals
from engine.text.languages.money import Money, any_of
from engine.text.languages.roman import Romans
from engine.text.languages.saying import BEGINS, NUMBER, SIGNED, Numbers
from engine.text.languages.tables import column, forms
from engine.text.languages.telephone import Telephone
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_START = r"(?<![\w.,:/-])"
_UPPER = rf"(?: ?[–-] ?(?P<upper>{NUMBER}))?"
_RAISED = str.maketrans("ᵉʳᵐˢⁿᵈᵒᵃᵗˡ", "ermsndoatl")
_RAISED_LETTERS = "ᵉʳᵐˢⁿᵈᵒᵃᵗˡ"
_DATES = re.compile(
    r"(?<![\w/.-])(?:(?P<y>[12]\d{3})(?P<mark1>[/.-])(?P<m>\d{1,2})(?P=mark1)(?P<d>\d{1,2})"
    r"|(?P<d2>\d{1,2})(?P<mark>[/.-])(?P<m2>\d{1,2})(?P=mark)(?P<y2>[12]\d{3})"
    r"|(?P<d3>\d{1,2})\. ?(?P<m3>\d{1,2})\. ?(?P<y3>[12]\d{3})?|(?P<y4>[12]\d{3})-(?P<m4>0[1-9]|1[0-2]))"
    r"(?![\w/-]|[.]\d)"
)
# A line of bare letters that no mouth can make one word of.
_UNSAYABLE = re.compile(r"(?<![\w.'’&/-])(?P<letters>[B-DF-HJ-NP-TV-XZ]{2,5})(?P<plural>s)?(?![\w'’&-]|\.\w)")
_BETWEEN_DAYS = r"(?: ?[–/,+-] ?| (?:u\.|und|bis|a|al|e|y|et|à|au) )"
_ROMAN = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")


class Phrases:
    """A phrasebook at work."""

    def __init__(self, book: Phrasebook, code: str) -> None:
        self._book = book
        self._code = code
        self._numbers = Numbers(book, code)
        self._german = GermanOrdinals(book)
        self._units = _with_small_letters(forms("units", book.code))
        self._per = column("per", book.code)
        self._signs = column("signs", book.code)
        self._days = {short.lower(): day[0] for day in book.weekdays for short in day}
        self._months = {month.lower(): month for month in book.months} | dict(book.month_abbreviations)

    def rules(self) -> tuple[Rule, ...]:
        """Whole things before their parts, as in English."""
        book, code = self._book, self._code
        figures = partial(counting.by_figures, code=code)
        telephone = Telephone(_in_pairs if book.code == "fr" else figures, book.plus, book.extension, book.phone_cues)
        return (
            *electronic.rules(column("addresses", book.code), figures, electronic.spelled_or_said),
            *self._dates(),
            *telephone.rules(),
            *self._weekdays(),
            *Clock(self._numbers).rules(),
            *Fractions(self._numbers).rules(),
            *Money(self._numbers).rules(),
            *self._measures(),
            *self._ordinals(),
            *Romans(self._numbers).rules(),
            *self._abbreviations(),
            *self._plain(),
        )

    # dates

    def _dates(self) -> tuple[Rule, ...]:
        book = self._book
        months = _any_case(book.months)
        short = _any_case(book.month_abbreviations)
        any_month = rf"(?:(?P<month>{months})|(?P<short>{short})\.?)"
        rules = [
            Rule(_DATES, self._date, needs=DIGITS),
            Rule(
                re.compile(
                    rf"{_START}(?P<days>\d{{1,2}}(?:/\d{{1,2}}){{1,3}}|\d{{1,2}}(?:-\d{{1,2}}){{2,3}})(?= (?:de )?"
                    rf"(?:{months})\b)"
                ),
                self._days_of_month,
                needs="/-",
            ),
        ]
        if book.code == "de":
            rules.append(
                Rule(re.compile(rf"{_START}(?P<day>\d{{1,2}})\. {any_month}(?!\w)"), self._german_day, needs=".")
            )
        if book.first_day:
            rules.append(
                Rule(
                    re.compile(rf"{_START}(?P<day>1)(?:er|ᵉʳ|º|°|\.º)?(?= (?:de )?(?:{months}|{short})\b)"),
                    self._first,
                    needs="1",
                )
            )
        if book.of_month != " ":
            rules += [
                Rule(
                    re.compile(
                        rf"{_START}(?P<day>\d{{1,2}}) {any_month}(?P<of> del?)?(?: (?P<year>[12]\d{{3}}))?(?!\w)"
                    ),
                    self._day_month,
                    needs=DIGITS,
                ),
                Rule(
                    re.compile(
                        rf"(?<!\w){any_month} (?P<day>[12]\d|3[01]|0?[1-9])(?:,? (?P<year>[12]\d{{3}}))?"
                        rf"(?![\w.,:/%°€$])"
                        rf"(?! \w{{0,2}}\b)"
                    ),
                    self._day_month,
                    needs=DIGITS,
                ),
            ]
        rules.append(
            Rule(
                re.compile(
                    rf"(?<=\d )(?P<short>(?:{short}))\.?(?= \d|\W*\Z)|(?<!\w)(?P<short2>(?:{short}))\.?(?= \d{{4}}\b)"
                ),
                self._month,
                needs=DIGITS,
            )
        )
        return tuple(rules)

    def _date(self, match: re.Match[str], draft: Draft) -> Reading:
        book = self._book
        year = match["y"] or match["y2"] or match["y3"] or match["y4"]
        month = int(match["m"] or match["m2"] or match["m3"] or match["m4"])
        day = int(match["d"] or match["d2"] or match["d3"] or 0)
        if match["m3"] and book.code != "de":
            return None
        if month > 12 and match["mark"] == "/" and day <= 12:
            month, day = day, month  # the American order
        if match["m4"]:
            return book.month_of_year.format(month=book.months[month - 1], year=counting.year(int(year), self._code))
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        said_day = self._day(day, draft, match.start())
        if year is None:
            # "1.2." alone may be a chapter; behind "am" it is a day, and its stop may be the sentence's.
            if not re.search(
                r"(?i)\b(?:am|vom|zum|bis|ab|seit|der|den|dem) \Z",
                draft.text[max(0, match.start() - 8) : match.start()],
            ):
                return None
            closes = match[0].endswith(".") and draft.ends_sentence(match.end())
            return Edit(
                match.start(), match.end(), f"{said_day} {book.months[month - 1]}{'.' * closes}", joins=not closes
            )
        return book.date.format(
            day=said_day,
            month=book.months[month - 1],
            year=counting.year(int(year), self._code),
        )

    def _days_of_month(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "les 17-18-19 juin": days one after another."""
        days = [counting.cardinal(int(day), self._code) for day in re.split(r"[/-]", match["days"])]
        return ", ".join(day for day in days if day) if all(days) else None

    def _german_day(self, match: re.Match[str], draft: Draft) -> Reading:
        month = match["month"] or self._months[match["short"].lower()]
        day = int(match["day"])
        if not 1 <= day <= 31:
            return None
        said = f"{self._german.inflected(day, draft, match.start())} {month}"
        closes = match[0].endswith(".") and not re.match(r" \S", draft.text[match.end() : match.end() + 2])
        return Edit(match.start(), match.end(), said + "." * closes, joins=not closes)

    def _day(self, day: int, draft: Draft, at: int) -> str:
        if self._book.code == "de":
            return self._german.inflected(day, draft, at)
        if day == 1 and self._book.first_day:
            return self._book.first_day
        return counting.cardinal(day, self._code) or str(day)

    def _first(self, match: re.Match[str], draft: Draft) -> Reading:
        if self._book.of_month != " " and not re.match(r" de ", draft.text[match.end() : match.end() + 4]):
            return None  # with its month, below
        return self._book.first_day

    def _day_month(self, match: re.Match[str], draft: Draft) -> Reading:
        day = int(match["day"])
        if not 1 <= day <= 31:
            return None
        month = match["month"] or self._months[match["short"].lower()]
        said = f"{self._day(day, draft, match.start())}{self._book.of_month}{month.lower()}"
        if match["year"]:
            of = match.groupdict().get("of") or " de"
            said += f"{of} {counting.year(int(match['year']), self._code)}"
        elif match.groupdict().get("of"):
            said += match["of"]
        return said

    def _month(self, match: re.Match[str], draft: Draft) -> Reading:
        written = match["short"] or match["short2"]
        closes = match[0].endswith(".") and match.end() == len(draft.text)
        # "5 mar" with no stop is as likely something else.
        if not match[0].endswith(".") and not match["short2"]:
            return None
        return Edit(match.start(), match.end(), self._months[written.lower()] + "." * closes, joins=not closes)

    # days of the week

    def _weekdays(self) -> tuple[Rule, ...]:
        days = _any_case({day for names in self._book.weekdays for day in names})
        shorts = any_of({short for names in self._book.weekdays for short in names[1:]})
        months = _any_case({*self._book.months, *(month + "." for month in self._book.month_abbreviations)})
        return (
            Rule(
                re.compile(rf"(?<![\w.-])(?:{days})\.?(?:{_BETWEEN_DAYS}(?:{days})(?![\w-])\.?){{1,6}}(?![\w-])"),
                self._several_days,
            ),
            Rule(
                re.compile(rf"(?<![\w.-])(?P<day>(?:{shorts}))\.?(?P<tail>,|:)?(?= \d)(?! \d+ ?(?:€|km|%))"),
                self._one_day,
                needs=DIGITS,
            ),
            Rule(
                re.compile(rf"(?<![\w.-])(?P<from>(?:{months}))(?: ?[–-] ?)(?P<to>(?:{months}))(?![\w-])"),
                self._two_months,
                needs="-–",
            ),
        )

    def _several_days(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "Mo.–Fr.", "Mo., Mi. und Fr."; words that are also days shortened ("do e sa") keep what they mean."""
        found = match[0]
        marks = re.findall(_BETWEEN_DAYS, found)
        written = re.split(_BETWEEN_DAYS, found)
        names = [self._days[day.removesuffix(".").lower()] for day in written]
        if all(day.lower() == name.lower() for day, name in zip(written, names, strict=True)) and not any(
            mark.strip() in "–-" for mark in marks
        ):
            return None
        if len(set(names)) < len(names):
            return None
        if any(mark.strip() not in "–-" for mark in marks) and "." not in found.replace("u.", ""):
            return None
        said = names[0]
        for mark, name in zip(marks, names[1:], strict=True):
            said += self._between_days(mark.strip()) + name
        closes = found.endswith(".") and match.end() == len(draft.text)
        return Edit(match.start(), match.end(), said + "." * closes, joins=not closes)

    def _between_days(self, mark: str) -> str:
        if mark in "–-":
            return f" {self._book.ranges} "
        if mark in "/+":
            return f" {self._book.conjunction} "
        return ", " if mark == "," else " und " if mark == "u." else f" {mark} "

    def _one_day(self, match: re.Match[str], draft: Draft) -> Reading:
        if (
            "." not in match[0]
            and not match["tail"]
            and not re.match(r" \d{1,2}[:.h–-]\d| \d{1,2} ?(?:Uhr|h)\b", draft.text[match.end() : match.end() + 9])
        ):
            return None
        return Edit(match.start(), match.end(), self._days[match["day"].lower()] + (match["tail"] or ""), joins=True)

    def _two_months(self, match: re.Match[str], draft: Draft) -> Reading:
        first, second = (self._months[match[end].lower().removesuffix(".")] for end in ("from", "to"))
        return Edit(match.start(), match.end(), f"{first} {self._book.ranges} {second}", joins=True)

    # measures

    def _measures(self) -> tuple[Rule, ...]:
        units, per = any_of(self._units), any_of(self._per)
        scale = rf"(?P<scale> (?i:{any_of(self._book.scales)})(?!\w))?"
        ends = r"(?![\w²³/’'])"
        return (
            Rule(re.compile(rf"{BEGINS}{SIGNED}{_UPPER} ?(?P<sign>[%‰])"), self._percent, needs="%‰"),
            Rule(
                re.compile(
                    rf"{BEGINS}{SIGNED}{_UPPER}{scale}(?P<gap> ?)(?P<unit>° ?[CFKcfk]|{units})(?:/"
                    rf"(?P<per>{per}))?{ends}"
                ),
                self._unit,
                needs=DIGITS,
            ),
            Rule(re.compile(rf"{BEGINS}{SIGNED} ?/ ?(?P<per>{per}){ends}"), self._rate, needs="/"),
            Rule(
                re.compile(
                    rf"{BEGINS}{SIGNED} ?[x×] ?(?P<upper>{NUMBER})(?: ?[x×] ?(?P<third>{NUMBER}))?(?: ?"
                    rf"(?P<unit>{units}))?(?!\w)"
                ),
                self._sizes,
                needs="x×",
            ),
        )

    def _percent(self, match: re.Match[str], draft: Draft) -> Reading:
        said = self._numbers.between(match)
        return f"{said} {self._signs[match['sign']]}" if said else None

    def _unit(self, match: re.Match[str], draft: Draft) -> Reading:
        written = match["unit"]
        if written.startswith("°") and len(written) > 1:
            written = "°" + written[-1].upper()
        if len(written) == 1 and written.isalpha() and self._is_no_unit(match, draft):
            return None
        one, many = self._units[written][:2]
        if written == "h" and self._book.code == "de" and self._follows(match, draft, "um|ab|bis|gegen|vor|nach"):
            many = one = "Uhr"
        per = f" {self._per[match['per']]}" if match["per"] else ""
        if written.endswith(".") and draft.ends_sentence(match.end()):
            per += "."
        if match["scale"]:
            said = self._numbers.between(match)
            return f"{said}{match['scale']}{self._of(many)}{many}{per}" if said else None
        if match["number"] == "1" and not match["upper"]:
            return f"{self._numbers.sign(match)}{one}{per}"
        said = self._numbers.between(match)
        return f"{self._numbers.before(said, _is_feminine(one))} {many}{per}" if said else None

    def _of(self, noun: str) -> str:
        of = self._book.of
        return " de " if of == " d'" and noun[0] not in "aeiouyhéAEIOU" else of

    @staticmethod
    def _follows(match: re.Match[str], draft: Draft, words: str) -> bool:
        return re.search(rf"(?i)\b(?:{words}) \Z", draft.text[max(0, match.start() - 8) : match.start()]) is not None

    def _is_no_unit(self, match: re.Match[str], draft: Draft) -> bool:
        """ "Saal 5 A", "2 L." may be letters: a capital with a gap is a unit only behind decimals or two figures."""
        letter = match["unit"]
        if letter == "d":
            return False
        if re.match(r"\. [^\W\d_]", draft.text[match.end() : match.end() + 3]) and letter == "J":
            return True  # "18 J. alt"
        if letter == "A" and not match["gap"] and match["number"].isdecimal():
            return True  # a house: 32A
        return letter in "ANVWKJ" and bool(match["gap"]) and len(match["number"]) < 2

    def _rate(self, match: re.Match[str], draft: Draft) -> Reading:
        said = self._numbers.signed(match)
        return f"{said} {self._per[match['per']]}" if said else None

    def _sizes(self, match: re.Match[str], draft: Draft) -> Reading:
        sides = [self._numbers.signed(match), self._numbers.say(match["upper"])]
        if match["third"]:
            sides.append(self._numbers.say(match["third"]))
        times = f" {self._signs['×']} "
        unit = f" {self._units[match['unit']][1]}" if match["unit"] else ""
        return times.join(side for side in sides if side) + unit if all(sides) else None

    # ordinals

    def _ordinals(self) -> tuple[Rule, ...]:
        if self._book.code == "de":
            return self._german.rules()
        suffixes = any_of(self._book.ordinals)
        number = r"(?P<number>\d{1,3}(?:[. ]\d{3}){1,3}|\d{1,9})"
        return (
            Rule(
                re.compile(rf"{_START}{number}(?P<suffix>{suffixes}|\.?[{_RAISED_LETTERS}]{{1,4}})(?![\w])"),
                self._ordinal,
                needs=DIGITS,
            ),
        )

    def _ordinal(self, match: re.Match[str], draft: Draft) -> Reading:
        value, suffix = int(re.sub(r"\D", "", match["number"])), match["suffix"].translate(_RAISED)
        if suffix == "°" and re.match(r" ?[CFKcfk]\b", draft.text[match.end() : match.end() + 3]):
            return None
        form = self._book.ordinals.get(suffix)
        if form is None or value == 0:
            return None
        if form == "second":
            return ("seconde" if suffix.endswith("e") else "second") if value == 2 else None
        return ordinals.ordinal(value, self._code, form)

    # abbreviations

    def _abbreviations(self) -> tuple[Rule, ...]:
        book = self._book
        listed = {**book.abbreviations}
        # "Sr." is also written small; what is short or has no stop may be a word then.
        listed |= {
            key[0].lower() + key[1:]: words
            for key, words in book.abbreviations.items()
            if key.endswith(".")
            and len(key) > 2
            and key[0].lower() + key[1:] not in listed
            and key not in {"Fr.", "Me."}
        }
        self._abbreviated = listed
        before = any_of(book.before_numbers)
        after = any_of(book.after_numbers)
        return (
            *self._german_numbers(),
            Rule(
                re.compile(rf"(?<![\w.])(?P<word>{before})(?= ?(?:\d|[IVXL]+\b))"),
                self._before_number,
                needs=DIGITS + "IVXL",
            ),
            Rule(re.compile(rf"(?<=\d) ?(?P<word>{after})(?!\w)"), self._after_number, needs=DIGITS),
            Rule(
                re.compile(rf"(?<!\w)(?P<stem>[A-Za-zÀ-ÿ]{{1,4}})(?P<raised>[{_RAISED_LETTERS}]{{1,4}})(?!\w)"),
                self._raised,
                needs=_RAISED_LETTERS,
            ),
            Rule(re.compile(rf"(?<![\w])(?:{any_of(listed)})(?!\w)"), self._abbreviation),
            Rule(_UNSAYABLE, self._spelled),
        )

    def _before_number(self, match: re.Match[str], draft: Draft) -> Reading:
        before = draft.text[max(0, match.start() - 12) : match.start()]
        if match["word"] == "S." and re.search(r"Abs\. \d{1,3} \Z", before):
            return Edit(match.start(), match.end(), "Satz", joins=True)
        if match["word"] == "Art." and re.search(r"\b(?:eine|diese|dieser|jede|jeder|keine|seine|ihre) \Z", before):
            return None  # the word, and the end of a sentence
        return Edit(
            match.start(),
            match.end(),
            self._book.before_numbers[match["word"]] + (" " if draft.text[match.end()] != " " else ""),
            joins=True,
        )

    def _after_number(self, match: re.Match[str], draft: Draft) -> Reading:
        said = " " + self._book.after_numbers[match["word"]]
        rest = draft.text[match.end() : match.end() + 3].lstrip(" »”\"')")
        closes = match["word"].endswith(".") and (not rest or rest[0].isupper())
        return Edit(match.start(), match.end(), said + "." * closes, joins=not closes, ends=closes and bool(rest))

    def _raised(self, match: re.Match[str], draft: Draft) -> Reading:
        plain = match["stem"] + match["raised"].translate(_RAISED)
        for key in (plain, plain + "."):
            if said := self._book.abbreviations.get(key):
                return said
        return plain

    def _abbreviation(self, match: re.Match[str], draft: Draft) -> Reading:
        written = match[0]
        said = self._abbreviated[written]
        if not written.endswith("."):
            # "Me" and "St" are titles only before a name.
            if written in _FRENCH_TITLES and not re.match(r" [A-ZÀ-Þ]", draft.text[match.end() : match.end() + 2]):
                return None
            return said
        after = draft.text[match.end() : match.end() + 3].lstrip(" »”\"')")
        closes = draft.ends_sentence(match.end()) and (not after or (after[0].isupper() and not _precedes_name(said)))
        if written in _FINAL and after and after[0].isupper():
            # The splitter knows these as abbreviations and looks no further.
            return Edit(match.start(), match.end(), said + ".", ends=True)
        if len(written) == 2 and (closes or not re.match(r" [A-ZÀ-Þ\d]", draft.text[match.end() : match.end() + 2])):
            return None
        return Edit(match.start(), match.end(), said + ("." if closes else ""), joins=not closes)

    def _spelled(self, match: re.Match[str], draft: Draft) -> Reading:
        letters = match["letters"]
        if _ROMAN.fullmatch(letters) and letters not in {"CD", "MC", "DC", "DM", "MD"}:
            return None
        # Among capitals a word is only shouted.
        around: str = (
            draft.text[max(0, match.start() - 20) : match.start()] + draft.text[match.end() : match.end() + 20]
        )
        if around.isupper() and re.search(r"[^\W\d_]{5}", around):
            return None
        return " ".join(letters) + (match["plural"] or "")

    def _german_numbers(self) -> tuple[Rule, ...]:
        if self._book.code != "de":
            return ()
        return (
            Rule(re.compile(r"(?<![\w.,])(?P<number>\d{2}|\d{4})er(?P<ending>n?)(?!\w)"), self._decade, needs="e"),
            Rule(re.compile(r"(?<![\w.,])1 (?P<scale>Mio|Mrd)\."), self._one_million, needs="1"),
        )

    def _decade(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "die 80er", "1990er Jahre"."""
        said = counting.year(int(match["number"]), "de")
        return f"{said}er{match['ending']}" if said else None

    def _one_million(self, match: re.Match[str], draft: Draft) -> Reading:
        return Edit(
            match.start(), match.end(), f"eine {'Million' if match['scale'] == 'Mio' else 'Milliarde'}", joins=True
        )

    # what is left

    def _plain(self) -> tuple[Rule, ...]:
        names = re.escape("".join(sign for sign in self._signs if sign not in "%‰§¶©®™№#@+=&×"))
        return (
            Rule(re.compile(r"§{1,2} ?(?=\d)|[№#] ?(?=\d)"), self._section, needs="§№#"),
            Rule(
                re.compile(r"(?<![\w:.,])(?P<left>\d{1,3}):(?P<right>\d{1,3})(?![\w:]|[.,]\d)"), self._score, needs=":"
            ),
            Rule(re.compile(r"(?<=[\d%€]) ?[–-] ?(?=\d)"), self._range, needs="-–"),
            Rule(
                re.compile(rf"{BEGINS}(?<!\d )(?P<minus>[-−](?=\d)|[+±](?=\d))?(?P<number>{NUMBER})(?![^\W_])"),
                self._number,
                needs=DIGITS,
            ),
            Rule(
                re.compile(r"(?P<before> ?)(?P<sign>[&+=×÷@%±]|(?<=\d )[-−](?= \d))(?P<after> ?)"),
                self._sign,
                needs="&+=×÷@%±-−",
            ),
            Rule(
                re.compile(rf"(?P<before> ?)(?P<sign>[{names}§¶©®™])(?P<after> ?)"),
                self._named,
                needs="".join(self._signs),
            ),
            Rule(re.compile(r"\d+"), self._figures, needs=DIGITS),
        )

    def _section(self, match: re.Match[str], draft: Draft) -> Reading:
        sign = match[0].strip()
        said = self._signs["№" if sign == "#" else sign[0]]
        return (
            {"de": "Paragrafen", "fr": "paragraphes", "es": "secciones", "it": "paragrafi", "pt": "parágrafos"}.get(
                self._book.code, said
            )
            + " "
            if len(sign) == 2
            else said + " "
        )

    def _score(self, match: re.Match[str], draft: Draft) -> Reading:
        left, right = (counting.cardinal(int(match[side]), self._code) for side in ("left", "right"))
        to = {"de": "zu", "fr": "à"}.get(self._book.code, "a")
        return f"{left} {to} {right}" if left and right else None

    def _range(self, match: re.Match[str], draft: Draft) -> Reading:
        if "–" not in match[0] and match[0] != "-":
            return None
        before, after = draft.text[max(0, match.start() - 8) : match.start()], draft.text[match.end() : match.end() + 8]
        if re.match(r"\d{1,7}[-–]", after) or re.search(r"[-–]\d{1,7}\Z", before):
            return " "  # three and more in a row are a code or a score
        return f" {self._book.ranges} "

    def _number(self, match: re.Match[str], draft: Draft) -> Reading:
        written = match["number"]
        if (
            self._book.code == "de"
            and len(written) == 4
            and written.isdecimal()
            and "11" <= written[:2] <= "19"
            and not match["minus"]
        ):
            return counting.year(int(written), "de")
        said = self._numbers.say(written)
        following = re.match(r" ([^\W\d_]{2,})(?!\.)", draft.text[match.end() : match.end() + 30])
        if said and following and not self._is_named(match, draft):
            said = self._numbers.agreeing(said, following[1])
        return f"{self._numbers.sign(match)}{said}" if said else None

    def _is_named(self, match: re.Match[str], draft: Draft) -> bool:
        """Whether the number is a thing's name ("Artikel 1", "Nr. 1") and counts nothing."""
        before = re.search(r"([^\W\d_]+\.?) ?\Z", draft.text[max(0, match.start() - 20) : match.start()])
        return before is not None and (
            before[1] in self._book.before_numbers
            or before[1] in self._book.abbreviations
            or before[1].lower() in self._book.headings
        )

    def _figures(self, match: re.Match[str], draft: Draft) -> Reading:
        said = counting.whole(match[0], self._code) if len(match[0]) <= 4 else counting.by_figures(match[0], self._code)
        before, after = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
        return f"{' ' * before.isalnum()}{said}{' ' * after.isalnum()}" if said else None

    def _sign(self, match: re.Match[str], draft: Draft) -> Reading:
        sign = match["sign"]
        left, right = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
        said = self._book.minus if sign in "-−" else self._signs[sign]
        return f" {said} " if (left.isalnum() or left in ")%°") and left and (right.isalnum() or right == "(") else None

    def _named(self, match: re.Match[str], draft: Draft) -> Reading:
        """A sign said by its name wherever it stands, unless it is a bracket of its own ("<b>")."""
        sign = match["sign"]
        if (
            sign in "<>"
            and not (match["before"] and match["after"])
            and not re.match(r" ?\d", draft.text[match.end() : match.end() + 2])
        ):
            return None
        left, right = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
        return f"{' ' * bool(left)}{self._signs[sign]}{' ' * (right not in '.,;:!?)' and bool(right))}"


_FRENCH_TITLES = frozenset({"Mme", "Mmes", "Mlle", "Mlles", "Dr", "Me", "Pr", "St", "Ste", "bd"})
_FINAL = frozenset({"etc.", "usw.", "ecc."})
_TITLES = frozenset({
    "señor", "señora", "señorita", "señores", "don", "doña", "doctor", "doctora", "profesor", "monsieur",
    "messieurs", "docteur", "Doktor", "Professor", "Herr", "Frau", "Sankt", "signor", "signora", "signorina",
    "signori", "dottor", "dottoressa", "professor", "professoressa", "ingegner", "avvocato", "senhor",
    "senhora", "senhorita", "senhores", "doutor", "doutora", "dom", "professora", "Santo", "Santa", "San",
    "avenida", "rua", "general", "Nummer", "Abbildung", "Kapitel", "Band", "numéro", "número", "numero",
    "circa", "plaza", "calle", "piazza", "Miss", "Misses", "Mister",
})  # fmt: skip


def _in_pairs(figures: str) -> str | None:
    """French says telephone numbers by twos: "01 23" -> "zéro un, vingt-trois"."""
    if len(figures) == 2 and figures[0] != "0":
        return counting.cardinal(int(figures), "fr")
    return counting.by_figures(figures, "fr")


def _any_case(words: Iterable[str]) -> str:
    """As listed, small, or with a capital; cheaper than a pattern that ignores case everywhere."""
    return any_of({form for word in words for form in (word, word.lower(), word[:1].upper() + word[1:])})


def _precedes_name(said: str) -> bool:
    return said in _TITLES


def _is_feminine(one: str) -> bool:
    return one.startswith(("una ", "uma ", "une ", "eine ", "un'"))


def _with_small_letters(units: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Units, and what people write for them: "kwh", "mhz"; two that would be the same small are left out."""
    listed = dict(units)
    small: dict[str, list[tuple[str, ...]]] = {}
    for symbol, words in listed.items():
        if len(symbol) > 1 and symbol.isalpha() and symbol.lower() != symbol:
            small.setdefault(symbol.lower(), []).append(words)
    for symbol, found in small.items():
        if len(set(found)) == 1 and symbol not in listed and symbol not in _WORDS:
            listed[symbol] = found[0]
    for symbol in [symbol for symbol in listed if "µ" in symbol]:
        listed[symbol.replace("µ", "μ")] = listed[symbol]
    return listed


_WORDS = frozenset({"mo", "go", "to", "ko", "tb", "ps", "pa", "tage", "cv"})
