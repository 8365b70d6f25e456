"""Sums of money in the languages of a phrasebook: 1.234,50 €, $2,000, 3,5 Mio. €, 5–10 €."""

import re
from collections.abc import Mapping

from engine.text.languages import counting
from engine.text.languages.saying import BEGINS, NUMBER, SIGNED, Numbers, split
from engine.text.languages.tables import forms
from engine.text.rules import DIGITS, Draft, Reading, Rule

# Codes that are words or endings in no language here may be written small.
_SMALL = frozenset({
    "eur", "usd", "gbp", "jpy", "chf", "inr", "rub", "brl", "hkd", "krw", "cny", "mxn", "nio", "pab", "crc", "bop",
    "hnl", "gtq", "ttd", "awg", "us$", "r$", "rs",
})  # fmt: skip
_ENGLISH_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")


class Money:
    """How one language says sums of money."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._book = numbers.book
        self._code = numbers.code
        listed = forms("money", self._book.code)
        self._signs: Mapping[str, tuple[str, ...]] = {
            **{sign.lower(): words for sign, words in listed.items() if sign.lower() in _SMALL},
            **listed,
        }

    def rules(self) -> tuple[Rule, ...]:
        """The sign before the sum, then behind it."""
        signs = any_of(self._signs)
        scale = rf"(?P<scale> (?i:{any_of(self._book.scales)})(?!\w))?"
        upper = rf"(?: ?[–-] ?(?P<sign2>{signs})? ?(?P<upper>{NUMBER}))?"
        return (
            Rule(
                re.compile(rf"(?<![\w.,])(?P<outer>[-−+])?(?P<sign>{signs}) ?{SIGNED}(?![\d])(?:{upper})(?!\w){scale}"),
                self._read,
                needs=DIGITS,
            ),
            Rule(
                re.compile(rf"{BEGINS}(?P<outer>){SIGNED}{upper}{scale} ?(?P<sign>{signs})(?!\w)"),
                self._read,
                needs=DIGITS,
            ),
        )

    def _read(self, match: re.Match[str], draft: Draft) -> Reading:
        if match["sign2"] and match["sign2"] != match["sign"]:
            return None
        words = self._signs[match["sign"]]
        outer = {"-": self._book.minus, "−": self._book.minus, "+": self._book.plus}.get(match["outer"] or "", "")
        minus = f"{outer} " if outer else self._numbers.sign(match)
        before = match.start("sign") < match.start("number")
        if match["scale"]:
            said = self._scaled(match, words)
        elif match["upper"]:
            said = self._between(match, words)
        else:
            said = self._sum(match["number"], words, before)
        return minus + said if said else None

    def _scaled(self, match: re.Match[str], words: tuple[str, ...]) -> str | None:
        said = self._numbers.say(match["number"])
        if match["upper"] and said:
            said += f" {self._book.ranges} {self._numbers.say(match['upper'])}"
        scale = match["scale"].strip()
        if said == "eins" and self._book.code == "de":
            said = "eine"
        elif said and match["number"] == "1":
            said = self._numbers.before(said, feminine=False)
        return f"{said} {self._book.abbreviations.get(scale, scale)}{self._of(words[1])}{words[1]}" if said else None

    def _between(self, match: re.Match[str], words: tuple[str, ...]) -> str | None:
        lower, upper = self._numbers.say(match["number"]), self._numbers.say(match["upper"])
        if lower is None or upper is None:
            return None
        feminine = _is_feminine(words[0])
        lower, upper = (self._numbers.before(end, feminine) for end in (lower, upper))
        return f"{lower} {self._book.ranges} {upper} {words[1]}"

    def _sum(self, written: str, words: tuple[str, ...], before: bool) -> str | None:
        one, many = words[:2]
        if before and _ENGLISH_THOUSANDS.fullmatch(written):
            whole, fraction = written.replace(",", ""), ""  # "$2,000" is written the English way
        else:
            whole, fraction = split(written)
        if len(fraction) > 2 and len(fraction.rstrip("0")) <= 2:
            fraction = fraction[:2]
        if not fraction.strip("0"):
            return one if whole in {"1", "01"} else self._whole(whole, words)
        if len(fraction) != 2 or not words[2:] or not words[2]:
            said = self._numbers.say(written)
            return f"{said} {many}" if said else None
        cents = int(fraction)
        if not int(whole):
            return self._cents(cents, words)
        # "zwei Euro fünf" would be heard as a rate; from ten on the cents need no name.
        named = self._book.says_cents or cents < 10
        tail = self._cents(cents, words) if named else counting.cardinal(cents, self._code)
        joint = f"{self._book.joint} " if self._book.joint else ""
        return f"{one if whole == '1' else self._whole(whole, words)} {joint}{tail}"

    def _cents(self, cents: int, words: tuple[str, ...]) -> str:
        one, many = words[2], words[3]
        if cents == 1:
            return one if " " in one else f"ein {one}"
        said = counting.cardinal(cents, self._code) or str(cents)
        return f"{self._numbers.before(said, _is_feminine(one))} {many}"

    def _whole(self, whole: str, words: tuple[str, ...]) -> str | None:
        said = counting.whole(whole.lstrip("0") or "0", self._code)
        if said is None:
            return None
        said = self._numbers.before(said, _is_feminine(words[0]))
        millions = len(whole) > 6 and whole.endswith("000000") and self._book.of.strip()
        return f"{said}{self._of(words[1]) if millions else ' '}{words[1]}"

    def _of(self, noun: str) -> str:
        if self._book.of == " d'" and noun[0] not in "aeiouyhéAEIOU":
            return " de "
        return self._book.of


def _is_feminine(one: str) -> bool:
    return one.startswith(("una ", "uma ", "une ", "eine ", "un'"))


def any_of(words: object) -> str:
    """A pattern for any of several words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)"  # type: ignore[arg-type]
