"""Books for tests, and waiting for what becomes of them."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from studio.library.jobs.views import JobView
from studio.library.library import Library
from studio.library.narration.scores import Journal

NAMES = ("Ada", "Boris", "Clara", "David", "Emma", "Felix", "Greta", "Henry", "Ida", "Jonas", "Karin", "Lukas", "Mona")
DEEDS = ("opened", "closed", "painted", "counted", "carried", "forgot", "praised", "lifted", "missed", "sold", "washed")
THINGS = ("the door", "a lamp", "two letters", "the old clock", "a red boat", "some bread", "her coat", "the map")


@dataclass(frozen=True)
class PlainChapter:
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class PlainBook:
    title: str
    authors: tuple[str, ...]
    language: str
    cover: bytes | None
    chapters: tuple[PlainChapter, ...]


def sentences(number: int = 0) -> Iterator[str]:
    """Sentences without end, no two alike, from the given one on."""
    while True:
        name, deed = NAMES[number % len(NAMES)], DEEDS[number // len(NAMES) % len(DEEDS)]
        thing = THINGS[number % len(THINGS)]
        yield f"{name} {deed} {thing}, and then walked {number + 2} miles home."
        number += 1


def plain_book(chapters: int, sentences_each: int, title: str = "A Plain Book", first: int = 0) -> PlainBook:
    """A book whose every sentence is said once only; books far apart in `first` have none in common."""
    stock = sentences(first)
    made = []
    for number in range(1, chapters + 1):
        lines = [next(stock) for _ in range(sentences_each)]
        paragraphs = tuple(" ".join(lines[at : at + 5]) for at in range(0, len(lines), 5))
        made.append(PlainChapter(f"Part {first + number}", paragraphs))
    return PlainBook(title, ("Ann Author",), "en", None, tuple(made))


def wait_until(library: Library, job_id: str, wanted: Callable[[JobView], Any], timeout_s: float = 600.0) -> JobView:
    """Watch a job until it is as wanted; say what it was when it never became so."""
    give_up_at = time.monotonic() + timeout_s
    while True:
        view = library.view("ann", job_id)
        if wanted(view):
            return view
        if time.monotonic() > give_up_at:
            raise AssertionError(f"still {view.status}, {view.stage}, {view.words_done} words: {view.error}")
        time.sleep(0.1)


def wait_for(library: Library, job_id: str, status: str, timeout_s: float = 600.0) -> JobView:
    """Watch a job until it has a status; any other end is a failure."""
    view = wait_until(library, job_id, lambda seen: seen.status == status or seen.is_finished, timeout_s)
    assert view.status == status, f"{view.status}: {view.error}"
    return view


def journal(library: Library, job_id: str) -> list[dict[str, Any]]:
    """What was begun and finished in all parts, in order within each part."""
    folder = library.storage.job_folder(job_id)
    entries: list[dict[str, Any]] = []
    for path in sorted(folder.glob("parts/*.journal.jsonl")):
        part = int(path.name.split(".")[0])
        entries += [entry | {"part": part} for entry in Journal(folder, part).entries()]
    return entries


def assert_nothing_was_spoken_twice(library: Library, job_id: str, deaths: int = 0) -> None:
    """No segment was begun again after it was finished; begun in vain at most once a death, a batch being one."""
    finished: set[str] = set()
    begun = 0
    for entry in journal(library, job_id):
        if "begin" in entry or "batch" in entry:
            keys = entry.get("batch") or [entry["begin"]]
            begun += len(keys)
            for key in keys:
                assert key not in finished, f"segment {entry['index']} of part {entry['part']} was spoken twice"
        elif "end" in entry:
            assert entry["end"] not in finished
            finished.add(entry["end"])
    assert finished
    assert begun - len(finished) <= deaths
