"""How far a part of a job is."""

import pytest

from studio.library.jobs.overview import _part_progress  # pyright: ignore[reportPrivateUsage]
from studio.library.tables import JobPart, PartKind, PartStatus


@pytest.mark.parametrize(
    ("done", "total", "share"),
    [(0.0, 0.0, 0.0), (0.25, 0.5, 0.5), (5.0, 10.0, 0.5), (11.0, 10.0, 1.0), (1.0, 0.0, 0.0)],
)
def test_a_part_says_its_share_however_short_it_is(done: float, total: float, share: float) -> None:
    recording = JobPart(job_id="x", number=0, kind=PartKind.RECORDING, audio_s=done, total_s=total)
    assert _part_progress(recording) == share
    chapter = JobPart(job_id="x", number=0, kind=PartKind.CHAPTER, words_done=int(4 * done), words_total=int(4 * total))
    assert _part_progress(chapter) == share
    assert _part_progress(JobPart(job_id="x", number=0, kind=PartKind.CHAPTER, status=PartStatus.DONE)) == 1.0
