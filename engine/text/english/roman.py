"""Roman numerals in English headings and names: Chapter IV, World War II, Henry VIII, and never the pronoun I."""

import re

from engine.text.english.cardinal import cardinal, ordinal
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
# Well-formed numerals only: "IIX" or "MIX" read as words.
_NUMERAL = r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"

_NAMES_TOO = frozenset({"Mark", "Page"})
_INITIAL = re.compile(r"\. [A-Z]")
_PLAIN_WORDS = frozenset({"day", "week", "year", "song", "letter", "room", "step", "rule", "no", "round", "number"})
_FIRST_PERSON = re.compile(
    r" (?:am|was|have|had|will|would|did|do|think|know|see|saw|can|could|must|may|might|shall|should)\b"
)
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
_FIVES_AND_TENS = {
    "V": frozenset({
        "Henry", "Charles", "Edward", "George", "Philip", "James", "Louis", "Alfonso", "Ferdinand", "Gustav", "Pius",
        "Paul", "Leo", "Nicholas", "Benedict", "Clement", "Innocent", "Harald", "Olav", "Christian", "Frederick",
        "Mohammed", "Ptolemy", "Baldwin", "Robert", "John",
    }),
    "X": frozenset({
        "Pius", "Leo", "Louis", "Charles", "Gregory", "Benedict", "Innocent", "Alfonso", "Clement", "Christian",
    }),
}  # fmt: skip
_NO_SUBJECT = re.compile(
    r"(?: (?:of|and|the|in|to|from|with|by|at|is|has|who|whose|as|or|became|died|ruled|reigned|came|succeeded|began|"
    r"ordered|returned|gave|made|took|fled|married|signed|lost|won|fell)\b|[,;:)]|\.|\Z| \(| –| —)"
)
_FIRST_PERSON_VERB = re.compile(
    r" (?:am|was|have|had|will|would|did|do|think|know|see|saw|can|could|must|may|might|shall|should|felt|said|thought|"
    r"knew|came|gave|made|took|lost|won|fell|began|returned)\b"
)
_PAST = re.compile(
    r" (?:[a-z]{3,12}ed|built|fought|wrote|sent|held|kept|left|met|led|went|grew|rose|spent|brought|sought|bore|wore)\b"
)
_OF = re.compile(r"\b(?:of|under|by|son|to|from|King|Emperor) $")
_NAMED = re.compile(
    r"(?<![\w'])(?P<name>[A-Z][a-z]{2,20}) (?P<numeral>(?=[IVX]{2})X{0,3}(?:IX|IV|V?I{0,3}))(?![\w'’-]|\.[A-Za-z])"
)
_WHOLE = re.compile(rf"\A[^\w!?]*(?P<numeral>{_NUMERAL})\.?[^\w!?]*\Z")
_LEADING = re.compile(rf"\A(?P<numeral>{_NUMERAL})(?P<mark>[.:)]| —) (?=[\"“'A-Z])")
_RANGED = re.compile(rf"(?<=[A-Za-z] )(?P<first>{_NUMERAL})(?P<dash>[-–])(?P<numeral>{_NUMERAL})(?![\w'’-])")
_DRIP = re.compile(
    r"s?(?:'s)? (?:fluids?|drips?|lines?|therapy|antibiotics?|access|bags?|pumps?|medications?|meds?|injections?|"
    r"infusions?|push|catheters?|poles?|stands?|needles?|drugs?|doses?|solutions?|saline|iron|contrast|nutrition|"
    r"steroids?|morphine|use|users?|treatments?)\b"
)
# What is given into a vein: before its noun, or with an article that no number has.
_DRIPS = re.compile(rf"(?<![\w'-])(?:IV(?={_DRIP.pattern})|(?<=\b[Aa]n )IV(?![\w'-])|(?<=\bvia )IV(?![\w'-]))")
_NAME_BEHIND = re.compile(r" ?(?:[A-Z]\.|[A-Z][a-z]+(?:,| (?:was|is|had|has|said)\b))")
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
    if len(match["numeral"]) == 1 and not _is_counted(match, draft):
        return None
    edits = [_counted(match)]
    if match["first"]:
        edits.append(_counted(match, "first"))
        if match["dash"] in "-–":
            edits.append(Edit(match.end("first"), match.start("numeral"), " to "))
    return edits


def _is_counted(match: re.Match[str], draft: Draft) -> bool:
    """Whether one capital letter behind a heading is a number, and not a letter, an initial or the pronoun."""
    heading, numeral, after = match["heading"], match["numeral"], draft.text[match.end() :][:8]
    if numeral in "DM":
        return False
    if numeral in "CL":
        # "Appendix C" is a letter, "Mark C. Schug" a name; "Chapter L" is the fiftieth.
        return heading.lower() in _COUNTED_HIGH
    if heading in _NAMES_TOO and _INITIAL.match(after):
        return False
    if numeral != "I":
        return True
    # "that day I left", "the class I took".
    return heading[0].isupper() and heading.lower() not in _PLAIN_WORDS and not _FIRST_PERSON.match(after)


def _headed_small(match: re.Match[str], draft: Draft) -> Reading:
    numeral = match["numeral"]
    if numeral in {"i", "c", "d", "m", "l", "I", "C", "D", "M", "L"} and not (
        numeral == "i" and match["heading"][0].isupper()
    ):
        return None
    return _counted(match) if numeral[0].isupper() == numeral[-1].isupper() else None


def _regnal(match: re.Match[str], draft: Draft) -> Reading:
    numeral = match["numeral"]
    if numeral in {"C", "D", "L", "M"}:
        return None
    if numeral in {"I", "V", "X"} and not match["owned"] and not _is_regnal(match, draft):
        return None
    return Edit(*match.span("numeral"), f"the {ordinal(value(numeral)).capitalize()}", joins=False)


def _is_regnal(match: re.Match[str], draft: Draft) -> bool:
    """Whether one letter behind a monarch's name is a number: "Charles I was beheaded", not "with Charles I was"."""
    before, after = draft.text[max(0, match.start() - 40) : match.start()], draft.text[match.end() :][:16]
    if match["numeral"] != "I":
        return (match["name"] in _FIVES_AND_TENS[match["numeral"]] and not after.startswith(".")) or bool(
            _TITLED.search(before)
        )
    if _TITLED.search(before):
        return True
    if _NO_SUBJECT.match(after) and not _FIRST_PERSON_VERB.match(after):
        return True
    # At a sentence's beginning the name is told of, unless it is spoken to: "Mary I love you".
    is_first = match.start() == 0 or match.start() in draft.stops or _OF.search(before) is not None
    return is_first and (_FIRST_PERSON_VERB.match(after) or _PAST.match(after)) is not None


def _named(match: re.Match[str], draft: Draft) -> Reading:
    return None if match["numeral"] == "IV" and _DRIP.match(draft.text, match.end()) else _counted(match)


def _drip(match: re.Match[str], draft: Draft) -> Reading:
    return "I V"


def _ranged(match: re.Match[str], draft: Draft) -> Reading:
    if value(match["first"]) >= value(match["numeral"]) or len(match["numeral"]) == 1:
        return None
    return [_counted(match, "first"), Edit(*match.span("dash"), " to "), _counted(match)]


def _whole(match: re.Match[str], draft: Draft) -> Reading:
    return _counted(match)


def _leading(match: re.Match[str], draft: Draft) -> Reading:
    # "I. Introduction" counts; so does "V. The Return", unlike the initial of "M. Dupont" or "V. Baudelaire, Preface".
    numeral, after = match["numeral"], draft.text[match.end() :][:30]
    if len(numeral) == 1 and (numeral not in "IVX" or (match["mark"] == "." and _NAME_BEHIND.match(after))):
        return None
    return _counted(match)


RULES = (
    Rule(_DRIPS, _drip, needs="V"),
    Rule(_WHOLE, _whole, needs="IVXLCDM"),
    Rule(_LEADING, _leading, needs="IVXLCDM"),
    Rule(_HEADED, _headed, needs="IVXLCDM"),
    Rule(_HEADED_SMALL, _headed_small, needs="ivxlcdmIVXLCDM"),
    Rule(_REGNAL, _regnal, needs="IVX"),
    Rule(_RANGED, _ranged, needs="-–"),
    Rule(_NAMED, _named, needs="IVX"),
    Rule(_BRACKETED, _whole, needs="("),
)
