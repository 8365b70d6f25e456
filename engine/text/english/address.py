"""Postal addresses: house numbers, streets with their points of the compass, states before a code."""

import re

from engine.text.english.cardinal import cardinal, digits, pairs
from engine.text.normalised import Edit
from engine.text.rules import DIGITS, Draft, Reading, Rule

STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio",
    "OK": "Oklahoma", "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina",
    "SD": "South Dakota", "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia",
    "WA": "Washington", "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
# Behind a street's name; with or without a full stop.
STREETS = {
    "ave": "Avenue", "blvd": "Boulevard", "cir": "Circle", "ct": "Court", "cres": "Crescent", "dr": "Drive",
    "expy": "Expressway", "expwy": "Expressway", "fwy": "Freeway", "hwy": "Highway", "ln": "Lane", "pkwy": "Parkway",
    "pl": "Place", "plz": "Plaza", "rd": "Road", "sq": "Square", "st": "Street", "ter": "Terrace", "tpke": "Turnpike",
    "trl": "Trail", "pk": "Park",
}  # fmt: skip
_WINDS = {"N": "North", "S": "South", "E": "East", "W": "West", "NE": "Northeast", "NW": "Northwest",
          "SE": "Southeast", "SW": "Southwest"}  # fmt: skip
_WORD = r"(?:[A-Z][\w'’]*|\d{1,3}(?:st|nd|rd|th))"

_STREET = re.compile(
    rf"(?<![\w.,$£€/:-])(?P<house>\d{{1,5}})(?P<letter>[A-Z])? (?:(?P<wind>[NSEW]|[NS][EW])(?P<dot>\.)? )?"
    rf"(?P<name>{_WORD}(?: {_WORD}){{0,3}}) (?P<kind>(?i:{'|'.join(STREETS)}))(?P<stop>\.)?"
    rf"(?: (?P<behind>[NSEW]|[NS][EW])(?![\w.]))?(?![\w-])"
)
_STATE = re.compile(
    rf"(?P<before>[A-Z][a-z]+,) (?P<state>{'|'.join(STATES)})"
    r"(?:,? (?P<zip>\d{5})(?:-(?P<plus>\d{4}))?(?![\w-]|[.,]\d)|(?=[,.;:!?)]*(?:\s|\Z)))(?![\w-])"
)


def _street(match: re.Match[str], draft: Draft) -> Reading:
    kind, name = match["kind"], match["name"]
    if kind.lower() == "dr" and not (kind == "Dr" or kind == "DR"):
        return None
    edits = [Edit(*match.span("house"), house_number(match["house"]) + " " * bool(match["letter"]))]
    if match["wind"]:
        edits.append(Edit(match.start("wind"), match.end("dot") if match["dot"] else match.end("wind"),
                          _WINDS[match["wind"]], joins=True))  # fmt: skip
    if name.split()[-1] in {"Mr", "Mrs", "and", "The"}:
        return None
    closes = bool(match["stop"]) and draft.ends_sentence(match.end("stop"))
    end = match.end("stop") if match["stop"] else match.end("kind")
    edits.append(
        Edit(match.start("kind"), end, STREETS[kind.lower()] + "." * closes, joins=bool(match["stop"]) and not closes)
    )
    if match["behind"]:
        edits.append(Edit(*match.span("behind"), _WINDS[match["behind"]]))
    return edits


def house_number(figures: str) -> str:
    """ "2788" -> "twenty-seven eighty-eight", "708" -> "seven oh eight", "95" -> "ninety-five"."""
    if figures[0] == "0" or len(figures) > 4:
        return digits(figures)
    return cardinal(int(figures)) if len(figures) < 3 else pairs(figures)


def _state(match: re.Match[str], draft: Draft) -> Reading:
    # "Come in, OK?" has no city before it: one letter of the place must be followed by small ones, as the pattern says.
    if match["state"] in {"OK", "OR", "IN", "ME", "HI", "OH", "PA", "MA", "LA"}:
        after = draft.text[match.end() : match.end() + 1]
        if not match["zip"] and after not in {",", "."}:
            return None
    edits = [Edit(*match.span("state"), STATES[match["state"]])]
    if match["zip"]:
        plus = f", {digits(match['plus'])}" if match["plus"] else ""
        edits.append(Edit(match.start("zip"), match.end(), digits(match["zip"]) + plus))
    return edits


RULES = (
    Rule(_STREET, _street, needs=DIGITS),
    Rule(_STATE, _state, needs=","),
)
