"""English abbreviations, titles and initials: what their full stops hide, and that they end no sentence."""

import re

from engine.text.english.grammar import by_letters, closes_sentence
from engine.text.normalised import Edit
from engine.text.rules import Draft, Reading, Rule

# Before a name. "Ms" has no long form; this spelling is how it sounds.
_TITLES = {
    "Mr": "Mister", "Mrs": "Missus", "Ms": "Miz", "Mx": "Mix", "Dr": "Doctor", "Prof": "Professor",
    "Rev": "Reverend", "Revd": "Reverend",
    "Fr": "Father", "Hon": "Honorable", "Gen": "General", "Col": "Colonel", "Capt": "Captain", "Cpt": "Captain",
    "Lt": "Lieutenant", "Lieut": "Lieutenant",
    "Sgt": "Sergeant", "Cpl": "Corporal", "Pvt": "Private", "Maj": "Major", "Cmdr": "Commander", "Cdr": "Commander",
    "Adm": "Admiral",
    "Brig": "Brigadier", "Gov": "Governor", "Sen": "Senator", "Rep": "Representative", "Pres": "President",
    "Supt": "Superintendent",
    "Insp": "Inspector", "Det": "Detective", "Messrs": "Messieurs", "Mme": "Madame", "Mlle": "Mademoiselle",
    "Mons": "Monsieur",
    "Atty": "Attorney", "Ald": "Alderman", "Mt": "Mount", "Ft": "Fort", "Pt": "Point", "Sec": "Secretary",
    "Amb": "Ambassador",
}  # fmt: skip
# British style writes these without the full stop.
_BARE_TITLES = {"Mr", "Mrs", "Ms", "Mx", "Dr", "Prof", "Messrs", "Mt", "St", "Sgt", "Capt", "Lt", "Revd", "Mme", "Mlle"}
# Anywhere.
_WORDS = {
    "etc": "et cetera", "vs": "versus", "approx": "approximately", "dept": "department", "Dept": "Department",
    "est": "established",
    "Inc": "Incorporated", "Ltd": "Limited", "Corp": "Corporation", "Co": "Company", "Bros": "Brothers",
    "Jr": "Junior", "Sr": "Senior",
    "Esq": "Esquire", "Ave": "Avenue", "Blvd": "Boulevard", "Rd": "Road", "Hwy": "Highway", "Pkwy": "Parkway",
    "Sq": "Square", "Ln": "Lane",
    "Univ": "University", "Assn": "Association", "Intl": "International", "Natl": "National", "govt": "government",
    "Govt": "Government",
    "misc": "miscellaneous", "incl": "including", "excl": "excluding", "max": "maximum", "min": "minimum",
    "avg": "average", "temp": "temperature",
    "viz": "namely", "cf": "compare", "ibid": "ibidem", "qtd": "quoted", "ed": "edition", "eds": "editors",
    "rev": "revised", "asst": "assistant",
    "mgr": "manager", "tel": "telephone", "Tel": "Telephone", "ext": "extension", "appt": "appointment",
    "dist": "distance", "orig": "originally",
    "abbr": "abbreviation", "vol": "volume", "vols": "volumes", "jun": "junior", "lbs": "pounds", "hrs": "hours",
    "mins": "minutes", "secs": "seconds", "yrs": "years",
    "esp": "especially", "ca": "circa", "anon": "anonymous", "illus": "illustrated",
    "pseud": "pseudonym", "Hwys": "Highways",
    "bldg": "building", "Bldg": "Building", "Jct": "Junction", "Mgmt": "Management", "Messrs": "Messieurs",
}  # fmt: skip
# Words on their own as well ("max", "rev", "ed"): only with the full stop, inside a sentence, and before a small
# letter, a figure or a mark.
_ALSO_WORDS = {
    "max",
    "min",
    "temp",
    "rev",
    "ed",
    "est",
    "dist",
    "ext",
    "ca",
    "co",
    "misc",
    "anon",
    "orig",
    "ad",
    "Sq",
    "esp",
    "rep",
    "tel",
}
_BEFORE_FIGURES = {
    "no": "number", "nos": "numbers", "p": "page", "pp": "pages", "vol": "volume", "vols": "volumes",
    "ch": "chapter", "chap": "chapter",
    "fig": "figure", "figs": "figures", "sec": "section", "art": "article", "eq": "equation", "ed": "edition",
    "op": "opus", "apt": "apartment",
    "ste": "suite", "rm": "room", "pt": "part", "bk": "book", "col": "column", "ex": "exercise", "v": "verse",
    "vv": "verses", "l": "line",
    "ll": "lines", "c": "circa", "ca": "circa", "app": "appendix", "nr": "number", "rte": "route",
    "tel": "telephone", "ext": "extension", "n": "note",
    "b": "born", "d": "died", "fl": "flourished", "r": "reigned", "para": "paragraph", "ver": "version",
    "lot": "lot", "sig": "signature",
}  # fmt: skip
_LATIN = {
    "e.g.": "for example", "401(k)": "four oh one K", "401k": "four oh one K", "403(b)": "four oh three B",
    "403b": "four oh three B", "401(k)s": "four oh one Ks", "&c.": "et cetera", "&c": "et cetera",
    "i.e.": "that is", "a.k.a.": "also known as", "et al.": "and others", "c/o": "care of",
    "w/o": "without",
    "w/": "with", "b/c": "because", "n.b.": "note well", "q.v.": "which see", "op. cit.": "in the work cited",
    "P.S.": "P S",
    "Ph.D.": "P H D", "Ph.D": "P H D", "PhD": "P H D", "M.Sc.": "M S C",
    "BSc": "B S C", "MSc": "M S C", "GmbH": "G M B H", "B.Sc.": "B S C", "M.Phil.": "M Phil",
    "D.Phil.": "D Phil",
    "Ed.D.": "E D D", "LL.B.": "L L B", "LL.D.": "L L D", "R.I.P.": "R I P", "and/or": "and or",
    "he/she": "he or she", "she/he": "she or he",
    "his/her": "his or her", "him/her": "him or her", "her/his": "her or his", "s/he": "she or he",
    "n/a": "not applicable", "N/A": "not applicable",
    "vs": "versus", "vs.": "versus", "w.r.t.": "with respect to", "a.s.a.p.": "as soon as possible",
    "Jan.": "January", "Feb.": "February",
    "Sept.": "September", "Oct.": "October", "Nov.": "November", "Dec.": "December", "Aug.": "August",
}  # fmt: skip

_SAINTS = frozenset({
    "Paul", "John", "James", "Peter", "Louis", "Petersburg", "Andrew", "Andrews", "George", "Mary", "Patrick",
    "Francis", "Thomas", "Augustine", "Helena", "Helens", "Lucia", "Kitts", "Vincent", "Moritz", "Tropez",
    "Pancras", "Albans", "Alban", "Ives", "Nicholas", "Joseph", "Michael", "Anne", "Ann", "Catherine",
    "Catharines", "Bernard", "Elmo", "Valentine", "Pierre", "Denis", "Germain", "Martin", "Johns", "Cloud",
    "Croix", "Mark", "Luke", "Matthew", "Stephen", "Stephens", "David", "Clair", "Charles", "Elizabeth",
    "Margaret", "Anthony", "Basil", "Benedict", "Bartholomew", "Christopher", "Clare", "Giles", "Ignatius",
    "Jerome", "Jude", "Lawrence", "Leonard", "Nick", "Olaf", "Teresa", "Therese", "Vitus", "Winifred", "Agnes",
    "Barbara", "Mary's", "Paul's", "John's", "James's", "Peter's", "George's", "Andrew's", "Mark's", "Luke's",
})  # fmt: skip

# A capital that more likely begins a sentence than a name.
_STARTERS = frozenset({
    "He", "She", "It", "They", "We", "You", "The", "This", "That", "These", "Those", "There", "Then", "But",
    "And", "So", "In", "On", "At", "When", "While", "What", "Why", "How", "Who", "If", "As", "His", "Her",
    "Its", "Their", "Our", "My", "Your", "Not", "No", "Yes", "Now", "Here", "After", "Before", "For", "Is",
    "Was", "Are", "Do", "Did",
})  # fmt: skip

_TITLE = re.compile(
    r"(?<![\w.'])(?P<title>[A-Z][a-z]{1,5})(?P<dot>\.)? (?=[\"“']?(?P<next>[A-Z][\w'’.-]*|(?:and|or|&) [A-Z]))"
)
_DOTTED = re.compile(r"(?<![\w.'@/-])(?P<word>[A-Za-z]{2,6})\.(?![\w@])")
_FIGURES = re.compile(r"(?<![\w.'/-])(?P<word>[A-Za-z]{1,4})\.? ?(?=#?(?:\d|[IVXLC]+\b|(?<=p\. )[ivxlc]{1,8}\b))")
_FIXED = re.compile(
    "(?<![\\w./@-])(?:" + "|".join(re.escape(word) for word in sorted(_LATIN, key=len, reverse=True)) + r")(?![\w@/])",
    re.IGNORECASE,
)
_STREET_WORD = re.compile(r"(?P<previous>[\w'’]+)[.]? (?P<word>St|Dr)\b(?P<dot>\.)?(?!\w)")
_INITIALS = re.compile(r"(?<![\w.'&])(?:[A-Z]\.(?:[ -]?(?=[A-Z]\.))?){1,8}(?![\w])")
_ACRONYM_WORDS = frozenset(
    {
        "US",
        "USA",
        "UK",
        "UN",
        "EU",
        "USSR",
        "BC",
        "AD",
        "AM",
        "PM",
        "DC",
        "LA",
        "NY",
        "FBI",
        "CIA",
        "BBC",
        "NASA",
        "NATO",
        "TV",
        "PS",
    }
)
_AGAINST = re.compile(r"(?<=[\w.'’)] )v\.? (?=[A-Z])")
_WINDS = {"NE": "northeast", "NW": "northwest", "SE": "southeast", "SW": "southwest"}
_PER = frozenset({"second", "minute", "hour", "day", "night", "week", "month", "year", "person", "mile", "kilometer"})
_SLASHED = re.compile(r"(?<![\w/.:])(?P<left>[^\W\d_]{2,20})/(?P<right>[^\W\d_]{2,20})(?![\w/])")


def _title(match: re.Match[str], draft: Draft) -> Reading:
    title, dot = match["title"], match["dot"]
    if title not in _TITLES or not (dot or title in _BARE_TITLES):
        return None
    before = draft.text[: match.start()][-24:]
    if title in {"Dr", "Mt", "Ft", "Pt", "Sec", "Fr", "Col", "Rep"} and re.search(
        r"\d (?:[NSEW]\.? )?[A-Z]\w+ $", before
    ):
        # "12 Maple Dr. Springfield" is a drive.
        return None
    if (
        dot
        and draft.ends_sentence(match.end("dot"))
        and title in {"Gen", "Sec", "Pt", "Det", "Rep", "Fr", "Ft", "Mt", "Sen", "Gov"}
        and re.search(r"[a-z] $", before)
        and match["next"] in _STARTERS
    ):
        return None
    return Edit(match.start("title"), match.end("dot") if dot else match.end("title"), _TITLES[title], joins=True)


def _street(match: re.Match[str], draft: Draft) -> Reading:
    word, dot, end = match["word"], match["dot"], match.end()
    following = re.match(r" (?P<next>[A-Z][\w'’]*)", draft.text[end : end + 30])
    previous = match["previous"]
    is_name = (
        previous[0].isupper() or previous[-1].isdecimal() or re.search(r"\d(?:st|nd|rd|th)$", previous) is not None
    )
    at_start = match.start() == 0 or draft.text[: match.start()].rstrip(" \"“'")[-1:] in {"", ".", "!", "?", ":"}
    closes = draft.ends_sentence(end)
    if word == "St":
        saint = following is not None and (
            following["next"] in _SAINTS
            or not is_name
            or (at_start and previous in {"The", "In", "At", "On", "Old", "See"})
        )
        if saint:
            return Edit(match.start("word"), end, "Saint", joins=True)
    elif following is not None and not re.search(r"\d+ $", draft.text[: match.start()][-8:]):
        return None
    if not is_name:
        return None
    if not dot and following is not None:
        return None
    name = "Street" if word == "St" else "Drive"
    return Edit(match.start("word"), end, name + ("." if dot and closes else ""), joins=bool(dot) and not closes)


def _saint(match: re.Match[str], draft: Draft) -> Reading:
    if match["title"] != "St":
        return None
    return Edit(match.start("title"), match.end("dot") if match["dot"] else match.end("title"), "Saint", joins=True)


def _dotted(match: re.Match[str], draft: Draft) -> Reading:
    word = match["word"]
    said = _WORDS.get(word)
    if said is None and word[0].isupper() and (lower := _WORDS.get(word.lower())):
        said = lower.capitalize()
    if said is None:
        return None
    closes = closes_sentence(match.end(), draft)
    if word in _ALSO_WORDS and (closes or re.match(r" [A-Z]", draft.text[match.end() :][:2])):
        return None
    return Edit(match.start(), match.end(), said + ("." if closes else ""), joins=not closes)


def _figures(match: re.Match[str], draft: Draft) -> Reading:
    word, has_dot = match["word"], "." in match[0]
    said = _BEFORE_FIGURES.get(word.lower())
    if said is None or not (has_dot or (word in {"No", "Nos", "pp", "Vol", "Fig"} and " " in match[0])):
        return None
    if len(word) == 1 and (word.isupper() or draft.text[match.end() : match.end() + 1] in "IVXLC"):
        return None
    if word == "no" and not has_dot:
        return None
    if (
        word.lower() in {"no", "art", "col", "app", "lot", "sec", "b", "d", "l", "n", "r", "v", "fl"}
        and draft.ends_sentence(match.end())
        and match[0].endswith(" ")
        and draft.text[match.end() : match.end() + 1].isupper()
    ):
        return None
    is_first = match.start() == 0 or match.start() in draft.stops
    if word[0].isupper() and len(word) > 1 and (is_first or word.lower() not in {"no", "nos"}):
        said = said.capitalize()
    end = match.start() + len(match[0].rstrip("# "))
    return Edit(match.start(), end, said if end < match.end() else said + " ", joins=True)


def _fixed(match: re.Match[str], draft: Draft) -> Reading:
    word = match[0]
    said = _LATIN.get(word) or _LATIN.get(word.lower())
    if said is None or word == "VS":
        return None
    ends = word.endswith(".") and closes_sentence(match.end(), draft) and word.lower() not in {"e.g.", "i.e."}
    if word[0].isupper() and said[0].islower() and draft.text[: match.start()].strip() == "":
        said = said[0].upper() + said[1:]
    if word.endswith("/") and match.end() < len(draft.text) and draft.text[match.end()] != " ":
        said += " "
    return Edit(match.start(), match.end(), said + ("." if ends else ""), joins=not ends)


def _initials(match: re.Match[str], draft: Draft) -> Reading:
    letters = [letter for letter in match[0] if letter.isalpha()]
    end = match.start() + len(match[0].rstrip())
    if len(letters) == 1:
        return _single_initial(match, draft)
    closes = closes_sentence(end, draft) and not _is_name_part(letters, end, draft)
    together = "".join(letters)
    if together in _WINDS and " " not in match[0].rstrip():
        return Edit(match.start(), end, _WINDS[together] + ("." if closes else ""), joins=not closes)
    said = together if together in _ACRONYM_WORDS and " " not in match[0].rstrip() else by_letters(together)
    return Edit(match.start(), end, said + ("." if closes else ""), joins=not closes)


def _is_name_part(letters: list[str], end: int, draft: Draft) -> bool:
    """ "J. R. R. Tolkien": spaced initials before a capital belong to a name, whatever the splitter thinks."""
    following = re.match(r" ([A-Z][a-z]+)", draft.text[end : end + 20])
    return "".join(letters) not in _ACRONYM_WORDS and following is not None and following[1] not in _STARTERS


def _single_initial(match: re.Match[str], draft: Draft) -> Reading:
    before, after = draft.text[: match.start()][-20:], draft.text[match.end() :][:20]
    following = re.match(r" ([A-Z][a-z'’]+)", after)
    if following is None or match[0][0] == "I" or (following[1] in _STARTERS and draft.ends_sentence(match.end())):
        return None
    in_name = re.search(r"[A-Z][\w'’.]* $", before) is not None or not before.strip(" \"“'(")
    if not in_name and draft.ends_sentence(match.end()):
        return None
    # A lone A would be read as the article: it keeps its full stop.
    return Edit(match.start(), match.start() + 2, "A." if match[0][0] == "A" else match[0][0], joins=True)


def _against(match: re.Match[str], draft: Draft) -> Reading:
    if not re.search(r"[A-Z][\w.'’)]* $", draft.text[: match.start()][-30:]):
        return None
    return Edit(match.start(), match.end() - 1, "versus", joins=True)


def _slashed(match: re.Match[str], draft: Draft) -> Reading:
    word = " per " if match["right"] in _PER and match["left"].islower() else " slash "
    return Edit(match.end("left"), match.start("right"), word)


RULES = (
    Rule(_FIXED, _fixed, needs="./Pve&4Sb"),
    Rule(_AGAINST, _against, needs="v"),
    Rule(_FIGURES, _figures, needs="0123456789IVXLCp"),
    Rule(_STREET_WORD, _street, needs="SD"),
    Rule(_TITLE, _title, needs="ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    Rule(_TITLE, _saint, needs="S"),
    Rule(_DOTTED, _dotted, needs="."),
    Rule(_INITIALS, _initials, needs="."),
    Rule(_SLASHED, _slashed, needs="/"),
)
