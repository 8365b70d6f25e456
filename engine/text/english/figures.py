"""What is left of figures in English text: ordinals, ranges, signs, letters mixed with figures, and plain numbers."""

import re

from engine.text.english.cardinal import NUMBER, cardinal, digits, fraction, is_american, number, ordinal, pairs, plural
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

_ORDINAL = re.compile(
    r"(?<![\w.])(?P<figures>\d{1,3}(?:,\d{3})+|\d{1,12})(?:st|nd|rd|th|ST|ND|RD|TH)(?P<plural>s)?(?!\w)"
)
_SPACED_MINUS = re.compile(
    r"(?<=[\d)] )[-−](?= ?[\d(])|(?<=\d)[-−](?= \d[\d.,]{0,9} ?=)|(?<![^\s(\[{\"“'=<>≤≥:,/])[-−](?=[.]?\d)"
)
_RANGE_MARK = re.compile(r" ?[–—] ?(?=[$£€¥₹]?\.?\d)|(?<=\S)-(?=[$£€¥₹]?\.?\d)")
_LEFT_OF_RANGE = re.compile(r"\d(?:st|nd|rd|th|s|%|°[CF]?| ?[ap]\.?m\.?|[kmbKMB]|bn)?$", re.IGNORECASE)
_SUM_BEHIND = re.compile(r"[$£€]?\.?\d[\d.,]{0,12} ?=")
_IN_A_CODE = re.compile(
    r"[A-Za-z]{1,6}-\d{1,4}-\d{1,4}-[A-Za-z]|\d-[A-Za-z]{1,6}-(?:[A-Za-z]{1,6}-)?\d|(?<![A-Za-z])[A-Za-z]{1,2}-\d{1,4}-\d{1,4}"
)
_NUMBERED = re.compile(
    r"(?<![\w'])(?P<cue>Flight|flight|Boeing|Airbus|Route|Highway|Interstate|Room|room|Apartment|Suite|Bus|bus|"
    r"Channel|Area|Studio|Extension|extension) "
    r"(?P<figures>[1-9]\d{2,3})(?![\w%]|[.,:/-]\d)"
)
_INTERSTATE = re.compile(r"(?<![\w-])(?P<road>[^\W\d_]{1,20})-(?P<figures>\d{1,4})(?P<plural>'?s)?(?!\w|[.,-]\d)")
_PLURAL_CODE = re.compile(
    r"(?<![\w.,$£€/:'-])(?:(?P<letters>[A-Z]{1,4})(?P<kind>\d{1,4})|(?P<figures>[1-9]\d\d))s(?![\w-])"
)
_COUNTED_HEADING = re.compile(
    r"(?<![\w'])(?P<heading>(?i:chapter|part|book|volume|act|scene|section|lesson|unit|episode|season|track|disc|disk|"
    r"level|day|week|step|figure|table|page|exercise|module|no|number|side|verse|stage))\.? (?P<figures>0\d{1,2})"
    r"(?![\w%]|[.,:/-]\d)"
)
_MIXED = re.compile(r"(?<![\w'])(?=\w{0,30}[^\W\d_])(?=\w{0,30}\d)\w{2,31}(?!\w)")
_MIXED_PARTS = re.compile(r"\d+|[^\W\d]+")
_CHAIN = re.compile(r"(?<![\w.,-])\d{1,2}(?:-\d{1,2}){2,5}(?![\w-]|[.,]\d)")
_POWER = re.compile(
    rf"(?<![\w.,])(?P<base>{NUMBER})(?:[eE](?P<e>[+-]?\d{{1,3}})|(?: ?[×x*] ?(?P<ten>10))?"
    r"(?:\^\(?(?P<caret>[-−+]?\d{1,4})\)?|(?P<raised>⁻?[⁰¹²³⁴-⁹]{1,4})))(?!\w)"
)
_GREEK = {"π": "pi", "µ": "micro", "Ω": "ohm"}
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
_ZIP = re.compile(r"(?<![\w])(?P<state>[A-Z]{2}),? (?P<zip>\d{5})(?:-(?P<plus>\d{4}))?(?![\w,-]|\.\d)")
_NUMBER_SIGN = re.compile(rf"(?<![\w&/])[#№] ?(?P<number>{NUMBER})(?![\w])")
_SCALED = re.compile(
    rf"(?<![\w.,])(?P<number>{NUMBER})(?:"
    r"(?P<scale>bn|mn|tn|[kK]|[MB](?= [a-z]{2,20}s\b| (?:people|men|women|children)\b|-[a-z]))|"
    r"(?<=\d[.,]\d)(?P<sure>[MBTmb])|(?<=[.,]\d\d)(?P<surer>[MBTmb]))\b(?!\.\w|-[\dA-Z])"
)
_PLAIN = re.compile(rf"(?<![\w.])(?<!\d,)(?P<number>{NUMBER})(?P<plus>\+)?(?![^\W_])")
_ANY = re.compile(r"\d+")
_SCALES = {
    "k": "thousand",
    "K": "thousand",
    "M": "million",
    "mn": "million",
    "B": "billion",
    "bn": "billion",
    "tn": "trillion",
    "T": "trillion",
    "m": "million",
    "b": "billion",
}


def _ordinal(match: re.Match[str], draft: Draft) -> Reading:
    figures = match["figures"].replace(",", "")
    if match["plural"]:
        return fraction(2, int(figures)).removeprefix("two ") if 2 < int(figures) <= 100 else None
    return ordinal(int(figures), is_american(draft.language))


def _minus(match: re.Match[str], draft: Draft) -> Reading:
    before, after = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    return f"{' ' * before.isdecimal()}minus{'' if after == ' ' else ' '}"


def _range_mark(match: re.Match[str], draft: Draft) -> Reading:
    before = draft.text[max(0, match.start() - 8) : match.start()]
    if match[0] == "-":
        if _SUM_BEHIND.match(draft.text, match.end()):
            return " minus "
        if _IN_A_CODE.search(draft.text[max(0, match.start() - 24) : match.end() + 24]):
            return None  # "b-c-1-5-b": part of a code, and no range
    return " to " if _LEFT_OF_RANGE.search(before) else None


def _numbered(match: re.Match[str], draft: Draft) -> Reading:
    if match["cue"] in {"room", "Area", "bus"} and len(match["figures"]) == 4:
        return None
    return Edit(*match.span("figures"), pairs(match["figures"]))


def _interstate(match: re.Match[str], draft: Draft) -> Reading:
    said = _attached(match["figures"])
    return Edit(match.end("road"), match.end(), f" {plural(said) if match['plural'] else said}")


def _several(match: re.Match[str], draft: Draft) -> Reading:
    return _interstate(match, draft) if match["plural"] and match["road"][0].isupper() else None


def _plural_code(match: re.Match[str], draft: Draft) -> Reading:
    """ "two 747s", "MP3s", "three F16s": a kind of thing, several of them. Decades and seconds are others' business."""
    letters, figures = match["letters"], match["kind"] or match["figures"]
    said = plural(_attached(figures))
    return f"{letters} {said}" if letters else said


def _counted_heading(match: re.Match[str], draft: Draft) -> Reading:
    """ "Chapter 01": files are named so; nobody says the zero."""
    return Edit(*match.span("figures"), cardinal(int(match["figures"])))


def _mixed(match: re.Match[str], draft: Draft) -> Reading:
    """ "B12", "MP3", "4K", "R2D2", "H2O": letters stay, each run of figures is said."""
    parts: list[str] = _MIXED_PARTS.findall(match[0])
    if len(parts) > 8:
        # A checksum or a key: figure by figure, letter by letter.
        return " ".join(digits(sign) if sign.isdecimal() else sign for sign in match[0] if sign != "_")
    said = " ".join(
        _attached(part) if part[0].isdecimal() else _GREEK.get(part, part.strip("_")) for part in parts if part != "_"
    )
    # A lone A would be read as the article: "A4" is "A-four".
    return re.sub(r"\bA (?=\w)", "A-", said)


def _attached(figures: str) -> str:
    """Figures that stand on letters: two are a number, three or four are said in pairs, more one by one."""
    if figures[0] == "0" or len(figures) > 4:
        return digits(figures)
    if len(figures) <= 2 or figures.endswith("000"):
        return cardinal(int(figures))
    return pairs(figures)


def _chain(match: re.Match[str], draft: Draft) -> Reading:
    return " ".join(number(part) for part in match[0].split("-"))


def _power(match: re.Match[str], draft: Draft) -> Reading:
    american = is_american(draft.language)
    exponent = (match["e"] or match["caret"] or match["raised"]).translate(_RAISED).lstrip("+")
    base = number(match["base"], american)
    if match["ten"] or match["e"]:
        base += " times ten"
    if exponent in {"2", "3"} and not (match["ten"] or match["e"]):
        return f"{base} {'squared' if exponent == '2' else 'cubed'}"
    sign = "minus " if exponent.startswith("-") else ""
    return f"{base} to the power of {sign}{number(exponent.lstrip('-'), american)}"


def _zip(match: re.Match[str], draft: Draft) -> Reading:
    said = digits(match["zip"]) + (f", {digits(match['plus'])}" if match["plus"] else "")
    return Edit(match.start("zip"), match.end(), said)


def _number_sign(match: re.Match[str], draft: Draft) -> Reading:
    return f"number {number(match['number'], is_american(draft.language))}"


def _scaled(match: re.Match[str], draft: Draft) -> Reading:
    scale = match["scale"] or match["sure"] or match["surer"]
    if scale in {"K", "B", "M"} and match["number"] in {"1", "2", "3", "4", "8"} and scale == "K":
        return None  # a 4K screen
    return f"{number(match['number'], is_american(draft.language))} {_SCALES[scale]}"


def _plain(match: re.Match[str], draft: Draft) -> Reading:
    said = number(match["number"], is_american(draft.language))
    # "50+" counts; "2+2" adds, and its plus is a sign of its own.
    return (
        f"{said} plus"
        if match["plus"] and not re.match(r" ?[\d(]", draft.text[match.end() :][:2])
        else Edit(*match.span("number"), said)
    )


def _any(match: re.Match[str], draft: Draft) -> Reading:
    figures = match[0]
    said = number(figures, is_american(draft.language)) if len(figures) <= 4 else digits(figures)
    before, after = draft.text[match.start() - 1 : match.start()], draft.text[match.end() : match.end() + 1]
    return f"{' ' * (before.isalnum() or before in '.,;:!?')}{said}{' ' * after.isalnum()}"


SIGN_RULES = (
    Rule(_SPACED_MINUS, _minus, needs="-−"),
    Rule(_RANGE_MARK, _range_mark, needs="–—-"),
)
PLURAL_RULES = (
    Rule(_INTERSTATE, _several, needs="s"),
    Rule(_PLURAL_CODE, _plural_code, needs="s"),
)
RULES = (
    Rule(_POWER, _power, needs="eE^⁻⁰¹²³⁴⁵⁶⁷⁸⁹"),
    Rule(_ZIP, _zip, needs=DIGITS),
    Rule(_CHAIN, _chain, needs="-"),
    Rule(_NUMBER_SIGN, _number_sign, needs="#№"),
    Rule(_NUMBERED, _numbered, needs=DIGITS),
    Rule(_INTERSTATE, _interstate, needs="-"),
    Rule(_COUNTED_HEADING, _counted_heading, needs="0"),
    Rule(_ORDINAL, _ordinal, needs=DIGITS),
    Rule(_SCALED, _scaled, needs="kKMBbmt"),
    Rule(_MIXED, _mixed, needs=DIGITS),
)
LAST_RULES = (
    Rule(_PLAIN, _plain, needs=DIGITS),
    Rule(_ANY, _any, needs=DIGITS),
)
