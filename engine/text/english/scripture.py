"""Chapter and verse: "Rev. 3:20", "1 Cor. 13:4–7", "Jn 3:16"."""

import re

from engine.text.english.cardinal import cardinal
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

# Abbreviations as printed Bibles and the usual style guides have them; each may carry a full stop.
_BOOKS = {
    "Gen": "Genesis", "Gn": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Lv": "Leviticus",
    "Num": "Numbers", "Nm": "Numbers", "Deut": "Deuteronomy", "Dt": "Deuteronomy", "Josh": "Joshua", "Judg": "Judges",
    "Jdg": "Judges", "Sam": "Samuel", "Kgs": "Kings", "Chr": "Chronicles", "Chron": "Chronicles", "Neh": "Nehemiah",
    "Esth": "Esther", "Ps": "Psalm", "Pss": "Psalms", "Psa": "Psalm", "Prov": "Proverbs", "Prv": "Proverbs",
    "Eccl": "Ecclesiastes", "Eccles": "Ecclesiastes", "Isa": "Isaiah", "Is": "Isaiah", "Jer": "Jeremiah",
    "Lam": "Lamentations", "Ezek": "Ezekiel", "Ez": "Ezekiel", "Dan": "Daniel", "Dn": "Daniel", "Hos": "Hosea",
    "Obad": "Obadiah", "Jon": "Jonah", "Mic": "Micah", "Nah": "Nahum", "Hab": "Habakkuk", "Zeph": "Zephaniah",
    "Hag": "Haggai", "Zech": "Zechariah", "Mal": "Malachi", "Sir": "Sirach", "Wis": "Wisdom", "Macc": "Maccabees",
    "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John", "Rom": "Romans",
    "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians", "Col": "Colossians",
    "Thess": "Thessalonians", "Thes": "Thessalonians", "Tim": "Timothy", "Tit": "Titus", "Philem": "Philemon",
    "Phlm": "Philemon", "Heb": "Hebrews", "Jas": "James", "Pet": "Peter", "Pt": "Peter", "Rev": "Revelation",
    "Rv": "Revelation",
}  # fmt: skip
_WHOLE = (
    "Genesis|Exodus|Leviticus|Numbers|Deuteronomy|Joshua|Judges|Ruth|Samuel|Kings|Chronicles|Ezra|Nehemiah|Esther|Job|"
    "Psalms?|Proverbs|Ecclesiastes|Isaiah|Jeremiah|Lamentations|Ezekiel|Daniel|Hosea|Joel|Amos|Obadiah|Jonah|Micah|"
    "Nahum|Habakkuk|Zephaniah|Haggai|Zechariah|Malachi|Matthew|Mark|Luke|John|Acts|Romans|Corinthians|Galatians|"
    "Ephesians|Philippians|Colossians|Thessalonians|Timothy|Titus|Philemon|Hebrews|James|Peter|Jude|Revelation|"
    "Maccabees|Sirach|Tobit|Judith|Baruch|Quran|Qur'an|Surah"
)
_NUMBERED = {"1": "First", "2": "Second", "3": "Third", "I": "First", "II": "Second", "III": "Third"}

_VERSE = re.compile(
    r"(?<![\w.'-])(?:(?P<number>[123]|I{1,3}) )?"
    rf"(?P<book>(?:{_WHOLE})|(?:{'|'.join(sorted(_BOOKS, key=len, reverse=True))})(?P<dot>\.)?) "
    r"(?P<chapter>\d{1,3})(?P<colon>[:.])(?P<verse>\d{1,3})(?P<part>[abc]\b)?"
    r"(?:(?P<dash> ?[–-] ?)(?:(?P<last_chapter>\d{1,3})(?P<last_colon>:))?(?P<last>\d{1,3}))?(?![\d:]|[.,]\d)"
)


def _verse(match: re.Match[str], draft: Draft) -> Reading:
    if match["colon"] == "." and not (match["dot"] or match["number"]):
        return None  # "Numbers 3.14" is no verse
    edits: list[Edit] = []
    if match["number"]:
        edits.append(Edit(*match.span("number"), _NUMBERED[match["number"]]))
    book = match["book"].rstrip(".")
    if book in _BOOKS:
        edits.append(Edit(*match.span("book"), _BOOKS[book], joins=True))
    edits += [
        _counted(match, "chapter"),
        Edit(*match.span("colon"), _between(match["verse"])),
        _counted(match, "verse"),
    ]
    if match["part"]:
        edits.append(Edit(*match.span("part"), f" {match['part'].upper()}"))
    if match["last"]:
        edits += [Edit(*match.span("dash"), " to "), _counted(match, "last")]
        if match["last_chapter"]:
            edits += [
                _counted(match, "last_chapter"),
                Edit(*match.span("last_colon"), _between(match["last"])),
            ]
    return edits


def _between(verse: str) -> str:
    """A verse below ten stands apart, or chapter twenty and verse three would be chapter twenty-three."""
    return ", " if len(verse) == 1 else " "


def _counted(match: re.Match[str], group: str) -> Edit:
    return Edit(*match.span(group), cardinal(int(match[group])))


RULES = (Rule(_VERSE, _verse, needs=":."),)
