"""Moods in a book, and what its finished file says of itself: narrated and put together here."""

import json
import zipfile
from pathlib import Path

import pytest
import soundfile

import workers.task
from engine.audio.files import credentials
from engine.audio.files.provenance import read
from engine.tts.base import SegmentLimits
from engine.types import SpeechRequest
from studio.library.jobs.options import BookOptions
from studio.library.library import Library
from studio.library.narration.manuscripts import open_manuscript
from studio.settings import Settings
from tests.workers.books import PlainBook, PlainChapter
from workers.audiobook import assemble, narrate_chapter
from workers.lines import chapter_lines

TOLD = "This voice has no recording for whisper, so it speaks as usual."


def submitted(library: Library, *paragraphs: str, format: str = "wav") -> str:
    book = PlainBook("Moods", ("Ann",), "en", None, (PlainChapter("One", paragraphs),))
    options = BookOptions(format=format, loudness="none", speak_titles=False)  # type: ignore[arg-type]
    return library.submit_book("ann", book, options).id


def test_a_missing_mood_is_told_once_and_again_when_the_sound_is_kept(library: Library) -> None:
    for _ in range(2):
        job_id = submitted(library, "[whisper] Come here. Be still.")
        narrate_chapter(job_id, 0)
        assert library.view("ann", job_id).notices == (TOLD,)


def test_a_mood_goes_on_through_a_paragraph_of_any_length(library: Library) -> None:
    job_id = submitted(library, "[sad] " + "It was a long day and nobody came. " * 400, "A new one.")
    manuscript = open_manuscript(library.storage.job_folder(job_id))
    options = BookOptions(format="wav", speak_titles=False)
    limits = SegmentLimits(40, 120, 200)
    lines = list(chapter_lines(manuscript, 0, options, SpeechRequest("", language="en"), limits))
    assert {line.segment.mood for line in lines[:-1]} == {"sad"} and len(lines) > 300
    assert lines[-1].segment.mood == ""
    assert "[sad]" not in "".join(line.text for line in lines)


@pytest.mark.parametrize("format", ["wav", "mp3-chapters"])
def test_a_finished_book_says_who_spoke_it_and_is_signed_where_that_is_wanted(
    format: str, library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = Settings(outputs=tmp_path / "outputs", database_url="", redis_url="", c2pa=True)
    monkeypatch.setattr(workers.task, "_surroundings", lambda: (settings, library))
    job_id = submitted(library, "Come here.", format=format)
    narrate_chapter(job_id, 0)
    assemble(job_id, 1)
    view = library.view("ann", job_id)
    assert view.status == "done"
    file = next(library.result("ann", job_id, one.id).path for one in view.results if one.kind in {"wav", "zip"})
    if format == "mp3-chapters":
        with zipfile.ZipFile(file) as archive:
            file = Path(archive.extract(archive.namelist()[0], tmp_path))
    with soundfile.SoundFile(file) as sound:
        told = read(sound.comment) if format == "wav" else None
    assert format != "wav" or (told is not None and told.kind == "stock")
    assert b"trainedAlgorithmicMedia" in file.read_bytes().replace(b"\0", b"")
    if credentials.is_here():
        import c2pa  # type: ignore[import-not-found]

        with file.open("rb") as held:
            signed = json.loads(c2pa.Reader(credentials.MEDIA_TYPES[file.suffix], held).json())
        assert signed["validation_state"] == "Valid"
