"""Tokens, frames and codebooks; loops and silences that do not end."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.tts.orpheus.frames import Assembler, Frame, Loop, to_levels, to_tokens
from engine.tts.silence_gate import LONGEST_S, SilenceGate

FRAMES = st.lists(st.tuples(*[st.integers(0, 4095)] * 7), min_size=1, max_size=6)


def reference(tokens: list[int]) -> list[list[int]]:
    """The codebooks as the publisher's decoder fills them: slots 0 | 1, 4 | 2, 3, 5, 6, seven tokens at a time."""
    codes = [token - 128266 - (at % 7) * 4096 for at, token in enumerate(tokens)]
    levels: list[list[int]] = [[], [], []]
    for start in range(0, len(codes) // 7 * 7, 7):
        frame = codes[start : start + 7]
        levels[0] += [frame[0]]
        levels[1] += [frame[1], frame[4]]
        levels[2] += [frame[2], frame[3], frame[5], frame[6]]
    return levels


@given(frames=FRAMES)
def test_codes_reach_the_codebooks_the_publisher_puts_them_in(frames: list[Frame]) -> None:
    tokens = to_tokens(frames)
    levels = to_levels(frames)
    assert [level[0].tolist() for level in levels] == reference(tokens)
    assembler = Assembler()
    assert [frame for token in tokens if (frame := assembler.add(token)) is not None] == frames
    assert assembler.dropped == 0


def test_no_frames_are_empty_codebooks() -> None:
    assert [level.shape for level in to_levels([])] == [(1, 0), (1, 0), (1, 0)]


@given(frames=FRAMES, where=st.integers(0, 6), wrong=st.integers(128266, 156939))
def test_a_malformed_frame_is_dropped_and_counted_and_the_next_is_whole(
    frames: list[Frame], where: int, wrong: int
) -> None:
    bad = to_tokens([(5,) * 7])
    in_place = 0 <= wrong - 128266 - where * 4096 < 4096
    bad[where] = wrong
    assembler = Assembler()
    found = [assembler.add(token) for token in bad + to_tokens(frames)]
    assert [frame for frame in found if frame is not None][-len(frames) :] == frames
    assert assembler.dropped == (0 if in_place else 1)


def test_a_token_that_is_no_code_takes_no_place() -> None:
    tokens = to_tokens([(0, 1, 2, 3, 4, 5, 6)])
    assembler = Assembler()
    found = [assembler.add(token) for token in itertools.chain(*((17, token) for token in tokens))]
    assert [frame for frame in found if frame] == [(0, 1, 2, 3, 4, 5, 6)]


@pytest.mark.parametrize("period", [1, 2, 7, 12])
def test_a_loop_is_noticed_after_two_seconds(period: int) -> None:
    loop = Loop()
    frames = [(at % period,) * 7 for at in range(100)]
    noticed = next(at for at, frame in enumerate(frames) if loop.add(frame))
    assert noticed == period + Loop.LASTING - 1


def test_what_changes_is_no_loop() -> None:
    loop = Loop()
    assert not any(loop.add((at % 13,) * 7) for at in range(200))


@given(
    cuts=st.lists(st.integers(0, 200_000), max_size=4),
    runs=st.lists(st.tuples(st.booleans(), st.integers(1, 90_000)), min_size=1, max_size=5),
)
@settings(max_examples=40)
def test_silence_is_cut_at_the_same_sample_however_it_comes_in(cuts: list[int], runs: list[tuple[bool, int]]) -> None:
    sound = np.concatenate([np.full(n, 0.1 if loud else 0.0, dtype=np.float32) for loud, n in runs])
    whole = SilenceGate(24000)(sound)
    gate = SilenceGate(24000)
    edges = [0, *sorted(min(cut, len(sound)) for cut in cuts), len(sound)]
    pieces = [gate(sound[a:b]) for a, b in itertools.pairwise(edges)]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)
    np.testing.assert_array_equal(whole, sound[: len(whole)])
    quiet, longest = 0, 0
    for value in np.diff(np.flatnonzero(np.concatenate([[True], np.abs(whole) > 0.003, [True]]))) - 1:
        quiet = int(value)
        longest = max(longest, quiet)
    assert longest <= LONGEST_S * 24000
    assert gate.is_shut == (longest == LONGEST_S * 24000)
