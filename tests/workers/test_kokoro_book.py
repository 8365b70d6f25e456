"""Kokoro narrates through the real queue of Redis, workers and SQLite; killed, paused and cancelled on the way."""

import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from sqlmodel import select

from engine.weights import weight_files
from studio.books import read_book
from studio.library.db import session
from studio.library.jobs.options import BookOptions
from studio.library.tables import JobPart
from tests.faults.conftest import Studio
from tests.workers.books import (
    PlainBook,
    PlainChapter,
    assert_nothing_was_spoken_twice,
    journal,
    plain_book,
    wait_for,
    wait_until,
)
from tests.workers.kokoros import VOICE, published_kokoro, small_kokoro
from workers.voicing import MOST_AT_ONCE

AESOP = Path(__file__).parents[2] / "examples" / "aesop.epub"


def begun(studio: Studio, job_id: str) -> int:
    """How many syntheses, of one segment or of several, were begun."""
    return sum("begin" in entry or "batch" in entry for entry in journal(studio.library, job_id))


def finished(studio: Studio, job_id: str) -> set[str]:
    return {entry["end"] for entry in journal(studio.library, job_id) if "end" in entry}


def wait_for_work(studio: Studio, job_id: str, more_than: int) -> None:
    """Until a worker is in the middle of a synthesis."""
    give_up_at = time.monotonic() + 300
    while begun(studio, job_id) <= more_than:
        view = studio.library.view("ann", job_id)
        assert not view.is_finished, f"{view.status}: {view.error}"
        assert time.monotonic() < give_up_at
        time.sleep(0.005)


def wait_for_rest(studio: Studio, job_id: str) -> None:
    """Until no worker has a part of the job in hand."""

    def holds_nothing(_view: object) -> bool:
        with session(studio.library.db) as rows:
            return not any(part.worker for part in rows.exec(select(JobPart).where(JobPart.job_id == job_id)).all())

    wait_until(studio.library, job_id, holds_nothing)


def kill_the_horse(studio: Studio, job_id: str) -> None:
    with session(studio.library.db) as rows:
        parts = rows.exec(select(JobPart).where(JobPart.job_id == job_id)).all()
        worker = next(part.worker for part in parts if part.worker)
    psutil.Process(int(worker.rsplit("/", 2)[1])).kill()


def narrate_with_troubles(studio: Studio, book: object, options: BookOptions) -> str:
    """Killed in the first synthesis, paused in the next, cancelled and taken up again in a later one."""
    library = studio.library
    job_id = library.submit_book("ann", book, options).id  # type: ignore[arg-type]
    wait_for_work(studio, job_id, 0)
    kill_the_horse(studio, job_id)
    wait_for_work(studio, job_id, 1)
    library.pause("ann", job_id)
    wait_for_rest(studio, job_id)
    after_pause = finished(studio, job_id)
    assert after_pause, "the synthesis in hand is kept when a job is paused"
    assert begun(studio, job_id) <= 3, "a pause waits for more than the synthesis in hand"
    library.resume("ann", job_id)
    wait_for_work(studio, job_id, begun(studio, job_id))
    library.cancel("ann", job_id)
    wait_for_rest(studio, job_id)
    assert after_pause < finished(studio, job_id)
    library.retry("ann", job_id)
    wait_for(library, job_id, "done", 3600)
    assert_nothing_was_spoken_twice(library, job_id, deaths=MOST_AT_ONCE)
    return job_id


def assert_it_is_a_book(studio: Studio, job_id: str) -> None:
    done = studio.library.view("ann", job_id)
    assert (done.failed, done.words_done) == ((), done.words_total)
    assert [result.kind for result in done.results] == ["flac", "json", "srt", "vtt"]
    sound, rate = soundfile.read(studio.library.result("ann", job_id, done.results[0].id).path)
    assert rate == 24000
    assert len(sound) / rate == pytest.approx(done.total_s, abs=0.1)
    assert np.abs(sound).max() > 0.01


def test_a_small_kokoro_narrates_a_chapter_killed_paused_and_cancelled_on_the_way(
    tmp_path: Path, studio: Studio
) -> None:
    model = small_kokoro(tmp_path / "kokoro")
    studio.workers = 1
    studio.start()
    options = BookOptions(model=str(model), voice=VOICE, format="flac", loudness="none")
    job_id = narrate_with_troubles(studio, plain_book(1, 10), options)
    assert_it_is_a_book(studio, job_id)


@pytest.mark.slow
def test_a_kokoro_of_full_size_narrates_the_example_books_first_chapter(tmp_path: Path, studio: Studio) -> None:
    model = published_kokoro(tmp_path / "Kokoro-82M")
    assert sum(path.stat().st_size for path in weight_files(model)) > 320 * 10**6
    whole = read_book(AESOP, AESOP.name, 10**7)
    first = next(chapter for chapter in whole.chapters if chapter.kind == "body")
    chapter = PlainChapter(first.title, tuple(first.paragraphs))
    studio.workers = 1
    studio.start()
    began = time.monotonic()
    job_id = narrate_with_troubles(
        studio,
        PlainBook(whole.title, tuple(whole.authors), "en", None, (chapter,)),
        BookOptions(model=str(model), voice=VOICE, format="flac", loudness="acx"),
    )
    took_s = time.monotonic() - began
    assert_it_is_a_book(studio, job_id)
    view = studio.library.view("ann", job_id)
    print(f"{view.words_total} words, {view.total_s:.0f} s of sound in {took_s:.0f} s")  # noqa: T201 (a figure)
