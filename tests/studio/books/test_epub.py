"""EPUB 2 and 3: what is said, in which order, under which titles."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio.books.model import Book

Make = Callable[..., Path]
Read = Callable[..., Book]


def titles(book: Book) -> list[tuple[str, str]]:
    return [(chapter.kind, chapter.title) for chapter in book.chapters]


def said(book: Book, index: int = 0) -> list[str]:
    return list(book.chapters[index].paragraphs)


def only(make_epub: Make, read: Read, body: str) -> list[str]:
    """The paragraphs of a book that is one document."""
    book = read(make_epub({"a.xhtml": body}))
    return said(book)


# Metadata.


def test_title_author_and_language_come_from_the_package(make_epub: Make, read: Read) -> None:
    book = read(make_epub({"a.xhtml": "<p>Hello there.</p>"}))
    assert (book.title, book.authors, book.language) == ("A Book", ("Ann Author",), "en-gb")


def test_translators_and_editors_are_not_authors_and_subtitles_are_not_titles(make_epub: Make, read: Read) -> None:
    metadata = (
        '<dc:title id="s">The subtitle</dc:title><meta refines="#s" property="title-type">subtitle</meta>'
        '<dc:title id="t">Main &amp; only</dc:title><meta refines="#t" property="title-type">main</meta>'
        '<dc:creator id="b">Second</dc:creator><meta refines="#b" property="display-seq">2</meta>'
        '<dc:creator id="a">First</dc:creator><meta refines="#a" property="display-seq">1</meta>'
        '<dc:creator id="c">Trans Lator</dc:creator><meta refines="#c" property="role">trl</meta>'
        '<dc:creator opf:role="edt">Ed Itor</dc:creator><dc:language>not a language</dc:language>'
    )
    book = read(make_epub({"a.xhtml": "<p>Hello there.</p>"}, metadata=metadata))
    assert (book.title, book.authors, book.language) == ("Main & only", ("First", "Second"), "")


def test_a_book_without_title_takes_the_name_of_its_file(make_epub: Make, read: Read) -> None:
    path = make_epub({"a.xhtml": "<p>Hello there.</p>"}, metadata="")
    assert read(path, "my_long_walk.epub").title == "my long walk"


# Covers.


@pytest.mark.parametrize("way", ["property", "meta", "guide", "name"])
def test_the_cover_is_found_however_it_is_named(make_epub: Make, read: Read, documents: Any, way: str) -> None:
    cover = documents.picture("JPEG")
    item = '<item id="pic" href="i/p.jpg" media-type="image/jpeg"/>'
    options: dict[str, Any] = {"manifest": item}
    files: dict[str, str | bytes] = {"OEBPS/i/p.jpg": cover}
    if way == "property":
        options["manifest"] = item.replace("/>", ' properties="cover-image"/>')
    elif way == "meta":
        options["metadata"] = '<dc:title>T</dc:title><meta name="cover" content="pic"/>'
    elif way == "guide":
        options["guide"] = '<guide><reference type="cover" href="cover.xhtml"/></guide>'
        spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        svg = f'<svg {spaces}><image xlink:href="i/p.jpg"/></svg>'
        files["OEBPS/cover.xhtml"] = documents.page(svg)
    else:
        options["manifest"] = item.replace("pic", "my-cover-picture")
    book = read(make_epub({"a.xhtml": "<p>Hello there.</p>"}, files=files, **options))
    assert (book.cover, book.cover_type) == (cover, "image/jpeg")


def test_a_cover_that_is_no_picture_is_left_out_and_said(make_epub: Make, read: Read) -> None:
    manifest = '<item id="c" href="c.jpg" media-type="image/jpeg" properties="cover-image"/>'
    book = read(make_epub({"a.xhtml": "<p>Hi there.</p>"}, manifest=manifest, files={"OEBPS/c.jpg": b"<script>"}))
    assert (book.cover, book.cover_type) == (None, "")
    assert "Its cover picture could not be used." in book.notices


# Chapters.


def test_one_file_is_cut_at_the_anchors_of_the_table_of_contents(make_epub: Make, read: Read, documents: Any) -> None:
    body = (
        '<h2 id="one">One</h2><p>First.</p><div><p>End of one.</p><a id="two"/></div><h2>Two</h2><p>Second.</p>'
        '<p><a id="three">Three</a> begins here.</p>'
    )
    toc = documents.nav(("One", "a.xhtml#one"), ("Two", "a.xhtml#two"), ("Three", "a.xhtml#three"))
    book = read(make_epub({"a.xhtml": body}, toc=toc))
    assert [chapter.paragraphs for chapter in book.chapters] == [
        ("One", "First.", "End of one."),
        ("Two", "Second."),
        ("Three begins here.",),
    ]


def test_files_the_table_does_not_name_continue_the_chapter(make_epub: Make, read: Read, documents: Any) -> None:
    files = {f"{n}.xhtml": f"<p>Piece {n}.</p>" for n in "abcd"}
    book = read(make_epub(files, toc=documents.nav(("One", "a.xhtml"), ("Two", "c.xhtml"))))
    assert [(c.title, c.paragraphs) for c in book.chapters] == [
        ("One", ("Piece a.", "Piece b.")),
        ("Two", ("Piece c.", "Piece d.")),
    ]


def test_an_epub_2_takes_its_chapters_from_the_ncx(make_epub: Make, read: Read) -> None:
    point = '<navPoint id="{0}"><navLabel><text>{1}</text></navLabel><content src="{2}"/>{3}</navPoint>'
    inner = point.format("c", "Chapter 2", "b.xhtml", "")
    ncx = (
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
        + point.format("a", "Chapter 1", "a.xhtml", "")
        + point.format("b", "Part Two", "p.xhtml", inner)
        + "</navMap><pageList><pageTarget><navLabel><text>7</text></navLabel><content src='b.xhtml'/></pageTarget>"
        "</pageList></ncx>"
    )
    files = {"a.xhtml": "<p>Alpha is here.</p>", "p.xhtml": "<h1>PART TWO</h1>", "b.xhtml": "<p>Beta is here.</p>"}
    book = read(make_epub(files, ncx=ncx))
    assert [(c.title, c.paragraphs) for c in book.chapters] == [
        ("Chapter 1", ("Alpha is here.",)),
        ("Chapter 2", ("PART TWO", "Beta is here.")),
    ]


def test_chapters_that_begin_anew_in_every_part_are_told_apart(make_epub: Make, read: Read, documents: Any) -> None:
    lines = "".join(
        f'<li><span>Part {part}</span><ol><li><a href="{part}1.xhtml">Chapter 1</a></li>'
        f'<li><a href="{part}2.xhtml">Chapter 2</a></li></ol></li>'
        for part in ("One", "Two")
    )
    toc = documents.page(f'<nav epub:type="toc"><ol>{lines}</ol></nav>')
    files = {f"{part}{n}.xhtml": f"<p>{part} {n} text.</p>" for part in ("One", "Two") for n in (1, 2)}
    book = read(make_epub(files, toc=toc))
    assert [chapter.title for chapter in book.chapters] == [
        "Part One: Chapter 1", "Part One: Chapter 2", "Part Two: Chapter 1", "Part Two: Chapter 2",
    ]  # fmt: skip


def test_a_chapter_is_not_cut_into_its_sections(make_epub: Make, read: Read, documents: Any) -> None:
    inner = "".join(f'<li><a href="a.xhtml#s{n}">1.{n} Section</a></li>' for n in range(3))
    toc = documents.page(
        f'<nav epub:type="toc"><ol><li><a href="a.xhtml">Chapter 1: All</a><ol>{inner}</ol></li>'
        '<li><a href="b.xhtml">Chapter 2: More</a></li></ol></nav>'
    )
    body = "<h1>Chapter 1</h1>" + "".join(f'<h2 id="s{n}">1.{n} Section</h2><p>Words here.</p>' for n in range(3))
    book = read(make_epub({"a.xhtml": body, "b.xhtml": "<p>More.</p>"}, toc=toc))
    assert [chapter.title for chapter in book.chapters] == ["Chapter 1: All", "Chapter 2: More"]


def test_a_line_of_the_table_that_leads_to_a_picture_does_not_name_a_chapter(
    make_epub: Make, read: Read, documents: Any
) -> None:
    toc = documents.nav(("Cover", "cover.xhtml"), ("Chapter 1", "a.xhtml"), ("Chapter 2", "b.xhtml"))
    files = {"cover.xhtml": '<img src="x.png" alt="a picture"/>', "a.xhtml": "<p>Alpha.</p>", "b.xhtml": "<p>Beta.</p>"}
    assert titles(read(make_epub(files, toc=toc))) == [("body", "Chapter 1"), ("body", "Chapter 2")]


def test_without_any_table_the_headings_of_the_files_are_the_chapters(make_epub: Make, read: Read) -> None:
    files = {
        "a.xhtml": "<h1>Chapter I</h1><h2>The Start</h2><p>Alpha.</p>",
        "a2.xhtml": "<p>More alpha.</p>",
        "b.xhtml": "<h1>Chapter II</h1><p>Beta goes on for a while.</p>",
    }
    book = read(make_epub(files))
    assert [(c.title, c.paragraphs[-1]) for c in book.chapters] == [
        ("Chapter I: The Start", "More alpha."),
        ("Chapter II", "Beta goes on for a while."),
    ]


def test_percent_encoded_and_differently_cased_links_are_followed(make_epub: Make, read: Read, documents: Any) -> None:
    item = '<item id="d" href="Sub%20Folder/One.XHTML" media-type="application/xhtml+xml"/>'
    package = documents.opf([], manifest=item, spine='<spine><itemref idref="d"/></spine>')  # fmt: skip
    book = read(
        make_epub({}, package=package, files={"OEBPS/sub folder/one.xhtml": documents.page("<p>Found me.</p>")})
    )
    assert said(book) == ["Found me."]


# What stands around the work.


def test_front_and_back_matter_is_marked_and_the_work_is_not(make_epub: Make, read: Read, documents: Any) -> None:
    files = {
        "cover.xhtml": documents.page('<section epub:type="cover"><p>Cover words</p></section>'),
        "t.xhtml": documents.page('<section epub:type="titlepage"><h1>A Book</h1></section>'),
        "c.xhtml": "<h1>Copyright</h1><p>All rights reserved.</p>",
        "d.xhtml": documents.page("<p>For you.</p>", 'epub:type="dedication"'),
        "p.xhtml": "<h1>Preface</h1><p>Why I wrote this.</p>",
        "1.xhtml": "<h1>Chapter 1</h1><p>It began.</p>",
        "2.xhtml": "<h1>Chapter 2</h1><p>It ended.</p>",
        "e.xhtml": "<h1>Epilogue</h1><p>Years later.</p>",
        "a.xhtml": "<h1>About the Author</h1><p>She lives.</p>",
        "b.xhtml": documents.page("<h1>Works</h1><p>Book, 1999.</p>", 'epub:type="bibliography"'),
        "i.xhtml": "<h1>Index</h1><p>Apple, 3</p>",
    }
    toc = documents.nav(
        ("Copyright", "c.xhtml"), ("Preface", "p.xhtml"), ("Chapter 1", "1.xhtml"), ("Chapter 2", "2.xhtml"),
        ("Epilogue", "e.xhtml"), ("About the Author", "a.xhtml"), ("Index", "i.xhtml"),
    )  # fmt: skip
    book = read(make_epub(files, toc=toc))
    assert [kind for kind, _ in titles(book)] == ["front"] * 4 + ["body"] * 4 + ["back"] * 3
    assert book.notices == ("Skipped 4 front-matter sections and 3 back-matter sections; tick them to narrate them.",)


def test_the_guide_and_the_landmarks_tell_what_a_page_is(make_epub: Make, read: Read, documents: Any) -> None:
    files = {"x.xhtml": "<p>" + "Something long enough. " * 90 + "</p>", "y.xhtml": "<p>y y y.</p>" * 2,
             "1.xhtml": "<p>One.</p>", "2.xhtml": "<p>Two.</p>"}  # fmt: skip
    marks = '<nav epub:type="landmarks"><ol><li><a epub:type="epigraph" href="x.xhtml">E</a></li></ol></nav>'
    toc = documents.nav(("One", "1.xhtml"), ("Two", "2.xhtml"), extra=marks)
    guide = '<guide><reference type="dedication" href="y.xhtml"/></guide>'
    assert [kind for kind, _ in titles(read(make_epub(files, toc=toc, guide=guide)))] == [
        "front",
        "front",
        "body",
        "body",
    ]


def test_a_file_only_links_lead_to_is_not_part_of_the_work(make_epub: Make, read: Read, documents: Any) -> None:
    files = {"a.xhtml": "<p>Alpha.</p>", "b.xhtml": "<p>Beta.</p>", "extra.xhtml": "<p>Answers to the quiz.</p>"}
    toc = documents.nav(("One", "a.xhtml"), ("Two", "b.xhtml"))
    book = read(make_epub(files, toc=toc, linear={"extra.xhtml": "no"}))
    assert titles(book)[2][0] == "back"


def test_project_gutenbergs_licence_is_set_aside(make_epub: Make, read: Read) -> None:
    body = (
        '<section class="pg-boilerplate pgheader"><p>The Project Gutenberg eBook</p></section>'
        "<h2>Chapter 1</h2><p>It was.</p>"
        '<section class="pg-boilerplate pgfooter"><p>Full licence here</p></section>'
    )
    book = read(make_epub({"a.xhtml": body}))
    assert titles(book) == [("body", "Chapter 1"), ("back", "Licence")]
    assert said(book) == ["Chapter 1", "It was."]


# Notes.


@pytest.mark.parametrize(
    "reference",
    [
        '<a epub:type="noteref" href="#n">1</a>',
        '<sup><a href="#n">1</a></sup>',
        '<a href="#n"><sup>1</sup></a>',
        ' <a class="fnanchor" href="#n">[1]</a>',
        '[<a href="#n">1</a>]',
        '<sup>[<a href="#n">1</a>]</sup>',
        '<a role="doc-noteref" href="notes.xhtml#n">*</a>',
        "<sup>1</sup>",
    ],
)
def test_note_references_leave_no_trace(make_epub: Make, read: Read, reference: str) -> None:
    assert only(
        make_epub, read, f"<p>The whale{reference}, they said, was white{reference} and large{reference}.</p>"
    ) == ["The whale, they said, was white and large."]


def test_powers_ordinals_and_formulas_are_not_note_references(make_epub: Make, read: Read) -> None:
    body = '<p>10<sup>6</sup> m<sup>2</sup> on the 1<sup>st</sup>; H<sub>2</sub>O; see <a href="#x">chapter 2</a>.</p>'
    assert only(make_epub, read, body) == ["10⁶ m² on the 1st; H2O; see chapter 2."]


def test_footnotes_are_gathered_behind_the_work_and_counted(make_epub: Make, read: Read, documents: Any) -> None:
    body = (
        '<p>One<a epub:type="noteref" href="#n1">1</a>.</p><aside epub:type="footnote" id="n1"><p><a href="#r1">1</a> '
        'First note.</p><p>Its second paragraph.</p></aside><p>Two.</p><ol class="footnotes"><li id="n2">Second note. '
        '<a href="#r2">↩</a></li></ol>'
    )
    toc = documents.nav(("Alpha", "a.xhtml"), ("Beta", "b.xhtml"))
    book = read(make_epub({"a.xhtml": body, "b.xhtml": "<p>Beta.</p>"}, toc=toc))
    assert titles(book) == [("body", "Alpha"), ("body", "Beta"), ("notes", "Notes")]
    assert said(book) == ["One.", "Two."]
    assert said(book, 2) == ["First note.", "Its second paragraph.", "Second note."]
    assert book.chapters[2].notes == 2
    assert book.notices == ("Skipped 2 footnotes; tick them to narrate them.",)


def test_notes_without_any_mark_are_known_by_what_leads_to_them(make_epub: Make, read: Read, documents: Any) -> None:
    files = {
        "a.xhtml": '<p id="back">He said so<a href="z.xhtml#f1"><sup>1</sup></a>.</p>',
        "b.xhtml": "<p>Beta.</p>",
        "z.xhtml": '<h1>Remarks</h1><p id="f1"><a href="a.xhtml#back">1</a> In a letter.</p><p>Not a note, this.</p>',
    }
    toc = documents.nav(("A", "a.xhtml"), ("B", "b.xhtml"), ("Remarks", "z.xhtml"))
    book = read(make_epub(files, toc=toc))
    assert said(book) == ["He said so."]
    assert said(book, 2) == ["Remarks", "Not a note, this."]
    assert said(book, 3) == ["In a letter."]


def test_a_chapter_of_endnotes_stays_in_its_place(make_epub: Make, read: Read, documents: Any) -> None:
    items = "".join(f'<li epub:type="endnote"><p>{text}</p></li>' for text in ("One.", "Two."))
    notes = f'<section epub:type="endnotes"><h2>Notes</h2><ol>{items}</ol></section>'
    files = {"a.xhtml": "<p>Alpha.</p>", "b.xhtml": "<p>Beta.</p>", "n.xhtml": documents.page(notes)}
    toc = documents.nav(("A", "a.xhtml"), ("B", "b.xhtml"), ("Notes", "n.xhtml"))
    book = read(make_epub(files, toc=toc))
    assert titles(book)[2] == ("notes", "Notes")
    assert (said(book, 2), book.chapters[2].notes) == (["Notes", "One.", "Two."], 2)


# Prose.


def test_inline_elements_neither_split_nor_glue_words(make_epub: Make, read: Read) -> None:
    body = (
        "<p><span>W</span>ord w<i>or</i>d <b>bold</b><i> next</i> a<b>b</b>c\n   <em>new\nline</em>.</p>"
        "<div>Block<div>inside</div>after</div>"
    )
    assert only(make_epub, read, body) == ["Word word bold next abc new line.", "Block", "inside", "after"]


def test_entities_and_odd_characters_come_out_as_text(make_epub: Make, read: Read) -> None:
    body = "<p>a&nbsp;b&mdash;c caf&eacute; &#8220;q&#8221; &lt;x&gt; R&amp;D so\u00adft zero\u200bwidth e\u0301</p>"
    assert only(make_epub, read, body) == ["a b—c café “q” <x> R&D soft zerowidth é"]


def test_lists_tables_and_definitions_are_read_sensibly(make_epub: Make, read: Read) -> None:
    body = (
        '<ul><li>milk</li><li><p>eggs</p></li></ul><ol start="3"><li>third</li><li>fourth</li></ol>'
        "<table><tr><th>Name</th><th>Age</th></tr><tr><td>Ann</td><td>7</td></tr></table>"
        "<dl><dt>Cat</dt><dd>An animal.</dd></dl>"
    )
    assert only(make_epub, read, body) == [
        "milk", "eggs", "3. third", "4. fourth", "Name, Age", "Ann, 7", "Cat", "An animal.",
    ]  # fmt: skip


def test_a_table_used_for_layout_is_read_cell_by_cell(make_epub: Make, read: Read) -> None:
    long = "This is a long sentence of prose in a table cell. " * 8
    body = f"<table><tr><td><p>{long}</p><p>Second.</p></td><td>Right.</td></tr></table>"
    assert only(make_epub, read, body) == [long.strip(), "Second.", "Right."]


def test_nested_tables_lose_nothing(make_epub: Make, read: Read) -> None:
    body = "<table><tr><td>one<table><tr><td>two</td></tr></table>three</td><td>four</td></tr></table>"
    assert " ".join(only(make_epub, read, body)).replace(",", "").split() == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Tyger Tyger,<br/>burning bright</p>",
        '<div class="stanza"><div>Tyger Tyger,</div>\n<div>burning bright</div></div>',
        '<p class="line">Tyger Tyger,</p>\n<p class="line">burning bright</p>',
        '<p><span class="line">Tyger Tyger,</span><span class="line">burning bright</span></p>',
        '<p><span class="line">Tyger Tyger,</span><br/><span class="line">burning bright</span></p>',
        "<pre>Tyger Tyger,\nburning bright</pre>",
    ],
)
def test_verse_keeps_its_lines(make_epub: Make, read: Read, body: str) -> None:
    assert only(make_epub, read, f"{body}<p>Prose.</p>") == ["Tyger Tyger,\nburning bright", "Prose."]


def test_an_empty_line_parts_stanzas(make_epub: Make, read: Read) -> None:
    assert only(make_epub, read, "<p>one<br/>two<br/><br/>three</p>") == ["one\ntwo", "three"]


def test_ruby_is_read_once_by_its_base(make_epub: Make, read: Read) -> None:
    body = "<p><ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rt>じ</rt></ruby>です</p>"
    assert only(make_epub, read, body) == ["漢字です"]


def test_what_nobody_sees_is_not_read(make_epub: Make, read: Read) -> None:
    body = (
        '<p>Seen.<span style="display: none">unseen</span><span hidden="hidden">unseen</span></p>'
        "<script>var x = 1;</script>"
        '<p>More<span epub:type="pagebreak" id="p7">7</span> text<span class="pagenum">[Pg 8]</span>.</p>'
        "<svg><text>unseen</text></svg><p>* * *</p>"
    )
    assert only(make_epub, read, body) == ["Seen.", "More text."]


def test_an_initial_drawn_as_a_picture_is_read_and_other_pictures_are_not(make_epub: Make, read: Read) -> None:
    body = '<p><img src="o.png" alt="O"/>nce upon <img src="c.png" alt="a castle"/>a time.</p>'
    assert only(make_epub, read, body) == ["Once upon a time."]


def test_a_heading_on_two_lines_is_one_heading(make_epub: Make, read: Read) -> None:
    body = "<h2>CHAPTER I<br/>Down the Rabbit-Hole</h2><p>Alice.</p><h2>ALICE’S<br/>ADVENTURES</h2><p>Text.</p>"
    book = read(make_epub({"a.xhtml": body}))
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I. Down the Rabbit-Hole", "ALICE’S ADVENTURES"]


# Documents that are not what they should be.


def test_broken_xml_is_read_the_way_a_browser_would(make_epub: Make, read: Read) -> None:
    broken = '<html><head><title/></head><body><p>One <b>two</p><a id="x"/><p>three & four<br>five</body>'
    assert only(make_epub, read, broken) == ["One two", "three & four\nfive"]


def test_undeclared_prefixes_still_mean_what_they_say(make_epub: Make, read: Read) -> None:
    note = '<aside epub:type="footnote" id="n">Note it.</aside>'
    page = f'<html><body><p>Hi<a epub:type="noteref" href="#n">1</a>.</p>{note}</body></html>'
    book = read(make_epub({"a.xhtml": page}))
    assert said(book) == ["Hi."]
    assert said(book, 1) == ["Note it."]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "iso-8859-1", "windows-1252"])
def test_every_declared_encoding_is_honoured(make_epub: Make, read: Read, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    body = '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Café déjà</p></body></html>'
    text = f'<?xml version="1.0" encoding="{declared}"?>{body}'
    assert only(make_epub, read, text.encode(encoding)) == ["Café déjà"]  # type: ignore[arg-type]


def test_a_book_of_pictures_says_that_it_has_no_text(make_epub: Make, read: Read) -> None:
    with pytest.raises(Exception, match="no text to read"):
        read(make_epub({"a.xhtml": '<img src="1.png" alt="page one"/>'}))


def test_a_long_book_without_chapters_is_cut_into_parts(make_epub: Make, read: Read) -> None:
    body = "".join(f"<p>{'word ' * 100}{n}.</p>" for n in range(150))
    book = read(make_epub({"a.xhtml": body}))
    assert [chapter.title for chapter in book.chapters] == ["Part 1", "Part 2", "Part 3"]
    assert sum(len(chapter.paragraphs) for chapter in book.chapters) == 150
