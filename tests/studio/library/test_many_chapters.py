"""A book of many chapters costs in proportion: counted in statements and in JSON decoded, not in seconds."""

import json
from typing import Any

import pytest
from sqlalchemy import event

from engine.errors import OptionError
from studio.library.db import session
from studio.library.jobs.leases import claim, finish
from studio.library.jobs.options import BookOptions
from studio.library.jobs.queue import Reconciler, wanted_tickets
from studio.library.jobs.rows import MAX_CHAPTERS
from studio.library.library import Library
from tests.studio.library.conftest import small_book


class Cost:
    """Statements sent to a library's database, and characters of JSON decoded from its rows."""

    def __init__(self, library: Library) -> None:
        self.statements = self.decoded = 0
        library.db.dialect._json_deserializer = self._decode  # type: ignore[attr-defined]
        event.listen(library.db, "after_cursor_execute", self._count)

    def _decode(self, text: str) -> Any:
        self.decoded += len(text)
        return json.loads(text)

    def _count(self, *_: object) -> None:
        self.statements += 1

    def taken(self) -> tuple[int, int]:
        found = self.statements, self.decoded
        self.statements = self.decoded = 0
        return found


@pytest.fixture
def cost(library: Library) -> Cost:
    return Cost(library)


def test_the_queue_is_looked_at_without_any_job_s_options(library: Library, cost: Cost) -> None:
    for chapters in (20, 60):
        library.submit_book("ann", small_book(chapters), BookOptions())
    cost.taken()
    with session(library.db) as rows:
        assert len(wanted_tickets(rows)) == 80
    statements, decoded = cost.taken()
    assert decoded == 0
    assert statements <= 4


def test_the_reconciler_asks_as_much_for_many_jobs_as_for_one(library: Library, cost: Cost) -> None:
    asked: list[tuple[int, int]] = []
    for _ in range(2):
        library.submit_book("ann", small_book(3), BookOptions())
        cost.taken()
        Reconciler._settle_all(library.db)
        asked.append(cost.taken())
    assert asked[0] == asked[1]
    assert asked[0][1] == 0


def test_a_list_of_jobs_decodes_a_job_s_options_once(library: Library, cost: Cost) -> None:
    sizes: list[int] = []
    for chapters in (25, 100):
        owner = f"of {chapters}"
        library.submit_book(owner, small_book(chapters), BookOptions())
        cost.taken()
        library.list_jobs(owner)
        statements, decoded = cost.taken()
        assert statements <= 8
        sizes.append(decoded)
    assert sizes[1] < 4 * sizes[0]


def test_a_finished_chapter_decodes_no_other_chapter(library: Library, cost: Cost) -> None:
    sizes: list[int] = []
    for chapters in (2, 40):
        job_id = library.submit_book("ann", small_book(chapters), BookOptions()).id
        for number in range(chapters - 1):
            held = claim(library.db, job_id, number)
            assert held is not None
            finish(library.db, held, report={"notices": ["x" * 1000]})
        held = claim(library.db, job_id, chapters - 1)
        assert held is not None
        cost.taken()
        assert finish(library.db, held)
        sizes.append(cost.taken()[1])
    assert sizes[1] < sizes[0] + 1000  # the list of chapters in the options is a little longer


def test_a_book_of_one_chapter_chosen_again_and_again_is_refused(library: Library) -> None:
    with pytest.raises(OptionError, match="2,000 chapters"):
        library.submit_book("ann", small_book(1), BookOptions(chapters=[0] * (MAX_CHAPTERS + 1)))
