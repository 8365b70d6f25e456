"""Frames of one segment -> its samples, chunk by chunk, on a device stream of the codec's own.

The codec's work on a chunk runs beside the writing of the next frames: what is returned was begun, not waited for.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

import mlx.core as mx

from engine.codecs.schedule import Cadence, Schedule
from engine.codecs.snac import LOOKAHEAD, Snac, seeded_noise
from engine.codecs.windowed import WindowedStream
from engine.tts.orpheus.config import FRAME_SIZE, SAMPLE_RATE
from engine.tts.orpheus.frames import SLOTS, Frame, to_levels

CADENCE = Cadence(SAMPLE_RATE, FRAME_SIZE, SLOTS, LOOKAHEAD)
RATES = (1, 2, 4)
WHOLE_STEP = 25
"""Frames decoded at once when nobody waits for the first: more takes memory and saves nothing."""


class Decoding:
    """One segment's way through the codec; not shared.

    Args:
        snac: the codec.
        plan: when a chunk is due.
        seed: of the codec's noise.
        stream: where the codec runs.
    """

    def __init__(self, snac: Snac, plan: Schedule, seed: int, stream: mx.Stream) -> None:
        noise = seeded_noise(seed)
        self._stream = stream
        self._plan = plan
        self._waiting: list[Frame] = []
        self._chunks = 0
        self._codec = (
            snac.stream(noise)
            if plan.mode == "clean"
            else WindowedStream(lambda codes, at: snac.decode_at(codes, at, noise), FRAME_SIZE, RATES, plan)
        )

    def add(self, frame: Frame) -> mx.array | None:
        """The samples [n] of a chunk when one is due, on their way."""
        self._waiting.append(frame)
        if not self._plan.is_due(self._chunks, len(self._waiting)):
            return None
        self._chunks += 1
        return self._decoded(is_last=False)

    def finish(self) -> mx.array:
        """All remaining samples [n], on their way."""
        return self._decoded(is_last=True)

    def _decoded(self, is_last: bool) -> mx.array:
        frames, self._waiting = self._waiting, []
        with mx.stream(self._stream):
            codes = [mx.array(level) for level in to_levels(frames)]
            samples = self._codec.finish(codes) if is_last else self._codec.step(codes)
            samples = samples[0].astype(mx.float32)
            mx.async_eval(samples)
        return samples


def decoded(snac: Snac, frames: Sequence[Frame], seed: int, stream: mx.Stream) -> Iterator[mx.array]:
    """All frames of a segment, for those who do not listen along: pieces [n], on their way."""
    plan = Schedule("clean", (WHOLE_STEP,), 0, 0, 0)
    decoding = Decoding(snac, plan, seed, stream)
    pieces = (decoding.add(frame) for frame in frames)
    yield from chain((piece for piece in pieces if piece is not None), (decoding.finish() for _ in range(1)))
