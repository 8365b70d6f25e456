"""Pounds, shillings and pence before 1971, and stones: "£3 10s. 6d.", "8s.", "14st 6lb"."""

import re

from engine.text.english.cardinal import NUMBER, cardinal, is_american, number, ordinal
from engine.text.english.fraction import SIGNS, spoken_sign
from engine.text.english.grammar import closes_sentence
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

_ONE_WORD = {
    1: "a penny", 2: "twopence", 3: "threepence", 4: "fourpence", 5: "fivepence", 6: "sixpence", 7: "sevenpence",
    8: "eightpence", 9: "ninepence", 10: "tenpence", 11: "elevenpence",
}  # fmt: skip

_SUM = re.compile(
    rf"(?<![\w.,])(?:£ ?(?P<pounds>{NUMBER}) ?)?(?P<shillings>\d{{1,3}}) ?s(?P<stop>\.)?"
    rf"(?:,? ?(?P<pence>\d{{1,2}})?(?P<part>[{SIGNS}])?(?(pence)|(?(part)|(?!))) ?d(?P<dot>\.)?)?(?!\w)"
)
_PENCE = re.compile(
    rf"(?<![\w.,])(?:£ ?(?P<pounds>{NUMBER}) ?)?(?P<pence>\d{{1,2}})(?P<part>[{SIGNS}])? ?d(?P<dot>\.)?(?!\w)"
)
_LASTS = re.compile(r"\b(?:in|took|takes|take|within|after|lasts?|lasted|every|under|about|than) $")
_STONE = re.compile(
    rf"(?<![\w.,])(?P<stones>\d{{1,2}})(?P<half>½)? ?st(?P<stop>\.)?"
    rf"(?:,? ?(?P<pounds>{NUMBER}) ?lbs?(?P<dot>\.)?)?(?!\w)"
)


def _sum(match: re.Match[str], draft: Draft) -> Reading:
    has_pence = bool(match["pence"] or match["part"])
    if not (has_pence or match["pounds"] or _means_shillings(match, draft)):
        return None
    shillings = int(match["shillings"])
    said = f"{cardinal(shillings)} {'shilling' if shillings == 1 else 'shillings'}"
    if match["pounds"]:
        said = f"{_pounds(match)} {said}"
    if has_pence:
        said += f" and {_pence_words(match)}"
    return _with_stop(said, match, draft)


def _means_shillings(match: re.Match[str], draft: Draft) -> bool:
    """Whether "8s." alone is money: with its full stop in the middle of a sentence, or at its end in Britain."""
    if not match["stop"] or _LASTS.search(draft.text[max(0, match.start() - 10) : match.start()]):
        return False
    return not closes_sentence(match.end(), draft) or not is_american(draft.language)


def _pence(match: re.Match[str], draft: Draft) -> Reading:
    if not (match["pounds"] or match["part"] or match["dot"]) and is_american(draft.language):
        return None  # "a 3d picture"
    if match["pence"] in {"2", "3", "4"} and not (match["pounds"] or match["part"] or match["dot"]):
        return None  # the same in Britain
    if int(match["pence"]) > 99:
        return None
    said = _pence_words(match)
    return _with_stop(f"{_pounds(match)} and {said}" if match["pounds"] else said, match, draft)


def _pounds(match: re.Match[str]) -> str:
    return f"{number(match['pounds'], False)} {'pound' if match['pounds'] == '1' else 'pounds'}"


def _pence_words(match: re.Match[str]) -> str:
    pence, part = int(match["pence"] or 0), match["part"]
    if part and not pence:
        return "a halfpenny" if part == "½" else "a farthing" if part == "¼" else "three farthings"
    if part:
        half = {"½": "halfpenny", "¼": "farthing", "¾": "three farthings"}.get(part)
        if half is None:
            return f"{cardinal(pence)} and {spoken_sign(part, False, has_whole=True)} pence"
        return f"{_ONE_WORD.get(pence, f'{cardinal(pence)} pence')} {half}"
    return _ONE_WORD.get(pence, f"{cardinal(pence)} pence")


def _stone(match: re.Match[str], draft: Draft) -> Reading:
    stones = int(match["stones"])
    is_alone = not match["pounds"] and not match["half"]
    if is_alone and (ordinal(stones).endswith("first") or (" " in match[0] and is_american(draft.language))):
        return None  # the 21st; "50 st. names"
    said = f"{cardinal(stones)}{' and a half' if match['half'] else ''} stone"
    if match["pounds"]:
        said += f" {number(match['pounds'], False)} {'pound' if match['pounds'] == '1' else 'pounds'}"
    return _with_stop(said, match, draft)


def _with_stop(said: str, match: re.Match[str], draft: Draft) -> Edit:
    has_stop = match[0].endswith(".")
    ends = has_stop and closes_sentence(match.end(), draft)
    return Edit(match.start(), match.end(), said + "." * ends, joins=has_stop and not ends)


RULES = (
    Rule(_SUM, _sum, needs="s"),
    Rule(_PENCE, _pence, needs="d"),
    Rule(_STONE, _stone, needs="t"),
)
