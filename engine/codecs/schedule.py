"""When a codec model gives a chunk: one schedule for all of them, made of a person's wishes. Knows no codec by name.

A chunk is due when so many frames have been written since the last one. What they decide is given; the rest is held
back until the codec's look-ahead has come, so the first chunk is shorter by that much and no other is.

From the first size to the full one it goes in steps: a chunk is never more than a quarter longer than the sound before
it, so that a model only a quarter faster than speech never lets its listener run dry.
"""

import math
from dataclasses import dataclass
from typing import Literal

from engine.controls import STREAMING_INTERVAL
from engine.errors import OptionError
from engine.types import Chunking

FRAMES_PER_CHUNK = 25
FIRST_FRAMES_PER_CHUNK = 12
GROWTH = 1.25
LONGEST_CHUNK = 1500
"""Frames; two minutes at twelve a second. Longer ones are no stream."""
LONGEST_CONTEXT = 500


@dataclass(frozen=True, slots=True)
class Cadence:
    """What a schedule must know of a codec model.

    Attributes:
        sample_rate: Hz.
        frame_size: samples a frame.
        tokens_per_frame: tokens a frame.
        lookahead: frames that must be written before the first sample is decided.
    """

    sample_rate: int
    frame_size: int
    tokens_per_frame: int
    lookahead: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Chunk sizes in frames.

    Attributes:
        mode: "clean" is exact; "smooth" decodes windows and crossfades them.
        sizes: frames to write before the first chunk, the second, and so on; the last size is that of all others.
        lookback: frames a window sees before its chunk.
        lookforward: frames a window sees beyond its chunk.
        crossfade: samples over which neighbouring windows change over.
    """

    mode: Literal["clean", "smooth"]
    sizes: tuple[int, ...]
    lookback: int
    lookforward: int
    crossfade: int

    def is_due(self, chunk: int, frames: int) -> bool:
        """Whether chunk number `chunk` is due when `frames` were written since the one before."""
        return frames >= self.sizes[min(chunk, len(self.sizes) - 1)]


def schedule(chunking: Chunking, cadence: Cadence) -> Schedule:
    """The schedule a person asked for.

    Raises:
        OptionError: a value outside its range, or two ways to say the same thing at once.
    """
    if chunking.mode not in ("clean", "smooth"):
        raise OptionError(f"The streaming mode can be clean or smooth, not “{str(chunking.mode)[:40]}”.")
    following = _following(chunking, cadence)
    lookforward = _count("lookforward", chunking.lookforward, 0, LONGEST_CONTEXT)
    lookback = _count("lookback", chunking.lookback, 0, LONGEST_CONTEXT)
    overlap = _count("overlap_frames", chunking.overlap_frames, 0, LONGEST_CONTEXT)
    if overlap > lookforward:
        raise OptionError(
            f"overlap_frames must be at most lookforward ({lookforward}): a chunk can overlap the next only where it "
            f"looks ahead. {overlap} is more."
        )
    return Schedule(
        chunking.mode,
        _sizes(_first(chunking, following, cadence), following, _held(chunking, cadence)),
        lookback,
        lookforward,
        _crossfade(chunking.crossfade_ms, overlap, cadence),
    )


def _following(chunking: Chunking, cadence: Cadence) -> int:
    if chunking.frames_per_chunk is not None and chunking.streaming_chunk_tokens is not None:
        names = "frames_per_chunk and streaming_chunk_tokens"
        raise OptionError(f"{names} say the same thing in different ways. Give one of them.")
    if chunking.streaming_chunk_tokens is not None:
        a_frame = cadence.tokens_per_frame
        tokens = _count("streaming_chunk_tokens", chunking.streaming_chunk_tokens, a_frame, LONGEST_CHUNK * a_frame)
        if tokens % a_frame:
            raise OptionError(
                f"streaming_chunk_tokens must be a multiple of {a_frame}, the tokens of a frame; {tokens} is not. "
                f"Try {max(a_frame, round(tokens / a_frame) * a_frame)}."
            )
        return tokens // a_frame
    if chunking.frames_per_chunk is not None:
        return _count("frames_per_chunk", chunking.frames_per_chunk, 1, LONGEST_CHUNK)
    if chunking.streaming_interval is not None:
        STREAMING_INTERVAL.check(chunking.streaming_interval)
        frames = chunking.streaming_interval * cadence.sample_rate / cadence.frame_size
        return min(LONGEST_CHUNK, max(1, round(frames)))
    return FRAMES_PER_CHUNK


def _first(chunking: Chunking, following: int, cadence: Cadence) -> int:
    if chunking.ultra_low_latency:
        if chunking.first_frames_per_chunk is not None:
            raise OptionError("ultra_low_latency decides first_frames_per_chunk. Give one of them.")
        return chunking.lookforward + 1 if chunking.mode == "smooth" else cadence.lookahead
    if chunking.first_frames_per_chunk is not None:
        return _count("first_frames_per_chunk", chunking.first_frames_per_chunk, 1, LONGEST_CHUNK)
    return min(FIRST_FRAMES_PER_CHUNK, following)


def _held(chunking: Chunking, cadence: Cadence) -> int:
    """Frames by which the first chunk's sound is shorter than what was written for it, but for a part of one."""
    return chunking.lookforward if chunking.mode == "smooth" else cadence.lookahead - 1


def _sizes(first: int, following: int, held: int) -> tuple[int, ...]:
    sizes, sound = [first], max(1, first - held)
    while sizes[-1] != following:
        sound = min(following, math.ceil(sound * GROWTH))
        sizes.append(sound)
    return tuple(sizes)


def _crossfade(crossfade_ms: float | None, overlap: int, cadence: Cadence) -> int:
    overlap_samples = overlap * cadence.frame_size
    if crossfade_ms is None:
        return overlap_samples
    milliseconds = _number("crossfade_ms", crossfade_ms)
    overlap_ms = overlap_samples / cadence.sample_rate * 1000
    if not 0 <= milliseconds <= overlap_ms:
        raise OptionError(
            f"crossfade_ms must be between 0 and the overlap, {overlap_ms:.1f} ms; {milliseconds:g} is not."
        )
    return min(overlap_samples, round(milliseconds * cadence.sample_rate / 1000))


def _count(name: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise OptionError(f"{name} must be a whole number; “{str(value)[:40]}” is not.")
    if not least <= value <= most:
        raise OptionError(f"{name} must be between {least} and {most}; {str(value)[:40]} is not.")
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise OptionError(f"{name} must be a number; “{str(value)[:40]}” is not.")
    if isinstance(value, int) and abs(value) > 10**9:
        raise OptionError(f"{name} is far too large.")
    if not math.isfinite(value):
        raise OptionError(f"{name} must be a finite number; {value} is not.")
    return float(value)
