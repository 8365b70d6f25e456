"""When a chunk is due: as a person wished, and every bad wish refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.codecs.schedule import Cadence, schedule
from engine.errors import OptionError
from engine.types import Chunking

SNAC = Cadence(sample_rate=24000, frame_size=2048, tokens_per_frame=7, lookahead=3)


def test_without_wishes_the_first_chunk_is_small_and_the_others_are_not() -> None:
    plan = schedule(Chunking(), SNAC)
    assert (plan.first, plan.following) == (12, 25)
    assert (plan.lookback, plan.lookforward, plan.crossfade) == (50, 5, 2048)
    assert [plan.is_due(0, n) for n in (11, 12)] == [False, True]
    assert [plan.is_due(1, n) for n in (24, 25)] == [False, True]


@pytest.mark.parametrize(
    ("chunking", "first", "following"),
    [
        (Chunking(frames_per_chunk=6), 6, 6),
        (Chunking(frames_per_chunk=40, first_frames_per_chunk=3), 3, 40),
        (Chunking(streaming_interval=1.0), 12, 12),
        (Chunking(streaming_interval=0.001), 1, 1),
        (Chunking(streaming_chunk_tokens=28), 4, 4),
        (Chunking(ultra_low_latency=True), 3, 25),
        (Chunking(ultra_low_latency=True, mode="smooth"), 6, 25),
        (Chunking(ultra_low_latency=True, streaming_chunk_tokens=7), 3, 1),
    ],
)
def test_there_are_many_ways_to_say_it(chunking: Chunking, first: int, following: int) -> None:
    plan = schedule(chunking, SNAC)
    assert (plan.first, plan.following) == (first, following)


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"frames_per_chunk": 0}, "frames_per_chunk"),
        ({"frames_per_chunk": 10**9}, "frames_per_chunk"),
        ({"frames_per_chunk": True}, "whole number"),
        ({"frames_per_chunk": "x"}, "whole number"),
        ({"first_frames_per_chunk": -1}, "first_frames_per_chunk"),
        ({"streaming_interval": 0}, "streaming_interval"),
        ({"streaming_interval": float("nan")}, "finite"),
        ({"streaming_interval": float("inf")}, "finite"),
        ({"streaming_interval": 10**400}, "too large"),
        ({"streaming_interval": 1e6}, "streaming_interval"),
        ({"streaming_chunk_tokens": 10}, "multiple of 7"),
        ({"streaming_chunk_tokens": 0}, "streaming_chunk_tokens"),
        ({"streaming_chunk_tokens": 14, "frames_per_chunk": 2}, "same thing"),
        ({"streaming_interval": 1.0, "frames_per_chunk": 2}, "same thing"),
        ({"ultra_low_latency": True, "first_frames_per_chunk": 2}, "ultra_low_latency"),
        ({"lookback": -1}, "lookback"),
        ({"lookforward": 1.5}, "lookforward"),
        ({"overlap_frames": 6}, "lookforward"),
        ({"crossfade_ms": 200.0}, "crossfade_ms"),
        ({"crossfade_ms": -1}, "crossfade_ms"),
        ({"mode": "rough"}, "clean or smooth"),
    ],
)
def test_bad_wishes_are_refused_with_a_sentence(how: dict[str, object], word: str) -> None:
    with pytest.raises(OptionError, match=word):
        schedule(Chunking(**how), SNAC)  # type: ignore[arg-type]


@given(
    seconds=st.none() | st.floats(0.01, 60),
    tokens=st.none() | st.integers(1, 200).map(lambda n: 7 * n),
    milliseconds=st.none() | st.floats(0, 85),
)
def test_every_plan_that_is_made_goes_forward(
    seconds: float | None, tokens: int | None, milliseconds: float | None
) -> None:
    if seconds is not None:
        tokens = None
    plan = schedule(
        Chunking(streaming_interval=seconds, streaming_chunk_tokens=tokens, crossfade_ms=milliseconds), SNAC
    )
    assert plan.first >= 1
    assert plan.following >= plan.first
    assert 0 <= plan.crossfade <= 2048
