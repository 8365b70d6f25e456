"""Speech through the pool, with a family that hums instead of speaking: chunks, errors and latency as promised."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import GenerationError, ModelNotFound, OptionError, OutOfMemory, TextError, VoiceError
from engine.pool import ModelPool
from engine.registry import ModelCard, Task
from engine.text.segment import TextSegment, prepare
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.types import SpeechRequest, Voice, Word

CARD = ModelCard("hum", "Hum", "speak", "hum", "", ("en",), 8000, built_in=True, memory_bytes=10)


class Hum(Synthesizer):
    """Ten milliseconds of tone for a letter; fails where it is told to."""

    sample_rate = 8000
    voices = (Voice("hum", "Hum", "en"),)
    limits = SegmentLimits(40, 80, 120)

    def check(self, request: SpeechRequest) -> SpeechRequest:
        if request.voice not in ("", "hum"):
            raise VoiceError(f"There is no voice called {request.voice}.")
        if not 0.5 <= request.speed <= 2:
            raise OptionError("The speed must be between 0.5 and 2.")
        return replace(request, voice="hum", language="en")

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        for at, letter in enumerate(segment.text):
            if letter == "§":
                raise ZeroDivisionError("a fault in the family")
            if letter == "¶":
                raise RuntimeError("[metal::malloc] Attempting to allocate too much")
            word = (Word(letter, at / 100, (at + 1) / 100, span=(at, at + 1)),)
            yield SpeechPiece(np.full(80, at % 7 / 10, np.float32), word)

    def close(self) -> None:
        pass


def find(model_id: str, task: Task | None = None) -> ModelCard:
    if model_id != "hum" or task == "transcribe":
        raise ModelNotFound("There is only hum.")
    return CARD


def load(card: ModelCard, folder: Path | None) -> Hum:
    return Hum()


@pytest.fixture
def hums() -> Iterator[ModelPool]:
    with ModelPool(100, find=find, load=load) as pool:
        yield pool


def test_speech_comes_in_chunks_that_end_with_a_final_one(hums: ModelPool) -> None:
    chunks = list(hums.speak("hum", SpeechRequest("Hello there. How are you?")))
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.is_final for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].audio_s == pytest.approx(sum(chunk.duration_s for chunk in chunks))
    assert 0 < chunks[0].ttfa_s < 5


def test_time_to_first_audio_counts_from_the_request_and_not_from_the_models_turn(hums: ModelPool) -> None:
    busy = hums.stream("hum", lambda model: (time.sleep(0.1) for _ in range(3)))
    time.sleep(0.02)
    first = next(hums.speak("hum", SpeechRequest("Hello.")))
    assert first.ttfa_s > 0.05
    busy.close()


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        (SpeechRequest(""), TextError),
        (SpeechRequest("Hello.", voice="nobody"), VoiceError),
        (SpeechRequest("Hello.", speed=9), OptionError),
    ],
)
def test_what_cannot_be_spoken_is_an_error_of_the_stream(hums: ModelPool, request_: Any, error: Any) -> None:
    stream = hums.speak("hum", request_)
    with pytest.raises(error):
        next(stream)


def test_a_fault_in_the_family_is_worded_for_a_person_and_spares_the_model(hums: ModelPool) -> None:
    segment = TextSegment(0, "ab§", (0, 3), 0.0, "sentence", (0, 1, 2, 3))
    got: list[SpeechPiece] = []
    with pytest.raises(GenerationError, match="The voice failed") as caught:
        got.extend(hums.speak_segment("hum", segment, SpeechRequest("ab§")))
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    with pytest.raises(OutOfMemory):
        list(hums.speak_segment("hum", replace(segment, text="ab¶"), SpeechRequest("ab¶")))
    assert list(hums.speak("hum", SpeechRequest("Still here.")))


def test_a_segment_is_spoken_with_the_pause_after_it(hums: ModelPool) -> None:
    segments = hums.call("hum", lambda model: prepare("One. Two.", "en", model.limits, 0.5, 1.0))
    pieces = list(hums.speak_segment("hum", segments[0], SpeechRequest("One. Two.")))
    letters = len(segments[0].text)
    assert sum(len(piece.samples) for piece in pieces) == letters * 80 + round(segments[0].pause_s * 8000)


def test_two_speakers_of_one_model_hear_only_their_own_words(hums: ModelPool) -> None:
    texts = ["The first one speaks of apples.", "The second one speaks of pears, at length, and then stops."]
    alone = [list(hums.speak("hum", SpeechRequest(text))) for text in texts]
    streams = [hums.speak("hum", SpeechRequest(text)) for text in texts]
    together: list[list[Any]] = [[], []]
    while any(streams_left := [not done for done in (bool(t and t[-1].is_final) for t in together)]):
        for number, is_left in enumerate(streams_left):
            if is_left:
                together[number].append(next(streams[number]))
    for one, two in zip(alone, together, strict=True):
        assert [chunk.words for chunk in one] == [chunk.words for chunk in two]
        assert np.array_equal(np.concatenate([c.samples for c in one]), np.concatenate([c.samples for c in two]))


def test_a_model_that_does_not_speak_is_refused_also_when_it_is_loaded(hums: ModelPool) -> None:
    hums.preload("hum")
    with pytest.raises(ModelNotFound):
        next(hums.transcribe("hum", iter([np.zeros(800, np.float32)])))
    with pytest.raises(ModelNotFound):
        hums.live("hum")
