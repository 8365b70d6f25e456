"""The tuning of a voice as a job: its result on the voice, stopped, begun anew, and voices that go meanwhile."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import Cancelled, OutOfMemory
from engine.tts.kokoro import tuned, tuning
from engine.tts.prepared import read
from engine.types import VoicePrompt, VoiceState
from studio.library.db import session
from studio.library.errors import IllegalMove
from studio.library.jobs.leases import Claim, claim
from studio.library.jobs.options import BookOptions
from studio.library.jobs.queue import wanted_tickets
from studio.library.jobs.views import JobView
from studio.library.library import Library
from studio.library.tables import JobKind, JobPart
from studio.library.voices.own import consents, deleting, drafts, recordings, rows, tunings
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import token
from studio.library.voices.own.tunings import TuningOptions
from studio.library.voices.own.views import OwnVoiceView
from tests.workers.books import plain_book
from tests.workers.kokoros import VOICE, small_kokoro
from workers.audiobook import narrate_chapter
from workers.tune import tune_voice

JFK = Path(__file__).parents[1] / "real" / "jfk.flac"
STATE = tuned.state_of(VOICE, np.full(128, 0.1, np.float32), np.zeros(128, np.float32))


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small_kokoro(tmp_path_factory.mktemp("kokoro") / "small"))


@pytest.fixture
def voice(library: Library) -> OwnVoiceView:
    draft = drafts.take_in(library.storage, "ann", JFK, "en", None)
    made = recordings.make_voice(
        library.db, library.storage, "ann", "Ada", recordings.Chosen(draft.id, text="Ask not.")
    )
    return consents.declare(library.db, "ann", made.id)


def fitted(meanwhile: Callable[[Callable[[], bool]], object] = lambda _: None) -> Callable[..., VoiceState]:
    """A tuning that is done as soon as it is begun, but for what happens meanwhile."""

    def tune(
        folder: Path, prompt: VoicePrompt, halves: str, progress: Any, is_cancelled: Any, early: Any, **_: Any
    ) -> VoiceState:
        assert (folder / "config.json").is_file()
        assert prompt.text == "Ask not."
        progress(0.5, "Fitting")
        early(STATE)
        meanwhile(is_cancelled)
        if is_cancelled():
            raise Cancelled("stopped")
        return STATE

    return tune


def tuned_by(library: Library, kokoro: str, voice: OwnVoiceView) -> JobView:
    job = library.submit_tuning("ann", voice.id, TuningOptions(kokoro, halves="prosody"))
    tune_voice(job.id, 0)
    return library.view("ann", job.id)


def test_what_was_fitted_is_the_voice_s_from_then_on(
    library: Library, kokoro: str, voice: OwnVoiceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = VoiceFolder.of(library.storage, voice.id)
    heard: list[bool] = []
    monkeypatch.setattr(tuning, "tune", fitted(lambda _: heard.append(read(folder.tuning) is not None)))
    done = tuned_by(library, kokoro, voice)
    assert (done.kind, done.status, done.progress, done.title) == (JobKind.TUNING, "done", 1.0, "Ada")
    assert (done.audio_s, done.total_s) == (0.0, 0.0)
    assert heard == [True]
    assert not folder.tuning.exists()
    now = rows.find(library.db, "ann", voice.id)
    assert (now.tuned, now.version) == ("prosody", voice.version + 1)
    state = read(folder.tuned)
    assert state is not None
    assert state.base == VOICE

    # And a book is read by it, until it is deleted.
    options = BookOptions(model=kokoro, voice=token(voice.id), loudness="none")
    book = library.submit_book("ann", plain_book(2, 1), options)
    narrate_chapter(book.id, 0)
    assert library.view("ann", book.id).parts[0].status == "done"
    deleting.delete(library.db, library.storage, "ann", voice.id)
    narrate_chapter(book.id, 1)
    failed = library.view("ann", book.id)
    assert failed.status == "failed"
    assert "no such voice" in failed.error


def test_it_is_stopped_and_refused_twice_and_ends_when_the_voice_goes(
    library: Library, kokoro: str, voice: OwnVoiceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> VoiceState:
        raise OutOfMemory("Tuning takes 3.5 GB of memory, and 1 GB is free.")

    monkeypatch.setattr(tuning, "tune", refused)
    assert "3.5 GB" in tuned_by(library, kokoro, voice).error

    job = library.submit_tuning("ann", voice.id, TuningOptions(kokoro))
    with pytest.raises(IllegalMove, match="being tuned already"):
        library.submit_tuning("ann", voice.id, TuningOptions(kokoro))

    def cancelled(is_cancelled: Callable[[], bool]) -> None:
        library.cancel("ann", job.id)
        while not is_cancelled():
            pass

    monkeypatch.setattr(tuning, "tune", fitted(cancelled))
    tune_voice(job.id, 0)
    assert library.view("ann", job.id).status == "cancelled"
    assert rows.find(library.db, "ann", voice.id).tuned == ""

    gone = fitted(lambda _: deleting.delete(library.db, library.storage, "ann", voice.id))
    monkeypatch.setattr(tuning, "tune", gone)
    failed = tuned_by(library, kokoro, voice)
    assert failed.status == "failed"
    assert "no such voice" in failed.error
    assert not VoiceFolder.of(library.storage, voice.id).tuned.exists()


def test_a_dead_worker_s_tuning_begins_anew(
    library: Library, kokoro: str, voice: OwnVoiceView, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = library.submit_tuning("ann", voice.id, TuningOptions(kokoro))
    assert isinstance(claim(library.db, job.id, 0), Claim)
    with session(library.db, write=True) as opened:
        part = opened.get(JobPart, 1)
        assert part is not None
        part.worker = part.worker.replace(f"/{os.getpid()}/", "/999999999/")
        opened.add(part)
    with session(library.db) as opened:
        assert [(one.kind, one.taken_over) for one in wanted_tickets(opened)] == [("tuning", True)]
    monkeypatch.setattr(tuning, "tune", fitted())
    tune_voice(job.id, 0)
    assert library.view("ann", job.id).status == "done"


def test_only_a_voice_with_a_recording_to_which_somebody_agreed(
    library: Library, kokoro: str, voice: OwnVoiceView
) -> None:
    consents.revoke(library.db, library.storage, "ann", voice.id)
    with pytest.raises(Exception, match="taken back"):
        library.submit_tuning("ann", voice.id, TuningOptions(kokoro))
    assert tunings.TuningOptions.from_json({"model": "m", "later": 1}) == TuningOptions("m")
