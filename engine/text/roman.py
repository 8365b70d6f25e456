"""Roman numerals in English headings and names: Chapter IV, World War II, Henry VIII, and never the pronoun I."""

import re

from engine.text.normalised import Edit
from engine.text.numbers import cardinal, ordinal
from engine.text.rules import Draft, Reading, Rule

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
# Well-formed numerals only: "IIX" or "MIX" read as words.
_NUMERAL = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"

# Headings that are counted so far that fifty and a hundred are likelier than the letters L and C.
_COUNTED_HIGH = frozenset({"chapter", "psalm", "canto", "chapters", "psalms", "cantos"})
_HEADINGS = (
    "chapter|ch|book|part|volume|vol|section|sec|act|scene|canto|article|appendix|annex|figure|fig|plate|table|phase|"
    "stage|type|class|"
    "level|grade|lesson|unit|episode|season|verse|stanza|psalm|letter|tome|title|schedule|amendment|war|bowl|mark|"
    "series|symphony|"
    "sonata|concerto|quartet|no|number|nr|page|pages|pp?|category|form|group|division|corps|fleet|room|factor|"
    "vatican|apollo|gemini|"
    "olympiad|round|quarter|generation|step|rule|exhibit|song|hymn|dynasty|legion|tier|day|week|year|model"
)
_HEADED = re.compile(
    rf"(?<![\w'])(?P<heading>(?i:{_HEADINGS})s?)(?P<dot>\.)? (?:(?P<first>{_NUMERAL}) ?(?P<dash>[-–]|(?:,| and| to) "
    rf") ?)?(?P<numeral>{_NUMERAL})(?![\w'’-]|\.[A-Za-z])"
)
_HEADED_SMALL = re.compile(
    rf"(?<![\w'])(?P<heading>(?i:chapter|part|section|act|scene|page|pages|pp?|vol|volume|verse|appendix|no))"
    rf"(?P<dot>\.)? (?P<numeral>(?i:{_NUMERAL}))(?![\w'’-]|\.[A-Za-z])"
)
_MONARCHS = (
    "Henry|Louis|Charles|Edward|George|William|James|Richard|Elizabeth|Mary|Philip|Ferdinand|Alexander|Nicholas|"
    "Frederick|Wilhelm|"
    "Napoleon|Leo|Gregory|Innocent|Clement|Urban|Boniface|Benedict|Pius|Paul|John|Sixtus|Julius|Adrian|Celestine|"
    "Honorius|Eugene|"
    "Ptolemy|Ramesses|Ramses|Rameses|Thutmose|Amenhotep|Seti|Cleopatra|Xerxes|Darius|Cyrus|Artaxerxes|Seleucus|"
    "Antiochus|Mithridates|"
    "Leopold|Albert|Christian|Gustav|Gustavus|Carl|Karl|Haakon|Olav|Olaf|Harald|Harold|Carlos|Felipe|Alfonso|Pedro|"
    "Ivan|Peter|Catherine|"
    "Otto|Constantine|Theodosius|Justinian|Leon|Michael|Basil|Mehmed|Selim|Murad|Suleiman|Bayezid|Abdulhamid|Abdul|"
    "Victor|Emmanuel|"
    "Umberto|Francis|Franz|Joseph|Maximilian|Rudolf|Sigismund|Ladislaus|Wenceslaus|Casimir|Stephen|Bela|Margaret|"
    "Margrethe|Isabella|"
    "Joanna|Juan|Malcolm|David|Robert|Kenneth|Donald|Edmund|Ethelred|Canute|Baldwin|Rainier|Hussein|Faisal|Farouk|"
    "Fuad|Hassan|Mohammed|"
    "Rama|Akbar|Tutankhamun|Nebuchadnezzar|Sargon|Tiglath|Shapur|Khosrow|Charlemagne|Lothair|Pepin|Clovis|Tsar|Linus|"
    "Anne|Paulus"
)
_REGNAL = re.compile(rf"(?<![\w'])(?P<name>{_MONARCHS}) (?P<numeral>{_NUMERAL})(?P<owned>'s)?(?![\w’-]|\.[A-Za-z])")
_TITLED = re.compile(
    r"\b(?:King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Prince|Princess|Pharaoh|Duke|Archduke|Saint|"
    r"Patriarch)(?: [A-Z][a-z]+)? $"
)
_NAMED = re.compile(
    r"(?<![\w'])(?P<name>[A-Z][a-z]{2,20}) (?P<numeral>(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?![\w'’-]|\.[A-Za-z])"
)
_WHOLE = re.compile(rf"\A[\W_]*(?P<numeral>{_NUMERAL})\.?[\W_]*\Z")
_LEADING = re.compile(rf"\A(?P<numeral>{_NUMERAL})(?P<mark>[.:)]| —) (?=[\"“'A-Z])")
_BRACKETED = re.compile(r"(?<=\()(?P<numeral>(?=[ivx]{2}|[v])x{0,3}(?:ix|iv|v?i{0,3}))(?=\))")


def value(numeral: str) -> int:
    """ "XIV" -> 14."""
    total = before = 0
    for letter in reversed(numeral.upper()):
        worth = _VALUES[letter]
        total += worth if worth >= before else -worth
        before = max(before, worth)
    return total


def _counted(match: re.Match[str], group: str = "numeral") -> Edit:
    return Edit(*match.span(group), cardinal(value(match[group])))


def _headed(match: re.Match[str], draft: Draft) -> Reading:
    heading, numeral = match["heading"], match["numeral"]
    if numeral in {"C", "D", "M", "L"} and (
        heading.lower() not in _COUNTED_HIGH or draft.text[match.end() :][:1] == "."
    ):
        # "Appendix C" is a letter, "Mark C. Schug" a name.
        return None
    if (
        numeral in {"I", "V", "X"}
        and re.match(r"\. [A-Z]", draft.text[match.end() :][:3])
        and heading in {"Mark", "Page"}
    ):
        return None
    if numeral == "I" and not heading[0].isupper():
        # "that day I left", "the class I took": a pronoun, unless the heading is written as one.
        return None
    if numeral == "I" and heading.lower() in {
        "day",
        "week",
        "year",
        "song",
        "letter",
        "room",
        "step",
        "rule",
        "no",
        "round",
        "number",
    }:
        return None
    if numeral == "I" and re.match(
        r" (?:am|was|have|had|will|would|did|do|think|know|see|saw|can|could|must|may|might|shall|should)\b",
        draft.text[match.end() :][:8],
    ):
        return None
    edits = [_counted(match)]
    if match["first"]:
        edits.append(_counted(match, "first"))
        if match["dash"] in "-–":
            edits.append(Edit(match.end("first"), match.start("numeral"), " to "))
    return edits


def _headed_small(match: re.Match[str], draft: Draft) -> Reading:
    numeral = match["numeral"]
    if numeral in {"i", "c", "d", "m", "l", "I", "C", "D", "M", "L"} and not (
        numeral == "i" and match["heading"][0].isupper()
    ):
        return None
    return _counted(match) if numeral[0].isupper() == numeral[-1].isupper() else None


def _regnal(match: re.Match[str], draft: Draft) -> Reading:
    numeral = match["numeral"]
    if numeral in {"I", "C", "D", "L", "M", "X", "V"} and not match["owned"]:
        titled = _TITLED.search(draft.text[max(0, match.start() - 40) : match.start()])
        if numeral != "I" or not titled:
            return None
    return Edit(*match.span("numeral"), f"the {ordinal(value(numeral)).capitalize()}", joins=False)


def _named(match: re.Match[str], draft: Draft) -> Reading:
    return _counted(match)


def _whole(match: re.Match[str], draft: Draft) -> Reading:
    return _counted(match)


def _leading(match: re.Match[str], draft: Draft) -> Reading:
    # "I. Introduction" counts; so does "V. The Return", unlike the initial of "M. Dupont" or "C. Smith".
    numeral = match["numeral"]
    if len(numeral) == 1 and numeral not in "IVX":
        return None
    if (
        match["mark"] == "."
        and len(numeral) == 1
        and re.match(r"[A-Z]\.|[A-Z][a-z]+ (?:was|is|had|has|said)\b", draft.text[match.end() :][:30])
    ):
        return None
    return _counted(match)


RULES = (
    Rule(_WHOLE, _whole, needs="IVXLCDM"),
    Rule(_LEADING, _leading, needs="IVXLCDM"),
    Rule(_HEADED, _headed, needs="IVXLCDM"),
    Rule(_HEADED_SMALL, _headed_small, needs="ivxlcdmIVXLCDM"),
    Rule(_REGNAL, _regnal, needs="IVX"),
    Rule(_NAMED, _named, needs="IVX"),
    Rule(_BRACKETED, _whole, needs="("),
)
