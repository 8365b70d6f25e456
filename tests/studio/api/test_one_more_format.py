"""A format that is put into the one table is offered and written everywhere: API, page, terminal, jobs and books."""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer

from engine.errors import OptionError
from engine.stt import exports
from engine.stt.captions import Cue
from engine.types import Segment, Transcript, Word
from studio.api.events import RecordingForm
from studio.api.transcriptions import response_formats
from studio.cli import transcribe
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.page.tabs import editor
from studio.settings import Settings
from tests.studio.api.conftest import Studio

SAID = Segment("hello there", 0.5, 1.2, (Word("hello", 0.5, 0.8), Word("there", 0.8, 1.2)), 0.9)
HTTP = httpx.Client(timeout=120)


def _sbv(cues: Iterable[Cue]) -> Iterator[str]:
    for cue in cues:
        yield f"SBV {cue.start_s:.1f},{cue.end_s:.1f} {cue.text}\n"


def _whole(transcript: Transcript, style: exports.ExportStyle) -> str:
    return "".join(_sbv(exports.transcript_cues(transcript, style.captions)))


@pytest.fixture(autouse=True)
def one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = exports.ExportFormat("SubViewer", "text/x-sbv; charset=utf-8", _whole, _sbv, by_default=True)
    monkeypatch.setitem(exports.FORMATS, "sbv", kind)


def test_a_job_writes_it_and_the_door_knows_what_it_is(studio: Studio, tmp_path: Path) -> None:
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF")
    transcript = Transcript((SAID,), "en", 9.0, "pocketsphinx")
    library = studio.context.library
    view = library.keep_transcript("local", "talk.wav", recording, transcript, TranscriptionOptions())
    job = HTTP.get(f"{studio.url}/v1/jobs/{view.id}").json()
    [result] = [one for one in job["results"] if one["kind"] == "sbv"]
    assert result["name"] == "talk.sbv"
    kept = library.result("local", view.id, result["id"])
    assert kept.media_type == "text/x-sbv; charset=utf-8"
    assert kept.path.read_text().startswith("SBV 0.5")
    answer = HTTP.get(f"{studio.url}/v1/transcripts/{view.id}/export", params={"format": "sbv"})
    assert answer.headers["content-type"] == "text/x-sbv; charset=utf-8"
    assert answer.text.startswith("SBV 0.5")
    refused = HTTP.get(f"{studio.url}/v1/transcripts/{view.id}/export", params={"format": "exe"})
    assert "sbv" in refused.json()["error"]["message"]


def test_the_options_and_the_forms_take_it(silence_wav: Path, studio: Studio) -> None:
    assert "sbv" in TranscriptionOptions().formats
    assert TranscriptionOptions(formats=("sbv",)).formats == ("sbv",)
    with pytest.raises(OptionError, match="sbv"):
        TranscriptionOptions(formats=("exe",))
    assert RecordingForm(formats="sbv, txt").formats == ["sbv", "txt"]  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="sbv"):
        RecordingForm(formats=["exe"])
    assert "sbv" in response_formats() and "docx" not in response_formats()
    answer = HTTP.post(
        f"{studio.url}/v1/audio/transcriptions",
        files={"file": ("a.wav", silence_wav.read_bytes())},
        data={"response_format": "sbv", "model": "pocketsphinx"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/x-sbv; charset=utf-8"


def test_the_page_and_the_terminal_offer_it() -> None:
    markup = editor._markup()
    assert re.search(r'data-kind="sbv" data-captions [^>]*>SubViewer<', markup)
    assert re.search(r'data-kind="docx" href', markup)
    assert "Captions (SRT, VTT and SubViewer)" in markup
    try:
        options = importlib.reload(transcribe)
        app = typer.Typer()
        app.command()(options.transcribe)
        told = {one.name: getattr(one, "help", "") for one in typer.main.get_command(app).params}
        assert "sbv" in told["format"] and told["line_length"].endswith("of srt, vtt and sbv.")
    finally:
        exports.FORMATS.pop("sbv")
        importlib.reload(transcribe)


def test_a_book_has_a_file_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import workers.task
    from studio.library.db import migrate
    from studio.library.library import open_library
    from tests.workers.books import plain_book
    from workers.audiobook import assemble, narrate_chapter

    settings = Settings(outputs=tmp_path / "outputs", database_url="", redis_url="")
    migrate(settings.resolved_database_url)
    library = open_library(settings.outputs, settings.resolved_database_url)
    surroundings: Any = lambda: (settings, library)  # noqa: E731
    monkeypatch.setattr(workers.task, "_surroundings", surroundings)
    options = BookOptions(format="wav", loudness="none")
    job_id = library.submit_book("ann", plain_book(1, 1), options).id
    narrate_chapter(job_id, 0)
    assemble(job_id, 1)
    found = {result.kind: result for result in library.view("ann", job_id).results}
    assert {"srt", "vtt", "sbv"} <= found.keys()
    assert library.result("ann", job_id, found["sbv"].id).path.read_text().startswith("SBV ")
    library.close()
