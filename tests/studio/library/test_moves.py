"""Whatever people and workers do to a job in whatever order, only legal moves happen and the rows stay in step."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import select

from studio.library.db import migrate, session
from studio.library.errors import IllegalMove, NotFound
from studio.library.jobs.leases import Claim, Progress, beat, claim, fail, finish, release
from studio.library.jobs.moves import move
from studio.library.jobs.options import BookOptions
from studio.library.library import open_library
from studio.library.tables import FailedSegment, Job, JobKind, JobPart, JobStatus, PartStatus
from tests.studio.library.conftest import small_book

# Written out by hand, and not taken from the code under test.
ALLOWED = {
    "queued": {"pause", "cancel", "delete", "move_up", "move_down"},
    "running": {"pause", "cancel", "delete", "move_up", "move_down"},
    "paused": {"resume", "cancel", "delete", "move_up", "move_down"},
    "cancelled": {"retry", "delete"},
    "failed": {"retry", "cancel", "delete"},
    "done": {"delete"},
}
WORKED_ON = {"queued", "running"}
NEXT = {
    "queued": {"running", "paused", "cancelled", "failed"},
    "running": {"paused", "cancelled", "failed", "done"},
    "paused": {"queued", "cancelled"},
    "cancelled": {"queued"},
    "failed": {"queued", "cancelled"},
    "done": {"queued"},
}
AFTER = {"pause": "paused", "resume": "queued", "cancel": "cancelled", "retry": "queued"}


@pytest.mark.parametrize("before", list(JobStatus))
@pytest.mark.parametrize("after", list(JobStatus))
def test_a_job_moves_only_along_the_legal_moves(before: JobStatus, after: JobStatus) -> None:
    job = Job(owner="ann", kind=JobKind.AUDIOBOOK, title="x", status=before)
    if after in NEXT[before]:
        move(job, after, "why")
        assert job.status is after
        assert job.error == ("why" if after is JobStatus.FAILED else "")
        assert (job.finished_at is not None) == (after in {JobStatus.CANCELLED, JobStatus.FAILED, JobStatus.DONE})
    else:
        with pytest.raises(IllegalMove, match=f"is {before}"):
            move(job, after)
        assert job.status is before


class JobLife(RuleBasedStateMachine):
    """One job of two chapters; people press buttons while a worker takes, loses and finishes parts."""

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.TemporaryDirectory()
        url = f"sqlite:///{Path(self.place.name) / 'studio.db'}"
        migrate(url)
        self.library = open_library(Path(self.place.name) / "outputs", url)
        self.job_id = self.library.submit_book("ann", small_book(), BookOptions()).id
        self.status = "queued"
        self.held: dict[int, Claim] = {}
        self.has_failed_segments = False

    def teardown(self) -> None:
        self.library.close()
        self.place.cleanup()

    @rule(action=st.sampled_from(["pause", "resume", "cancel", "retry", "move_up", "move_down"]))
    def press(self, action: str) -> None:
        allowed = ALLOWED[self.status] | ({"retry"} if self.status == "done" and self.has_failed_segments else set())
        assert self.library.view("ann", self.job_id).actions == allowed
        call = getattr(self.library, action)
        with pytest.raises(NotFound):
            call("bob", self.job_id)
        if action not in allowed:
            with pytest.raises(IllegalMove):
                call("ann", self.job_id)
            return
        assert call("ann", self.job_id).status == AFTER.get(action, self.status)
        self.status = AFTER.get(action, self.status)
        if action == "retry":
            self.has_failed_segments = False

    @rule(number=st.integers(0, 2))
    def take(self, number: int) -> None:
        held = claim(self.library.db, self.job_id, number)
        is_open = self.status in WORKED_ON and number not in self.held and not self._is_done(number)
        is_due = number < 2 or {0, 1} <= self._done_parts()
        assert (held is not None) == (is_open and is_due)
        if held is not None:
            self.held[number] = held
            self.status = "running"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        held = self.held[data.draw(st.sampled_from(sorted(self.held)))]
        goes_on = beat(self.library.db, held, Progress(1, 0.5, 0.0, 0.1, True))
        assert goes_on == (self.status == "running")

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def give_back(self, data: st.DataObject) -> None:
        held = self.held.pop(data.draw(st.sampled_from(sorted(self.held))))
        release(self.library.db, held)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def end_part(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.held)))
        finish(self.library.db, self.held.pop(number))
        if self.status not in WORKED_ON:
            return
        parts = self._parts()
        if set(parts.values()) == {PartStatus.DONE}:
            self.status = "done"
        elif PartStatus.FAILED in parts.values() and self._is_done(0) and self._is_done(1):
            self.status = "failed"  # of a chapter that failed while the job was paused

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def break_down(self, data: st.DataObject) -> None:
        fail(self.library.db, self.held.pop(data.draw(st.sampled_from(sorted(self.held)))), "The disk is full.")
        if self.status in WORKED_ON:
            self.status = "failed"

    @invariant()
    def the_row_says_what_happened(self) -> None:
        view = self.library.view("ann", self.job_id)
        assert view.status == self.status
        assert bool(view.error) == (self.status == "failed")
        assert 0.0 <= view.progress <= 1.0
        with pytest.raises(NotFound):
            self.library.view("bob", self.job_id)

    def _parts(self) -> dict[int, PartStatus]:
        with session(self.library.db) as rows:
            parts = rows.exec(select(JobPart).where(JobPart.job_id == self.job_id)).all()
        return {part.number: part.status for part in parts}

    def _done_parts(self) -> set[int]:
        return {number for number, status in self._parts().items() if status is PartStatus.DONE}

    def _is_done(self, number: int) -> bool:
        return self._parts()[number] in {PartStatus.DONE, PartStatus.FAILED}


TestJobLife = JobLife.TestCase
TestJobLife.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


def test_a_book_with_failed_sentences_fails_with_their_number_and_can_be_retried_or_left_silent(
    tmp_path: Path, database_url: str
) -> None:
    migrate(database_url)
    library = open_library(tmp_path / "outputs", database_url)
    job_id = library.submit_book("ann", small_book(), BookOptions()).id
    for number in (0, 1):
        held = claim(library.db, job_id, number)
        assert held is not None
        with session(library.db, write=True) as rows:
            rows.add(FailedSegment(job_id=job_id, part_number=number, segment_index=0, text="Hm.", attempts=3))
        finish(library.db, held, status=PartStatus.FAILED, error="1 sentence could not be spoken.")
    view = library.view("ann", job_id)
    assert view.status == "failed"
    assert "2 sentences in 2 chapters" in view.error
    assert [one.text for one in view.failed] == ["Hm.", "Hm."]

    one_less = library.retry_segment("ann", job_id, view.failed[0].id)
    assert one_less.status == "queued"
    assert [one.id for one in one_less.failed] == [view.failed[1].id]
    with pytest.raises(NotFound):
        library.retry_segment("ann", job_id, view.failed[0].id)

    allowed = library.allow_silence("ann", job_id)
    assert allowed.options["silence_for_failed"] is True
    assert [part.status for part in allowed.parts] == ["waiting", "waiting"]
    library.close()
