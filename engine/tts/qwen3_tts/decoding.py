"""Frames of one segment -> its samples, chunk by chunk, on a device stream of the codec's own.

The codec's work on a chunk runs beside the writing of the next frames: what is returned was begun, not waited for.
"""

from collections.abc import Iterator, Sequence

import mlx.core as mx

from engine.codecs.qwen3 import Qwen3Decoder
from engine.codecs.schedule import Cadence, Schedule
from engine.nn.causal import State
from engine.tts.qwen3_tts.config import FRAME_SIZE, SAMPLE_RATE
from engine.tts.qwen3_tts.writing import Frame

CADENCE = Cadence(SAMPLE_RATE, FRAME_SIZE, tokens_per_frame=1, lookahead=1)
WHOLE_STEP = 12
"""Frames decoded at once when nobody waits for the first: more takes memory and saves nothing."""


class Decoding:
    """One segment's way through the codec; not shared.

    Args:
        decoder: the codec.
        state: behind what was decoded before: the recording that is sounded like, or nothing.
        plan: when a chunk is due.
        stream: where the codec runs.
    """

    def __init__(self, decoder: Qwen3Decoder, state: State, plan: Schedule, stream: mx.Stream) -> None:
        self._decoder = decoder
        self._state = state
        self._plan = plan
        self._stream = stream
        self._waiting: list[Frame] = []
        self._chunks = 0

    def add(self, frame: Frame) -> mx.array | None:
        """The samples [n] of a chunk when one is due, on their way."""
        self._waiting.append(frame)
        if not self._plan.is_due(self._chunks, len(self._waiting)):
            return None
        self._chunks += 1
        return self._decoded()

    def finish(self, cut: int = 0) -> mx.array:
        """All remaining samples [n], on their way, but for those of the last `cut` frames as far as they wait here."""
        self._waiting = self._waiting[: max(0, len(self._waiting) - cut)]
        return self._decoded()

    def _decoded(self) -> mx.array:
        frames, self._waiting = self._waiting, []
        if not frames:
            return mx.zeros((0,))
        with mx.stream(self._stream):
            samples, self._state = self._decoder.step(mx.array([frames], dtype=mx.int32), self._state)
            samples = samples[0]
            mx.async_eval(samples, self._state)
        return samples


def decoded(decoder: Qwen3Decoder, frames: Sequence[Frame], state: State, stream: mx.Stream) -> Iterator[mx.array]:
    """All frames of a segment, for those who do not listen along: pieces [n], on their way."""
    decoding = Decoding(decoder, state, Schedule("clean", (WHOLE_STEP,), 0, 0, 0), stream)
    for frame in frames:
        piece = decoding.add(frame)
        if piece is not None:
            yield piece
    yield decoding.finish()
