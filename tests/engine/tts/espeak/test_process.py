"""The library's process: shared by many threads, replaced when it dies, gone when the studio is."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from engine.errors import GenerationError
from engine.tts.espeak import process
from engine.tts.espeak.library import Order
from engine.tts.espeak.model import EspeakSynthesizer
from engine.types import Samples, SpeechRequest

TEXT = "Never mind how long precisely; having little or no money in my purse, I thought I would sail about a little."


def running_pid() -> int:
    assert process._running is not None
    return process._running._child.pid


def test_eight_threads_speak_at_once_and_each_hears_its_own(voice: EspeakSynthesizer, segment: Any) -> None:
    ids = ["en-us", "en-us+f2", "fr-fr", "de", "en-us+klatt", "en-us+klatt6", "ru", "es"]
    alone = {id: voice.render(segment(TEXT), SpeechRequest(TEXT, voice=id)).samples for id in ids}
    heard: dict[str, Samples] = {}
    faults: list[BaseException] = []

    def listen(id: str, patience_s: float) -> None:
        try:
            for _ in range(3):
                pieces: list[Samples] = []
                for piece in voice.synthesize(segment(TEXT), SpeechRequest(TEXT, voice=id)):
                    pieces.append(piece.samples)
                    time.sleep(patience_s)
                heard[id] = np.concatenate(pieces)
                assert np.array_equal(heard[id], alone[id])
        except BaseException as exc:
            faults.append(exc)

    threads = [threading.Thread(target=listen, args=(id, 0.01 * (n % 3))) for n, id in enumerate(ids)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert set(heard) == set(ids)


def test_a_listener_who_does_not_listen_holds_nobody_up(voice: EspeakSynthesizer, segment: Any) -> None:
    idle = iter(voice.synthesize(segment(TEXT), SpeechRequest(TEXT)))
    next(idle)
    assert len(voice.render(segment(TEXT), SpeechRequest(TEXT)).samples) > 0  # held up, it would wait for ever
    assert sum(len(piece.samples) for piece in idle) > 0


def test_a_process_that_was_killed_is_replaced(voice: EspeakSynthesizer, segment: Any) -> None:
    before = voice.render(segment(TEXT), SpeechRequest(TEXT)).samples
    os.kill(running_pid(), signal.SIGKILL)
    assert np.array_equal(voice.render(segment(TEXT), SpeechRequest(TEXT)).samples, before)


def test_a_process_that_dies_in_mid_speech_is_an_error_and_the_next_order_is_served(
    voice: EspeakSynthesizer, segment: Any
) -> None:
    heard = 0

    def kill(samples: bytes, _: Any) -> bool:
        nonlocal heard
        heard += 1
        os.kill(running_pid(), signal.SIGKILL)
        return True

    with pytest.raises(GenerationError, match="stumbled"):
        process.speak(Order(TEXT * 30, "gmw/en-US"), kill)
    assert heard >= 1
    assert len(voice.render(segment(TEXT), SpeechRequest(TEXT)).samples) > 22050


def test_what_the_listener_raises_comes_back_and_the_next_answer_is_whole(
    voice: EspeakSynthesizer, segment: Any
) -> None:
    before = voice.render(segment(TEXT), SpeechRequest(TEXT)).samples

    def refuse(_: bytes, __: Any) -> bool:
        raise KeyError("enough")

    for _ in range(5):
        with pytest.raises(KeyError, match="enough"):
            process.speak(Order(TEXT * 5, "gmw/en-US"), refuse)
        assert np.array_equal(voice.render(segment(TEXT), SpeechRequest(TEXT)).samples, before)


def test_words_that_end_the_library_are_survived(voice: EspeakSynthesizer, segment: Any) -> None:
    """Each once ended the whole studio."""
    with pytest.raises(process.Stumbled):
        process.speak(Order("a" * 165 + "or", "gmq/da"), lambda _, __: True)
    for id, text in [("da", "a" * 165 + "or"), ("tn", "\u28ff\u28e6" * 30), ("ml", "\u26c4" * 60), ("si", "x’" * 60)]:
        piece = voice.render(segment(f"{text} one."), SpeechRequest(text, voice=id))
        assert piece.words[-1].text == "one"


def test_nothing_is_left_when_the_studio_is_killed() -> None:
    code = (
        "import time\n"
        "from engine.tts.espeak import load, process\n"
        "load()\n"
        "print(process._running._child.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    studio = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[4]
    )
    assert studio.stdout is not None
    child = psutil.Process(int(studio.stdout.readline()))
    assert child.is_running()
    studio.kill()
    studio.wait()
    studio.stdout.close()
    deadline = time.monotonic() + 120
    while child.is_running() and child.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_memory_does_not_grow_with_what_was_said(voice: EspeakSynthesizer, segment: Any) -> None:
    def said(count: int) -> int:
        for _ in range(count):
            voice.render(segment("Hello there."), SpeechRequest("Hello there."))
        return psutil.Process(running_pid()).memory_info().rss

    settled = said(100)
    assert said(400) - settled < 500_000
