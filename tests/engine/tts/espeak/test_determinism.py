"""The same text has the same samples, whatever was spoken before it, and in any process: resumed books depend on it."""

import hashlib
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.tts.espeak.model import EspeakSynthesizer
from engine.types import SpeechRequest

VOICES = [
    "en-us", "en-us+f1", "en-us+whisper", "en-us+croak", "en-us+klatt", "en-us+klatt3", "en-us+klatt4", "en-us+klatt5",
    "en-us+klatt6", "en-us+robosoft", "en-us+anikaRobot", "de+Mr serious", "fr-fr", "ru", "hi",
]  # fmt: skip
TEXTS = [
    "Why? Because! A zebra has azure eyes; the vision is amusing.",
    "Call me Ishmael. Some years ago, never mind how long precisely, I thought I would sail about a little.",
]


def fingerprint(voice: EspeakSynthesizer, segment: Any, id: str, text: str, speed: float = 1.0) -> str:
    piece = voice.render(segment(text), SpeechRequest(text, voice=id, speed=speed))
    return hashlib.sha256(piece.samples.tobytes() + repr(piece.words).encode()).hexdigest()


def test_nothing_that_was_spoken_before_is_heard(voice: EspeakSynthesizer, segment: Any) -> None:
    orders = [(id, text, speed) for id in VOICES for text in TEXTS for speed in (1.0, 1.7)]
    first = {order: fingerprint(voice, segment, *order) for order in orders}
    chance = random.Random(1)
    for _ in range(2):
        chance.shuffle(orders)
        for order in orders:
            if chance.random() < 0.3:
                broken_off = voice.synthesize(segment(TEXTS[1]), SpeechRequest(TEXTS[1], voice=chance.choice(VOICES)))
                next(iter(broken_off))
                broken_off.close()  # type: ignore[attr-defined]
            assert fingerprint(voice, segment, *order) == first[order], order


def test_another_process_says_the_same(voice: EspeakSynthesizer, segment: Any) -> None:
    code = (
        "import hashlib, sys\n"
        "from engine.text.segment import TextSegment\n"
        "from engine.tts.espeak import load\n"
        "from engine.types import SpeechRequest\n"
        "text, *voices = sys.argv[1:]\n"
        "whole = TextSegment(0, text, (0, len(text)), 0.25, 'sentence', range(len(text) + 1))\n"
        "for id in voices:\n"
        "    piece = load().render(whole, SpeechRequest(text, voice=id))\n"
        "    print(hashlib.sha256(piece.samples.tobytes() + repr(piece.words).encode()).hexdigest())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, TEXTS[0], *VOICES],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4],
    )  # fmt: skip
    assert run.stdout.split() == [fingerprint(voice, segment, id, TEXTS[0]) for id in VOICES]
