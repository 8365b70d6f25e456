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
    assert (plan.sizes[0], plan.sizes[-1]) == (12, 25)
    assert (plan.lookback, plan.lookforward, plan.crossfade) == (50, 5, 2048)
    assert [plan.is_due(0, n) for n in (11, 12)] == [False, True]
    assert [plan.is_due(50, n) for n in (24, 25)] == [False, True]


@pytest.mark.parametrize(
    ("chunking", "first", "following"),
    [
        (Chunking(frames_per_chunk=6), 6, 6),
        (Chunking(frames_per_chunk=40, first_frames_per_chunk=3), 3, 40),
        (Chunking(streaming_interval=1.0), 12, 12),
        (Chunking(streaming_interval=1.0, frames_per_chunk=2), 2, 2),
        (Chunking(streaming_interval=0.01), 1, 1),
        (Chunking(streaming_chunk_tokens=28), 4, 4),
        (Chunking(ultra_low_latency=True), 3, 25),
        (Chunking(ultra_low_latency=True, mode="smooth"), 6, 25),
        (Chunking(ultra_low_latency=True, streaming_chunk_tokens=7), 3, 1),
    ],
)
def test_there_are_many_ways_to_say_it(chunking: Chunking, first: int, following: int) -> None:
    plan = schedule(chunking, SNAC)
    assert (plan.sizes[0], plan.sizes[-1]) == (first, following)


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"frames_per_chunk": 0}, "frames_per_chunk"),
        ({"frames_per_chunk": 10**9}, "frames_per_chunk"),
        ({"frames_per_chunk": True}, "whole number"),
        ({"frames_per_chunk": "x"}, "whole number"),
        ({"first_frames_per_chunk": -1}, "first_frames_per_chunk"),
        ({"streaming_interval": 0}, "streaming interval"),
        ({"streaming_interval": float("nan")}, "streaming interval"),
        ({"streaming_interval": float("inf")}, "streaming interval"),
        ({"streaming_interval": 10**400}, "streaming interval"),
        ({"streaming_interval": 1e6}, "streaming interval"),
        ({"streaming_chunk_tokens": 10}, "multiple of 7"),
        ({"streaming_chunk_tokens": 0}, "streaming_chunk_tokens"),
        ({"streaming_chunk_tokens": 14, "frames_per_chunk": 2}, "same thing"),
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
    assert min(plan.sizes) >= 1
    assert plan.sizes[-1] == max(plan.sizes)
    assert 0 <= plan.crossfade <= 2048


def test_chunks_grow_by_a_quarter_of_the_sound_before_them() -> None:
    assert schedule(Chunking(), SNAC).sizes == (12, 13, 17, 22, 25)
    assert schedule(Chunking(ultra_low_latency=True), SNAC).sizes == (3, 2, 3, 4, 5, 7, 9, 12, 15, 19, 24, 25)
    assert schedule(Chunking(frames_per_chunk=4), SNAC).sizes == (4,)
    assert schedule(Chunking(mode="smooth"), SNAC).sizes == (12, 9, 12, 15, 19, 24, 25)


@pytest.mark.parametrize("chunking", [Chunking(), Chunking(ultra_low_latency=True), Chunking(mode="smooth")])
def test_a_model_a_third_faster_than_speech_never_lets_its_listener_run_dry(chunking: Chunking) -> None:
    plan = schedule(chunking, SNAC)
    held = plan.lookforward if plan.mode == "smooth" else 2.2
    written, given, heard_until = 0, 0.0, 0.0
    for chunk in range(40):
        written += plan.sizes[min(chunk, len(plan.sizes) - 1)]
        arrives = written / 1.34  # time counted in frames
        # Two frames of patience: the player's own buffer.
        assert chunk == 0 or arrives <= heard_until + 2
        heard_until = (heard_until if chunk else arrives) + (written - held) - given
        given = written - held
