"""A small Orpheus narrates a book through the real queue, in batches, with its tags."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.types import Sampling
from studio.library.jobs.options import BookOptions
from tests.engine.tts.orpheus.checkpoints import make
from tests.workers.books import PlainBook, PlainChapter, assert_nothing_was_spoken_twice, journal, wait_for
from tests.workers.conftest import StudioMaker

SENTENCES = ("Ada opened the door.", "<laugh> Boris closed it.", "Clara was late.", "The map was <sigh> lost.", "So?")


def test_a_book_is_narrated_in_batches_and_keeps_its_tags(tmp_path: Path, make_studio: StudioMaker) -> None:
    model = make(tmp_path / "tiny-orpheus")
    library, _ = make_studio(1)
    book = PlainBook("Tags", ("Ann Author",), "en", None, (PlainChapter("One", (" ".join(SENTENCES),)),))
    options = BookOptions(
        model=str(model), voice="zoe", format="flac", loudness="none", sampling=Sampling(max_tokens=35)
    )
    job_id = library.submit_book("ann", book, options).id
    done = wait_for(library, job_id, "done", 280)
    assert done.failed == ()
    assert done.words_done == done.words_total
    assert_nothing_was_spoken_twice(library, job_id)
    assert any("batch" in entry for entry in journal(library, job_id))
    assert not any("cannot do" in notice for notice in done.notices)
    path = library.result("ann", job_id, next(one for one in done.results if one.kind == "flac").id).path
    sound, rate = soundfile.read(path)
    assert rate == 24000
    assert len(sound) / rate == pytest.approx(done.total_s, abs=0.1)
    assert np.abs(sound).max() > 0.01
