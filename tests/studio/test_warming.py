"""The default voice is made ready without anybody waiting for it, and lets whoever comes go first."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from engine.errors import ModelNotFound
from engine.pool import ModelPool
from engine.registry import ModelCard, Task
from engine.text.segment import TextSegment
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.types import SpeechRequest, Voice
from studio.app import create_app
from studio.settings import Settings
from studio.warming import Warming

CARD = ModelCard("hum", "Hum", "speak", "hum", "", ("en",), 8000, built_in=True, memory_bytes=10)
PATIENCE_S = 120


class Hum(Synthesizer):
    """Speaks a segment when it is let; loads when it is let."""

    sample_rate = 8000
    voices = (Voice("hum", "Hum", "en"),)
    limits = SegmentLimits(40, 80, 120)

    def __init__(self) -> None:
        self.may_load, self.may_speak, self.may_speak_mine = (threading.Event() for _ in range(3))
        self.spoken: list[str] = []
        self.voices_asked: list[str] = []

    def check(self, request: SpeechRequest) -> SpeechRequest:
        self.voices_asked.append(request.voice)
        return replace(request, language="en")

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        (self.may_speak_mine if segment.text == "Mine." else self.may_speak).wait(PATIENCE_S)
        self.spoken.append(segment.text)
        yield SpeechPiece(np.ones(80, np.float32))

    def close(self) -> None: ...


def find(model_id: str, task: Task | None = None) -> ModelCard:
    if model_id != "hum" or task == "transcribe":
        raise ModelNotFound("There is only hum.")
    return CARD


@pytest.fixture
def hum() -> Hum:
    return Hum()


@pytest.fixture
def pool(hum: Hum) -> Iterator[ModelPool]:
    def load(card: ModelCard, folder: Path | None) -> Hum:
        hum.may_load.wait(PATIENCE_S)
        return hum

    with ModelPool(100, find=find, load=load) as one:
        yield one
        hum.may_load.set()
        hum.may_speak.set()
        hum.may_speak_mine.set()


def until(true: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def test_it_is_loaded_and_speaks_before_anybody_asks_and_says_so(hum: Hum, pool: ModelPool) -> None:
    told: list[str] = []
    warming = Warming(pool, "hum", "hum", told.append)
    assert warming.state == "cold"
    warming.begin()
    assert warming.state == "warming"
    assert not hum.spoken
    hum.may_load.set()
    hum.may_speak.set()
    until(lambda: told)
    assert warming.state == "ready"
    assert told[0].startswith("The voice is ready after ")
    assert len(hum.spoken) == 2
    assert set(hum.voices_asked) == {"hum"}
    # What it learnt of the machine is there for the first Play.
    assert next(pool.speak("hum", SpeechRequest("Hello."))).lead_s == 0
    warming.begin()
    assert warming.state == "ready"


def test_a_voice_that_had_to_go_is_warmed_again(hum: Hum, pool: ModelPool) -> None:
    hum.may_load.set()
    hum.may_speak.set()
    warming = Warming(pool, "hum")
    warming.begin()
    until(lambda: warming.state == "ready")
    pool.unload("hum")
    warming.begin()
    until(lambda: warming.state == "ready" and len(hum.spoken) == 4)


def test_whoever_plays_goes_first_and_the_rest_is_left_out(hum: Hum, pool: ModelPool) -> None:
    hum.may_load.set()
    warming = Warming(pool, "hum")
    warming.begin()
    until(lambda: hum.voices_asked)  # the first item is in hand
    mine = pool.speak("hum", SpeechRequest("Mine."))
    hum.may_speak.set()
    until(lambda: warming.state == "ready")  # though nothing more was said than what was in hand
    hum.may_speak_mine.set()
    assert next(mine)
    assert list(mine)[-1].is_final
    assert hum.spoken == ["one", "Mine."]


@pytest.mark.parametrize("is_loaded", [False, True])
def test_stopping_waits_for_nothing_but_what_is_in_hand(hum: Hum, pool: ModelPool, is_loaded: bool) -> None:
    told: list[str] = []
    if is_loaded:
        hum.may_load.set()
    warming = Warming(pool, "hum", told=told.append)
    warming.begin()
    if is_loaded:
        until(lambda: hum.voices_asked)
    warming.stop()
    assert warming.state == "cold"
    assert not told
    warming.begin()
    assert warming.state == "cold"
    assert not hum.spoken


def test_a_voice_that_cannot_be_had_is_one_sentence(pool: ModelPool) -> None:
    told: list[str] = []
    warming = Warming(pool, "drum", told=told.append)
    warming.begin()
    until(lambda: told)
    assert warming.state == "cold"
    assert told == ["The voice is not ready: There is only hum."]


def test_the_studio_warms_its_voice_when_it_starts_and_ends_in_the_middle_of_it(tmp_path: Path) -> None:
    told: list[str] = []
    settings = Settings(_env_file=None, outputs=tmp_path, offline=True)  # type: ignore[call-arg]
    with TestClient(create_app(settings, warm=True, on_warm=told.append), "http://127.0.0.1") as client:
        assert client.get("/health").json()["voice"] in ("warming", "ready")
        until(lambda: client.get("/health").json() == {"status": "ok", "voice": "ready"})
        assert told
    with TestClient(create_app(settings, warm=True), "http://127.0.0.1"):
        pass
