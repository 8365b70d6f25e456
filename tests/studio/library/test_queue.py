"""Tickets follow the rows: whatever Redis forgets is written again, whatever nobody wants any more goes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from redis import Redis
from rq import Queue

from studio.library.db import session
from studio.library.jobs import queue
from studio.library.jobs.leases import MAX_STARTS, STALE_ELSEWHERE_S, claim, fail, finish, is_gone, place, signature
from studio.library.jobs.options import BookOptions
from studio.library.jobs.queue import VAIN_STARTS, waiting_stems
from studio.library.library import Library
from studio.library.names import QUEUE
from studio.library.tables import JobPart, now
from tests.studio.library.conftest import small_book
from workers.redis_server import client, find_or_start


@pytest.fixture
def redis(tmp_path: Path, library: Library) -> Iterator[Redis]:
    handle = find_or_start("", tmp_path)
    library.redis = handle.connect()
    yield library.redis
    handle.stop()


def line(redis: Redis) -> list[str]:
    return [ticket.rsplit("-", 1)[0] for ticket in Queue(QUEUE, connection=redis).get_job_ids()]


def test_a_submitted_book_has_a_ticket_a_chapter_and_none_yet_for_the_assembly(library: Library, redis: Redis) -> None:
    job_id = library.submit_book("ann", small_book(3), BookOptions()).id
    assert line(redis) == [f"{job_id}-0", f"{job_id}-1", f"{job_id}-2"]
    job = Queue(QUEUE, connection=redis).jobs[0]
    assert job.func_name == "workers.audiobook.narrate_chapter"
    assert job.args == (job_id, 0)


def test_tickets_stand_in_the_order_of_the_jobs_and_go_when_a_job_is_paused(library: Library, redis: Redis) -> None:
    a, b = (library.submit_book("ann", small_book(2), BookOptions()).id for _ in range(2))
    library.move_up("ann", b)
    assert line(redis) == [f"{b}-0", f"{b}-1", f"{a}-0", f"{a}-1"]
    library.pause("ann", b)
    assert line(redis) == [f"{a}-0", f"{a}-1"]
    library.resume("ann", b)
    assert line(redis) == [f"{b}-0", f"{b}-1", f"{a}-0", f"{a}-1"]
    library.delete("ann", b)
    assert line(redis) == [f"{a}-0", f"{a}-1"]


def test_a_flushed_redis_is_filled_again_once_and_not_at_the_first_look(library: Library, redis: Redis) -> None:
    """A ticket may be missing because a worker has just taken it; only a second look makes sure."""
    job_id = library.submit_book("ann", small_book(2), BookOptions()).id
    redis.flushall()
    assert library.reconcile() == 0
    assert library.reconcile() == 2
    assert library.reconcile() == 0
    assert waiting_stems(redis) == {f"{job_id}-0", f"{job_id}-1"}
    redis.flushall()
    assert library.reconcile(at_once=True) == 2


def test_a_part_is_given_up_at_the_last_start_it_may_take_and_not_before(library: Library, redis: Redis) -> None:
    job_id = library.submit_book("ann", small_book(1), BookOptions()).id
    for starts, status in ((VAIN_STARTS - 1, "queued"), (VAIN_STARTS, "failed")):
        redis.flushall()
        redis.set(queue._vain_key(f"{job_id}-0"), starts)
        library.reconcile(at_once=True)
        assert library.view("ann", job_id).status == status


def test_a_part_whose_worker_died_is_queued_at_once(library: Library, redis: Redis) -> None:
    job_id = library.submit_book("ann", small_book(1), BookOptions()).id
    redis.flushall()
    code = (
        "import sys; from studio.library.db import open_database; from studio.library.jobs.leases import claim\n"
        "assert claim(open_database(sys.argv[1]), sys.argv[2], 0)"
    )
    url = str(library.db.url)
    subprocess.run([sys.executable, "-c", code, url, job_id], check=True)
    assert library.view("ann", job_id).parts[0].status == "running"
    assert library.reconcile() == 1
    assert line(redis) == [f"{job_id}-0"]


def test_a_part_in_living_hands_gets_no_ticket_and_no_second_worker(library: Library, redis: Redis) -> None:
    job_id = library.submit_book("ann", small_book(1), BookOptions()).id
    redis.flushall()
    assert claim(library.db, job_id, 0) is not None
    assert library.reconcile(at_once=True) == 0
    assert claim(library.db, job_id, 0) is None


def test_the_assembly_is_queued_when_the_last_chapter_is_done(library: Library, redis: Redis) -> None:
    job_id = library.submit_book("ann", small_book(2), BookOptions()).id
    redis.flushall()
    for number in (0, 1):
        held = claim(library.db, job_id, number)
        assert held is not None
        assert claim(library.db, job_id, 2) is None
        assert finish(library.db, held) is (number == 1)
    library.reconcile(at_once=True)
    assert line(redis) == [f"{job_id}-2"]


def test_a_chapter_that_fails_while_its_book_is_paused_fails_the_book_and_does_not_hold_it_up_for_ever(
    library: Library, redis: Redis
) -> None:
    job_id = library.submit_book("ann", small_book(2), BookOptions()).id
    first, second = claim(library.db, job_id, 0), claim(library.db, job_id, 1)
    assert first is not None
    assert second is not None
    library.pause("ann", job_id)
    fail(library.db, first, "The disk is full.")
    finish(library.db, second)
    assert library.resume("ann", job_id).status == "queued"
    library.reconcile()
    view = library.view("ann", job_id)
    assert (view.status, view.error) == ("failed", "The disk is full.")
    assert library.retry("ann", job_id).status == "queued"
    assert line(redis) == [f"{job_id}-0"]


def test_a_part_that_kills_every_worker_ends_in_a_sentence(library: Library) -> None:
    job_id = library.submit_book("ann", small_book(1), BookOptions()).id
    for _ in range(MAX_STARTS):
        held = claim(library.db, job_id, 0)
        assert held is not None
        with session(library.db, write=True) as rows:
            part = rows.get(JobPart, held.part.id)
            assert part is not None
            part.worker = f"{place()}/999999999/1.0"
            rows.add(part)
    assert claim(library.db, job_id, 0) is None
    view = library.view("ann", job_id)
    assert view.status == "failed"
    assert "stopped unexpectedly" in view.error
    library.retry("ann", job_id)
    assert claim(library.db, job_id, 0) is not None


def test_signatures_tell_the_living_from_the_dead() -> None:
    me = signature()
    assert not is_gone(me, now())
    where, pid, born = me.rsplit("/", 2)
    assert is_gone(f"{where}/{pid}/{float(born) - 100:.2f}", now())  # the number is mine, the birth is not
    assert is_gone(f"{where}/999999999/{born}", now())
    assert is_gone("", now())
    assert is_gone("nonsense", now())
    assert not is_gone("another machine/1/1.0", now())
    assert is_gone("another machine/1/1.0", now() - timedelta(seconds=STALE_ELSEWHERE_S + 1))


def test_a_worker_that_nobody_has_buried_yet_is_dead_all_the_same() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    theirs = f"{place()}/{process.pid}/{psutil.Process(process.pid).create_time():.2f}"
    assert not is_gone(theirs, now())
    process.kill()
    while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
        pass
    assert is_gone(theirs, now())
    process.wait()


def test_without_redis_everything_but_the_queue_works(library: Library) -> None:
    library.redis = client("unix:///nowhere/redis.sock")
    job_id = library.submit_book("ann", small_book(1), BookOptions()).id
    assert library.pause("ann", job_id).status == "paused"
    assert library.resume("ann", job_id).status == "queued"
    assert library.reconcile(at_once=True) == 0
