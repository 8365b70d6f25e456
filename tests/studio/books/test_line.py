"""Documents are read a few at once: two of a person, the rest in turn, and whoever leaves makes room."""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Cancelled
from studio.books import BookError, Readings, TooManyReadings, reading
from studio.books.line import MOST_OF_ONE, MOST_WAITING, Line, Place
from studio.books.reading import Reading

SLEEPER = ("-c", "import time; time.sleep(600)")


def test_two_of_a_person_are_read_eight_wait_and_the_next_is_told() -> None:
    line = Line(most=4)
    places = [line.enter("ada") for _ in range(MOST_OF_ONE + MOST_WAITING)]
    assert [place.has_turn for place in places] == [True] * MOST_OF_ONE + [False] * MOST_WAITING
    with pytest.raises(TooManyReadings):
        line.enter("ada")
    assert line.enter("bob").has_turn  # ada's line is not his
    places[0].close()
    places[0].close()
    assert places[2].has_turn
    assert not places[3].has_turn


def test_who_reads_least_is_next() -> None:
    line = Line(most=3)
    ada = [line.enter("ada") for _ in range(4)]
    line.enter("bob")
    bob = line.enter("bob")
    carol = line.enter("carol")
    ada[0].close()
    assert carol.has_turn
    assert not bob.has_turn
    assert not ada[2].has_turn


def test_one_person_never_takes_every_place() -> None:
    line = Line()
    for _ in range(MOST_OF_ONE + 1):
        line.enter("ada")
    assert line.enter("bob").has_turn


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.integers(0, 99)), max_size=60), st.integers(1, 5))
def test_no_place_is_lost_and_no_limit_is_passed(steps: list[tuple[str, bool, int]], most: int) -> None:
    line, inside = Line(most), list[Place]()
    for person, enters, which in steps:
        if enters:
            try:
                inside.append(line.enter(person))
            except TooManyReadings:
                assert sum(place.person == person and not place.has_turn for place in inside) == MOST_WAITING
        elif inside:
            inside.pop(which % len(inside)).close()
        reading_now = Counter(place.person for place in inside if place.has_turn)
        assert line.counts() == (reading_now.total(), len(inside) - reading_now.total())
        assert reading_now.total() <= most
        assert all(count <= MOST_OF_ONE for count in reading_now.values())
        idle = [place for place in inside if not place.has_turn and reading_now[place.person] < MOST_OF_ONE]
        assert not idle or reading_now.total() == most


def test_a_page_that_is_closed_ends_what_it_reads_and_what_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PROGRAM", SLEEPER)
    readings = Readings(Line(most=1))
    ended: list[str] = []
    begun = threading.Semaphore(0)

    def read(session: str) -> None:
        try:
            readings.read("ada", tmp_path, "a.txt", 100, session=session, begun=lambda _: begun.release())
        except Cancelled:
            ended.append(session)

    threads = [threading.Thread(target=read, args=("page",)) for _ in range(2)]
    for thread in threads:
        thread.start()
        begun.acquire()
    readings.leave("another page")
    assert readings.line.counts() == (1, 1)
    readings.leave("page")
    for thread in threads:
        thread.join(30)
    assert ended == ["page", "page"]
    assert readings.line.counts() == (0, 0)


def test_a_reading_that_is_closed_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_PROGRAM", SLEEPER)
    started: list[subprocess.Popen[bytes]] = []
    has_started = threading.Event()

    class Remembered(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *arguments: object, **options: object) -> None:
            super().__init__(*arguments, **options)  # type: ignore[call-overload]
            started.append(self)
            has_started.set()

    monkeypatch.setattr(subprocess, "Popen", Remembered)
    one = Reading(tmp_path, "a.txt", 100)
    closing = threading.Thread(target=lambda: has_started.wait(30) and one.close())
    closing.start()
    with pytest.raises(Cancelled):
        one.book()
    closing.join(30)
    assert started[0].returncode not in (None, 0)
    with pytest.raises(Cancelled):
        one.book()
    assert len(started) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_text_and_markdown_have_a_clock_of_their_own(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("[" * 2_000_000 if name == "a.md" else "Chapter 1\n\nhi there\n\n" * 250_000)
    with pytest.raises(BookError, match="takes longer than 1 seconds to read"):
        Reading(path, name, 20_000_000, quick_limit_s=1.0).book()
