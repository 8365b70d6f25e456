"""Roman numerals in the languages of a phrasebook: chapters, centuries, kings and popes."""

import re

from engine.text.english.roman import value as roman_value
from engine.text.languages import counting, german_ordinals, ordinals
from engine.text.languages.money import any_of
from engine.text.languages.saying import Numbers
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

_TENS = r"(?=[IVXL])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_LONG = r"(?=[IVXLCDMivxlcdm])(?i:M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))"
_NAME = r"(?:[^\W\d_a-zà-ÿ][^\W\d_A-Z]{2,20}-)?[^\W\d_a-zà-ÿ][^\W\d_A-Z]{2,20}"
_RAISED = {"ᵉ": "e", "ʳ": "r", "ᵐ": "m", "ˢ": "s", "ⁿ": "n", "ᵈ": "d", "ᵒ": "o", "ᵃ": "a", "ᵗ": "t", "ˡ": "l", "è": "è"}
_RAISE = str.maketrans(_RAISED)
_SUFFIX = r"(?:ers|er|ères|ère|res|re|èmes|ème|mes|me|es|e|nde|nd|ds|d|º|ª|\.º|\.ª)"
_SMALL = r"[ᵉʳᵐˢⁿᵈ]{1,4}"
_CENTURY = r"siècles?|s\.|secol[oi]|Jahrhunderts?|Jh\.|République|arrondissement"


class Romans:
    """How one language says Roman numerals."""

    def __init__(self, numbers: Numbers) -> None:
        self._book = numbers.book
        self._code = numbers.code

    def rules(self) -> tuple[Rule, ...]:
        """In the order in which they claim."""
        book = self._book
        headings = any_of({form for word in book.headings for form in (word, word.capitalize(), word.upper())})
        rules = [
            Rule(
                re.compile(
                    rf"(?<!\w)(?P<heading>{headings}) (?P<numeral>{_LONG})(?:(?P<dash> ?[–-] ?)"
                    rf"(?P<upper>{_TENS}))?"
                    rf"(?![\w’'])"
                ),
                self._headed,
                needs="IVXLCDM" if book.code in {"de", "fr", "it"} else "IVXLCDMivxlcdm",
            ),
            Rule(
                re.compile(
                    rf"(?<![\w’'])(?P<numeral>{_TENS})(?P<suffix>{_SUFFIX if book.code == 'fr' else '(?!)'}|{_SMALL})"
                    rf"(?!\w)(?P<century> s\.)?"
                ),
                self._suffixed,
                needs="IVXL",
            ),
            Rule(
                re.compile(rf"(?<!\w)(?P<numeral>{_TENS})(?P<suffix>\.?)(?P<gap> )(?P<century>{_CENTURY})"),
                self._century,
                needs="IVXL",
            ),
            Rule(
                re.compile(
                    rf"(?<!\w)(?P<name>{_NAME}) (?P<numeral>(?=[IVX]){_TENS})(?P<dot>\.)?"
                    rf"(?![\w’'.-])"
                ),
                self._king,
                needs="IVXL",
            ),
        ]
        if book.code in _ARTICLES:
            rules.append(
                Rule(
                    re.compile(
                        rf"(?<!\w)(?P<article>{any_of(_ARTICLES[book.code])})"
                        rf"(?P<numeral>(?=[IVX]{{2}}|[VX]|I (?:{_COUNTED})){_TENS})"
                        rf"(?= (?:[a-zà-ÿ]{{3}}|{_COUNTED}))"
                    ),
                    self._counted,
                    needs="IVX",
                )
            )
        return tuple(rules)

    def _counted(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "el XI apóstol", "la XXI edición"."""
        said = ordinals.ordinal(roman_value(match["numeral"]), self._code, _ARTICLES[self._book.code][match["article"]])
        return Edit(*match.span("numeral"), said) if said else None

    def _headed(self, match: re.Match[str], draft: Draft) -> Reading:
        numeral, heading = match["numeral"], match["heading"].lower()
        # "parte I" may be Italian's article, "livre d" a letter: one small letter is no numeral.
        if (numeral == "I" and self._book.code == "it") or (len(numeral) == 1 and numeral.islower()):
            return None
        if numeral.islower() and heading not in {"siglo", "siglos", "século", "séculos", "año", "ano"}:
            return None
        said = counting.cardinal(roman_value(numeral.upper()), self._code)
        if said is None:
            return None
        if match["upper"]:
            said += f" {self._book.ranges} {counting.cardinal(roman_value(match['upper']), self._code)}"
        return Edit(match.start("numeral"), match.end(), said)

    def _suffixed(self, match: re.Match[str], draft: Draft) -> Reading:
        """ "XIXᵉ", "Ier"; "Le" and "Me" are words."""
        numeral, suffix = match["numeral"], match["suffix"].translate(_RAISE)
        if numeral in {"L", "M", "C", "D"} and match["suffix"] in {"e", "es", "me", "er", "ers", "re", "res"}:
            return None
        if self._book.code != "fr" or (numeral == "I" and suffix in {"e", "es", "d"}):
            return None
        value = roman_value(numeral)
        if value == 2 and suffix.startswith(("n", "d")):
            return "seconde" if suffix == "nde" else "second"
        feminine = suffix in {"re", "ère", "res", "ères"}
        said = ordinals.ordinal(value, self._code, "f" if feminine else "m")
        return f"{said} siècle" if said and match["century"] else said

    def _century(self, match: re.Match[str], draft: Draft) -> Reading:
        value, century = roman_value(match["numeral"]), match["century"]
        said = counting.ordinal(value, self._code)
        if said is None or (self._book.code == "fr") != (century[0] in "sRa" and not century.startswith("sec")):
            return None
        if self._book.code == "de":
            said += (
                "n"
                if re.search(r"\b(?:im|am|des|dem|vom|zum) \Z", draft.text[max(0, match.start() - 6) : match.start()])
                else ""
            )
        said = ordinals.feminine(said, "fr") if century == "République" else said
        return Edit(match.start(), match.end("suffix"), said, joins=bool(match["suffix"]))

    def _king(self, match: re.Match[str], draft: Draft) -> Reading:
        name, numeral = match["name"], match["numeral"]
        value = roman_value(numeral)
        is_regnal = any(part in self._book.regnal for part in name.split("-"))
        if name in self._book.openers or name.lower() in self._book.headings:
            return None
        if len(numeral) == 1 and not is_regnal:
            return None
        if numeral in {"XX", "XXX", "XL", "XXL"} and not is_regnal:
            return None  # sizes
        said = self._regnal(value, name, self._before(match, draft))
        if said is None:
            return None
        start = match.start("numeral")
        if not match["dot"]:
            return Edit(start, match.end("numeral"), said)
        return self._with_stop(match, draft, start, said)

    @staticmethod
    def _before(match: re.Match[str], draft: Draft) -> str | None:
        word = re.search(r"(\w{2,12}) \Z", draft.text[max(0, match.start() - 14) : match.start()])
        return word[1] if word else None

    def _with_stop(self, match: re.Match[str], draft: Draft, start: int, said: str) -> Edit:
        """A full stop behind a king: German's mark of an ordinal, or a sentence's end, or both."""
        rest = draft.text[match.end() : match.end() + 24].lstrip(" »”\"')")
        word = re.match(r"[^\W\d_]+", rest)
        if not rest:
            return Edit(start, match.end("numeral"), said)
        if self._book.code != "de":
            return Edit(start, match.end(), f"{said}.", ends=rest[0].isupper())
        if word and word[0] in self._book.openers:
            return Edit(start, match.end(), f"{said}.", ends=True)
        return Edit(start, match.end(), said, joins=True)

    def _regnal(self, value: int, name: str, before: str | None) -> str | None:
        if self._book.code == "de":
            if name.endswith("s") and name[:-1] in self._book.regnal:
                said = counting.ordinal(value, "de")
                return f"des {said.capitalize()}n" if said else None
            feminine = name in _QUEENS or name.endswith("a")
            said = german_ordinals.regnal(value, [before] if before else [])
            return f"die {said[4:]}" if said and feminine and said.startswith("der ") else said
        if self._book.code == "fr":
            return (
                ordinals.ordinal(1, "fr", "f" if name in _QUEENS else "m")
                if value == 1
                else counting.cardinal(value, self._code)
            )
        if value > self._book.regnal_ordinals:
            return counting.cardinal(value, self._code)
        feminine = (name.endswith("a") or name in _QUEENS) and name not in {"Papa", "Nicola", "Andrea"}
        return ordinals.ordinal(value, self._code, "f" if feminine else "m")


# Written with a capital, and counted.
_COUNTED = "Guerra|República|Imperio|Concilio|Congreso|Internacional|Congresso|Repubblica|Internazionale|Império"
_QUEENS = frozenset({
    "Isabel", "Élisabeth", "Elisabeth", "Elizabeth", "Margarethe", "Margrethe", "Marguerite", "Catherine", "Katharina",
    "Beatriz", "Leonor", "Beatrice", "Anne", "Marie", "Jeanne", "Juana", "Inés", "Raquel", "Irene", "Matilde",
})  # fmt: skip
# What stands before a numeral that counts its noun -> the noun's gender.
_ARTICLES = {
    "es": {"el ": "m", "del ": "m", "al ": "m", "la ": "f", "los ": "m", "las ": "f"},
    "pt": {"o ": "m", "do ": "m", "no ": "m", "ao ": "m", "a ": "f", "da ": "f", "na ": "f", "à ": "f"},
    "it": {
        "il ": "m", "del ": "m", "nel ": "m", "al ": "m", "dal ": "m", "la ": "f",
        "della ": "f", "nella ": "f", "alla ": "f",
    },
}  # fmt: skip
