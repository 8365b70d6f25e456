"""A recording goes in, a transcript comes out as it is heard, and a killed worker costs one region."""

import json
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile
from sqlmodel import select

from engine.tts import espeak
from engine.tts.speak import speak
from engine.types import SpeechRequest
from studio.library.db import session
from studio.library.jobs.options import TranscriptionOptions
from studio.library.library import Library
from studio.library.tables import JobPart
from tests.workers.books import wait_for, wait_until
from tests.workers.conftest import StudioMaker
from workers.progress import Heart
from workers.transcription import transcribe_recording

SENTENCES = (
    "The weather was cold and the river was high.",
    "My brother went to the market to buy some bread.",
    "Nobody knows what happened to the old house.",
    "She opened the window and looked at the garden.",
    "They walked along the road for a very long time.",
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sentences, a second and a half apart."""
    voice = espeak.load(None)
    pieces: list[np.ndarray] = []
    for sentence in SENTENCES:
        pieces += [chunk.samples for chunk in speak(voice, SpeechRequest(text=sentence, voice="en-us", speed=0.9))]
        pieces.append(np.zeros(round(1.5 * voice.sample_rate), dtype=np.float32))
    path = tmp_path_factory.mktemp("recording") / "talk.wav"
    soundfile.write(path, np.concatenate(pieces), voice.sample_rate)
    voice.close()
    return path


def text_of(library: Library, job_id: str, kind: str) -> str:
    result = next(one for one in library.view("ann", job_id).results if one.kind == kind)
    return library.result("ann", job_id, result.id).path.read_text()


def test_a_recording_becomes_text_captions_and_json(make_studio: StudioMaker, recording: Path) -> None:
    library, _ = make_studio()
    job = library.submit_transcription("ann", recording, "my talk.wav", TranscriptionOptions())
    wait_until(library, job.id, lambda view: len(library.transcript("ann", job.id).segments) >= 2)
    assert library.view("ann", job.id).status == "running"  # the transcript fills in as it is made
    done = wait_for(library, job.id, "done")
    assert [result.name for result in done.results] == ["my talk.txt", "my talk.json", "my talk.srt", "my talk.vtt"]
    assert done.parts[0].progress == 1.0
    assert done.total_s == pytest.approx(soundfile.info(recording).duration, abs=0.1)
    heard = text_of(library, job.id, "txt").lower().split()
    said = " ".join(SENTENCES).lower().replace(".", "").split()
    assert len(set(said) & set(heard)) > len(set(said)) * 0.5
    told = json.loads(text_of(library, job.id, "json"))
    assert [segment["text"] for segment in told["segments"]] == [
        segment.text for segment in library.transcript("ann", job.id).segments
    ]
    assert "-->" in text_of(library, job.id, "srt")


def test_a_killed_worker_costs_at_most_the_region_in_hand(make_studio: StudioMaker, recording: Path) -> None:
    library, _ = make_studio()
    options = TranscriptionOptions(formats=("txt",))
    whole = library.submit_transcription("ann", recording, "a.wav", options).id
    wait_for(library, whole, "done")
    job_id = library.submit_transcription("ann", recording, "b.wav", options).id
    for count in (1, 3):
        wait_until(library, job_id, lambda _, least=count: len(library.transcript("ann", job_id).segments) >= least)
        with session(library.db) as rows:
            part = rows.exec(select(JobPart).where(JobPart.job_id == job_id)).one()
        kept = library.transcript("ann", job_id).segments
        if part.worker:
            psutil.Process(int(part.worker.rsplit("/", 2)[1])).kill()
        assert library.transcript("ann", job_id).segments[: len(kept)] == kept
    wait_for(library, job_id, "done")
    # Every region is there once, where it is without a kill. The words themselves may differ a little: PocketSphinx
    # adapts to a voice as it listens, and a new process begins afresh.
    regions, expected = (library.transcript("ann", which).segments for which in (job_id, whole))
    assert [region.start_s for region in regions] == pytest.approx([one.start_s for one in expected], abs=0.5)
    assert text_of(library, job_id, "txt").count("\n") == text_of(library, whole, "txt").count("\n")


def test_what_is_no_recording_fails_in_a_sentence(make_studio: StudioMaker, tmp_path: Path) -> None:
    library, _ = make_studio()
    fake = tmp_path / "fake.mp3"
    fake.write_text("this is not sound " * 100)
    job_id = library.submit_transcription("ann", fake, "fake.mp3", TranscriptionOptions()).id
    failed = wait_for(library, job_id, "failed")
    assert failed.error.endswith(".")
    assert str(tmp_path) not in failed.error


def test_a_recording_that_is_cut_short_is_written_down_as_far_as_it_goes(
    make_studio: StudioMaker, recording: Path, tmp_path: Path
) -> None:
    library, _ = make_studio()
    torn = tmp_path / "torn.wav"
    whole = recording.read_bytes()
    torn.write_bytes(whole[: len(whole) * 6 // 10])
    job_id = library.submit_transcription("ann", torn, "torn.wav", TranscriptionOptions(formats=("txt",))).id
    done = wait_for(library, job_id, "done")
    notice = next(one for one in done.notices if "PocketSphinx" not in one)
    assert "cut short" in notice
    assert done.total_s == pytest.approx(0.6 * soundfile.info(recording).duration, abs=0.2)
    assert "weather" in text_of(library, job_id, "txt").lower()
    # It may be mended in the editor like any other.
    view = library.transcript_view("ann", job_id)
    assert view.is_final


def test_silence_shows_progress_and_how_long_it_still_takes(library: Library, tmp_path: Path) -> None:
    """What was listened to counts, not what was found: hours of nothing are no standstill."""
    seen: list[tuple[float, float | None]] = []
    silence = tmp_path / "silence.flac"
    soundfile.write(silence, np.zeros(16000 * 600, np.int16), 16000)
    job_id = library.submit_transcription("ann", silence, "silence.flac", TranscriptionOptions()).id
    check = Heart.check

    def slowly(self: Heart) -> None:
        """Between two blocks the heart beats, and the rows are looked at."""
        check(self)
        if self.audio_s > 100.0 * (len(seen) + 1):
            give_up_at = time.monotonic() + 60
            while library.view("ann", job_id).audio_s < self.audio_s and time.monotonic() < give_up_at:
                time.sleep(0.02)
            view = library.view("ann", job_id)
            seen.append((view.progress, view.eta_s))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Heart, "check", slowly)
        transcribe_recording(job_id, 0)
    assert len(seen) >= 4
    assert seen == sorted(seen, key=lambda one: one[0])
    assert all(0.1 < progress < 1.0 and eta is not None for progress, eta in seen)
    assert library.view("ann", job_id).status == "done"
