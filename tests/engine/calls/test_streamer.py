"""`open_streamer`: one turn, its captions on another thread, its end."""

import gc
import threading
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from engine.calls.hearing import LoadedRecogniser
from engine.calls.streamer import Streamer
from engine.errors import AudioFormatError, Cancelled, GenerationError, OptionError
from engine.pool import LiveHandle, ModelPool
from engine.types import Samples, TranscriptEvent, Word

Said = tuple[list[str], Samples]


def send(streamer: Streamer, sound: Samples, size: int = 1600) -> None:
    for at in range(0, len(sound), size):
        streamer.send(sound[at : at + size])


def streamers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "streamer"]


def test_captions_grow_on_another_thread_and_end_with_the_turn(parakeet: LoadedRecogniser, said: Said) -> None:
    streamer = parakeet.open_streamer(language="en", partial_interval_ms=600)
    shown: list[str] = []
    reader = threading.Thread(target=lambda: shown.extend(streamer.partials))
    reader.start()
    send(streamer, said[1])
    final = streamer.finish()
    reader.join()
    assert len(shown) > 1
    assert all(after.startswith(before) for before, after in pairwise(shown))
    assert shown[-1] == final == streamer.text == streamer.finish()
    assert len(set(final.split()) & set(said[0])) >= 0.8 * len(set(said[0]))
    assert streamer.draft == ""
    assert list(streamer.partials) == []
    for late in (lambda: streamer.send(said[1]), streamer.flush):
        with pytest.raises(OptionError, match="over"):
            late()


def test_a_flush_settles_what_was_said_and_the_turn_goes_on(parakeet: LoadedRecogniser, said: Said) -> None:
    with parakeet.open_streamer() as streamer:
        half = len(said[1]) // 2
        send(streamer, said[1][:half])
        streamer.flush()
        first = next(streamer.partials)
        assert first
        send(streamer, said[1][half:])
        assert streamer.finish().startswith(first)


def test_cancelling_ends_at_once_and_without_a_text(parakeet: LoadedRecogniser, said: Said) -> None:
    streamer = parakeet.open_streamer()
    send(streamer, np.tile(said[1], 50), 16000)
    streamer.cancel()
    streamer.cancel()
    texts = list(streamer.partials)
    assert all(after.startswith(before) for before, after in pairwise(texts))
    with pytest.raises(Cancelled, match="cancelled"):
        streamer.finish()
    with pytest.raises(OptionError, match="over"):
        streamer.send(said[1])


def test_one_that_is_forgotten_ends(parakeet: LoadedRecogniser) -> None:
    before = set(streamers())
    streamer = parakeet.open_streamer()
    [thread] = set(streamers()) - before
    del streamer
    gc.collect()
    thread.join(120)
    assert not thread.is_alive()


class Handle:
    """A live session that tells what it is told to tell."""

    def __init__(self, *events: TranscriptEvent | Exception) -> None:
        self.events = list(events)
        self.is_closed = False

    def add_audio(self, samples: Samples) -> list[TranscriptEvent]:
        event = self.events.pop(0)
        if isinstance(event, Exception):
            raise event
        return [event]

    def finish(self) -> list[TranscriptEvent]:
        return [TranscriptEvent((), (), 0.0, is_final=True)]

    def close(self) -> None:
        self.is_closed = True


def over(handle: Any) -> Streamer:
    return Streamer(handle)


def test_drafts_are_told_apart_and_no_partial(said: Said) -> None:
    certain, guess = Word("good", 0, 1), Word("morning", 1, 2)
    handle = Handle(TranscriptEvent((), (certain,), 1.0), TranscriptEvent((certain,), (guess,), 2.0))
    streamer = over(handle)
    streamer.send([0.0])
    streamer.send([0.0])
    assert next(streamer.partials) == "good"
    assert streamer.finish() == "good"
    assert handle.is_closed


def test_an_end_that_was_heard_better_is_for_finish_to_say() -> None:
    def ending(corrected: list[Word], corrects: int) -> TranscriptEvent:
        return TranscriptEvent((Word("am", 1, 2),), (), 2.0, True, corrected=tuple(corrected), corrects=corrects)

    so = TranscriptEvent((Word("So", 0, 1),), (), 1.0)
    for corrected, corrects, final, partials in (
        ([Word("my", 1, 2)], 1, "So my", ["So", "So my"]),
        ([Word("And", 0, 1), Word("so", 1, 2)], 2, "And so", ["So"]),
        ([], 1, "So", ["So"]),
    ):
        streamer = over(Handle(so, ending(corrected, corrects)))
        streamer.send([0.0])
        streamer.send([0.0])
        assert streamer.finish() == final
        assert list(streamer.partials) == partials


@pytest.mark.parametrize(
    ("fault", "error", "part"),
    [
        (Cancelled("The model was unloaded."), Cancelled, "unloaded"),
        (ZeroDivisionError("inside"), GenerationError, "failed on this sound"),
    ],
)
def test_a_fault_reaches_everybody(fault: Exception, error: type[Exception], part: str) -> None:
    streamer = over(Handle(fault))
    streamer.send([0.0])
    for ask in (lambda: next(streamer.partials), streamer.finish, lambda: streamer.send([0.0])):
        with pytest.raises(error, match=part):
            ask()
    assert list(streamer.partials) == []


def test_the_interval_the_rate_and_the_language_reach_the_session(
    parakeet: LoadedRecogniser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    live = ModelPool.live

    def noted(pool: ModelPool, *args: Any, **given: Any) -> LiveHandle:
        asked.append((args, given["partial_interval_s"]))
        return live(pool, *args, **given)

    monkeypatch.setattr(ModelPool, "live", noted)
    parakeet.open_streamer("English", 250, sample_rate=48000).cancel()
    parakeet.open_streamer(partial_interval_ms=None).cancel()
    parakeet.open_streamer().cancel()
    assert asked == [
        ((parakeet.id, "en", 48000), 0.25),
        ((parakeet.id, "", 16000), None),
        ((parakeet.id, "", 16000), 0.6),
    ]


@pytest.mark.parametrize(
    ("given", "error", "part"),
    [
        ({"partial_interval_ms": 50}, OptionError, "partial interval must lie between 100 and 10000"),
        ({"partial_interval_ms": float("nan")}, OptionError, "partial interval"),
        ({"partial_interval_ms": "600"}, OptionError, "partial interval must be a number"),
        ({"sample_rate": 12}, AudioFormatError, "12 Hz"),
        ({"sample_rate": "16000"}, OptionError, "sample_rate"),
        ({"language": "fr"}, OptionError, "English only"),
        ({"translate": True}, OptionError, "cannot translate"),
    ],
)
def test_what_no_turn_can_have(
    parakeet: LoadedRecogniser, given: dict[str, Any], error: type[Exception], part: str
) -> None:
    with pytest.raises(error, match=part):
        parakeet.open_streamer(**given)


def test_what_is_no_sound_is_refused_and_the_turn_goes_on(parakeet: LoadedRecogniser, said: Said) -> None:
    with parakeet.open_streamer() as streamer:
        for wrong in (np.zeros((2, 5), np.float32), np.ones(5, np.int16), np.array([np.nan])):
            with pytest.raises(AudioFormatError):
                streamer.send(wrong)
        send(streamer, said[1])
        assert streamer.finish()
