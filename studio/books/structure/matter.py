"""What a section is: the work, what stands before it, what stands after it, or notes. Knows names, not files."""

import re
from typing import Literal

from studio.books.model import Kind


def _names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_FRONT_TYPES = _names(
    "cover titlepage title-page halftitlepage halftitle halftitle-page fulltitle seriespage series-page frontispiece",
    "copyright-page copyright imprint imprimatur dedication epigraph toc toc-brief landmarks loi lot contributors",
    "credits other-credits preamble",
)
_BACK_TYPES = _names("index bibliography colophon glossary errata")
_NOTE_TYPES = _names("footnotes endnotes rearnotes footnote endnote rearnote notes")
# Written to be read, whatever side of the book they stand on.
_BODY_TYPES = _names(
    "bodymatter chapter part volume division prologue epilogue preface foreword introduction afterword conclusion",
    "appendix abstract text start",
)
_ACKNOWLEDGEMENTS = _names("acknowledgements acknowledgments")

_FRONT_TITLES = _any_of(
    r"(?:front |book )?cover(?: page| image)?",
    r"(?:half[- ]?)?title(?: ?page)?",
    r"copyrights?(?: page| notice| information)?|rights|imprint|legal notice|publisher'?s note",
    r"dedication|epigraphs?|frontispiece|front ?matter",
    r"(?:table of |brief |detailed )?contents",
    r"list of (?:illustrations|figures|tables|maps|plates|abbreviations)|illustrations|maps?",
    r"about this e?-?book|project gutenberg header",
    r"praise(?: for .*)?|advance praise.*|(?:also|books|other (?:books|titles|works)|more) by .*",
    r"inhalt(?:sverzeichnis)?|widmung|impressum|titelseite",
    r"sommaire|table des matières|dédicace|page de titre",
    r"índice de contenidos?|dedicatoria|portada|colofón",
    r"copertina|indice|sumário",
    r"目次|もくじ|目录|目錄|表紙|封面|版权页?|版權頁?|扉|奥付|図表一覧",
)
_BACK_TITLES = _any_of(
    r"(?:(?:general |subject |name )?index(?: of .*)?|register|stichwortverzeichnis)",
    r"(?:selected |further |suggested |recommended )?(?:bibliography|reading)|references|works cited|sources",
    r"about the (?:authors?|editors?|translators?|publisher|typefaces?|type)|about .{1,30} press",
    r"colophon|uncopyright|glossary|errata|transcriber'?s notes?|a note on the (?:type|typeface)",
    r"(?:photo |picture |image |text |illustration )?(?:credits|permissions)|(?:list of )?contributors",
    r"newsletter|(?:an )?excerpt from .*|(?:a )?(?:preview|sneak peek|teaser)(?: of .*)?|advertisements?",
    r"reading group guide|discussion questions|questions for discussion|back ?(?:matter|cover)",
    r"project gutenberg.*licen[cs]e|(?:the )?full project gutenberg.*",
    r"literatur(?:verzeichnis)?|glossar|über (?:den autor|die autorin)",
    r"bibliographie|glossaire|à propos de l'auteur",
    r"bibliografía|bibliografia|glosario|sobre (?:el autor|la autora|o autor)",
    r"索引|参考文献|用語集|参考书目|關於作者|关于作者|著者(?:紹介|略歴)",
)
_NOTE_TITLES = _any_of(
    r"(?:foot|end|rear)[- ]?notes?|notes?(?: (?:to|on) (?:the )?(?:text|chapters?|sources|pages?)\b.*)?",
    r"anmerkungen|fußnoten|notes de bas de page|notas(?: al pie)?|note a piè di pagina",
    r"注|註|注釈|脚注|脚註|注釈一覧|注释",
)
_ACKNOWLEDGEMENT_TITLES = _any_of(r"acknowledge?ments?|danksagung|remerciements|agradecimientos|ringraziamenti")
_FRONT_FILES = _any_of(
    r"cover|cover[-_ ]?page|half[-_]?title(?:[-_]?page)?|title[-_]?page",
    r"copyright(?:[-_]?page)?|dedication|epigraph|imprint|toc|nav|contents?",
)
_BACK_FILES = _any_of(r"colophon|bibliography|about[-_]?(?:the[-_]?)?author|glossary")
_LONG_WORDS = 1500  # a "Maps" or "Sources" this long is somebody's chapter

Where = Literal["before", "within", "after", ""]
"""Where a section stands to the first and last chapter; "" when nobody can say."""


def kind_of_types(types: frozenset[str]) -> Kind | None:
    """What a publisher's own marks (epub:type, landmarks, guide) say; the most particular one counts."""
    if types & _NOTE_TYPES:
        return "notes"
    if types & _FRONT_TYPES:
        return "front"
    if types & _BACK_TYPES:
        return "back"
    if types & _ACKNOWLEDGEMENTS:
        return "front" if "frontmatter" in types else "back"
    if types & _BODY_TYPES:
        return "body"
    # Weak: an appendix at the back is still written to be read.
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
