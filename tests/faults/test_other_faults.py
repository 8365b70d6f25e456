"""A locked database, a text or a recording that is gone, sound that was removed, a sentence nobody can speak."""

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from studio.library.errors import DatabaseBusy
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.library.library import open_library
from tests.faults.conftest import Studio
from tests.workers.books import assert_nothing_was_spoken_twice, journal, plain_book, wait_for, wait_until

OPTIONS = BookOptions(format="flac")


def test_a_locked_database_delays_a_book_and_does_not_harm_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'outputs' / 'studio.db'}?timeout=1"
    studio = Studio(tmp_path / "outputs", database_url=url)
    studio.start()
    job_id = studio.library.submit_book("ann", plain_book(2, 40), OPTIONS).id
    wait_for(studio.library, job_id, "running")
    # Another process' transaction, held four times as long as anybody here waits for one.
    other = sqlite3.connect(tmp_path / "outputs" / "studio.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="in use by another program"):
        studio.library.pause("ann", job_id)
    assert studio.library.view("ann", job_id).status == "running"
    time.sleep(3.0)
    assert all(process.is_running() for process in studio.horses())
    other.execute("ROLLBACK")
    other.close()
    wait_for(studio.library, job_id, "done")
    assert_nothing_was_spoken_twice(studio.library, job_id)
    studio.close()


def test_a_text_that_is_gone_fails_the_job_in_a_sentence_and_resumes_when_it_is_back(studio: Studio) -> None:
    job_id = studio.library.submit_book("ann", plain_book(2, 10), OPTIONS).id
    kept = studio.library.storage.job_folder(job_id) / "chapters" / "0001.jsonl"
    away = kept.with_name("away")
    shutil.move(kept, away)
    studio.start()
    failed = wait_for(studio.library, job_id, "failed")
    assert failed.error == "The text of chapter 2 is gone from the disk. Submit the book again."
    shutil.move(away, kept)
    wait_until(studio.library, job_id, lambda view: all(part.status != "running" for part in view.parts))
    studio.library.retry("ann", job_id)
    wait_for(studio.library, job_id, "done")
    assert_nothing_was_spoken_twice(studio.library, job_id)


def test_a_recording_that_is_gone_fails_the_job_in_a_sentence(studio: Studio, tmp_path: Path) -> None:
    recording = tmp_path / "talk.wav"
    recording.write_bytes(b"RIFF....")
    job_id = studio.library.submit_transcription("ann", recording, "talk.wav", TranscriptionOptions()).id
    (studio.library.storage.job_folder(job_id) / "recording.wav").unlink()
    studio.start()
    failed = wait_for(studio.library, job_id, "failed")
    assert failed.error.startswith("The recording talk.wav is no longer on the disk.")
    assert str(tmp_path) not in failed.error


def test_removed_and_torn_sound_is_spoken_again_before_the_book_is_put_together(studio: Studio) -> None:
    studio.workers = 1
    job_id = studio.library.submit_book("ann", plain_book(3, 20), OPTIONS).id
    studio.start()
    wait_until(studio.library, job_id, lambda view: view.parts[0].status == "done")
    studio.library.pause("ann", job_id)
    first = [entry["end"] for entry in journal(studio.library, job_id) if entry["part"] == 0 and "end" in entry]
    shelf = studio.library.storage.segment_cache
    (shelf / first[3][:2] / first[3]).unlink()
    torn = shelf / first[7][:2] / first[7]
    torn.write_bytes(torn.read_bytes()[:-9])
    studio.library.resume("ann", job_id)
    wait_for(studio.library, job_id, "done")
    spoken = [entry["end"] for entry in journal(studio.library, job_id) if "end" in entry]
    assert sorted(key for key in set(spoken) if spoken.count(key) == 2) == sorted([first[3], first[7]])
    assert len(spoken) == len(set(spoken)) + 2


def test_deleting_a_job_in_full_swing_ends_its_work_and_removes_its_files(studio: Studio) -> None:
    studio.start()
    job_id = studio.library.submit_book("ann", plain_book(2, 150), OPTIONS).id
    wait_until(studio.library, job_id, lambda view: view.words_done > 50)
    studio.library.delete("ann", job_id)
    other = studio.library.submit_book("ann", plain_book(1, 3, "Another"), OPTIONS).id
    wait_for(studio.library, other, "done")  # the workers are free again
    again = open_library(studio.outputs, studio.database_url)
    assert [view.id for view in again.list_jobs("ann")] == [other]
    again.close()
