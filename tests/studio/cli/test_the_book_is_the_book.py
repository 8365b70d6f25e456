"""From the example EPUB to an M4B, listened to again: it has its chapters and cover, and says what the chapter says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from engine.audio.files.ffmpeg import ffmpeg_path
from engine.audio.files.io import read_blocks
from engine.pool import ModelPool
from studio.books import read_book
from studio.books.model import Book, Chapter

PROJECT = Path(__file__).parents[3]
EPUB = PROJECT / "examples" / "aesop.epub"
CHAPTER = 3
HEARD_S = 30


@pytest.fixture(scope="module")
def document() -> Book:
    return read_book(EPUB, EPUB.name, 1_000_000)


def story(document: Book) -> list[Chapter]:
    return [chapter for chapter in document.chapters if chapter.kind == "body"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, document: Book) -> Path:
    folder = tmp_path_factory.mktemp("book")
    number = 1 + document.chapters.index(story(document)[CHAPTER])
    line = [sys.executable, "-m", "studio", "book", str(EPUB), "--chapters", str(number), "--out", str(folder / "made")]
    environment = os.environ | {"STUDIO_OUTPUTS": str(folder / "outputs"), "PYTHONPATH": str(PROJECT)}
    run = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=280, check=False, cwd=folder)
    assert run.returncode == 0, run.stderr
    return next((folder / "made").glob("*.m4b"))


def test_the_m4b_has_its_chapter_and_cover(made: Path, document: Book) -> None:
    look = subprocess.run([ffmpeg_path(), "-hide_banner", "-i", str(made)], capture_output=True, text=True, check=False)
    assert re.search(r"Chapter #0:0", look.stderr)
    assert story(document)[CHAPTER].title.split(":")[-1].strip() in look.stderr
    assert "attached pic" in look.stderr
    assert document.authors[0].split()[-1] in look.stderr


def test_who_listens_hears_that_chapter_and_no_other(made: Path, document: Book) -> None:
    blocks = (block for number, block in enumerate(read_blocks(made, 16000, 1.0)) if number < HEARD_S)
    pool = ModelPool()
    try:
        heard = " ".join(segment.text for segment in pool.transcribe("pocketsphinx", blocks))
    finally:
        pool.close()
    shares = [overlap(heard, chapter.text) for chapter in story(document)]
    others = [share for number, share in enumerate(shares) if number != CHAPTER]
    assert shares[CHAPTER] > max(others) + 0.05, (shares, heard)


def overlap(heard: str, text: str) -> float:
    """Which share of the longer words that were heard stands in the text."""
    said = set(re.findall(r"[a-z]{5,}", heard.lower()))
    written = set(re.findall(r"[a-z]{5,}", text.lower()))
    return len(said & written) / max(1, len(said))
