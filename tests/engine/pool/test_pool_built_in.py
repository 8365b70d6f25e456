"""The built-in models in the real pool: the voice that every installation has, through the thread that holds it."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from engine.errors import ModelNotFound, TextError, VoiceError
from engine.pool import ModelPool
from engine.types import AudioChunk, Samples, SpeechRequest

LONG = "It was the best of times, it was the worst of times, it was the age of wisdom. " * 60


@pytest.fixture(scope="module")
def pool() -> Iterator[ModelPool]:
    with ModelPool() as pool:
        pool.preload("espeak-ng")
        yield pool


def samples(chunks: list[AudioChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


def test_the_built_in_voice_speaks(pool: ModelPool) -> None:
    chunks = list(pool.speak("espeak-ng", SpeechRequest("Hello there, how are you today?")))
    assert 1.0 < chunks[-1].audio_s < 5.0  # type: ignore[operator]
    assert np.abs(samples(chunks)).max() > 0.1
    assert next(word.text for chunk in chunks for word in chunk.words).startswith("Hello")


def test_many_listeners_at_once_each_hear_what_one_alone_would(pool: ModelPool) -> None:
    requests = [
        SpeechRequest(f"Listener number {number} hears only this. And then this, too.", voice=voice, speed=speed)
        for number, (voice, speed) in enumerate([("en-us", 1.0), ("de", 1.3), ("en-us+f3", 0.8), ("fr", 1.0)] * 2)
    ]
    alone = [samples(list(pool.speak("espeak-ng", request))) for request in requests]
    with ThreadPoolExecutor(8) as many:
        together = list(many.map(lambda request: samples(list(pool.speak("espeak-ng", request))), requests))
    for one, two in zip(alone, together, strict=True):
        assert np.array_equal(one, two)


def test_a_short_request_is_heard_soon_while_a_long_text_is_read_to_somebody_else(pool: ModelPool) -> None:
    for _ in range(10):
        with pool.speak("espeak-ng", SpeechRequest(LONG)) as long:
            next(long)
            with pool.speak("espeak-ng", SpeechRequest("Now me.")) as short:
                next(short)  # nobody reads the long one: behind it this would wait for ever


def test_stop_frees_the_voice_at_once(pool: ModelPool) -> None:
    stream = pool.speak("espeak-ng", SpeechRequest(LONG))
    next(stream)
    stream.close()
    end = time.monotonic() + 120
    while pool.loaded()[0].streams and time.monotonic() < end:
        time.sleep(0.001)
    assert pool.loaded()[0].streams == 0


def test_what_cannot_be_spoken_is_said_in_a_sentence(pool: ModelPool) -> None:
    for request, error in (
        (SpeechRequest("   "), TextError),
        (SpeechRequest("Hello.", voice="nobody"), VoiceError),
    ):
        with pytest.raises(error):
            next(pool.speak("espeak-ng", request))
    with pytest.raises(ModelNotFound):
        next(pool.speak("espeak", SpeechRequest("Hello.")))
