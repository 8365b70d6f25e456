"""A phrasebook at work: rules for a language of which the words around numbers are known.

Knows how Spanish, French, German, Italian and Portuguese differ in grammar (agreement, ordinals, kings), not their
words.
"""

import re

from engine.text.english.roman import value as roman_value
from engine.text.languages import counting
from engine.text.languages.phrasebook import Phrasebook
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_NUMBER = r"\d{1,3}(?:[. '’]\d{3})+(?![\d])(?:,\d{1,12})?|\d+(?:[.,]\d{1,12})?"
_ROMAN = r"(?=[IVXL])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"


class Phrases:
    """A phrasebook at work."""

    def __init__(self, book: Phrasebook, code: str) -> None:
        self._book = book
        self._code = code

    def rules(self) -> tuple[Rule, ...]:
        """Whole things before their parts, as in English."""
        book = self._book
        start, number = r"(?<![\w.,:/-])", rf"(?P<minus>[-−])?(?P<number>{_NUMBER})"
        months = "|".join(book.months)
        money, units = _any_of(book.money), _any_of(book.units)
        scales = _any_of(book.scales)
        suffixes = _any_of(book.ordinals) if book.ordinals else "(?!)"
        patterns = (
            (
                r"(?<![\w/.-])(?:(?P<y>[12]\d{3})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d{1,2})(?P<mark>[/.-])"
                r"(?P<m2>\d{1,2})(?P=mark)(?P<y2>[12]\d{3}))(?![\w/-]|[.]\d)",
                self._date,
                DIGITS,
            ),
            (rf"{start}(?P<day>1)(?:er|º|°|\.º)?(?= (?:de )?(?i:{months})\b)", self._first, "1")
            if book.first_day
            else None,
            (
                rf"{start}(?P<hour>2[0-4]|1\d|0?\d)(?:[:h]|(?P<point>\.))(?P<minute>[0-5]\d)"
                rf"(?P<second>:[0-5]\d)?(?![\w:]|[.,]\d)(?P<uhr> (?:Uhr|h|Uhrzeit|hs)\b\.?)?",
                self._time,
                ":h.",
            ),
            (rf"{start}(?P<hour>2[0-4]|1\d|0?\d) ?h\b", self._hour, "h") if book.code in {"fr", "pt", "es"} else None,
            (rf"(?<![\w.,])(?P<sign>{money}) ?{number}(?P<scale> (?:{scales})(?!\w))?", self._money, DIGITS),
            (rf"(?<![\w.,]){number}(?P<scale> (?:{scales})(?!\w))? ?(?P<sign>{money})(?!\w)", self._money, DIGITS),
            (rf"(?<![\w.,]){number}(?: ?[–-] ?(?P<upper>{_NUMBER}))? ?(?P<sign>%)", self._percent, "%"),
            (rf"{start}{number}(?P<suffix>{suffixes})(?![\w])", self._ordinal, DIGITS),
            (
                rf"(?<![\w.,]){number}(?: ?[–-] ?(?P<upper>{_NUMBER}))? ?(?P<unit>{units})(?![\w²³/])",
                self._unit,
                DIGITS,
            ),
            (r"(?<![\w.,])(?P<number>\d{1,3})\.(?= (?P<next>[^\W\d_]+))", self._german_ordinal, ".")
            if book.code == "de"
            else None,
            (rf"(?<!\w)(?P<heading>(?i:{_any_of(book.headings)})) (?P<numeral>{_ROMAN})(?!\w)", self._headed, "IVXL"),
            (
                rf"(?<!\w)(?P<numeral>{_ROMAN})(?P<suffix>er|ère|re|ème|e)?(?P<gap> )(?P<century>siècles?|secolo|"
                rf"Jahrhundert|République|arrondissement)",
                self._century,
                "IVXL",
            ),
            (
                rf"(?<!\w)(?P<name>[^\W\d_a-zà-ÿ][^\W\d_A-Z]{{2,20}}) (?P<numeral>(?=[IVX]{{2}}|[VX]){_ROMAN})"
                rf"(?P<dot>\.(?= [a-zà-ÿ]))?(?![\w])",
                self._king,
                "IVXL",
            ),
            (rf"(?<![\w])(?:{_any_of(book.abbreviations)})(?!\w)", self._abbreviation, ""),
            (r"(?<=\d) ?[–-] ?(?=\d)", self._range, "-–"),
            (rf"(?<![\w.,])(?<!\d )(?P<minus>[-−](?=\d))?(?P<number>{_NUMBER})(?![^\W_])", self._number, DIGITS),
            (r"(?P<before> ?)(?P<sign>[&+=×@%]|(?<=\d )[-−](?= \d))(?P<after> ?)", self._sign, "&+=×@%-−"),
            (r"\d+", self._figures, DIGITS),
        )
        return tuple(Rule(re.compile(row[0]), row[1], needs=row[2]) for row in patterns if row is not None)

    def _say(self, written: str, feminine: bool = False) -> str | None:
        """A number as it is written here: points or spaces between thousands, a comma before the fraction."""
        whole, fraction = _split(written)
        said = counting.whole(whole, self._code)
        if said is None or not fraction:
            return said
        tail = self._fraction(fraction)
        return f"{said} {self._book.decimal} {tail}" if tail else None

    def _fraction(self, fraction: str) -> str | None:
        zeros = len(fraction) - len(fraction.lstrip("0"))
        rest = fraction[zeros:]
        if not self._book.reads_fraction_whole or len(rest) > 3 or not rest:
            return counting.by_figures(fraction, self._code)
        tail = counting.cardinal(int(rest), self._code)
        head = counting.by_figures("0" * zeros, self._code) if zeros else ""
        return f"{head} {tail}".strip() if tail and head is not None else None

    def _signed(self, match: re.Match[str]) -> str | None:
        said = self._say(match["number"])
        return f"{self._book.minus} {said}" if said and match["minus"] else said

    def _between(self, match: re.Match[str]) -> str | None:
        said, upper = self._signed(match), match["upper"]
        if not upper or said is None:
            return said
        other = self._say(upper)
        return f"{said} {self._book.ranges} {other}" if other else None

    def _date(self, match: re.Match[str], draft: Draft) -> Reading:
        year, month, day = match["y"] or match["y2"], int(match["m"] or match["m2"]), int(match["d"] or match["d2"])
        if not (1 <= month <= 12 and 1 <= day <= 31):
            return None
        return self._book.date.format(
            day=self._day(day, draft, match.start()),
            month=self._book.months[month - 1],
            year=counting.year(int(year), self._code),
        )

    def _day(self, day: int, draft: Draft, at: int) -> str:
        if self._book.code == "de":
            return self._inflected(day, draft, at)
        if day == 1 and self._book.first_day:
            return self._book.first_day
        return counting.cardinal(day, self._code) or str(day)

    def _first(self, match: re.Match[str], draft: Draft) -> Reading:
        return self._book.first_day

    def _time(self, match: re.Match[str], draft: Draft) -> Reading:
        if match["point"] and not match["uhr"]:
            return None
        hour, minute = int(match["hour"]), int(match["minute"])
        template = self._book.time if minute else self._book.full_hour
        said = template.format(hour=self._hours(hour), minute=counting.cardinal(minute, self._code))
        if match["second"] and (seconds := int(match["second"][1:])):
            said += f" {self._book.conjunction} {counting.cardinal(seconds, self._code)}"
        return said.replace("heures", "heure") if hour <= 1 else said

    def _hours(self, hour: int) -> str:
        if self._book.code == "fr" and hour == 1:
            return "une"
        if self._book.code == "de" and hour == 1:
            return "ein"
        return counting.cardinal(hour, self._code) or str(hour)

    def _hour(self, match: re.Match[str], draft: Draft) -> Reading:
        if self._book.code == "fr":
            return self._hours(int(match["hour"])) + (" heures" if int(match["hour"]) > 1 else " heure")
        return f"{self._hours(int(match['hour']))} horas"

    def _money(self, match: re.Match[str], draft: Draft) -> Reading:
        one, many = self._book.money[match["sign"]]
        minus, scale = f"{self._book.minus} " if match["minus"] else "", match["scale"]
        if scale:
            said = self._say(match["number"])
            scale_said = self._book.abbreviations.get(scale.strip(), scale.strip())
            of = self._book.of
            if of == " d'" and many[0] not in "aeiouyhéAEIOU":
                of = " de "
            return f"{minus}{said} {scale_said}{of}{many}" if said else None
        whole, fraction = _split(match["number"])
        said = one if whole == "1" else f"{self._agreeing(self._say(whole) or '', many)} {many}"
        if fraction and len(fraction) == 2:
            cents = int(fraction)
            if not cents:
                return minus + said
            joint = "" if self._book.code == "de" else {"es": "con ", "it": "e ", "pt": "e "}.get(self._book.code, "")
            return f"{minus}{said} {joint}{counting.cardinal(cents, self._code)}"
        return f"{minus}{self._say(match['number'])} {many}" if fraction else minus + said

    def _percent(self, match: re.Match[str], draft: Draft) -> Reading:
        said = self._between(match)
        return f"{said} {self._book.percent}" if said else None

    def _unit(self, match: re.Match[str], draft: Draft) -> Reading:
        one, many = self._book.units[match["unit"]]
        if match["number"] == "1" and not match["minus"] and not match["upper"]:
            return one
        said = self._between(match)
        return f"{self._agreeing(said, many.split(' ')[0])} {many}" if said else None

    def _ordinal(self, match: re.Match[str], draft: Draft) -> Reading:
        if match["minus"] or not match["number"].isdecimal():
            return None
        value, suffix = int(match["number"]), match["suffix"]
        if suffix == "°" and re.match(r" ?[CF]\b", draft.text[match.end() :][:3]):
            return None
        said = counting.ordinal(value, self._code)
        return _feminine(said, self._book.code, value) if said and self._book.ordinals[suffix] == "f" else said

    def _german_ordinal(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "am 3. Oktober", "der 2. Mann": before a word that would not begin a sentence, or behind an article."""
        following = match["next"]
        is_month = following in self._book.months or following[:3] in {month[:3] for month in self._book.months}
        before = re.search(r"(\w+) $", draft.text[: match.start()][-16:])
        leads = before is not None and before[1].lower() in _GERMAN_ARTICLES
        if not (is_month or leads or following == "Jahrhundert" or following[0].islower()):
            return None
        return Edit(match.start(), match.end(), self._inflected(int(match["number"]), draft, match.start()), joins=True)

    def _inflected(self, value: int, draft: Draft, at: int) -> str:
        """A German ordinal with the ending its article asks for."""
        said = counting.ordinal(value, "de") or str(value)
        before = re.search(r"(\w+) $", draft.text[:at][-16:])
        article = before[1].lower() if before else ""
        if article in {"der", "die", "das"}:
            return said
        return said + ("n" if article in _GERMAN_ARTICLES else "r")

    def _headed(self, match: re.Match[str], draft: Draft) -> Reading:
        if match["numeral"] == "I" and self._book.code == "it":
            return None
        said = counting.cardinal(roman_value(match["numeral"]), self._code)
        return Edit(*match.span("numeral"), said) if said else None

    def _century(self, match: re.Match[str], draft: Draft) -> Reading:
        value = roman_value(match["numeral"])
        said = counting.ordinal(value, self._code)
        if said is None:
            return None
        end = match.end("suffix") if match["suffix"] else match.end("numeral")
        return Edit(match.start(), end, _feminine(said, "fr", value) if match["century"] == "République" else said)

    def _king(self, match: re.Match[str], draft: Draft) -> Reading:
        value = roman_value(match["numeral"])
        if match["numeral"] in {"X", "V", "L", "C"} and not match["dot"]:
            return None
        if self._book.code == "de":
            said = f"der {(counting.ordinal(value, 'de') or '').capitalize()}"
        else:
            count = counting.ordinal if value <= self._book.regnal_ordinals else counting.cardinal
            said = count(value, self._code)
            if (
                said
                and count is counting.ordinal
                and (match["name"].endswith("a") or match["name"] == "Isabel")
                and match["name"] != "Papa"
            ):
                said = _feminine(said, self._book.code, value)
        end = match.end("dot") if match["dot"] else match.end("numeral")
        return Edit(match.start("numeral"), end, said, joins=bool(match["dot"])) if said else None

    def _abbreviation(self, match: re.Match[str], draft: Draft) -> Reading:
        written = match[0]
        said = self._book.abbreviations[written]
        if not written.endswith("."):
            # "Me" and "St" are titles only before a name.
            if written in _FRENCH_TITLES and not re.match(r" [A-ZÀ-Þ]", draft.text[match.end() :][:2]):
                return None
            return said
        after = draft.text[match.end() :][:3].lstrip(" »”\"')")
        closes = draft.ends_sentence(match.end()) and (not after or (after[0].isupper() and not _precedes_name(said)))
        if written in _FINAL and after and after[0].isupper():
            # The splitter knows these as abbreviations and looks no further.
            return Edit(match.start(), match.end(), said + ".", ends=True)
        if len(written) == 2 and (closes or not re.match(r" [A-ZÀ-Þ\d]", draft.text[match.end() :][:2])):
            return None
        return Edit(match.start(), match.end(), said + ("." if closes else ""), joins=not closes)

    def _range(self, match: re.Match[str], draft: Draft) -> Reading:
        return f" {self._book.ranges} " if "–" in match[0] or match[0] == "-" else None

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
        said = self._say(written)
        if said and (following := re.match(r" ([^\W\d_]{2,})", draft.text[match.end() :][:30])):
            said = self._agreeing(said, following[1])
        return f"{self._book.minus} {said}" if said and match["minus"] else said

    def _agreeing(self, said: str, noun: str) -> str:
        """A number that ends in one (in Portuguese, or two) as its noun asks for it, judged by the noun's ending."""
        code = self._book.code
        is_feminine = noun.endswith(_FEMININE_ENDINGS[code]) if code in _FEMININE_ENDINGS else False
        head, _, last = said.rpartition(" ")
        if code == "es" and last.endswith("uno"):
            # "de los 21 que": no noun behind it.
            if noun in _SPANISH_PARTICLES:
                return said
            last = last[:-3] + ("una" if is_feminine else "ún" if last != "uno" else "un")
        elif code == "pt" and is_feminine and last in {"um", "dois"}:
            last = {"um": "uma", "dois": "duas"}[last]
        elif code == "de" and said == "eins" and noun[0].isupper():
            last = "eine" if is_feminine else "ein"
        return f"{head} {last}".strip()

    def _figures(self, match: re.Match[str], draft: Draft) -> Reading:
        said = counting.whole(match[0], self._code) if len(match[0]) <= 4 else counting.by_figures(match[0], self._code)
        before, after = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
        return f"{' ' * before.isalnum()}{said}{' ' * after.isalnum()}" if said else None

    def _sign(self, match: re.Match[str], draft: Draft) -> Reading:
        book = self._book
        names = {
            "&": book.conjunction,
            "+": book.plus,
            "=": book.equals,
            "×": book.times,
            "@": book.at,
            "%": book.percent,
            "-": book.minus,
            "−": book.minus,
        }
        left, right = draft.text[: match.start()][-1:], draft.text[match.end() :][:1]
        return f" {names[match['sign']]} " if left.isalnum() and right.isalnum() else None


_GERMAN_ARTICLES = frozenset(
    {
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "am",
        "im",
        "vom",
        "zum",
        "zur",
        "beim",
        "bis",
        "seit",
        "ab",
        "jeder",
        "jedem",
        "jeden",
        "dieser",
        "diesem",
        "ihrem",
        "seinem",
        "ihren",
        "seinen",
        "unser",
        "mein",
    }
)
_FRENCH_TITLES = frozenset({"Mme", "Mmes", "Mlle", "Mlles", "Dr", "Me", "Pr", "St", "Ste", "bd"})
_FEMININE_ENDINGS: dict[str, tuple[str, ...]] = {
    "es": ("a", "as", "ción", "ciones", "dad", "dades"),
    "pt": ("a", "as", "ção", "ções", "dade", "dades"),
    "de": ("e", "ung", "heit", "keit", "ion", "tät"),
}
_SPANISH_PARTICLES = frozenset(
    {
        "de",
        "que",
        "en",
        "es",
        "y",
        "por",
        "con",
        "son",
        "del",
        "al",
        "se",
        "no",
        "ya",
        "para",
        "como",
        "fue",
        "más",
        "menos",
        "lo",
    }
)
_FINAL = frozenset({"etc.", "usw.", "ecc."})
_TITLES = frozenset({
    "señor", "señora", "señorita", "señores", "don", "doña", "doctor", "doctora", "profesor", "monsieur",
    "messieurs", "docteur", "Doktor", "Professor", "Herr", "Frau", "Sankt", "signor", "signora", "signorina",
    "signori", "dottor", "dottoressa", "professor", "professoressa", "ingegner", "avvocato", "senhor",
    "senhora", "senhorita", "senhores", "doutor", "doutora", "dom", "professora", "Santo", "Santa", "San",
    "avenida", "rua", "general", "Nummer", "Abbildung", "Kapitel", "Band", "numéro", "número", "numero",
    "circa",
})  # fmt: skip


def _precedes_name(said: str) -> bool:
    return said in _TITLES


def _split(written: str) -> tuple[str, str]:
    """ "1.234,5" -> ("1234", "5"); a single point before exactly three figures parts thousands, else it is decimal."""
    compact = re.sub(r"[ '’]", "", written)
    if "," in compact:
        whole, _, fraction = compact.rpartition(",")
        return whole.replace(".", ""), fraction
    whole, point, fraction = compact.rpartition(".")
    if point and compact.count(".") == 1 and len(fraction) != 3:
        return whole, fraction
    return compact.replace(".", ""), ""


def _feminine(said: str, code: str, value: int) -> str:
    if code == "fr":
        return "première" if value == 1 else said
    return " ".join(word[:-1] + "a" if word.endswith("o") else word for word in said.split(" "))


def _any_of(words: object) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))  # type: ignore[arg-type]
