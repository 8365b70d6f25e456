"""English numbers in words: cardinals, ordinals, years, decimals, digits. Knows figures, not what is counted."""

from functools import lru_cache

from num2words import num2words

# Beyond a quadrillion nobody follows the name of a number: it is read figure by figure.
MAX_NAMED_DIGITS = 15
MAX_GROUPED_DIGITS = 33
"""The same where commas part the thousands: whoever writes it so counts it."""

_DIGIT_NAMES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

_SPACED = (
    r"(?<!\d )(?:[1-9]\d?(?: \d{3}){1,4}|[1-9]\d\d(?: \d{3}){0,3} (?:000|\d[05]0)|[1-9]\d\d(?: \d{3}){2,4})"
    r"(?! ?\d|[,/⁄-]\d)(?:\.\d+)?"
)
NUMBER = rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|{_SPACED}|\d+(?:\.\d+)?|\.\d+"
"""A number as figures, with or without commas or spaces between thousands."""


def is_american(language: str) -> bool:
    """Whether English of this tag counts "one hundred one" and writes the month first; plain "en" does."""
    region = language.lower().replace("_", "-").partition("-")[2]
    return not region.startswith(("gb", "uk", "au", "nz", "ie", "za", "in", "029", "scotland", "rp"))


@lru_cache(maxsize=4096)
def cardinal(number: int, american: bool = True) -> str:
    """42 -> "forty-two"."""
    words = str(num2words(number, lang="en")).replace(",", "")
    return words.replace(" and ", " ") if american else words


@lru_cache(maxsize=1024)
def ordinal(number: int, american: bool = True) -> str:
    """42 -> "forty-second"."""
    words = str(num2words(number, lang="en", to="ordinal")).replace(",", "")
    return words.replace(" and ", " ") if american else words


def digits(figures: str, zero: str = "zero") -> str:
    """ "505" -> "five zero five"."""
    return " ".join(zero if figure == "0" else _DIGIT_NAMES[int(figure)] for figure in figures)


def number(figures: str, american: bool = True) -> str:
    """Figures with commas, a point, leading zeros or any length -> words.

    "1,234.50" -> "one thousand two hundred thirty-four point five zero"; "007" -> "zero zero seven".
    """
    whole, point, fraction = figures.replace(",", "").replace(" ", "").partition(".")
    is_grouped = "," in figures or " " in figures
    if not whole:
        said = "zero" if not american else ""
    elif (
        len(whole) > (MAX_GROUPED_DIGITS if is_grouped else MAX_NAMED_DIGITS)
        or (whole[0] == "0" and len(whole) > 1)
        or _is_serial(figures, whole)
    ):
        said = digits(whole)
    else:
        said = cardinal(int(whole), american)
    return f"{said} point {digits(fraction)}".strip() if point and fraction else said


def _is_serial(figures: str, whole: str) -> bool:
    """Whether a long run of figures without commas or round end is the name of something rather than a count."""
    return len(whole) >= 10 and "," not in figures and " " not in figures and not whole.endswith("000")


def is_one(figures: str) -> bool:
    """Whether a thing counted so is singular."""
    return figures in {"1", "1.0"} or figures.replace(",", "") == "1"


@lru_cache(maxsize=2048)
def year(number: int, american: bool = True) -> str:
    """1984 -> "nineteen eighty-four", 1905 -> "nineteen oh five", 2007 -> "two thousand seven"."""
    century, rest = divmod(number, 100)
    if number < 1000 or number > 9999 or century % 10 == 0:
        # 2000 to 2009 and 1000 to 1099 are counted, except that 1066 and 2026 are said in pairs.
        if 1000 < number <= 9999 and rest >= 10:
            return f"{cardinal(century)} {cardinal(rest)}"
        return cardinal(number, american)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} oh {cardinal(rest)}" if rest < 10 else f"{cardinal(century)} {cardinal(rest)}"


def pairs(figures: str) -> str:
    """Three or four figures as people say the number of a flight, a road or a room: "747" -> "seven forty-seven"."""
    head, tail = figures[:-2], figures[-2:]
    if tail == "00":
        return f"{cardinal(int(head))} hundred"
    if len(figures) == 4 and head[1] == "0" and tail[0] == "0":
        return cardinal(int(figures))
    return f"{cardinal(int(head))} {'oh ' + cardinal(int(tail)) if tail[0] == '0' else cardinal(int(tail))}"


def plural(words: str) -> str:
    """The plural of a number's words: "twenty" -> "twenties", "nineteen" -> "nineteens"."""
    head, separator, last = words.rpartition("-") if "-" in words.split(" ")[-1] else words.rpartition(" ")
    if last.endswith("y"):
        last = last[:-1] + "ies"
    elif last.endswith("x"):
        last += "es"
    else:
        last += "s"
    return head + separator + last


def decade(figures: str, american: bool = True) -> str:
    """ "1980" -> "nineteen eighties", "1900" -> "nineteen hundreds", "2000" -> "two thousands", "90" -> "nineties"."""
    return plural(cardinal(int(figures)) if len(figures) < 3 else year(int(figures), american))


@lru_cache(maxsize=1024)
def fraction(over: int, under: int, american: bool = True) -> str:
    """3, 4 -> "three quarters"; 1, 2 -> "one half"; 22, 7 -> "twenty-two sevenths"."""
    if under == 1 or (under > 100 and under not in {1000, 1_000_000}):
        return f"{cardinal(over, american)} over {cardinal(under, american)}"
    name = {2: "half", 4: "quarter"}.get(under) or ordinal(under, american)
    if under in {100, 1000, 1_000_000}:
        name = name.removeprefix("one ")
    if over != 1:
        name = "halves" if under == 2 else name + "s"
    return f"{cardinal(over, american)} {name}"
