"""A Whisper transcribes through the real queue, from a folder; its worker is killed on the way."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

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

MAKER = Path(__file__).parents[2] / "examples" / "make_tiny_whisper.py"
SENTENCES = (
    "The weather was cold and the river was high.",
    "My brother went to the market to buy some bread.",
    "Nobody knows what happened to the old house.",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny and random, in the older layout, quantised: two seconds are a window."""
    spec = importlib.util.spec_from_file_location("make_tiny_whisper", MAKER)
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("models") / "whisper-tiny-mlx-8bit"
    maker.make(folder, "npz", 8, n_audio_ctx=100, n_audio_state=32, n_text_state=32, n_text_ctx=24)
    return folder


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sentences over and over, a second apart."""
    voice = espeak.load(None)
    pieces: list[np.ndarray] = []
    for sentence in SENTENCES * 6:
        pieces += [chunk.samples for chunk in speak(voice, SpeechRequest(text=sentence, voice="en-us"))]
        pieces.append(np.zeros(voice.sample_rate, dtype=np.float32))
    path = tmp_path_factory.mktemp("recording") / "talk.wav"
    soundfile.write(path, np.concatenate(pieces), voice.sample_rate)
    voice.close()
    return path


def told(library: Library, job_id: str) -> list[Any]:
    result = next(one for one in library.view("ann", job_id).results if one.kind == "json")
    return json.loads(library.result("ann", job_id, result.id).path.read_text())["segments"]


def test_a_killed_worker_costs_what_was_in_hand_and_no_more(
    make_studio: StudioMaker, folder: Path, recording: Path
) -> None:
    library, _ = make_studio()
    options = TranscriptionOptions(model=str(folder), language="en", formats=("json",))
    job_id = library.submit_transcription("ann", recording, "talk.wav", options).id
    wait_until(library, job_id, lambda _: len(library.transcript("ann", job_id).segments) >= 1)
    with session(library.db) as rows:
        part = rows.exec(select(JobPart).where(JobPart.job_id == job_id)).one()
    kept = library.transcript("ann", job_id).segments
    if part.worker:
        psutil.Process(int(part.worker.rsplit("/", 2)[1])).kill()
    wait_for(library, job_id, "done")
    segments = library.transcript("ann", job_id).segments
    assert segments[: len(kept)] == kept
    assert [one["text"] for one in told(library, job_id)] == [one.text for one in segments]
    times = [time for one in segments for time in (one.start_s, one.end_s)]
    assert times == sorted(times)
    # To the end of the recording, and no silence in between without words.
    length_s = soundfile.info(recording).duration
    assert length_s - 4 < times[-1] <= length_s
    assert max(np.diff([0.0, *times])) < 6


def test_a_job_does_as_it_is_told_and_one_that_cannot_fails_with_a_sentence(
    make_studio: StudioMaker, folder: Path, tmp_path: Path, recording: Path
) -> None:
    samples, rate = soundfile.read(recording, dtype="float32")
    short = tmp_path / "short.wav"
    soundfile.write(short, samples[: 3 * rate], rate)
    library, _ = make_studio()
    plain = TranscriptionOptions(model=str(folder), language="de", formats=("json",))
    told = replace(plain, translate=True, prompt="Good evening", hotwords=("Kokoro",))
    cannot = TranscriptionOptions(formats=("json",), translate=True)
    ids = [library.submit_transcription("ann", short, "a.wav", one).id for one in (plain, told, cannot)]
    for job_id in ids[:2]:
        wait_for(library, job_id, "done")
    heard = [library.transcript("ann", job_id) for job_id in ids[:2]]
    assert [one.language for one in heard] == ["de", "en"]
    assert heard[0].segments != heard[1].segments
    assert "cannot translate" in wait_for(library, ids[2], "failed").error
