"""A row at its voice's loudness: the gain and no more where it is quiet, bent where it would be too loud."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio import truepeak
from engine.audio.limiter import LOOK_AHEAD_S, limit
from engine.tts.kokoro import house, table, voices
from engine.tts.kokoro.level import CEILING, gain_of, levelled
from engine.tts.kokoro.table import loudness
from tests.engine.audio.sounds import cut, speech_like

RATE = 24000
SPEECH = speech_like(2.0, RATE, peak=0.5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2 * RATE), st.lists(st.integers(0, 20_000), max_size=6), st.floats(0.1, 10))
def test_in_pieces_of_any_size_it_is_what_it_is_whole(length: int, sizes: list[int], gain: float) -> None:
    row = SPEECH[:length]
    whole = levelled(row, gain, RATE)
    assert whole.dtype == np.float32 and len(whole) == length
    pieces = list(limit(cut(row, sizes), RATE, gain=gain, ceiling=CEILING))
    assert np.array_equal(np.concatenate(pieces) if pieces else row, whole)
    assert truepeak.loudest(whole) <= 1.03 * CEILING


def test_what_is_quiet_is_only_amplified() -> None:
    assert np.array_equal(levelled(SPEECH, 1.5, RATE), SPEECH * np.float32(1.5))
    assert np.array_equal(levelled(SPEECH, 1.0, RATE), SPEECH)


def test_it_bends_no_earlier_than_it_may() -> None:
    row = np.full(RATE, 0.1, dtype=np.float32)
    row[RATE // 2] = 3.0
    changed = np.flatnonzero(levelled(row, 1.0, RATE) != row)
    assert LOOK_AHEAD_S <= 0.005
    assert RATE // 2 - changed[0] <= round(LOOK_AHEAD_S * RATE) + truepeak.REACH
    assert changed[-1] > RATE // 2


def test_a_blend_has_the_mean_of_its_voices_gains() -> None:
    names = [voice.id for voice in voices() if voice.id not in house.names()]
    assert gain_of({"nobody": 1.0}) == 1.0
    one, other = table.gain_db({names[0]: 1.0}), table.gain_db({names[1]: 1.0})
    assert table.gain_db({names[0]: 0.25, names[1]: 0.75}) == pytest.approx(0.25 * one + 0.75 * other)


def test_every_voice_was_measured() -> None:
    gains = loudness.gains_db()
    assert set(gains) | set(house.names()) == {voice.id for voice in voices()}
    assert all(abs(gain) < 20 for gain in gains.values()) and len(set(gains.values())) > 20
    assert len(set(loudness.sentences())) == 12 and loudness.target_lufs() == -20
