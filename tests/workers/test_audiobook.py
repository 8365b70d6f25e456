"""A book goes in, an audiobook comes out: through real Redis, real workers, the real voice.

Every chapter and every assembly is a process of its own, so each book here has as few chapters as its test needs.
"""

import json
import time
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.audio.files import io
from engine.errors import OptionError
from studio.library.db import migrate
from studio.library.filenames import file_name
from studio.library.jobs.options import BookOptions
from studio.library.library import Library, open_library
from studio.settings import Settings
from tests.workers.books import assert_nothing_was_spoken_twice, journal, plain_book, wait_for, wait_until
from workers.supervisor import Supervisor


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """One studio of two workers for all tests here; each has sentences of its own."""
    outputs = tmp_path_factory.mktemp("studio") / "outputs"
    settings = Settings(outputs=outputs, database_url="", redis_url="", workers=2)
    migrate(settings.resolved_database_url)
    opened = open_library(settings.outputs, settings.resolved_database_url)
    with Supervisor(settings, opened):
        yield opened
    opened.close()


def result_path(library: Library, job_id: str, kind: str) -> Path:
    view = library.view("ann", job_id)
    result = next(one for one in view.results if one.kind == kind)
    return library.result("ann", job_id, result.id).path


def test_a_book_becomes_sound_subtitles_and_a_list_of_segments(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(3, 10), BookOptions(format="flac")).id
    done = wait_for(library, job_id, "done")
    assert done.progress == 1.0
    assert done.words_done == done.words_total > 100
    assert [result.kind for result in done.results] == ["flac", "json", "srt", "vtt"]
    assert_nothing_was_spoken_twice(library, job_id)

    sound, rate = soundfile.read(result_path(library, job_id, "flac"))
    assert len(sound) / rate == pytest.approx(done.total_s, abs=0.1)
    told = json.loads(result_path(library, job_id, "json").read_text())
    assert [chapter["title"] for chapter in told["chapters"]] == ["Part 1", "Part 2", "Part 3"]
    segments = [segment for chapter in told["chapters"] for segment in chapter["segments"]]
    assert segments[0]["text"] == "Part 1"
    assert segments[1]["text"].startswith("Ada opened the door")
    for before, after in pairwise(segments):
        assert before["start_s"] < before["end_s"] <= after["start_s"]
    for segment in segments:
        spoken = sound[round(segment["start_s"] * rate) : round(segment["end_s"] * rate)]
        assert np.abs(spoken).max() > 0.05, segment  # where the list says speech, there is sound
    assert "Ada opened the door" in result_path(library, job_id, "srt").read_text()
    assert result_path(library, job_id, "vtt").read_text().startswith("WEBVTT")
    for part in done.parts:
        assert part.report["misses"] == []
        assert -23 <= part.report["rms_db"] <= -18
    library.delete("ann", job_id)
    assert not any(path.is_file() for path in library.storage.segment_cache.rglob("*"))
    assert job_id not in {view.id for view in library.list_jobs("ann")}


def test_pauses_are_as_set_and_cost_no_new_speech(library: Library) -> None:
    book = plain_book(1, 10, first=1000)
    short = BookOptions(format="wav", loudness="none", sentence_pause_s=0.0, paragraph_pause_s=0.0, chapter_pause_s=0.0)
    long = BookOptions(format="wav", loudness="none", sentence_pause_s=0.5, paragraph_pause_s=1.0, chapter_pause_s=3.0)
    first = wait_for(library, library.submit_book("ann", book, short).id, "done")
    second = wait_for(library, library.submit_book("ann", book, long).id, "done")
    # A title, two paragraphs of five sentences: 8 pauses between sentences, 2 between paragraphs, 1 at the end.
    assert second.total_s - first.total_s == pytest.approx(8 * 0.5 + 2 * 1.0 + 3.0, abs=0.01)
    assert journal(library, second.id) == []


def test_pause_keeps_everything_and_resume_goes_on(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(2, 120, first=2000), BookOptions(format="flac")).id
    wait_until(library, job_id, lambda view: view.words_done > 60)
    assert library.pause("ann", job_id).status == "paused"
    paused = wait_until(library, job_id, lambda view: all(part.status == "waiting" for part in view.parts))
    time.sleep(1.0)
    later = library.view("ann", job_id)
    assert (later.status, later.words_done) == ("paused", paused.words_done)
    assert later.eta_s is None
    spoken = len(journal(library, job_id))
    begun = max(later.parts, key=lambda part: part.audio_s)
    heard = library.chapter_audio("ann", job_id, begun.number)
    assert sum(len(block) for block in heard.blocks) == pytest.approx(heard.duration_s * heard.sample_rate)
    assert heard.duration_s > 1.0

    assert library.resume("ann", job_id).status == "queued"
    wait_for(library, job_id, "done")
    assert len(journal(library, job_id)) > spoken
    assert_nothing_was_spoken_twice(library, job_id)


def test_cancel_ends_and_retry_finishes_what_is_missing(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(1, 150, first=3000), BookOptions(format="flac")).id
    wait_until(library, job_id, lambda view: view.words_done > 60)
    assert library.cancel("ann", job_id).status == "cancelled"
    wait_until(library, job_id, lambda view: view.parts[0].status == "waiting")
    assert library.retry("ann", job_id).status == "queued"
    wait_for(library, job_id, "done")
    assert_nothing_was_spoken_twice(library, job_id)


def test_a_job_moved_up_is_narrated_first(library: Library) -> None:
    ids = [  # the first has a chapter for each of the two workers, and long ones
        library.submit_book("ann", plain_book(chapters, each, title, 4000 + 200 * n), BookOptions(format="flac")).id
        for n, (title, chapters, each) in enumerate((("A", 2, 60), ("B", 1, 10), ("C", 1, 10)))
    ]
    wait_for(library, ids[0], "running")
    assert library.move_up("ann", ids[2]).position == 2
    assert [view.id for view in library.list_jobs("ann")][:3] == [ids[0], ids[2], ids[1]]
    last = wait_for(library, ids[1], "done")
    third = wait_for(library, ids[2], "done")
    assert third.started_at is not None
    assert last.started_at is not None
    assert third.started_at < last.started_at


def test_redis_may_be_flushed_in_the_middle_of_a_book(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(3, 40, first=5000), BookOptions(format="flac")).id
    wait_until(library, job_id, lambda view: view.words_done > 30)
    assert library.redis is not None
    library.redis.flushall()
    library.pause("ann", job_id)
    library.resume("ann", job_id)
    wait_for(library, job_id, "done")
    assert_nothing_was_spoken_twice(library, job_id)


def test_a_chapter_can_be_heard_at_the_books_loudness_before_the_book_is_done(library: Library) -> None:
    job_id = library.submit_book(
        "ann", plain_book(2, 30, first=6000), BookOptions(format="flac", loudness="podcast")
    ).id
    wait_until(library, job_id, lambda view: view.parts[0].status == "done")
    heard = library.chapter_audio("ann", job_id, 0)
    early = np.concatenate(list(heard.blocks))
    wait_for(library, job_id, "done")
    whole, rate = soundfile.read(result_path(library, job_id, "flac"), dtype="float32")
    assert rate == heard.sample_rate
    assert np.abs(whole[: len(early)] - early).max() < 1e-4


@pytest.mark.parametrize("kind", ["m4b", "mp3", "mp3-chapters", "wav", "opus"])
def test_every_format_comes_out_whole(library: Library, kind: str, tmp_path: Path) -> None:
    book = plain_book(2 if kind == "mp3-chapters" else 1, 5, first=7000)
    job_id = library.submit_book("ann", book, BookOptions(format=kind)).id  # type: ignore[arg-type]
    done = wait_for(library, job_id, "done")
    path = result_path(library, job_id, "zip" if kind == "mp3-chapters" else kind)
    if kind != "mp3-chapters":
        assert io.probe(path).duration_s == pytest.approx(done.total_s, abs=0.3)
        return
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["01 Part 7001.mp3", "02 Part 7002.mp3"]
        archive.extractall(tmp_path)
    lengths = [io.probe(tmp_path / name).duration_s for name in ("01 Part 7001.mp3", "02 Part 7002.mp3")]
    assert sum(length or 0.0 for length in lengths) == pytest.approx(done.total_s, abs=0.5)


def test_a_voice_nobody_has_fails_the_job_with_a_sentence(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(1, 3, first=8000), BookOptions(voice="nobody")).id
    failed = wait_for(library, job_id, "failed")
    assert "nobody" in failed.error
    assert failed.error.endswith((".", "?"))


def test_only_the_chosen_chapters_are_narrated(library: Library) -> None:
    with pytest.raises(OptionError, match="no chapter 9"):
        library.submit_book("ann", plain_book(3, 3), BookOptions(chapters=[0, 8]))
    job_id = library.submit_book("ann", plain_book(3, 3), BookOptions(chapters=[2, 0], format="wav")).id
    done = wait_for(library, job_id, "done")
    assert [(part.number, part.chapter, part.title) for part in done.parts] == [(0, 2, "Part 3"), (1, 0, "Part 1")]


def test_file_names_are_safe_everywhere() -> None:
    assert file_name('../../etc/"passwd"\x00') == "etc passwd"
    assert file_name("   ...   ") == "audiobook"
    assert len(file_name("題" * 300).encode()) <= 180
