"""Word documents: styles are chapters, notes are set aside, nothing is doubled."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from studio.books.errors import BookError
from studio.books.model import Book

Read = Callable[..., Book]

FOOTNOTES = (
    '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:t>sep</w:t></w:r></w:p></w:footnote>'
    '<w:footnote w:id="1"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t xml:space="preserve"> A note.</w:t></w:r></w:p>'
    "</w:footnote>"
    "</w:footnotes>"
)


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Document], Path]:
    def save(document: Document) -> Path:
        document.save(str(tmp_path / "report.docx"))
        return tmp_path / "report.docx"

    return save


def rewritten(path: Path, **members: str | bytes) -> Path:
    """The same file with members added or replaced; `__` stands for `/` and `_x` for `.xml`."""
    with zipfile.ZipFile(path) as archive:
        content: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    content |= {name.replace("__", "/").replace("_x", ".xml"): data for name, data in members.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_headings_are_chapters_and_properties_are_the_title(read: Read, saved: Callable[[Document], Path]) -> None:
    document = docx.Document()
    document.core_properties.title, document.core_properties.author = "The Report", "Ann; Bob"
    document.core_properties.language = "en-US"
    document.add_heading("The Report", 0)
    for number in (1, 2):
        document.add_heading(f"Part {number} of it", 1)
        document.add_paragraph("Some ").add_run("bold").bold = True
        document.add_heading("Below", 2)
        document.add_paragraph("First line").add_run().add_break()
    book = read(saved(document))
    assert (book.title, book.authors, book.language) == ("The Report", ("Ann", "Bob"), "en-us")
    assert [c.title for c in book.chapters] == ["Part 1 of it", "Part 2 of it"]
    assert book.chapters[1].paragraphs == ("Part 2 of it", "Some bold", "Below", "First line")


def test_the_title_in_the_text_is_used_where_the_properties_are_silent(
    read: Read, saved: Callable[[Document], Path]
) -> None:
    document = docx.Document()
    document.core_properties.title = ""
    document.add_paragraph("A Walk", style="Title")
    document.add_paragraph("It rained.")
    book = read(saved(document))
    assert (book.title, book.authors) == ("A Walk", ())


def test_tables_are_read_in_their_place_and_nested_ones_too(read: Read, saved: Callable[[Document], Path]) -> None:
    document = docx.Document()
    document.add_paragraph("Before.")
    table = document.add_table(2, 2)
    for number, cell in enumerate(cell for row in table.rows for cell in row.cells):
        cell.text = "abcd"[number]
    inner = table.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "e", "f"
    document.add_paragraph("After.")
    assert read(saved(document)).chapters[0].paragraphs == ("Before.", "a, b", "c", "d", "e, f", "After.")


def test_footnotes_are_set_aside(read: Read, saved: Callable[[Document], Path]) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Said so")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="1"/></w:r>'))
    paragraph.add_run(".")
    book = read(rewritten(saved(document), word__footnotes_x=FOOTNOTES))
    assert [(c.kind, c.paragraphs) for c in book.chapters] == [("body", ("Said so.",)), ("notes", ("A note.",))]
    assert book.notices == ("Skipped 1 footnote; tick it to narrate it.",)


def test_deleted_text_and_old_copies_of_text_boxes_are_not_read(read: Read, saved: Callable[[Document], Path]) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Kept")
    paragraph._p.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="x"><w:r><w:delText>gone</w:delText></w:r></w:del>')
    )
    box = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"
    paragraph._p.append(
        parse_xml(
            f'<w:r {nsdecls("w")} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f'<mc:AlternateContent><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing></mc:Choice>'
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    said = read(saved(document)).chapters[0].paragraphs
    assert sorted(said) == ["In a box.", "Kept"]


@pytest.mark.parametrize("member", ["word__document_x", "docProps__core_x", "word__styles_x", "word__footnotes_x"])
def test_entities_in_any_part_are_refused(
    read: Read, saved: Callable[[Document], Path], member: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret of this machine")
    document = docx.Document()
    document.add_paragraph("Hello.")
    evil = (
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]><w:document '
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        "<w:body><w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"
    )
    with pytest.raises(BookError, match=r"“report.docx” is unsafe"):
        read(rewritten(saved(document), **{member: evil}))


def test_a_part_that_unpacks_too_far_is_refused(read: Read, saved: Callable[[Document], Path]) -> None:
    path = rewritten(saved(docx.Document()), word__media__x=b"\0" * (50 * 2**20))
    with pytest.raises(BookError, match="bomb"):
        read(path)


@pytest.mark.parametrize("member", ["[Content_Types].xml", "word/document.xml", "_rels/.rels"])
def test_a_document_with_a_broken_part_is_refused(read: Read, saved: Callable[[Document], Path], member: str) -> None:
    document = docx.Document()
    document.add_paragraph("Hello.")
    path = saved(document)
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    content[member] = b"<broken"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    with pytest.raises(BookError, match=r"“report.docx” is damaged"):
        read(path)


def test_an_empty_document_has_no_text(read: Read, saved: Callable[[Document], Path]) -> None:
    with pytest.raises(BookError, match="no text"):
        read(saved(docx.Document()))


def test_a_document_locked_by_word_says_so(read: Read, tmp_path: Path) -> None:
    ole = io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 3000)
    ole.seek(0, 2)
    ole.write("EncryptedPackage".encode("utf-16-le") + b"\0" * 500)
    path = tmp_path / "x.docx"
    path.write_bytes(ole.getvalue())
    with pytest.raises(BookError, match=r"“x.docx” is locked with a password"):
        read(path)
