"""A book by a cloned voice: killed on the way, it sounds as one that was not; and it stops with its voice."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from studio.library.jobs.options import BookOptions
from studio.library.voices.own import consents, deleting, drafts, recordings
from studio.library.voices.own.names import token
from tests.faults.conftest import Studio
from tests.workers.books import plain_book, wait_for
from tests.workers.test_kokoro_book import finished, kill_the_horse, wait_for_work

JFK = Path(__file__).parents[1] / "real" / "jfk.flac"
MAKER = Path(__file__).parents[2] / "examples" / "make_tiny_pocket_tts.py"


def small_pocket(folder: Path) -> Path:
    spec = importlib.util.spec_from_file_location("make_tiny_pocket_tts", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker.make(folder)


def cloned(studio: Studio) -> str:
    library = studio.library
    draft = drafts.take_in(library.storage, "ann", JFK, "en", None)
    made = recordings.make_voice(library.db, library.storage, "ann", "Ada", recordings.Chosen(draft.id))
    consents.declare(library.db, "ann", made.id)
    return made.id


def sound_of(studio: Studio, job_id: str) -> npt.NDArray[np.float64]:
    done = studio.library.view("ann", job_id)
    return soundfile.read(studio.library.result("ann", job_id, done.results[0].id).path)[0]


@pytest.mark.slow
def test_a_book_by_a_cloned_voice_goes_on_after_a_kill_as_if_nothing_was(tmp_path: Path, studio: Studio) -> None:
    model = str(small_pocket(tmp_path / "pocket"))
    studio.workers = 1
    studio.start()
    library = studio.library
    voice = cloned(studio)
    options = BookOptions(model=model, voice=token(voice), format="flac", loudness="none", seed=3)
    killed = library.submit_book("ann", plain_book(1, 8), options).id
    wait_for_work(studio, killed, 1)
    kill_the_horse(studio, killed)
    wait_for(library, killed, "done", 600)
    shutil.rmtree(library.storage.segment_cache)
    states = library.storage.voice_folder(voice) / "states"
    assert list(states.glob("*.npz")), "what the model made of the recording is kept"
    calm = library.submit_book("ann", plain_book(1, 8), options).id
    wait_for(library, calm, "done", 600)
    one, other = sound_of(studio, killed), sound_of(studio, calm)
    assert one.shape == other.shape
    # A segment that died in a batch is spoken alone, which may differ by 1e-4 as everywhere: a few steps of 16 bits.
    assert float(np.abs(one - other).max()) <= 1e-4

    # Deleted while a book is read by it: the book stops with a sentence, and nothing of the voice is left.
    reading = library.submit_book("ann", plain_book(2, 60), options).id
    wait_for_work(studio, reading, 1)
    told = deleting.delete(library.db, library.storage, "ann", voice)
    assert {one.id for one in told} == {killed, calm, reading}
    failed = wait_for(library, reading, "failed", 600)
    assert "no such voice" in failed.error
    assert finished(studio, reading)
