"""A Whisper behind the pool, by its folder: recordings, microphones, guidance, and others who speak meanwhile."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import ModelNotDownloaded, OptionError
from engine.pool import ModelPool
from engine.stt.agreement import AgreedUtterance
from engine.stt.base import Guidance
from engine.types import Samples

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tiny and random, in the layout of mlx-community's newer conversions: three seconds are a window."""
    spec = importlib.util.spec_from_file_location("make_tiny_whisper", ROOT / "examples" / "make_tiny_whisper.py")
    assert spec is not None
    assert spec.loader is not None
    maker: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    folder = tmp_path_factory.mktemp("models") / "whisper-tiny"
    maker.make(folder, "huggingface", n_audio_ctx=150, n_audio_state=32, n_text_state=32, n_text_ctx=24)
    return folder


@pytest.fixture
def pool() -> Iterator[ModelPool]:
    with ModelPool() as pool:
        yield pool


@pytest.fixture(scope="module")
def speech() -> Samples:
    """Two sentences of the built-in voice at 16 kHz, long enough that nobody doubts that somebody speaks."""
    from engine.audio.resample import resample
    from engine.tts import espeak
    from engine.tts.speak import speak
    from engine.types import SpeechRequest

    voice = espeak.load(None)
    text = "Good morning to all of you who came here today. And a very good evening to all the others."
    sound = np.concatenate([chunk.samples for chunk in speak(voice, SpeechRequest(text, sentence_pause_s=1.0))])
    voice.close()
    return np.concatenate([resample(sound, voice.sample_rate, 16000), np.zeros(16000, np.float32)])


def test_a_folder_is_enough(pool: ModelPool, folder: Path, speech: Samples) -> None:
    segments = list(pool.transcribe(str(folder), [speech], "en"))
    assert segments
    times = [time for segment in segments for word in segment.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[-1] <= len(speech) / 16000
    assert [loaded.id for loaded in pool.loaded()] == [str(folder)]


def test_the_same_recording_gives_the_same_words_in_blocks_of_any_size(
    pool: ModelPool, folder: Path, speech: Samples
) -> None:
    whole = list(pool.transcribe(str(folder), [speech], "en"))
    assert list(pool.transcribe(str(folder), np.array_split(speech, 17), "en")) == whole


def test_guidance_crosses_to_the_model(pool: ModelPool, folder: Path, speech: Samples) -> None:
    plain = list(pool.transcribe(str(folder), [speech], "de"))
    told = list(pool.transcribe(str(folder), [speech], "de", guidance=Guidance(translates=True, prompt="Good")))
    assert told != plain
    with pytest.raises(OptionError, match="cannot translate"):
        list(pool.transcribe("pocketsphinx", [speech], guidance=Guidance(translates=True)))


def test_a_microphone_is_heard_while_a_recording_is_written_down(
    pool: ModelPool, folder: Path, speech: Samples
) -> None:
    recording = pool.transcribe(str(folder), [speech] * 3, "en")
    with pool.live(str(folder), "en") as session:
        events = [event for at in range(0, len(speech), 4000) for event in session.add_audio(speech[at : at + 4000])]
        events += session.finish()
    assert events[-1].is_final
    stable = [word for event in events for word in event.stable]
    assert stable
    assert [word.start_s for word in stable] == sorted(word.start_s for word in stable)
    assert len(list(recording)) >= 3


def test_guidance_crosses_to_a_microphones_session(pool: ModelPool, folder: Path, speech: Samples) -> None:
    def heard(guidance: Guidance | None) -> list[str]:
        with pool.live(str(folder), "de", guidance=guidance) as session:
            events = [*session.add_audio(speech[:32000]), *session.finish()]
        return [word.text for event in events for word in event.stable]

    plain = heard(None)
    assert plain
    assert heard(Guidance(translates=True, prompt="Good")) != plain
    with pytest.raises(OptionError, match="cannot translate"):
        pool.live("pocketsphinx", guidance=Guidance(translates=True))


def test_the_interval_crosses_to_a_microphones_session(
    pool: ModelPool, folder: Path, speech: Samples, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(AgreedUtterance, "_ask", lambda self: asked.append(0))
    counts: list[int] = []
    for interval_s in (None, 0.2, 2.0):
        asked.clear()
        with pool.live(str(folder), "en", partial_interval_s=interval_s) as session:
            session.add_audio(speech[:32000])
        counts.append(len(asked))
    assert counts[1] >= 2 * counts[0] > 2 * counts[2]
    with pytest.raises(OptionError, match="partial interval must lie between 100 and 10000, and 50 does not"):
        pool.live(str(folder), partial_interval_s=0.05)


def test_a_language_it_does_not_know_is_refused(pool: ModelPool, folder: Path, speech: Samples) -> None:
    with pytest.raises(OptionError, match="klingon"):
        list(pool.transcribe(str(folder), [speech], "klingon"))
    with pytest.raises(OptionError, match="klingon"):
        pool.live(str(folder), "klingon")


def test_one_that_is_not_here_says_how_to_get_it(tmp_path: Path) -> None:
    name = "mlx-community/whisper-large-v3-turbo-asr-fp16"
    with (
        ModelPool(models_dir=tmp_path, offline=True) as pool,
        pytest.raises(ModelNotDownloaded, match="studio models get"),
    ):
        list(pool.transcribe(name, []))
