"""People are served in turns, however much each of them has brought and however they sort their own."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from studio.library.db import session
from studio.library.jobs.leases import claim, finish
from studio.library.jobs.options import BookOptions
from studio.library.jobs.queue import wanted_tickets
from studio.library.jobs.turns import in_turns
from studio.library.library import Library
from tests.studio.library.conftest import small_book

PEOPLE = "abcd"
START = datetime(2026, 1, 1, tzinfo=UTC)

Step = tuple[str, int]
"""Who, and how many chapters they bring now; nobody brings 0: a worker takes the next one."""

steps = st.lists(
    st.one_of(st.tuples(st.sampled_from(PEOPLE), st.integers(1, 6)), st.just(("", 0))), min_size=1, max_size=80
)


@given(steps)
def test_nobody_waits_for_more_than_one_chapter_of_each_other_person(done: list[Step]) -> None:
    lines: dict[str, list[int]] = {}
    served: dict[str, datetime] = {}
    overtaken: dict[str, Counter[str]] = {}
    brought = Counter[str]()
    for moment, (who, count) in enumerate([*done, *[("", 0)] * 500]):
        if who:
            lines.setdefault(who, []).extend(range(brought[who], brought[who] + count))
            brought[who] += count
            continue
        order = in_turns(
            {person: [(person, number) for number in line] for person, line in lines.items() if line}, served
        )
        if not order:
            continue
        person, number = order[0]
        assert number == lines[person].pop(0)  # a person's own order is kept
        served[person] = START + timedelta(seconds=moment)
        overtaken.pop(person, None)
        for other, line in lines.items():
            if other != person and line:
                overtaken.setdefault(other, Counter())[person] += 1
                assert overtaken[other][person] == 1
    assert not any(lines.values())  # and everything is served in the end


@given(st.dictionaries(st.sampled_from(PEOPLE), st.integers(1, 9), min_size=1))
def test_the_whole_line_is_what_serving_one_by_one_gives(counts: dict[str, int]) -> None:
    lines = {person: [(person, number) for number in range(count)] for person, count in counts.items()}
    whole = in_turns(lines, {})
    served: dict[str, datetime] = {}
    one_by_one: list[tuple[str, int]] = []
    while any(lines.values()):
        following = in_turns({person: line for person, line in lines.items() if line}, served)[0]
        lines[following[0]].remove(following)
        served[following[0]] = START + timedelta(seconds=len(one_by_one))
        one_by_one.append(following)
    assert whole == one_by_one


def begun(library: Library, times: int) -> list[str]:
    """Whose chapters one worker begins, one after the other."""
    owners: list[str] = []
    for _ in range(times):
        with session(library.db) as rows:
            first = wanted_tickets(rows)[0]
        held = claim(library.db, first.job_id, first.number)
        assert held is not None
        owners.append(held.job.owner)
        finish(library.db, held)
    return owners


def test_a_person_with_many_books_holds_nobody_up(library: Library) -> None:
    many = [library.submit_book("ada", small_book(4), BookOptions()).id for _ in range(3)]
    assert begun(library, 2) == ["ada", "ada"]
    library.submit_book("bob", small_book(2), BookOptions())
    for _ in range(3):
        library.move_up("ada", many[2])  # in front of her own, and of nobody else's
    assert begun(library, 6) == ["bob", "ada", "bob", "ada", "bob", "ada"]


def test_who_deletes_what_is_done_does_not_come_first_again(library: Library) -> None:
    job_id = library.submit_book("ada", small_book(1), BookOptions()).id
    library.submit_book("bob", small_book(2), BookOptions())
    assert begun(library, 2) == ["ada", "bob"]
    library.submit_book("ada", small_book(1), BookOptions())
    assert begun(library, 1) == ["ada"]
    library.delete("ada", job_id)
    assert begun(library, 1) == ["bob"]
