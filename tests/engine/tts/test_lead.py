"""When a player may begin: no gap, no longer wait than needed, whatever the machine and the pieces."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.growing import count
from engine.text.segment import TextSegment
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.lead import MOST_S, Ahead, Coming, Lead, lead_s
from engine.tts.pace import Pace
from engine.tts.speak import speak
from engine.types import AudioChunk, SpeechRequest, Voice

RATE = 1000
WORD_S = 0.3
PARAGRAPH = (
    "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in want of a "
    "wife. However little known the feelings or views of such a man may be on his first entering a neighbourhood, this "
    "truth is so well fixed in the minds of the surrounding families, that he is considered the rightful property of "
    "some one or other of their daughters. “My dear Mr. Bennet,” said his lady to him one day, “have you heard that "
    "Netherfield Park is let at last?” Mr. Bennet replied that he had not. "
)

pieces = st.lists(st.tuples(st.floats(0, 20), st.floats(0.01, 10)).map(lambda both: Coming(*both)), max_size=30)


def gaps(wait: float, held_s: float, coming: list[Coming]) -> list[float]:
    """Seconds of silence before each piece for a player that begins after `wait`; one piece after another."""
    found: list[float] = []
    done, ends = 0.0, wait + held_s
    for work, sound in coming:
        done += work
        found.append(max(0.0, done - ends))
        ends = max(ends, done) + sound
    return found


@given(st.floats(0, 10), pieces)
def test_the_wait_is_the_least_that_leaves_no_gap(held_s: float, coming: list[Coming]) -> None:
    wait = lead_s(held_s, coming)
    assert wait >= 0
    assert max(gaps(wait, held_s, coming), default=0) < 1e-6
    if wait > 1e-3:
        assert max(gaps(wait - 1e-3, held_s, coming)) > 0


@given(st.floats(0.01, 2), st.floats(0, 3), st.lists(st.floats(0.3, 9), min_size=2, max_size=30))
def test_a_line_is_learnt_from_the_pieces(factor: float, fixed_s: float, sounds: list[float]) -> None:
    pace = Pace()
    for sound in sounds:
        pace.learn(fixed_s + factor * sound, sound, sound / WORD_S, 1)
    assert pace.sound_s(10) == pytest.approx(3)
    assert pace.parts(9) == 1
    if max(sounds[-24:]) > 1.5 * min(sounds[-24:]) and len(sounds) > 5:
        assert pace.work_s(4) == pytest.approx(fixed_s + factor * 4, rel=0.35, abs=0.05)
    assert pace.work_s(0) >= -1e-9
    assert pace.work_s(5) >= pace.work_s(1) - 1e-9


def test_a_busy_moment_is_forgotten() -> None:
    pace = Pace()
    pace.learn(50.0, 1.0, 3, 1)
    for number in range(24):
        pace.learn(0.5 + 0.1 * number, 1.0 + 0.2 * number, 3, 1)
    assert pace.work_s(1.0) == pytest.approx(0.5)


class Clock:
    """Time that only passes where somebody works."""

    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class Machine(Synthesizer):
    """A voice whose work costs what a line says, in pieces that come whole or in parts."""

    sample_rate = RATE
    voices = (Voice("one", "One", "en-us"),)
    limits = SegmentLimits(40, 180, 400, grows=True)

    def __init__(self, clock: Clock, factor: float, fixed_s: float = 0.0, part_s: float = 100.0) -> None:
        self._clock = clock
        self._factor, self._fixed_s, self._part_s = factor, fixed_s, part_s

    def check(self, request: SpeechRequest) -> SpeechRequest:
        return request

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        sound_s = count(segment.text) * WORD_S / request.speed
        parts = max(1, round(sound_s / self._part_s))
        for at in range(parts):
            self._clock.now += (self._fixed_s if at == 0 else 0.0) + self._factor * sound_s / parts
            yield SpeechPiece(np.ones(round(sound_s / parts * RATE), dtype=np.float32))

    def close(self) -> None: ...


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr("engine.tts.speak.time", one)
    return one


def heard(clock: Clock, chunks: Iterator[AudioChunk]) -> tuple[float, float]:
    """As the page plays: from when the latest wait that was told is over. Gives that wait, from the first sound on, and
    the silence in the middle."""
    first: float | None = None
    begins = ends = held = silence = 0.0
    for chunk in chunks:
        sound_s = len(chunk.samples) / RATE
        first = clock.now if first is None else first
        if held and clock.now >= begins:
            ends = ends or begins + held
            silence += max(0.0, clock.now - ends)
            ends = max(ends, clock.now) + sound_s
        else:
            begins = clock.now + chunk.lead_s
        held += sound_s
    return begins - (first or 0.0), silence


def known(clock: Clock, machine: Machine) -> Pace:
    """What a warm-up leaves."""
    pace = Pace()
    for text in ("Ready.", "These words are spoken so that the first ones of yours need not wait."):
        for _ in speak(machine, SpeechRequest(text), None, pace):
            pass
    return pace


@pytest.mark.parametrize(
    ("factor", "fixed_s", "part_s"),
    [
        (0.1, 0.0, 100),
        (0.5, 0.0, 100),
        (0.5, 0.4, 100),
        (0.8, 0.2, 100),
        (1.0, 0.0, 100),
        (1.3, 0.3, 100),
        (1.2, 0.1, 0.2),
    ],
)
@pytest.mark.parametrize("text", [PARAGRAPH, "\n".join(["Apples", "Pears", "Plums", "Bread"] * 3), "word " * 60])
def test_no_gap_and_hardly_a_longer_wait_than_needed(
    clock: Clock, factor: float, fixed_s: float, part_s: float, text: str
) -> None:
    machine = Machine(clock, factor, fixed_s, part_s)
    pace = known(clock, machine)
    wait, silence = heard(clock, speak(machine, SpeechRequest(text), clock.now, pace))
    assert silence < 0.02
    # The least wait, from what was really made.
    chunks: list[tuple[float, float]] = []
    for chunk in speak(machine, SpeechRequest(text), clock.now, pace):
        chunks.append((clock.now, len(chunk.samples) / RATE))
    first, least, sounded = chunks[0][0], 0.0, 0.0
    work_s = chunks[-1][0] - first
    for now, sound_s in chunks:
        if sound_s:
            least = max(least, now - first - sounded)
        sounded += sound_s
    assert wait <= least + 0.07 * work_s + 0.3
    if factor >= 1 and text is PARAGRAPH:
        assert wait > 1


def test_nothing_known_is_learnt_from_the_first_piece(clock: Clock) -> None:
    machine = Machine(clock, 1.5)
    chunks = list(speak(machine, SpeechRequest(PARAGRAPH), clock.now, Pace()))
    assert chunks[0].lead_s > 5
    assert chunks[-1].lead_s == 0


def test_a_quick_machine_reads_nothing_ahead(clock: Clock) -> None:
    machine = Machine(clock, 0.05)
    pace = known(clock, machine)

    def text() -> Iterator[TextSegment]:
        raise AssertionError("nobody needs to know yet")
        yield

    assert Lead(pace, Ahead(text()), 1000, 1.0).wait_s(1.0) == 0


def test_a_long_text_waits_no_longer_than_bearable(clock: Clock) -> None:
    machine = Machine(clock, 1.5)
    first = next(speak(machine, SpeechRequest(PARAGRAPH * 60), clock.now, known(clock, machine)))
    assert first.lead_s == MOST_S


def test_a_slow_machine_is_not_in_time_because_much_is_held() -> None:
    pace = Pace()
    for sound in (2.0, 4.0, 6.0):
        pace.learn(1.3 * sound, sound, sound / WORD_S, 1)
    texts = (TextSegment(n, "word " * 20, (100 * n, 100 * n + 100), 0.0, "sentence", (0,)) for n in range(40))
    # 240 s of sound take 312 s, and 30 s are held.
    assert Lead(pace, Ahead(texts), 4000, 1.0).wait_s(30.0) > 30


def test_the_last_piece_is_learnt_too(clock: Clock) -> None:
    pace = known(clock, Machine(clock, 0.5))
    before = pace.work_s(3.0)
    for _ in range(6):
        list(speak(Machine(clock, 2.0), SpeechRequest("One sentence of seven words is enough."), clock.now, pace))
    assert pace.work_s(3.0) > 2 * before


def test_speed_makes_words_shorter(clock: Clock) -> None:
    machine = Machine(clock, 1.2)
    pace = known(clock, machine)
    leads = [next(speak(machine, SpeechRequest(PARAGRAPH, speed=speed), clock.now, pace)).lead_s for speed in (1, 2)]
    assert leads[1] == pytest.approx(leads[0] / 2, rel=0.2)


@settings(max_examples=50)
@given(st.integers(0, 9), st.integers(1, 9))
def test_looking_ahead_takes_nothing(look: int, taken: int) -> None:
    texts = [TextSegment(number, f"Text {number}.", (0, 1), 0.0, "sentence", (0,)) for number in range(8)]
    ahead = Ahead(iter(texts))
    seen = ahead.look(look)
    assert seen == (texts[look] if look < len(texts) else None)
    assert list(islice(ahead, taken)) == texts[:taken]
    assert ahead.look(0) == (texts[taken] if taken < len(texts) else None)
