"""The words of (X)HTML that matter for reading aloud: which elements part paragraphs, which are silent, and what
classes and semantic types say. Knows names only."""


def names(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


BLOCKS = names(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure",
    "footer h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu nav ol p pre section summary table tbody td tfoot",
    "th thead tr ul",
)
SKIPPED = names(
    "script style template noscript svg audio video object iframe select button textarea input rt rp rtc datalist",
    "canvas map binary",
)
CELLS = frozenset({"td", "th"})

NOTE_TYPES = frozenset({"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"})
NOTE_ITEM_TYPES = frozenset({"footnote", "endnote", "rearnote"})
NOTE_CLASSES = NOTE_TYPES | {"fn", "footnote-text", "footnotetext", "endnote-text", "fnote"}
NOTE_BLOCKS = frozenset({"aside", "div", "section", "li", "ol", "ul", "p", "dl", "dd"})
REFERENCE_CLASSES = frozenset(
    {"noteref", "footnoteref", "footnote-ref", "footnote-reference", "fnref", "fnanchor", "endnoteref", "note-ref"}
)
PAGE_CLASSES = frozenset({"pagenum", "pageno", "pagenumber", "page-number", "x-ebookmaker-pageno"})
LICENCE_CLASSES = frozenset({"pg-boilerplate", "pgheader", "pgfooter"})
VERSE_CLASSES = frozenset({"line", "verse", "vers", "verse-line", "poem-line", "poetry-line"})
STANZA_CLASSES = frozenset({"linegroup", "stanza", "lg"})

KNOWN_TYPES = NOTE_TYPES | names(
    "abstract acknowledgements acknowledgments afterword appendix backmatter bibliography bodymatter chapter colophon",
    "conclusion contributors copyright-page cover credits dedication division epigraph epilogue errata foreword",
    "frontispiece frontmatter fulltitle glossary halftitlepage halftitle imprint imprimatur index introduction",
    "landmarks loi lot other-credits part preamble preface prologue seriespage titlepage toc toc-brief volume",
)
