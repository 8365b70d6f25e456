"""What a section is: the work, what stands before it, what stands after it, or notes. Knows names, not files."""

import re
from typing import Literal

from studio.books.model import Kind

_FRONT_TYPES = frozenset(
    "cover titlepage title-page halftitlepage halftitle fulltitle copyright-page copyright dedication epigraph toc toc-brief "
    "landmarks frontispiece seriespage imprint imprimatur loi lot contributors credits other-credits preamble "
    "halftitle-page series-page".split()
)
_BACK_TYPES = frozenset("index bibliography colophon glossary errata backmatter".split())
_NOTE_TYPES = frozenset("footnotes endnotes rearnotes footnote endnote rearnote notes".split())
# Written to be read, whatever side of the book they stand on.
_BODY_TYPES = frozenset(
    "bodymatter chapter part volume division prologue epilogue preface foreword introduction afterword conclusion "
    "appendix abstract text start".split()
)
_ACKNOWLEDGEMENTS = frozenset({"acknowledgements", "acknowledgments"})

_FRONT_TITLES = re.compile(
    r"(?:(?:front |book )?cover(?: page| image)?|(?:half[- ]?)?title(?: page)?|half[- ]?title page|copyright(?:s| page| notice| information)?"
    r"|rights|imprint|legal notice|dedication|epigraphs?|(?:table of )?contents|brief contents|detailed contents|frontispiece"
    r"|list of (?:illustrations|figures|tables|maps|plates|abbreviations)|illustrations|maps?|publisher'?s note|about this e?-?book"
    r"|praise(?: for .*)?|advance praise.*|(?:also|books|other (?:books|titles|works)|more) by .*|titlepage|front ?matter"
    r"|project gutenberg header|inhalt(?:sverzeichnis)?|widmung|impressum|titelseite|sommaire|table des matières|dédicace|page de titre"
    r"|índice de contenidos?|dedicatoria|portada|copertina|indice|colofón|sumário)",
    re.IGNORECASE,
)
_BACK_TITLES = re.compile(
    r"(?:(?:general |subject |name )?index(?: of .*)?|bibliography|(?:selected|further|suggested|recommended) (?:bibliography|reading)|references"
    r"|works cited|sources|about the (?:authors?|editors?|translators?|publisher|typeface?s?|type)|about .{1,30} press|colophon|glossary"
    r"|(?:photo |picture |image |text |illustration )?(?:credits|permissions)|list of contributors|contributors|errata|transcriber'?s notes?"
    r"|a note on the (?:type|typeface)|newsletter|(?:an )?excerpt from .*|(?:a )?(?:preview|sneak peek|teaser)(?: of .*)?|advertisements?"
    r"|reading group guide|discussion questions|questions for discussion|back ?(?:matter|cover)|uncopyright|project gutenberg.*licen[cs]e"
    r"|(?:the )?full project gutenberg.*|literaturverzeichnis|literatur|register|stichwortverzeichnis|über (?:den autor|die autorin)"
    r"|bibliographie|à propos de l'auteur|bibliografía|bibliografia|sobre (?:el autor|la autora|o autor)|glossar|glossaire|glosario)",
    re.IGNORECASE,
)
_NOTE_TITLES = re.compile(
    r"(?:(?:foot|end|rear)[- ]?notes?|notes?(?: (?:to|on) (?:the )?(?:text|chapters?|sources|pages?)\b.*)?|anmerkungen|fußnoten|"
    r"notes de bas de page|notas(?: al pie)?|note a piè di pagina)",
    re.IGNORECASE,
)
_ACKNOWLEDGEMENT_TITLES = re.compile(
    r"acknowledge?ments?|danksagung|remerciements|agradecimientos|ringraziamenti", re.IGNORECASE
)
_FRONT_FILES = re.compile(
    r"cover|cover[-_ ]?page|half[-_]?title(?:[-_]?page)?|title[-_]?page|copyright(?:[-_]?page)?|dedication|epigraph|imprint|toc|nav|contents?",
    re.IGNORECASE,
)
_BACK_FILES = re.compile(
    r"colophon|index|bibliography|about[-_]?the[-_]?author|about[-_]?author|glossary", re.IGNORECASE
)
_LONG_WORDS = 1500  # a "Maps" or "Sources" this long is somebody's chapter

Where = Literal["before", "within", "after", ""]
"""Where a section stands to the first and last chapter; "" when nobody can say."""


def kind_of_types(types: frozenset[str]) -> Kind | None:
    """What a publisher's own marks (epub:type, landmarks, guide) say; the most particular one counts."""
    if types & _NOTE_TYPES:
        return "notes"
    if types & _FRONT_TYPES:
        return "front"
    # "backmatter" alone is weak: an appendix in it is still written to be read.
    if (types & _BACK_TYPES) - {"backmatter"}:
        return "back"
    if types & _ACKNOWLEDGEMENTS:
        return "front" if "frontmatter" in types else "back"
    if types & _BODY_TYPES:
        return "body"
    return "back" if "backmatter" in types else None


def kind_of_title(title: str, words: int, where: Where = "") -> Kind | None:
    """What a heading says; None when it is nobody's usual name."""
    name = " ".join(title.replace("’", "'").split()).strip(" .:*[]()").casefold()
    if _NOTE_TITLES.fullmatch(name):
        return "notes"
    if _FRONT_TITLES.fullmatch(name) and words <= _LONG_WORDS:
        return "front"
    if _BACK_TITLES.fullmatch(name) and (
        words <= _LONG_WORDS or where == "after" or "index" in name or "bibliogr" in name
    ):
        return "back"
    if _ACKNOWLEDGEMENT_TITLES.fullmatch(name):
        return "front" if where == "before" else "back"
    return None


def kind_of_file(path: str) -> Kind | None:
    """What a member's name says ("titlepage.xhtml"); only used where nothing better is known."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    stem = re.sub(r"^[\d_-]+|[\d_-]+$", "", stem)
    if _FRONT_FILES.fullmatch(stem):
        return "front"
    return "back" if _BACK_FILES.fullmatch(stem) else None
