"""kill -9, again and again: a book loses at most the sentences in hand, and sounds as if nothing had happened."""

import random
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

import workers.task
from studio.library.db import migrate
from studio.library.jobs.options import BookOptions
from studio.library.library import Library, open_library
from studio.library.tables import PartStatus
from studio.settings import Settings
from tests.faults.conftest import Studio
from tests.workers.books import PlainBook, assert_nothing_was_spoken_twice, plain_book, wait_for
from workers.audiobook import assemble, narrate_chapter

OPTIONS = BookOptions(format="flac", loudness="podcast")
KILLS, MANY_KILLS = 4, 10


def samples(library: Library, job_id: str) -> np.ndarray:
    result = library.view("ann", job_id).results[0]
    sound, _rate = soundfile.read(library.result("ann", job_id, result.id).path, dtype="int16")
    return sound


def undisturbed(place: Path, book: PlainBook) -> np.ndarray:
    """The book as this process itself narrates it, without a queue and without a worker that could die."""
    settings = Settings(outputs=place, database_url="", redis_url="")
    migrate(settings.resolved_database_url)
    library = open_library(settings.outputs, settings.resolved_database_url)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workers.task, "_surroundings", lambda: (settings, library))
        job_id = library.submit_book("ann", book, OPTIONS).id
        for number in range(len(book.chapters)):
            narrate_chapter(job_id, number)
        assemble(job_id, len(book.chapters))
    assert_nothing_was_spoken_twice(library, job_id)
    sound = samples(library, job_id)
    library.close()
    return sound


def kill_one(studio: Studio, chance: random.Random) -> bool:
    """Kill whoever has a part in hand, or the process above it; False when nobody works just now."""
    at_work = [part for part in _parts(studio) if part.status is PartStatus.RUNNING and part.worker]
    chance.shuffle(at_work)
    for part in at_work:
        try:
            horse = psutil.Process(int(part.worker.rsplit("/", 2)[1]))
            victim = horse if chance.random() < 0.5 else horse.parent()
            if victim is not None and victim in studio.family():
                victim.kill()
                return True
        except psutil.NoSuchProcess:
            continue
    return False


def _parts(studio: Studio) -> list:
    from sqlmodel import select

    from studio.library.db import session
    from studio.library.tables import JobPart

    with session(studio.library.db) as rows:
        return list(rows.exec(select(JobPart)).all())


def disturb(studio: Studio, job_id: str, seed: int, workers: int) -> int:
    """So many workers, one Redis and one whole studio are killed at moments that only the seed knows."""
    chance = random.Random(seed)
    events = ["worker"] * workers + ["redis", "everything"]
    chance.shuffle(events)
    kills = 0
    for event in events:
        time.sleep(chance.uniform(0.05, 0.4))
        if event == "redis":
            studio.redis_server().kill()
        elif event == "everything":
            studio.kill()
            studio.start()
        else:
            give_up_at = time.monotonic() + 60
            while not kill_one(studio, chance):
                assert not studio.library.view("ann", job_id).is_finished, "the book ended before the last kill"
                assert time.monotonic() < give_up_at
                time.sleep(0.02)
            kills += 1
    return kills


def survive(tmp_path: Path, studio: Studio, book: PlainBook, seed: int, kills: int) -> None:
    expected = undisturbed(tmp_path / "undisturbed", book)
    studio.start()
    job_id = studio.library.submit_book("ann", book, OPTIONS).id
    assert disturb(studio, job_id, seed, kills) == kills
    wait_for(studio.library, job_id, "done")
    # Each kill can cost the sentence of every process it takes along: two when the whole studio or Redis goes.
    assert_nothing_was_spoken_twice(studio.library, job_id, deaths=kills + 4)
    assert np.array_equal(samples(studio.library, job_id), expected)


@pytest.mark.timeout(900)  # two narrations of one book: slow where the machine is busy
def test_a_book_survives_killed_workers_a_killed_redis_and_a_restart(tmp_path: Path, studio: Studio) -> None:
    survive(tmp_path, studio, plain_book(4, 60), seed=2, kills=KILLS)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(3, 8))
def test_a_longer_book_survives_them_at_other_moments(tmp_path: Path, studio: Studio, seed: int) -> None:
    survive(tmp_path, studio, plain_book(12, 300), seed, kills=MANY_KILLS)
