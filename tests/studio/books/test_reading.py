"""The door: what a file is, what its name says, and what happens when reading it goes wrong."""

import io
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from studio.books import BookError, read_book
from studio.books.model import Book
from studio.books.reading import display_name

Make = Callable[..., Path]
Read = Callable[..., Book]
LIMIT = 5_000_000


def refused(path: Path, name: str, **options: Any) -> str:
    with pytest.raises(BookError) as caught:
        read_book(path, name, LIMIT, **options)
    sentence = str(caught.value)
    assert str(path.parent) not in sentence
    assert len(sentence) < 220
    assert "\n" not in sentence
    return sentence


def test_a_book_travels_whole_from_the_process_that_reads_it(make_epub: Make, read: Read, documents: Any) -> None:
    cover = documents.picture("PNG")
    manifest = '<item id="c" href="c.png" media-type="image/png" properties="cover-image"/>'
    path = make_epub({"a.xhtml": "<p>Grüße, 世界 𝒳.</p>"}, manifest=manifest, files={"OEBPS/c.png": cover})
    book = read_book(path, "a.epub", LIMIT)
    assert book == read(path, "a.epub")
    assert (book.cover, book.cover_type, book.chapters[0].text) == (cover, "image/png", "Grüße, 世界 𝒳.")


def test_the_limit_of_characters_holds_for_every_format(
    make_epub: Make, make_pdf: Make, documents: Any, tmp_path: Path
) -> None:
    import docx

    document = docx.Document()
    document.add_paragraph("word " * 100)
    document.save(str(tmp_path / "a.docx"))
    text = "word " * 100
    for name, content in {"a.txt": text, "a.md": text, "a.html": f"<html><p>{text}"}.items():
        (tmp_path / name).write_text(content)
    paths = [make_epub({"a.xhtml": f"<p>{text}</p>"}), make_pdf([[(72, 700, 11, text)]])]
    paths += [tmp_path / name for name in ("a.docx", "a.txt", "a.md", "a.html")]
    for path in paths:
        with pytest.raises(BookError, match="more than 300 characters of text"):
            read_book(path, path.name, 300)


# Names and contents.


def test_a_file_is_read_as_what_it_is_whatever_it_is_called(
    make_epub: Make, make_pdf: Make, read: Read, tmp_path: Path
) -> None:
    epub = make_epub({"a.xhtml": "<p>From an EPUB.</p>"})
    pdf = make_pdf([[(72, 700, 11, "From a PDF.")]])
    page = tmp_path / "p"
    page.write_text("\n <!doctype HTML><html><body><p>From <b>HTML</b>.</p>")
    for path, said in ((epub, "From an EPUB."), (pdf, "From a PDF."), (page, "From HTML.")):
        for name in ("x.epub", "x.pdf", "x.docx", "x.txt", "x.md", "x", "x.jpg"):
            assert read(path, name).chapters[0].paragraphs == (said,)


@pytest.mark.parametrize(("name", "what"), [("a.epub", "an EPUB"), ("a.pdf", "a PDF"), ("a.docx", "a Word document")])
def test_plain_text_under_another_name_is_refused(tmp_path: Path, read: Read, name: str, what: str) -> None:
    (tmp_path / "x").write_text("Only words here, nothing else.")
    with pytest.raises(BookError, match=f"“{name}” is not {what}: there is only plain text in it"):
        read(tmp_path / "x", name)


def test_markdown_is_told_from_text_by_its_name(tmp_path: Path, read: Read) -> None:
    (tmp_path / "x").write_text("Some *words* here.")
    assert read(tmp_path / "x", "a.md").chapters[0].text == "Some words here."
    assert read(tmp_path / "x", "a.txt").chapters[0].text == "Some *words* here."


def test_html_without_a_single_tag_is_text(tmp_path: Path, read: Read) -> None:
    (tmp_path / "x").write_text("1 < 2 and words.")
    assert read(tmp_path / "x", "a.html").chapters[0].text == "1 < 2 and words."


def zip_of(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"application/vnd.oasis.opendocument.text" if name == "mimetype" else b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("a.txt", b"", "is empty"),
        ("a.epub", b"", "is empty"),
        ("a.mobi", b"x" * 60 + b"BOOKMOBI" + bytes(99), "Kindle book.*Convert it to EPUB"),
        ("a.azw3", b"x" * 60 + b"BOOKMOBI" + bytes(99), "Kindle book"),
        ("a.kfx", b"CONT\x02\x00" + bytes(99), "Kindle book"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "before 2007"),
        ("a.rtf", rb"{\rtf1 hello}", "RTF"),
        ("a.odt", zip_of("mimetype", "content.xml"), "OpenDocument"),
        ("a.xlsx", zip_of("xl/workbook.xml"), "spreadsheet"),
        ("a.zip", zip_of("book.epub"), "Unpack it"),
        ("a.docx", zip_of("nothing.xml"), "without a book"),
        ("a.rar", b"Rar!\x1a\x07" + bytes(99), "Unpack it"),
        ("a.epub", b"7z\xbc\xaf\x27\x1c" + bytes(99), "Unpack it"),
        ("a.gz", b"\x1f\x8b\x08" + bytes(99), "Unpack it"),
        ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(99), "picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "picture"),
        ("a.mp3", b"ID3\x04" + bytes(999), "sound or video.*Transcribe"),
        ("a.wav", b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(999), "sound or video"),
        ("a.mp4", bytes(4) + b"ftypisom" + bytes(999), "sound or video"),
        ("a.djvu", b"AT&TFORM" + bytes(99), "DjVu"),
        ("a.txt", bytes(range(256)) * 40, "not text"),
        ("a.epub", bytes(range(256)) * 40, "not an EPUB and not text"),
        ("a.bin", b"\x7fELF" + bytes(999), "not text"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, read: Read, name: str, content: bytes, what: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(BookError, match=f"^“{name}” .*{what}"):
        read(path, name)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a.epub", "a.epub"),
        ("/home/ann/books/a.epub", "a.epub"),
        ("C:\\Users\\ann\\a.epub", "a.epub"),
        ("a\nb\x1b[0m\u202e.epub", "a b [0m .epub"),
        ("", "The file"),
        ("../..", ".."),
        ("x" * 200 + ".epub", "x" * 74 + "….epub"),
    ],
)
def test_names_are_shown_short_and_harmless(given: str, shown: str) -> None:
    assert display_name(given) == shown


def test_a_name_that_looks_like_an_option_is_only_a_name(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("Some words here.")
    assert read_book(tmp_path / "x", "--help", LIMIT).chapters[0].text == "Some words here."


# Faults of the process itself.


def test_reading_that_takes_too_long_is_given_up_and_leaves_nothing_running(tmp_path: Path) -> None:
    path = tmp_path / "slow.md"
    # A table of half a million cells keeps the Markdown parser busy for far longer than a second.
    path.write_text("|a" * 500 + "\n" + "|-" * 500 + "\n" + ("|b" * 500 + "\n") * 1000)
    assert refused(path, "slow.md", time_limit_s=1.0) == (
        "“slow.md” takes longer than 1 seconds to read. Split it, or save it as plain text."
    )
    assert not [child for child in psutil.Process().children(recursive=True) if "studio.books" in child.cmdline()]


def test_a_process_that_dies_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.txt").write_text("Some words here.")
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\nkill -SEGV $$\n")
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    assert "could not be read" in refused(tmp_path / "x.txt", "x.txt")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory")
def test_a_document_that_wants_all_memory_does_not_get_it(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Some words here.")
    code = (
        "import sys, studio.books.__main__ as child, studio.books.formats.text as text\n"
        "text.read = lambda *a: [0] * 10**10\n"
        f"sys.exit(child.main([{str(tmp_path / 'x.txt')!r}, 'x.txt', '1000', '20', '20']))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "needs too much memory" in run.stdout


def test_a_parser_that_stumbles_is_a_sentence_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.txt").write_text("Some words here.")
    (tmp_path / "sitecustomize.py").write_text(
        "import studio.books.formats.text as text\n"
        "def read(*a): raise ZeroDivisionError('/srv/secret/path')\n"
        "text.read = read\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    sentence = refused(tmp_path / "x.txt", "x.txt")
    assert sentence == "“x.txt” could not be read: it seems to be damaged. Save it in another format."
    assert "ZeroDivisionError" in caplog.text


def test_importing_the_door_is_light() -> None:
    heavy = ("lxml", "pypdf", "docx", "PIL", "markdown_it")
    code = f"import sys, studio.books; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# Speed.


@pytest.fixture(scope="module")
def long_words() -> list[str]:
    return (
        "the quick brown fox jumps over the lazy dog while nobody in the whole wide village ever looks up, " * 6
    ).split()


def test_a_book_of_a_hundred_thousand_words_is_read_in_two_seconds(
    make_epub: Make, documents: Any, long_words: list[str]
) -> None:
    paragraph = f"<p>{' '.join(long_words)[:-1]}. <i>So</i> it was&mdash;and is.</p>"
    per_chapter = 2500 // len(long_words)
    files = {f"c{n}.xhtml": f"<h2>Chapter {n}</h2>" + paragraph * per_chapter for n in range(1, 46)}
    toc = documents.nav(*((f"Chapter {n}", f"c{n}.xhtml") for n in range(1, 46)))
    path = make_epub(files, toc=toc)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    book = read_book(path, "long.epub", LIMIT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert book.word_count > 100_000
    assert len(book.chapters) == 45
    assert took < 2  # of processor time; about 0.4 on an idle core
