"""A Mac's disk takes "Talk" and "talk" for one name, and writes an accent as it likes."""

import unicodedata
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.books.archive import Archive
from studio.cli.transcribe import _place
from studio.library.filenames import file_name
from studio.page.tabs.transcribe import is_recording

APART = unicodedata.normalize("NFD", "Café")
names = st.text(st.characters(exclude_characters="/\0", exclude_categories=("Cs",)), min_size=1, max_size=12)


def on_a_macs_disk(path: Path) -> str:
    """What tells two files apart there."""
    return unicodedata.normalize("NFC", str(path)).casefold()


def test_transcripts_of_recordings_with_like_names_do_not_overwrite_each_other() -> None:
    files = [Path("Talk.wav"), Path("talk.mp3"), Path("café.wav"), Path(f"{APART}.mp3"), Path("alone.wav")]
    made = [_place(Path("out"), file, "srt", files) for file in files]
    assert [one.name for one in made[:2]] == ["Talk.wav.srt", "talk.mp3.srt"]
    assert made[4].name == "alone.srt"
    assert len({on_a_macs_disk(one) for one in made}) == len(files)


def test_transcripts_of_one_name_from_two_folders_are_numbered() -> None:
    files = [Path("a/talk.mp3"), Path("b/talk.mp3"), Path("c/TALK.MP3")]
    made = [_place(Path("out"), file, "txt", files).name for file in files]
    assert made == ["talk.mp3.txt", "talk.mp3.2.txt", "TALK.MP3.3.txt"]


@given(st.lists(st.tuples(names, st.sampled_from(["a", "b"])), min_size=1, max_size=5, unique=True))
def test_no_two_recordings_share_a_transcript(chosen: list[tuple[str, str]]) -> None:
    files = [Path(folder) / f"{name}.wav" for name, folder in chosen]
    assert len({on_a_macs_disk(_place(Path("out"), file, "txt", files)) for file in files}) == len(set(files))


@pytest.mark.parametrize("kept", ["OEBPS/Café.xhtml", f"OEBPS/{APART}.xhtml", "oebps/CAFÉ.xhtml"])
@pytest.mark.parametrize("asked", ["OEBPS/Café.xhtml", f"OEBPS/{APART}.xhtml"])
def test_a_book_packed_on_a_mac_is_read_whatever_way_its_names_are_written(
    kept: str, asked: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "book.epub", "w") as book:
        book.writestr("other.xhtml", "")
        book.writestr(kept, "here")
    with Archive(tmp_path / "book.epub", "book.epub") as archive:
        found = archive.find(asked)
        assert found is not None
        assert archive.read(found) == b"here"
        assert archive.find("OEBPS/Cafe.xhtml") is None


def test_a_title_makes_one_file_name_however_its_accents_are_written() -> None:
    assert file_name(APART) == file_name("Café") == "Café"


@pytest.mark.parametrize(("name", "is_one"), [("talk.mp3", True), ("._talk.mp3", False), (".DS_Store", False)])
def test_what_a_mac_hides_beside_recordings_is_none(name: str, is_one: bool) -> None:
    assert is_recording(f"/some/folder/{name}") is is_one
