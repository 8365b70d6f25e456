"""How a heading looks in print: "CHAPTER I.", "Part Two", "IV", "Prologue", "Kapitel 3". Knows lines, not files."""

import re

MAX_HEADING_CHARS = 120

_SMALL = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth last"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORD_NUMBER = (
    rf"(?:(?:{'|'.join(_TENS.split())})(?:[-\s]+(?:{'|'.join(_SMALL.split()[:9])}))?"
    rf"|{'|'.join(sorted(_SMALL.split(), key=len, reverse=True))}"
    rf"|(?:the\s+)?(?:{'|'.join(_ORDINALS.split())}))"
)
_ROMAN = r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_NUMBER = rf"(?:\d{{1,4}}|{_ROMAN}|{_WORD_NUMBER})"
_CHAPTER_NAMES = (
    "chapter|chap\\.|letter|stave|canto|adventure|fable|story|tale|lecture|essay|sermon|"
    "chapitre|kapitel|capítulo|capitulo|capitolo|hoofdstuk|rozdział|kapitola|глава|fejezet|luku|bölüm"
)
_PART_NAMES = (
    "part|book|volume|vol\\.|act|section|division|partie|livre|tome|teil|buch|band|parte|libro|tomo|livro|deel|boek|"
    "часть|книга|том"
)
_AFTER_NUMBER = r"(?:\s*[.:—–-]+\s*|\s+|$)(?P<title>.*)"
_CHAPTER = re.compile(
    rf"(?:the\s+)?(?:{_CHAPTER_NAMES})\s+(?P<number>{_NUMBER})(?![\w']){_AFTER_NUMBER}", re.IGNORECASE
)
_PART = re.compile(rf"(?:the\s+)?(?:{_PART_NAMES})\s+(?P<number>{_NUMBER})(?![\w']){_AFTER_NUMBER}", re.IGNORECASE)
_ORDINAL_CHAPTER = re.compile(
    rf"(?:the\s+)?(?:{'|'.join(_ORDINALS.split())})\s+(?:chapter|letter|canto|lecture|part|book|act){_AFTER_NUMBER}",
    re.IGNORECASE,
)
_EAST_ASIAN = re.compile(r"第\s*[0-9０-９一二三四五六七八九十百千〇零]{1,6}\s*[章回節节话話部卷篇](?P<title>.{0,60})")
_BARE = re.compile(rf"(?P<number>\d{{1,3}}|{_ROMAN})\.?", re.IGNORECASE)
_NUMBERED = re.compile(rf"(?P<number>\d{{1,3}}|{_ROMAN})\s*[.:—–)-]\s+(?P<title>\S.*)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:the\s+)?(?:prologue|epilogue|preface|foreword|introduction|introductory(?: note)?|afterword|postscript|"
    r"conclusion|"
    r"interlude|prelude|appendix(?:\s+\w{1,4})?|finis|coda|contents|table of contents|list of illustrations|dedication|"
    r"acknowledge?ments|glossary|bibliography|index|notes|footnotes|endnotes|author'?s note|"
    r"translator'?s (?:note|preface)|"
    r"prólogo|epílogo|prologo|epilogo|vorwort|nachwort|einleitung|préface|avant-propos|épilogue)[.:]?",
    re.IGNORECASE,
)
_MOST_CHAPTERS = 300
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
# A line such as "Chapter one was the hardest to write, and took him" is a sentence, not a heading.
_RUNS_ON = re.compile(r"[a-z][^.!?]*[,;a-z]$")


def is_chapter(line: str) -> bool:
    """Whether a line announces a chapter: "CHAPTER I. Down the Rabbit-Hole", "Kapitel 3", "第一章"."""
    return _announces(line, _CHAPTER) or _announces(line, _ORDINAL_CHAPTER) or _announces(line, _EAST_ASIAN)


def is_part(line: str) -> bool:
    """Whether a line announces something that holds chapters: "PART TWO", "Book the First"."""
    return _announces(line, _PART)


def is_named(line: str) -> bool:
    """Whether a line is the whole name of a common section: "Prologue", "CONTENTS."."""
    line = line.strip()
    return len(line) <= 40 and line[:1].isupper() and _NAMED.fullmatch(line.replace("’", "'")) is not None


def bare_number(line: str) -> int | None:
    """The value of a line that is only a number: "7", "IV."; None for anything else."""
    line = line.strip()
    match = _BARE.fullmatch(line) if len(line) <= 10 else None
    if match is None or not (line[0].isdigit() or line.rstrip(".").isupper()):
        return None
    value = _value(match["number"])
    return value if value <= _MOST_CHAPTERS else None  # "MIX" and "D" are words and initials


def numbered(line: str) -> tuple[int, str] | None:
    """(7, "The Whale") for "VII. The Whale"; None for anything else, or for a sentence."""
    line = line.strip()
    match = _NUMBERED.fullmatch(line) if len(line) <= 80 else None
    if match is None or not looks_like_title(match["title"]):
        return None
    if not line[0].isdigit() and not match["number"].isupper():
        return None
    return _value(match["number"]), match["title"]


def needs_title(line: str) -> bool:
    """Whether a heading is only a number, so that the line after it may be its title: "CHAPTER I."."""
    line = line.strip()
    if bare_number(line) is not None:
        return True
    for pattern in (_CHAPTER, _PART, _ORDINAL_CHAPTER, _EAST_ASIAN):
        match = pattern.fullmatch(line) if len(line) <= MAX_HEADING_CHARS else None
        if match is not None:
            return not match["title"].strip(" .:—–-")
    return False


def looks_like_title(line: str) -> bool:
    """Whether a line could be a title: short, begins large, and does not end like a sentence or a speech."""
    line = line.strip()
    if not 1 < len(line) <= 80 or "\n" in line:
        return False
    letters = [char for char in line if char.isalpha()]
    if not letters or line[-1] in ',;:"”’-—' or line[0] in "\"“‘'—-":
        return False
    words = line.split()
    if line.upper() == line:
        return len(words) <= 14
    if line[-1] in ".!?" and len(words) > 7:
        return False
    first = next(char for char in line if char.isalnum())
    return len(words) <= 12 and (first.isupper() or first.isdigit())


def is_second_line(line: str) -> bool:
    """Whether a line under "CHAPTER I." is the chapter's title and not its first sentence."""
    line = line.strip()
    if not looks_like_title(line) or line[-1] not in ".!?":
        return looks_like_title(line)
    # "The Widow and her Child." is one, "It was late." is not: in titles every longer word begins large.
    words = line.split()
    small = any(word[0].islower() for word in words if len(word) > 4)
    return not small and sum(word[0].isupper() for word in words) > 1


def is_upper(line: str) -> bool:
    """Whether a line is set in capitals and short, as chapter titles without a number often are."""
    line = line.strip()
    letters = [char for char in line if char.isalpha()]
    return 3 <= len(letters) <= 60 and all(not char.islower() for char in letters) and looks_like_title(line)


def _announces(line: str, pattern: re.Pattern[str]) -> bool:
    line = line.strip()
    if len(line) > MAX_HEADING_CHARS:
        return False
    match = pattern.fullmatch(line)
    if match is None:
        return False
    if pattern is _EAST_ASIAN:
        return len(line) <= 60
    title = match["title"].strip()
    if not title:
        return True
    # "Part of the trouble" never matches; "Chapter two of his book was dull," does, and runs on like a sentence.
    separated = line[: match.start("title")].rstrip()[-1] in ".:—–-"
    return (separated or line.upper() == line or title[0].isupper() or title[0].isdigit()) and not (
        title[-1] in ",;" or (title[0].islower() and _RUNS_ON.search(title) is not None)
    )


def _value(number: str) -> int:
    if number.isdigit():
        return int(number)
    values = [_ROMAN_VALUES[char] for char in number.lower()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
