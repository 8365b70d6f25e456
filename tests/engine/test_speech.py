"""`engine.stream` and `engine.say`, as a program uses them."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import engine
from engine.errors import ModelNotFound, TextError, VoiceError
from engine.pool import ModelPool
from engine.types import AudioChunk

TEXT = "One, two, three. The quick brown fox jumps."


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    engine.close()


def model_threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "espeak" in thread.name}


def test_the_chunks_of_a_stream_are_the_whole() -> None:
    chunks = list(engine.stream(TEXT))
    whole = engine.say(TEXT)
    assert np.array_equal(np.concatenate([chunk.samples for chunk in chunks]), whole.samples)
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert whole.audio_s == pytest.approx(len(whole.samples) / whole.sample_rate)
    assert (whole.is_final, whole.span) == (True, (0, len(TEXT)))
    assert [word.text for word in whole.words][:3] == ["One", "two", "three"]


def test_a_callback_hears_every_chunk_in_order() -> None:
    heard: list[tuple[np.ndarray, AudioChunk]] = []
    whole = engine.say(TEXT, callback=lambda samples, chunk: heard.append((samples, chunk)))
    assert np.array_equal(np.concatenate([samples for samples, _ in heard]), whole.samples)
    assert [chunk.is_final for _, chunk in heard] == [False] * (len(heard) - 1) + [True]


def test_what_a_callback_raises_stops_the_speech() -> None:
    calls = 0

    def enough(*_: Any) -> None:
        nonlocal calls
        calls += 1
        raise KeyError("enough")

    with ModelPool() as pool:
        with pytest.raises(KeyError):
            engine.say("Many sentences. " * 200, callback=enough, pool=pool)
        pool.preload("espeak-ng")  # behind the stream's end, on the same thread
        assert calls == 1
        assert pool.loaded()[0].streams == 0


def test_closing_a_stream_frees_the_model() -> None:
    with ModelPool() as pool:
        chunks = engine.stream("Many sentences. " * 200, pool=pool)
        next(chunks)
        chunks.close()
        assert list(chunks) == []
        pool.preload("espeak-ng")
        assert pool.loaded()[0].streams == 0


def test_close_ends_the_model_thread_and_the_next_use_starts_another() -> None:
    others = model_threads()  # of pools that other tests have open
    engine.say("One.")
    assert model_threads() > others
    engine.close()
    assert model_threads() <= others
    assert len(engine.say("One.").samples)


@pytest.mark.parametrize(
    ("options", "error", "part"),
    [
        ({"text": "  "}, TextError, "nothing to say"),
        ({"text": b"bytes"}, TextError, "bytes"),
        ({"text": "a", "voice": "nobody"}, VoiceError, "nobody"),
        ({"text": "a", "model": "nobody/nothing"}, ModelNotFound, "nobody/nothing"),
    ],
)
def test_what_cannot_be_said_is_one_sentence(options: dict[str, Any], error: type[Exception], part: str) -> None:
    with pytest.raises(error, match=part):
        engine.say(**options)


def test_importing_the_engine_costs_nothing() -> None:
    code = (
        "import sys, engine\n"
        "assert 'engine.pool' not in sys.modules and 'numpy' not in sys.modules\n"
        "assert {'say', 'stream', 'close'} <= set(dir(engine))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
