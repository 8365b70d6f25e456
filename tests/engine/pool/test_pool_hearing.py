"""Recordings and microphones through the pool: read aside, heard on the model's thread, stopped within one block.

What finds speech in sound is tested in tests/engine/stt; here every loud block is a region, so that threads are all
that can go wrong. The last test listens for real.
"""

import gc
import sys
import threading
import time
import types
from collections.abc import Callable, Generator, Iterator
from typing import Any, cast

import numpy as np
import pytest

from engine.audio.resample import resample
from engine.errors import AudioFormatError, Cancelled, GenerationError, OptionError, OutOfMemory
from engine.pool import LiveHandle, ModelPool
from engine.pool.lease import Lease
from engine.registry import ModelCard, Task
from engine.stt.base import Recognizer
from engine.types import Samples, Segment, SpeechRequest

RATE = 16000


class Ear(Recognizer):
    """A recogniser that tells how loud it was."""

    sample_rate = RATE
    languages = ("en",)
    max_region_s = 20.0

    def __init__(self) -> None:
        self.thread = threading.current_thread()
        self.sessions: list[Session] = []

    def recognize(self, regions: list[Samples], language: str) -> list[Segment]:
        assert threading.current_thread() is self.thread
        return [Segment(f"{language} {region.max():.1f}", 0, len(region) / RATE) for region in regions]

    def close(self) -> None:
        assert threading.current_thread() is self.thread


class Session:
    """A live session that counts samples, on its model's thread only."""

    def __init__(self, model: Ear, language: str, sample_rate: int, *, guidance: Any, partial_interval_s: Any) -> None:
        if sample_rate <= 0:
            raise OptionError("The sample rate must be positive.")
        self.model = model
        self.heard = 0
        self.is_closed = False
        model.sessions.append(self)

    def add_audio_steps(self, samples: Samples) -> Generator[None, None, list[int]]:
        yield
        assert threading.current_thread() is self.model.thread
        if np.isnan(samples).any():
            raise ZeroDivisionError("a fault in the session")
        self.heard += len(samples)
        return [self.heard]

    def finish_steps(self) -> Generator[None, None, list[int]]:
        yield
        return [-self.heard]

    def close(self) -> None:
        assert threading.current_thread() is self.model.thread
        self.is_closed = True


def transcribe(model: Any, blocks: Iterator[Samples], language: str = "", *, start_s: float = 0.0) -> Iterator[Segment]:
    at = start_s
    for block in blocks:
        end = at + len(block) / model.sample_rate
        if block.any():
            [heard] = model.recognize([block], language)
            yield Segment(heard.text, at, end)
        at = end


@pytest.fixture
def simple_ears(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content in {"transcribe": {"transcribe": transcribe}, "live": {"LiveSession": Session}}.items():
        module = types.ModuleType(f"engine.stt.{name}")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)


def find(model_id: str, task: Task | None = None) -> ModelCard:
    return ModelCard(model_id, model_id, "transcribe", "ear", "", ("en",), RATE, built_in=True, memory_bytes=60)


@pytest.fixture
def ears(simple_ears: None) -> Iterator[ModelPool]:
    """Room for one model."""
    with ModelPool(100, find=find, load=lambda card, folder: Ear()) as pool:
        yield pool
    left = [thread.name for thread in threading.enumerate() if thread.name.startswith(("model", "transcription"))]
    assert not left


def block(loudness: float) -> Samples:
    return np.full(RATE, loudness, np.float32)


def eventually(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 120
    while not condition() and time.monotonic() < end:
        time.sleep(0.001)
    return condition()


def is_idle(pool: ModelPool) -> bool:
    return all(model.streams == 0 for model in pool.loaded())


def test_a_recording_becomes_segments_in_its_own_time(ears: ModelPool) -> None:
    segments = list(ears.transcribe("ear", [block(0.1), block(0), block(0.3)], "en", start_s=5))
    assert segments == [Segment("en 0.1", 5, 6), Segment("en 0.3", 7, 8)]
    assert eventually(lambda: is_idle(ears))


def test_a_slow_file_holds_up_nobody_and_keeps_its_model(ears: ModelPool) -> None:
    more, was_given = threading.Event(), list[bool]()
    closed_on: list[str] = []

    def slow() -> Iterator[Samples]:
        try:
            yield block(0.1)
            was_given.append(more.wait(60))
            yield block(0.2)
        finally:
            closed_on.append(threading.current_thread().name)

    stream = ears.transcribe("ear", slow(), "en")
    assert next(stream).text == "en 0.1"
    assert ears.call("ear", lambda model: model.sample_rate) == RATE
    assert list(ears.transcribe("ear", [block(0.5)], "de"))[0].text == "de 0.5"  # noqa: RUF015
    assert was_given == [], "the others had to wait for the file"
    with pytest.raises(OutOfMemory):
        ears.preload("other")
    stream.close()
    more.set()
    assert eventually(lambda: closed_on == ["transcription"])
    assert eventually(lambda: is_idle(ears))
    ears.preload("other")


@pytest.mark.parametrize("ending", ["closed", "forgotten"])
def test_an_endless_silence_is_not_read_on_when_nobody_listens(ears: ModelPool, ending: str) -> None:
    read: list[int] = []

    def silence() -> Iterator[Samples]:
        while True:
            read.append(1)
            time.sleep(0.001)
            yield block(0)

    stream = ears.transcribe("ear", silence())
    assert eventually(lambda: len(read) > 3)
    if ending == "closed":
        stream.close()
    del stream
    gc.collect()
    assert eventually(lambda: is_idle(ears))
    count = len(read)
    time.sleep(0.05)
    assert len(read) == count


def test_a_recording_is_read_only_as_fast_as_somebody_takes_its_text(ears: ModelPool) -> None:
    read: list[int] = []

    def endless() -> Iterator[Samples]:
        while True:
            read.append(1)
            yield block(0.5)

    with ears.transcribe("ear", endless()) as stream:
        next(stream)
        time.sleep(0.1)
        assert len(read) < 15


def test_a_fault_in_the_recording_or_the_recogniser_comes_after_what_was_heard(ears: ModelPool) -> None:
    def torn(error: Exception) -> Iterator[Samples]:
        yield block(0.1)
        raise error

    for error, shown in ((AudioFormatError("The file is torn."), AudioFormatError), (KeyError("x"), GenerationError)):
        stream = ears.transcribe("ear", torn(error))
        assert next(stream).start_s == 0
        with pytest.raises(shown):
            next(stream)


def test_closing_the_pool_ends_recordings_too(simple_ears: None) -> None:
    def silence() -> Iterator[Samples]:
        while True:
            time.sleep(0.001)
            yield block(0)

    pool = ModelPool(100, find=find, load=lambda card, folder: Ear())
    stream = pool.transcribe("ear", silence())
    assert eventually(lambda: bool(pool.loaded()))
    pool.close()
    for ended in (stream, pool.transcribe("ear", silence())):
        with pytest.raises(Cancelled):
            next(ended)
    assert eventually(lambda: not [t for t in threading.enumerate() if t.name == "transcription"])


def test_a_live_session_lives_on_the_models_thread_and_keeps_the_model(ears: ModelPool) -> None:
    with ears.live("ear", "en", 8000) as handle:
        assert handle.add_audio(np.zeros(5, np.float32)) == [5]
        assert handle.add_audio(np.zeros(7, np.float32)) == [12]
        with pytest.raises(OutOfMemory):
            ears.preload("other")
        with pytest.raises(GenerationError, match="Start listening again"):
            handle.add_audio(np.full(3, np.nan, np.float32))
        assert handle.finish() == [-12]
        session = ears.call("ear", lambda model: model.sessions[0])
        assert not session.is_closed
    assert eventually(lambda: session.is_closed and is_idle(ears))
    with pytest.raises(Cancelled):
        handle.add_audio(np.zeros(5, np.float32))
    handle.close()
    ears.preload("other")


def test_a_live_session_that_is_only_forgotten_is_closed(ears: ModelPool) -> None:
    handle = ears.live("ear")
    session = ears.call("ear", lambda model: model.sessions[0])
    del handle
    gc.collect()
    assert eventually(lambda: session.is_closed and is_idle(ears))


def test_unloading_ends_a_live_session_with_a_sentence(ears: ModelPool) -> None:
    handle = ears.live("ear")
    session = ears.call("ear", lambda model: model.sessions[0])
    ears.unload("ear")
    assert session.is_closed
    with pytest.raises(Cancelled, match="unloaded"):
        handle.add_audio(np.zeros(5, np.float32))
    with pytest.raises(Cancelled):
        handle.finish()
    handle.close()


def test_a_live_session_that_cannot_be_opened_holds_nothing(ears: ModelPool) -> None:
    with pytest.raises(OptionError):
        ears.live("ear", "en", 0)
    assert is_idle(ears)


def test_live_sound_is_heard_between_the_segments_of_a_recording(ears: ModelPool) -> None:
    def endless() -> Iterator[Samples]:
        while True:
            yield block(0.5)

    with ears.transcribe("ear", endless()) as recording, ears.live("ear") as microphone:
        reader = threading.Thread(target=lambda: [None for _ in recording])
        reader.start()
        for number in range(1, 50):
            assert microphone.add_audio(np.zeros(10, np.float32)) == [number * 10]
        recording.close()
        reader.join()


class PatientEar(Ear):
    """Is never done with a region until it is stopped, in steps of a hundredth of a second."""

    def __init__(self) -> None:
        super().__init__()
        self.takes_steps = True
        self.steps = 0
        self.may_end = False
        self.stopped_at: int | None = None

    def recognize_steps(self, regions: list[Samples], language: str) -> Generator[None, None, list[Segment]]:
        try:
            while not self.may_end:
                assert threading.current_thread() is self.thread
                self.steps += 1
                time.sleep(0.01)
                yield
        except GeneratorExit:
            self.stopped_at = self.steps
            raise
        return self.recognize(regions, language)


def test_a_long_region_leaves_room_for_a_microphone_and_stops_in_the_middle(simple_ears: None) -> None:
    with ModelPool(100, find=find, load=lambda card, folder: PatientEar()) as pool:
        with pool.transcribe("ear", [block(0.5)], "en") as recording, pool.live("ear") as microphone:
            assert eventually(lambda: pool.call("ear", lambda model: model.steps) > 1)
            for _ in range(10):
                microphone.add_audio(np.zeros(160, np.float32))  # behind the whole region it would wait for ever
            recording.close()
            assert eventually(lambda: pool.call("ear", lambda model: model.stopped_at) is not None)
        pool.call("ear", lambda model: setattr(model, "may_end", True))
        assert [segment.text for segment in pool.transcribe("ear", [block(0.5)], "en")] == ["en 0.5"]


def test_the_built_in_recogniser_hears_through_the_pool_what_it_hears_directly() -> None:
    from engine.stt.live import LiveSession
    from engine.stt.pocketsphinx import load
    from engine.stt.transcribe import transcribe as directly

    with ModelPool() as pool:
        spoken = list(pool.speak("espeak-ng", SpeechRequest("The weather is good today.", speed=0.9)))
        sound = resample(np.concatenate([chunk.samples for chunk in spoken]), spoken[0].sample_rate, RATE)
        sound = np.concatenate([block(0), sound, block(0)])
        blocks = [sound[at : at + RATE] for at in range(0, len(sound), RATE)]
        model = load()
        segments = list(pool.transcribe("pocketsphinx", iter(blocks)))
        assert segments == list(directly(model, blocks))
        assert segments
        session = LiveSession(model, "", RATE)
        with pool.live("pocketsphinx", "", RATE) as handle:
            for part in blocks:
                assert handle.add_audio(part) == session.add_audio(part)
            assert handle.finish() == session.finish()
        model.close()


class Thinking:
    """A session that thinks long, four times, before it says how often."""

    def finish_steps(self) -> Generator[None, None, int]:
        for _ in range(4):
            time.sleep(0.03)
            yield
        return 4

    def close(self) -> None: ...


def test_others_have_their_turn_while_a_live_session_decides() -> None:
    calls: list[int] = []

    def call(work: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == leaves_at:
            handle.close()
        return work(None)

    leaves_at = 0
    handle = LiveHandle(Lease(cast("Any", Thinking()), call, cast("Any", None), lambda: None))
    assert handle.finish() == 4
    assert len(calls) == 5
    calls, leaves_at = [], 2
    with pytest.raises(Cancelled):
        handle.finish()
    assert len(calls) == 2
