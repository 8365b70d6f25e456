"""German ordinals are figures and a full stop: which stop makes one, and the ending that its article asks for."""

import re
from collections.abc import Sequence

from engine.text.languages import counting
from engine.text.languages.books.phrasebook import Phrasebook
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

_WEAK = frozenset(["der", "die", "das"])
# Behind these an ordinal ends in -n, ...
_OBLIQUE = frozenset(
    [
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
        "jedem",
        "jeden",
        "diesem",
        "ihrem",
        "seinem",
        "ihren",
        "seinen",
        "unserem",
        "meinem",
        "meinen",
        "einem",
        "zwischen",
        "gegen",
    ]
)
# ... behind these in -e or -r, which only the noun would tell.
_OTHERS = frozenset(
    [
        "jeder",
        "jede",
        "jedes",
        "dieser",
        "diese",
        "dieses",
        "welcher",
        "welche",
        "unser",
        "mein",
        "dein",
        "sein",
        "ihr",
        "ein",
        "kein",
    ]
)
_DATED = frozenset(["am", "vom", "zum", "bis", "ab", "seit"])
_DATIVE = re.compile(
    r"\b(?:in|an|auf|aus|bei|mit|nach|seit|von|vor|zu|hinter|über|unter|neben|zwischen|ab) der \Z", re.I
)
_NOUN = re.compile(r"\d+\. ([^\W\d_]+)")
_NEUTER = frozenset({
    "Buch", "Kapitel", "Mal", "Jahr", "Jahrhundert", "Jahrtausend", "Semester", "Quartal", "Halbjahr", "Spiel", "Tor",
    "Kind", "Haus", "Zimmer", "Gebot", "Lied", "Bild", "Drittel", "Viertel", "Stockwerk", "Obergeschoss", "Album",
})  # fmt: skip
_FEMININE = frozenset({"Liga", "Bundesliga", "Stadt", "Frau", "Nacht", "Wahl", "Person", "Fassung", "Nummer"})
_BEFORE = re.compile(r"(\w+) (?:\d{1,3}\. ?(?:und |oder |bis |[–/-] ?)?)?\Z")


class GermanOrdinals:
    """Rules for "am 3. Mai", "der 2. Mann" and "100. Geburtstag", but not for "auf die 79. Dann"."""

    def __init__(self, book: Phrasebook) -> None:
        self._book = book
        self._months = {month[:3] for month in book.months}
        self._openers = book.openers

    def rules(self) -> tuple[Rule, ...]:
        """In the order in which they claim."""
        return (
            Rule(re.compile(r"\A(?P<number>\d{1,12})\.\Z"), self._alone, needs="."),
            Rule(
                re.compile(r"(?<![\w.,])(?P<number>\d{1,3}|1000)\.(?= (?P<next>[^\W\d_]+)(?P<sie> Sie\b)?)"),
                self._before_word,
                needs=".",
            ),
            Rule(
                re.compile(r"(?<![\w.,])(?P<number>\d{1,2})\. ?(?P<mark>[–/-]) ?(?=\d{1,2}\. )"),
                self._listed,
                needs=".",
            ),
            Rule(re.compile(r"(?<![\w.,])(?P<number>\d{1,2})(?=\.[\"'”’)»]{0,2}\Z)"), self._last, needs="."),
            Rule(
                re.compile(r"(?<![\w.,])(?P<number>\d{1,6})-?(?P<ending>(?:s?te[mnrs]?))(?!\w)"),
                self._suffixed,
                needs="t",
            ),
        )

    def inflected(self, value: int, draft: Draft, at: int) -> str:
        """An ordinal with the ending that the article before `at` asks for."""
        said = counting.ordinal(value, "de") or str(value)
        article = self._word_before(draft, at)
        if article == "der" and _DATIVE.search(draft.text[max(0, at - 16) : at]):
            return said + "n"
        if article in _WEAK:
            return said
        if article in _OBLIQUE:
            return said + "n"
        noun = _NOUN.match(draft.text, at)
        return said + (_ending(noun[1]) if noun else "r")

    @staticmethod
    def _word_before(draft: Draft, at: int) -> str:
        before = _BEFORE.search(draft.text[max(0, at - 24) : at])
        return before[1].lower() if before else ""

    def _alone(self, match: re.Match[str], draft: Draft) -> Reading:
        said = counting.ordinal(int(match["number"]), "de")
        return f"{said}r." if said else None

    def _before_word(self, match: re.Match[str], draft: Draft) -> Reading:
        following = match["next"]
        is_month = following[:3] in self._months and (following in self._book.months or len(following) <= 4)
        if not is_month and (match["sie"] or following in self._openers):
            return None
        article = self._word_before(draft, match.start())
        leads = article in _WEAK or article in _OBLIQUE or article in _OTHERS
        # A line that begins with a number counts something or lists it: "100. Geburtstag".
        begins = match.start() == 0 and following[0].isupper()
        if not (is_month or leads or begins or following == "Jahrhundert" or following[0].islower()):
            return None
        return Edit(match.start(), match.end(), self.inflected(int(match["number"]), draft, match.start()), joins=True)

    def _listed(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "1.–3. Mai": the dash between two ordinals is said with the first."""
        said = self.inflected(int(match["number"]), draft, match.start())
        between = " " if match["mark"] == "/" else f" {self._book.ranges} "
        return Edit(match.start(), match.end(), said + between, joins=True)

    def _last(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "Wir kommen am 3.": a day, though nothing follows."""
        if self._word_before(draft, match.start()) not in _DATED or not 1 <= int(match["number"]) <= 31:
            return None
        return self.inflected(int(match["number"]), draft, match.start())

    def _suffixed(self, match: re.Match[str], draft: Draft) -> Reading:
        said, ending = counting.ordinal(int(match["number"]), "de"), match["ending"].removeprefix("s")
        return said + ending[2:] if said else None


def regnal(value: int, before: Sequence[str]) -> str | None:
    """A king's number behind his name: "der Vierzehnte", "dem Vierzehnten" behind "von"."""
    said = counting.ordinal(value, "de")
    if said is None:
        return None
    preposition = before[-1].lower() if before else ""
    if preposition in {"von", "unter", "mit", "bei", "zu", "nach", "seit", "aus", "vor"}:
        return f"dem {said.capitalize()}n"
    if preposition in {"für", "gegen", "durch", "ohne", "um", "an"}:
        return f"den {said.capitalize()}n"
    return f"der {said.capitalize()}"


def _ending(noun: str) -> str:
    """The ending of an ordinal that has no article: "erstes Kapitel", "zweite Auflage", "dritter Tag"."""
    if noun in _NEUTER or noun.endswith(("chen", "lein", "ment", "um")):
        return "s"
    feminine = noun in _FEMININE or noun.endswith(("ung", "heit", "keit", "ion", "tät", "schaft", "e"))
    return "" if feminine and noun[0].isupper() else "r"
