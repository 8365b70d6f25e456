"""English quantities: units, temperatures, percentages, fractions, dimensions and ranges of them."""

import re

from engine.text.grammar import describes_noun
from engine.text.numbers import NUMBER, cardinal, fraction, is_american, is_one, number
from engine.text.rules import DIGITS, Draft, Reading, Rule

_PREFIXES = {
    "n": "nano",
    "µ": "micro",
    "μ": "micro",
    "m": "milli",
    "c": "centi",
    "d": "deci",
    "k": "kilo",
    "M": "mega",
    "G": "giga",
    "T": "tera",
}


def _scaled(base: str, symbol: str, prefixes: str) -> dict[str, tuple[str, str]]:
    return {prefix + symbol: (_PREFIXES[prefix] + base, _PREFIXES[prefix] + base + "s") for prefix in prefixes}


UNITS: dict[str, tuple[str, str]] = {
    **_scaled("meter", "m", "nµμmcdk"), **_scaled("gram", "g", "nµμmk"), **_scaled("liter", "l", "µμmcd"),
    **_scaled("liter", "L", "µμmcd"),
    **_scaled("second", "s", "nµμm"), **_scaled("watt", "W", "mkMGT"), **_scaled("volt", "V", "mk"),
    **_scaled("amp", "A", "µμm"),
    **_scaled("byte", "B", "kMGT"), **_scaled("pascal", "Pa", "kM"), **_scaled("joule", "J", "kM"),
    **_scaled("calorie", "cal", "k"),
    "KB": ("kilobyte", "kilobytes"), "Kb": ("kilobit", "kilobits"), "kb": ("kilobit", "kilobits"),
    "Mb": ("megabit", "megabits"),
    "Gb": ("gigabit", "gigabits"), "PB": ("petabyte", "petabytes"), "KiB": ("kibibyte", "kibibytes"),
    "MiB": ("mebibyte", "mebibytes"),
    "GiB": ("gibibyte", "gibibytes"), "TiB": ("tebibyte", "tebibytes"),
    "bps": ("bit per second", "bits per second"), "kbps": ("kilobit per second", "kilobits per second"),
    "Mbps": ("megabit per second", "megabits per second"), "Gbps": ("gigabit per second", "gigabits per second"),
    "Hz": ("hertz", "hertz"), "kHz": ("kilohertz", "kilohertz"), "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "THz": ("terahertz", "terahertz"), "kWh": ("kilowatt hour", "kilowatt hours"),
    "MWh": ("megawatt hour", "megawatt hours"),
    "Wh": ("watt hour", "watt hours"), "mAh": ("milliamp hour", "milliamp hours"), "Ah": ("amp hour", "amp hours"),
    "dB": ("decibel", "decibels"), "dBA": ("decibel", "decibels"), "hp": ("horsepower", "horsepower"),
    "rpm": ("revolution per minute", "revolutions per minute"), "bpm": ("beat per minute", "beats per minute"),
    "fps": ("frame per second", "frames per second"),
    "dpi": ("dot per inch", "dots per inch"), "ppm": ("part per million", "parts per million"),
    "psi": ("pound per square inch", "pounds per square inch"),
    "mph": ("mile per hour", "miles per hour"), "kph": ("kilometer per hour", "kilometers per hour"),
    "mpg": ("mile per gallon", "miles per gallon"),
    "kmh": ("kilometer per hour", "kilometers per hour"), "kt": ("knot", "knots"), "kn": ("knot", "knots"),
    "ft": ("foot", "feet"), "yd": ("yard", "yards"), "yds": ("yard", "yards"), "mi": ("mile", "miles"),
    "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"), "gal": ("gallon", "gallons"), "qt": ("quart", "quarts"), "pt": ("pint", "pints"),
    "tsp": ("teaspoon", "teaspoons"),
    "tbsp": ("tablespoon", "tablespoons"), "cc": ("cubic centimeter", "cubic centimeters"),
    "ha": ("hectare", "hectares"), "ac": ("acre", "acres"),
    "sec": ("second", "seconds"), "secs": ("second", "seconds"), "min": ("minute", "minutes"),
    "mins": ("minute", "minutes"), "hr": ("hour", "hours"),
    "hrs": ("hour", "hours"), "yr": ("year", "years"), "yrs": ("year", "years"), "wk": ("week", "weeks"),
    "wks": ("week", "weeks"),
    "px": ("pixel", "pixels"), "MP": ("megapixel", "megapixels"), "mol": ("mole", "moles"),
    "lm": ("lumen", "lumens"), "sq ft": ("square foot", "square feet"),
    "sq mi": ("square mile", "square miles"), "sq km": ("square kilometer", "square kilometers"),
    "sq m": ("square meter", "square meters"),
    "fl oz": ("fluid ounce", "fluid ounces"), "Ω": ("ohm", "ohms"), "kΩ": ("kiloohm", "kiloohms"),
    "MΩ": ("megaohm", "megaohms"), "eV": ("electronvolt", "electronvolts"),
    "keV": ("kiloelectronvolt", "kiloelectronvolts"), "MeV": ("megaelectronvolt", "megaelectronvolts"),
    "GeV": ("gigaelectronvolt", "gigaelectronvolts"),
    "inch": ("inch", "inches"), "inches": ("inch", "inches"), "feet": ("foot", "feet"), "foot": ("foot", "feet"),
}  # fmt: skip
# One letter is a unit only where nothing else is likely: right behind the figures, or a few of them after a space.
_TIGHT_UNITS = {
    "m": ("meter", "meters"), "g": ("gram", "grams"), "l": ("liter", "liters"), "L": ("liter", "liters"),
    "s": ("second", "seconds"),
    "h": ("hour", "hours"), "W": ("watt", "watts"), "V": ("volt", "volts"), "A": ("amp", "amps"),
    "N": ("newton", "newtons"),
    "J": ("joule", "joules"), "B": ("byte", "bytes"), "in": ("inch", "inches"), "t": ("ton", "tons"),
}  # fmt: skip
_LOOSE_LETTERS = frozenset("mgLVW")
_POWERS = {"²": "square ", "2": "square ", "^2": "square ", "³": "cubic ", "3": "cubic ", "^3": "cubic "}
_PER = {"s": "second", "h": "hour", "hr": "hour", "sec": "second", "min": "minute", "day": "day",
    "week": "week", "month": "month", "year": "year",
        "kg": "kilogram", "g": "gram", "l": "liter", "L": "liter", "dl": "deciliter", "dL": "deciliter",
        "ml": "milliliter", "mL": "milliliter",
        "m": "meter", "m²": "square meter", "m2": "square meter", "m³": "cubic meter", "m3": "cubic meter",
        "s²": "second squared", "s2": "second squared",
        "cm²": "square centimeter", "cm³": "cubic centimeter", "km": "kilometer", "km²": "square kilometer",
        "mi": "mile", "lb": "pound", "mol": "mole", "person": "person"}  # fmt: skip


def _alternatives(words: dict[str, tuple[str, str]] | dict[str, str] | str) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# Letters whose power is written on the line ("km2") are lengths; "B2" or "s3" would be something else.
_POWER = r"(?P<power>\^?[23](?<=m[23]|t[23]|[\^][23])|[²³])?"
_SIGNED = rf"(?<![\w.,])(?P<minus>(?<![\d%])[-−+±~≈])?(?P<number>{NUMBER})"
_VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞⅐⅑⅒"
_RANGE = rf"(?P<to> ?[–-] ?(?P<upper>{NUMBER})| to (?P<upper_word>{NUMBER}))?"
_UNIT = re.compile(
    rf"{_SIGNED}(?P<part>[{_VULGAR}])?{_RANGE}(?P<gap>[ -]?)(?:(?P<unit>{_alternatives(UNITS)})|"
    rf"(?P<tight>{_alternatives(_TIGHT_UNITS)})){_POWER}"
    rf"(?: ?/ ?(?P<per>{_alternatives(_PER)})(?![\w²³]))?(?![\w²³°$£€]|'(?!s))"
)
_DEGREES = re.compile(
    rf"{_SIGNED}{_RANGE} ?(?:°|º|˚) ?(?P<scale>[CFK]\b)?(?:(?P<minutes>\d{{1,2}})[′'](?: "
    rf"?(?P<seconds>\d{{1,2}}(?:\.\d+)?)(?:[″\"”]|''))?)? ?(?P<compass>[NSEW]\b(?!\.))?"
)
_PERCENT = re.compile(rf"{_SIGNED}(?P<first_sign>%)?{_RANGE} ?(?P<sign>%|‰|‱)(?P<points>-?pt\b)?(?!\w)")
_FEET_INCHES = re.compile(
    r"(?<![\w.,])(?P<feet>\d{1,2})['′] ?(?P<inches>\d{1,2}(?:\.\d)?)(?P<half>½)?(?:[\"″”]|''|(?!\w))"
)
_PRIME = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})(?P<part>[{_VULGAR}])?(?P<mark>[′″]|\"(?=[ -](?:screen|monitor|display|TV|"
    rf"television|pipe|nail|tyre|tire|wheel|record|vinyl)))"
)
_VULGAR_FRACTION = re.compile(rf"(?<![\w.,])(?:(?P<whole>\d{{1,9}}) ?)?(?P<vulgar>[{_VULGAR}])")
_FRACTION = re.compile(
    r"(?<![\w.,/$£€-])(?:(?P<whole>\d{1,4})[ -])?(?P<over>\d{1,3})(?:/|⁄)(?P<under>\d{1,4})(?:th|rd|nd|ths|"
    r"s)?(?![\w/]|[.,]\d)"
)
_DIMENSIONS = re.compile(
    rf"(?<![\w.,])(?P<first>{NUMBER})(?P<unit1> ?(?:mm|cm|m|km|in|ft|px))? ?[x×] ?(?P<second>{NUMBER})(?P<unit2> "
    rf"?(?:mm|cm|m|km|in|ft|px))?"
    rf"(?: ?[x×] ?(?P<third>{NUMBER})(?P<unit3> ?(?:mm|cm|m|km|in|ft|px))?)?(?![\w])"
)
_TIMES = re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})[x×](?![\w])")
_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_SIGN_WORDS = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}


def _signed(match: re.Match[str], american: bool) -> str:
    upper = match["upper"] or match["upper_word"]
    said = _SIGN_WORDS.get(match["minus"] or "", "") + number(match["number"], american)
    return f"{said} to {number(upper, american)}" if upper else said


def spelling(words: str, american: bool) -> str:
    """Units as this dialect spells them, which is how its dictionary of sounds lists them."""
    return words if american else re.sub(r"(met|lit)er", r"\1re", words)


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    american, symbol, gap = is_american(draft.language), match["unit"] or match["tight"], match["gap"]
    if match["tight"] and gap == " " and symbol not in _LOOSE_LETTERS:
        return None
    if match["tight"] and match["number"].endswith("0") and symbol == "s":
        return None
    one, many = UNITS[symbol] if match["unit"] else _TIGHT_UNITS[symbol]
    is_plural = bool(match["to"]) or bool(match["part"]) or not is_one(match["number"])
    is_plural = is_plural and not describes_noun(draft.text, match.start(), match.end())
    name = _POWERS.get(match["power"] or "", "") + (many if is_plural and gap != "-" else one)
    if match["per"]:
        name += f" per {_PER[match['per']]}"
    said = _signed(match, american)
    if match["part"]:
        said += " and " + _vulgar(match["part"], american, has_whole=True)
    return f"{said}{'-' if gap == '-' else ' '}{spelling(name, american)}"


def _degrees(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    said = _signed(match, american)
    if match["scale"] == "K":
        return f"{said} kelvin"
    is_single = is_one(match["number"]) and not match["to"]
    end = match.start() + len(match[0].rstrip())
    said += " degree" if is_single or describes_noun(draft.text, match.start(), end) else " degrees"
    if match["scale"]:
        return f"{said} {'Celsius' if match['scale'] == 'C' else 'Fahrenheit'}"
    if match["minutes"]:
        said += f" {number(match['minutes'])} minutes"
    if match["seconds"]:
        said += f" {number(match['seconds'])} seconds"
    if match["compass"]:
        said += f" {_COMPASS[match['compass']]}"
    # The degree sign took the space behind it: the next word keeps its distance.
    return said + (" " if match[0].endswith(" ") else "")


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    name = {"%": "percent", "‰": "per mille", "‱": "basis points"}[match["sign"]]
    return f"{_signed(match, is_american(draft.language))} {name}{' points' if match['points'] else ''}"


def _feet_inches(match: re.Match[str], draft: Draft) -> Reading:
    inches = number(match["inches"]) + (" and a half" if match["half"] else "")
    return f"{number(match['feet'])} foot {inches}"


def _prime(match: re.Match[str], draft: Draft) -> Reading:
    unit = ("foot", "feet") if match["mark"] == "′" else ("inch", "inches")
    said = number(match["number"], is_american(draft.language))
    if match["part"]:
        said += " and " + _vulgar(match["part"], True, has_whole=True)
    singular = (is_one(match["number"]) and not match["part"]) or match["mark"] == '"'
    return f"{said} {unit[0] if singular else unit[1]}"


def _vulgar(sign: str, american: bool, has_whole: bool) -> str:
    over, under = _PARTS[sign]
    if has_whole and over == 1:
        return "a half" if under == 2 else f"a {fraction(1, under, american).removeprefix('one ')}"
    return fraction(over, under, american)


_PARTS = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
    "⅘": (4, 5), "⅙": (1, 6),
    "⅚": (5, 6), "⅛": (1, 8), "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅐": (1, 7), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip


def _vulgar_fraction(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    said = _vulgar(match["vulgar"], american, has_whole=bool(match["whole"]))
    return f"{number(match['whole'], american)} and {said}" if match["whole"] else said


def _fraction(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    over, under, whole = int(match["over"]), int(match["under"]), match["whole"]
    if match[0] in {"24/7", "9/11", "7/11", "50/50", "20/20"}:
        return f"{cardinal(over)} {cardinal(under)}"
    if under == 0 or (whole and over >= under):
        return None
    if whole:
        tail = (
            "a half"
            if (over, under) == (1, 2)
            else fraction(over, under, american).replace("one ", "a ", 1)
            if over == 1
            else fraction(over, under, american)
        )
        return f"{number(whole, american)} and {tail}"
    return fraction(over, under, american)


def _dimensions(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    sides = [
        (match[name], match[f"unit{at}"]) for at, name in enumerate(("first", "second", "third"), 1) if match[name]
    ]
    return " by ".join(_side(figures, unit, american) for figures, unit in sides)


def _side(figures: str, unit: str | None, american: bool) -> str:
    said = (
        cardinal(int(figures[:2])) + " " + cardinal(int(figures[2:]))
        if _is_screen(figures)
        else number(figures, american)
    )
    if not unit:
        return said
    one, many = (UNITS | _TIGHT_UNITS)[unit.strip()]
    return f"{said} {spelling(one if is_one(figures) else many, american)}"


def _is_screen(figures: str) -> bool:
    """Sizes of screens are said in pairs: 1920 by 1080."""
    return len(figures) == 4 and figures.isdecimal() and figures[2] != "0" and figures[1:] != "000"


def _times(match: re.Match[str], draft: Draft) -> Reading:
    return f"{number(match['number'], is_american(draft.language))} times"


RULES = (
    Rule(_PERCENT, _percent, needs="%‰‱"),
    Rule(_DEGREES, _degrees, needs="°º˚"),
    Rule(_FEET_INCHES, _feet_inches, needs="'′"),
    Rule(_PRIME, _prime, needs='′″"'),
    Rule(_DIMENSIONS, _dimensions, needs="x×"),
    Rule(_TIMES, _times, needs="x×"),
    Rule(_UNIT, _unit, needs=DIGITS),
    Rule(_FRACTION, _fraction, needs="/⁄"),
    Rule(_VULGAR_FRACTION, _vulgar_fraction, needs=_VULGAR),
)
