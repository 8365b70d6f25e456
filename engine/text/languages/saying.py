"""Numbers as a language with a phrasebook writes and says them: thousands, decimals, signs, and the noun's gender."""

import re

from engine.text.languages import counting
from engine.text.languages.books.phrasebook import Phrasebook
from engine.text.languages.tables import column, genders

NUMBER = (
    # 1,234.50 and 1,234,567, the English way
    r"\d{1,3}(?:,\d{3}){1,9}\.\d{1,2}(?!\d|[.,]\d)|\d{1,3}(?:,\d{3}){2,9}(?!\d|[.,]\d)"
    r"|\d{1,3}(?:[. '’]\d{3}){1,9}(?!\d)(?:,\d{1,12})?|\d+(?:[.,٫]\d{1,12})?"
)
# Looked at first: most places of a text begin no number.
BEGINS = r"(?=[-−+±\d])(?<![\w.,])"
SIGNED = rf"(?P<minus>[-−+±]|\+/-)?(?P<number>{NUMBER})"
_MAX_GROUPED_DIGITS = 24

_FEMININE_ENDINGS: dict[str, tuple[str, ...]] = {
    "es": ("a", "as", "ción", "ciones", "dad", "dades"),
    "pt": ("a", "as", "ção", "ções", "dade", "dades"),
    "de": ("e", "ung", "heit", "keit", "ion", "tät"),
    "fr": (
        "tion",
        "sion",
        "tions",
        "sions",
        "té",
        "tés",
        "ée",
        "ées",
        "ette",
        "ettes",
        "elle",
        "elles",
        "enne",
        "onne",
        "onnes",
        "ure",
        "ures",
        "ance",
        "ence",
        "ade",
        "aison",
        "aisons",
        "ille",
        "illes",
        "ine",
        "ines",
        "euse",
    ),
}
# Behind a number these are no nouns.
_PARTICLES: dict[str, frozenset[str]] = {
    "es": frozenset(
        [
            "de",
            "que",
            "en",
            "es",
            "y",
            "o",
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
            "a",
            "e",
            "u",
            "sin",
            "sobre",
            "hasta",
            "desde",
        ]
    ),
    "pt": frozenset(
        [
            "de",
            "que",
            "em",
            "é",
            "e",
            "ou",
            "por",
            "com",
            "são",
            "do",
            "da",
            "ao",
            "se",
            "não",
            "já",
            "para",
            "como",
            "foi",
            "mais",
            "menos",
            "a",
            "o",
        ]
    ),
    "de": frozenset(),
}
_MILLIONS = re.compile(r"\A(.*\b(?:mill|bill|trill|milh|bilh|trilh)\w+ ?)?(.*)\Z", re.DOTALL)


class Numbers:
    """How one language says numbers."""

    def __init__(self, book: Phrasebook, code: str) -> None:
        self.book = book
        self.code = code
        self._signs = column("signs", book.code)

    def say(self, written: str) -> str | None:
        """A number as it is written here: points or spaces between thousands, a comma before the fraction."""
        whole, fraction = split(written)
        if len(whole) > counting.MAX_NAMED_DIGITS and whole != written and len(whole) <= _MAX_GROUPED_DIGITS:
            said = counting.cardinal(int(whole), self.code)
        else:
            said = counting.whole(whole, self.code)
        if said is None or not fraction:
            return said
        tail = self._fraction(fraction)
        return f"{said} {self.book.decimal} {tail}" if tail else None

    def _fraction(self, fraction: str) -> str | None:
        zeros = len(fraction) - len(fraction.lstrip("0"))
        rest = fraction[zeros:]
        if not self.book.reads_fraction_whole or len(rest) > 3 or not rest:
            return counting.by_figures(fraction, self.code)
        tail = counting.cardinal(int(rest), self.code)
        head = counting.by_figures("0" * zeros, self.code) if zeros else ""
        return f"{head} {tail}".strip() if tail and head is not None else None

    def sign(self, match: re.Match[str]) -> str:
        """What is said before a number for its sign, with a space behind it, or nothing."""
        match match["minus"]:
            case None:
                return ""
            case "-" | "−":
                return f"{self.book.minus} "
            case "+":
                return f"{self.book.plus} "
            case _:
                return f"{self._signs['±']} "

    def signed(self, match: re.Match[str]) -> str | None:
        """The number of a match with its sign."""
        said = self.say(match["number"])
        return self.sign(match) + said if said else None

    def between(self, match: re.Match[str]) -> str | None:
        """The number of a match, and where there is one, the upper end behind it."""
        said, upper = self.signed(match), match["upper"]
        if not upper or said is None:
            return said
        other = self.say(upper)
        return f"{said} {self.book.ranges} {other}" if other else None

    def agreeing(self, said: str, noun: str) -> str:
        """A number in words as the noun behind it asks for it, judged by the noun's ending."""
        if noun.lower() in _PARTICLES.get(self.book.code, ()):
            return said
        if self.book.code == "de" and not noun[0].isupper():
            return said
        if noun in genders(self.book.code, "m"):
            return self.before(said, feminine=False)
        feminine = noun in genders(self.book.code, "f") or noun.endswith(_FEMININE_ENDINGS.get(self.book.code, ("\0",)))
        return self.before(said, feminine)

    def before(self, said: str, feminine: bool) -> str:
        """A number in words before a noun: "un", "veintiún", "una", "duas", "ein"."""
        return self.feminine(said) if feminine else self._short(said)

    def feminine(self, said: str) -> str:
        """A number in words that counts something feminine; what counts millions stays as it is."""
        match self.book.code:
            case "es":
                head, rest = _past_millions(said)
                rest = re.sub(r"uno\b", "una", rest)
                rest = re.sub(r"ún(?= mil\b)", "una", rest)
                return head + re.sub(r"(cient|quinient)os\b", r"\1as", rest)
            case "pt":
                head, rest = _past_millions(said)
                rest = re.sub(r"\bum\b", "uma", re.sub(r"\bdois\b", "duas", rest))
                return head + re.sub(r"(zent|cent|quinhent)os\b", r"\1as", rest)
            case "fr":
                return re.sub(r"\bun\Z", "une", said)
            case "it":
                return "una" if said == "uno" else said
            case "de":
                return "eine" if said == "eins" else said
            case _:
                return said

    def _short(self, said: str) -> str:
        head, space, last = said.rpartition(" ")
        if self.book.code == "es" and last.endswith("uno"):
            last = last[:-3] + ("ún" if last != "uno" else "un")
        elif said in {"eins", "uno"} and self.book.code in {"de", "it"}:
            last = said[:3] if self.book.code == "de" else "un"
        return head + space + last


def _past_millions(said: str) -> tuple[str, str]:
    match = _MILLIONS.match(said)
    return (match[1] or "", match[2]) if match else ("", said)


def split(written: str) -> tuple[str, str]:
    """ "1.234,5" -> ("1234", "5"); a single point before exactly three figures parts thousands, else it is decimal."""
    compact = re.sub(r"[ '’]", "", written).replace("٫", ",")
    if compact.count(",") > 1 or ("," in compact and compact.rfind(".") > compact.rfind(",")):
        # The English way: 1,234,567.89.
        whole, _, fraction = compact.partition(".")
        return whole.replace(",", ""), fraction
    if "," in compact:
        whole, _, fraction = compact.rpartition(",")
        return whole.replace(".", ""), fraction
    whole, point, fraction = compact.rpartition(".")
    if point and compact.count(".") == 1 and len(fraction) != 3:
        return whole, fraction
    return compact.replace(".", ""), ""
