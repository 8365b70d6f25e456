"""What a person made with version 0.1.0 is all there: see tests/fixtures/make_old_studio.py."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.audio.files.io import read_blocks
from studio.library.db import migrate
from studio.library.library import Library, open_library
from studio.library.tables import JobStatus
from studio.library.voices import saved
from studio.library.words import pronunciations

ARCHIVE = Path(__file__).parents[2] / "fixtures" / "studio-0.1.0.zip"
OWNER = "local"

Old = tuple[Library, dict[str, Any]]


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Old]:
    """The old outputs, opened by today's studio; and what the maker says is in them."""
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(tmp_path)
    url = f"sqlite:///{tmp_path / 'outputs' / 'studio.db'}"
    migrate(url)
    library = open_library(tmp_path / "outputs", url)
    yield library, json.loads((tmp_path / "about.json").read_text(encoding="utf-8"))
    library.close()


def test_every_job_stands_where_it_stood(old: Old) -> None:
    library, about = old
    expected = {
        name: JobStatus.DONE if name in {"transcript", "silence"} else JobStatus(name) for name in about["jobs"]
    }
    assert {name: library.view(OWNER, job).status for name, job in about["jobs"].items()} == expected
    assert {"queued", "running", "paused", "cancelled", "failed", "done"} == set(map(str, expected.values()))
    assert "voice" in library.view(OWNER, about["jobs"]["failed"]).error


def test_a_book_s_files_and_its_cached_sentences_still_sound(old: Old) -> None:
    library, about = old
    for name in ("done", "paused", "cancelled", "running"):
        audio = library.chapter_audio(OWNER, about["jobs"][name], 0)
        samples = np.concatenate(list(audio.blocks))
        assert len(samples) / audio.sample_rate == pytest.approx(audio.duration_s, abs=0.01)
        assert np.abs(samples).max() > 0.05
    view = library.view(OWNER, about["jobs"]["done"])
    results = {result.kind: library.result(OWNER, view.id, result.id).path for result in view.results}
    assert {"m4b", "srt", "vtt", "json"} <= results.keys()
    assert sum(map(len, read_blocks(results["m4b"], 16000))) > 16000


def test_a_mended_transcript_keeps_both_versions(old: Old) -> None:
    library, about = old
    view = library.transcript_view(OWNER, about["jobs"]["transcript"])
    assert (view.title, view.version) == ("A mended title", 1)
    assert view.transcript.segments[0].text == "The fox went down to the river, mended."
    assert library.recording(OWNER, view.id).stat().st_size > 1000
    heard = library.storage.job_folder(view.id) / "heard.jsonl"
    assert "mended" not in heard.read_text(encoding="utf-8")


def test_clips_words_and_voices_are_there(old: Old) -> None:
    library, about = old
    clips = library.list_clips(OWNER)
    assert [clip.text for clip in clips] == about["clips"]
    for clip in clips:
        assert sum(map(len, read_blocks(clip.path, 22050))) / 22050 == pytest.approx(clip.duration_s, abs=0.01)
    assert {one.said.word for one in pronunciations.list_all(library.db, OWNER)} == set(about["pronunciations"])
    blend = saved.resolved(library.db, OWNER, "kokoro", about["voice"]["name"])
    assert blend == about["voice"]["blend"]
