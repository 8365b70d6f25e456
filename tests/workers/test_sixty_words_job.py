"""A trained Parakeet on the queue: a recording becomes a transcript of the words that were said."""

from itertools import chain
from pathlib import Path

import soundfile

from studio.library.jobs.options import TranscriptionOptions
from tests.sixty_words import MODEL, SAMPLE_RATE, in_one_go, unheard, wrong
from tests.workers.books import wait_for
from tests.workers.conftest import StudioMaker


def test_a_job_writes_down_the_words_that_were_said(make_studio: StudioMaker, tmp_path: Path) -> None:
    library, _ = make_studio()
    lines = unheard(16, seed=8, voices="held_out_speeds")
    recording = tmp_path / "words.flac"
    soundfile.write(recording, in_one_go(lines), SAMPLE_RATE)
    options = TranscriptionOptions(model=str(MODEL), formats=("txt", "srt"))
    job = library.submit_transcription("ann", recording, "words.flac", options)
    done = wait_for(library, job.id, "done")
    result = next(one for one in done.results if one.kind == "txt")
    heard = library.result("ann", job.id, result.id).path.read_text().split()
    assert wrong(list(chain.from_iterable(line.words for line in lines)), heard) < 0.1
