"""English quantities: units, temperatures, percentages, dimensions and ranges of them."""

import re

from engine.text.english.cardinal import NUMBER, cardinal, is_american, is_one, number
from engine.text.english.fraction import SIGNS, spoken_sign
from engine.text.english.grammar import closes_sentence, describes_noun
from engine.text.english.units import DOTTED, LOOSE_LETTERS, PER, POWERS, TIGHT_UNITS, UNITS, spelled
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule


def _alternatives(words: dict[str, tuple[str, str]] | dict[str, str] | str) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# Letters whose power is written on the line ("km2") are lengths; "B2" or "s3" would be something else.
_POWER = r"(?P<power>\^?[23](?<=m[23]|t[23]|[\^][23])|[²³])?"
_SIGNED = rf"(?<![\w.,])(?P<minus>(?<![\d%])[-−+±~≈])?(?P<number>{NUMBER})"
_RANGE = rf"(?P<to> ?[–-] ?(?P<upper>{NUMBER})| to (?P<upper_word>{NUMBER}))?"
_UNIT = re.compile(
    rf"{_SIGNED}(?P<part>[{SIGNS}])?{_RANGE}(?P<gap>[ -]?)(?:(?P<unit>{_alternatives(UNITS)})|"
    rf"(?P<tight>{_alternatives(TIGHT_UNITS)})){_POWER}"
    rf"(?: ?/ ?(?P<per>{_alternatives(PER)})(?![\w²³]))?(?P<dot>\.(?!\w))?(?![\w²³°$£€]|'(?!s))"
)
_LARGE = re.compile(
    rf"{_SIGNED} (?P<scale>hundred|thousand|million|billion|trillion) "
    rf"(?P<unit>{_alternatives(UNITS)})(?P<power>[²³])?(?![\w²³/'-])"
)
_PER_UNIT = re.compile(rf"(?<![\w.,/])(?P<number>{NUMBER}) ?/ ?(?P<per>{_alternatives(PER)})(?![\w²³/])")
_DEGREES = re.compile(
    rf"{_SIGNED}{_RANGE} ?(?:°|º|˚)(?: ?(?P<scale>[CFK]\b))?(?: ?(?P<minutes>\d{{1,2}})[′'](?: "
    rf"?(?P<seconds>\d{{1,2}}(?:\.\d+)?)(?:[″\"”]|''))?)?(?: ?(?P<compass>[NSEW]\b)(?P<stop>\.)?)?"
)
_PERCENT = re.compile(rf"{_SIGNED}(?P<first_sign>%)?{_RANGE} ?(?P<sign>%|‰|‱)(?P<points>-?pt\b)?(?!\w)")
_FEET_INCHES = re.compile(
    r"(?<![\w.,])(?P<feet>\d{1,2})['′] ?(?P<inches>\d{1,2}(?:\.\d)?)(?P<half>½)?(?:[\"″”]|''|(?!\w))"
)
_PRIME = re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})(?P<part>[{SIGNS}])?(?P<mark>[′″]|\"(?!\w))")
_SHOWN = re.compile(r"[ -](?:screen|monitor|display|TV|television|pipe|nail|tyre|tire|wheel|record|vinyl)")
_DIMENSIONS = re.compile(
    rf"(?<![\w.,])(?P<first>{NUMBER})(?P<unit1> ?(?:mm|cm|m|km|in|ft|px))? ?[x×] ?(?P<second>{NUMBER})(?P<unit2> "
    rf"?(?:mm|cm|m|km|in|ft|px))?"
    rf"(?: ?[x×] ?(?P<third>{NUMBER})(?P<unit3> ?(?:mm|cm|m|km|in|ft|px))?)?(?![\w])"
)
_TIMES = re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})[x×](?![\w])")
_PHONES = ("iPhone ", "Galaxy ", "Nexus ", "Pixel ")
_FEET = re.compile(r"(?:ft\.?|feet|foot|['′]) $")
_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}
_SIGN_WORDS = {"-": "minus ", "−": "minus ", "+": "plus ", "±": "plus or minus ", "~": "about ", "≈": "about "}


def _signed(match: re.Match[str], american: bool) -> str:
    upper = match["upper"] or match["upper_word"]
    said = _SIGN_WORDS.get(match["minus"] or "", "") + number(match["number"], american)
    return f"{said} to {number(upper, american)}" if upper else said


def _unit(match: re.Match[str], draft: Draft) -> Reading:
    american, symbol, gap = is_american(draft.language), match["unit"] or match["tight"], match["gap"]
    if match["tight"] and not _is_tight_enough(match, draft):
        return None
    if symbol == "in" and gap == "-" and draft.text[match.end() : match.end() + 1] == "-":
        return None  # "1-in-4"
    end = match.end() - bool(match["dot"])
    one, many = UNITS[symbol] if match["unit"] else TIGHT_UNITS[symbol]
    is_plural = bool(match["to"]) or bool(match["part"]) or not is_one(match["number"])
    is_plural = is_plural and gap != "-" and not describes_noun(draft.text, match.start(), match.end())
    name = POWERS.get(match["power"] or "", "") + (many if is_plural else one)
    if match["per"]:
        name += f" per {PER[match['per']]}"
    said = _signed(match, american)
    if match["part"]:
        said += " and " + spoken_sign(match["part"], american, has_whole=True)
    # "6 ft. tall": the full stop belongs to the unit, unless it ends the sentence as well.
    hides_dot = bool(match["dot"]) and symbol in DOTTED and not closes_sentence(match.end(), draft)
    text = f"{said}{'-' if gap == '-' else ' '}{spelled(name, american)}"
    return Edit(match.start(), match.end() if hides_dot else end, text, joins=hides_dot)


def _is_tight_enough(match: re.Match[str], draft: Draft) -> bool:
    """Whether a letter or the word "in" behind a number is a unit here."""
    symbol = match["tight"]
    if symbol == "s" and (match["number"].endswith("0") or draft.text[: match.start()].endswith(_PHONES)):
        return False  # a decade; a telephone's name
    if match["gap"] != " " or symbol in LOOSE_LETTERS:
        return True
    return symbol == "in" and (
        bool(match["dot"]) or _FEET.search(draft.text[max(0, match.start() - 6) : match.start()]) is not None
    )


def _large(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    name = POWERS.get(match["power"] or "", "") + UNITS[match["unit"]][1]
    return f"{_sign_word(match)}{number(match['number'], american)} {match['scale']} {spelled(name, american)}"


def _sign_word(match: re.Match[str]) -> str:
    return _SIGN_WORDS.get(match["minus"] or "", "")


def _per_unit(match: re.Match[str], draft: Draft) -> Reading:
    if match["per"] in {"s", "m", "h", "g", "l", "L", "km"} and match["number"].isdecimal() and " " not in match[0]:
        return None if match["per"] in {"s", "m"} else f"{number(match['number'])} per {PER[match['per']]}"
    return f"{number(match['number'], is_american(draft.language))} per {PER[match['per']]}"


def _degrees(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    said = _signed(match, american)
    if match["scale"] == "K":
        return f"{said} kelvin"
    is_single = is_one(match["number"]) and not match["to"]
    said += " degree" if is_single or describes_noun(draft.text, match.start(), match.end()) else " degrees"
    if match["scale"]:
        return f"{said} {'Celsius' if match['scale'] == 'C' else 'Fahrenheit'}"
    if match["minutes"]:
        said += f" {number(match['minutes'])} minutes"
    if match["seconds"]:
        said += f" {number(match['seconds'])} seconds"
    if not match["compass"]:
        return said
    closes = bool(match["stop"]) and draft.ends_sentence(match.end())
    return Edit(*match.span(), f"{said} {_COMPASS[match['compass']]}{'.' * closes}", joins=not closes)


def _percent(match: re.Match[str], draft: Draft) -> Reading:
    name = {"%": "percent", "‰": "per mille", "‱": "basis points"}[match["sign"]]
    return f"{_signed(match, is_american(draft.language))} {name}{' points' if match['points'] else ''}"


def _feet_inches(match: re.Match[str], draft: Draft) -> Reading:
    inches = number(match["inches"]) + (" and a half" if match["half"] else "")
    return f"{number(match['feet'])} foot {inches}"


def _prime(match: re.Match[str], draft: Draft) -> Reading:
    if (
        match["mark"] == '"'
        and not _SHOWN.match(draft.text, match.end())
        and draft.text[max(0, match.start() - 400) : match.start()].count('"') % 2
    ):
        return None  # it closes what was quoted
    unit = ("foot", "feet") if match["mark"] == "′" else ("inch", "inches")
    said = number(match["number"], is_american(draft.language))
    if match["part"]:
        said += " and " + spoken_sign(match["part"], True, has_whole=True)
    singular = (is_one(match["number"]) and not match["part"]) or (
        match["mark"] == '"' and _SHOWN.match(draft.text, match.end()) is not None
    )
    return f"{said} {unit[0] if singular else unit[1]}"


def _dimensions(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    sides = [
        (match[name], match[f"unit{at}"]) for at, name in enumerate(("first", "second", "third"), 1) if match[name]
    ]
    # "3 x 10 = 30" multiplies, "3 x 10 cm" measures.
    around = draft.text[max(0, match.start() - 3) : match.start()], draft.text[match.end() : match.end() + 3]
    by = " times " if "=" in around[0] or "=" in around[1] else " by "
    return by.join(_side(figures, unit, american) for figures, unit in sides)


def _side(figures: str, unit: str | None, american: bool) -> str:
    said = (
        cardinal(int(figures[:2])) + " " + cardinal(int(figures[2:]))
        if _is_screen(figures)
        else number(figures, american)
    )
    if not unit:
        return said
    one, many = (UNITS | TIGHT_UNITS)[unit.strip()]
    return f"{said} {spelled(one if is_one(figures) else many, american)}"


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
    Rule(_LARGE, _large, needs="dmbt"),
    Rule(_PER_UNIT, _per_unit, needs="/"),
    Rule(_DIMENSIONS, _dimensions, needs="x×"),
    Rule(_TIMES, _times, needs="x×"),
    Rule(_UNIT, _unit, needs=DIGITS),
)
