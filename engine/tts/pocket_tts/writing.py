"""Parts of text -> latents, frame by frame, one row or several side by side.

A row computes what it would alone: each has its own noise, drawn by the part's key and the frame's number, and its own
end. A frame's cost is reading the weights once, for all rows.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.nn.noise import Key, normal
from engine.nn.processor.host import Floats
from engine.nn.processor.transformer import HostState
from engine.tts.pocket_tts.backbone import Backbone
from engine.tts.pocket_tts.head import FlowHead
from engine.tts.pocket_tts.text import Part

FRAME_RATE = 12.5
TOKENS_PER_SECOND, PADDING_S = 3.0, 2.0
GUARDED = 6
"""Frames in which no end is taken: some voices' logits cross the threshold before they speak."""

Why = Literal["spoken", "budget", "limit"]


@dataclass(slots=True)
class Line:
    """One part under way.

    Attributes:
        part: what is said.
        key: of its noise.
        number: of the part within its segment.
        state: the voice's, this row's own.
        most: frames it may have.
        is_limited: whether `most` is what a person asked for.
        why: how it ended; None while it goes on.
    """

    part: Part
    key: Key
    number: int
    state: HostState
    most: int
    is_limited: bool = False
    frame: int = 0
    ended_at: int | None = None
    why: Why | None = None
    latest: Floats = field(default_factory=lambda: np.zeros(0, dtype=np.float32))

    def heard(self, logit: float, threshold: float) -> bool:
        """Take the end's logit of the frame at hand; whether the frame is still spoken."""
        if self.ended_at is None and self.frame >= GUARDED and logit > threshold:
            self.ended_at = self.frame
        if self.ended_at is not None and self.frame >= self.ended_at + self.part.after:
            self.why = "spoken"
        return self.why is None


def budget(part: Part) -> int:
    """Frames that a part may have: one that needs more has lost its end."""
    return math.ceil((len(part.ids) / TOKENS_PER_SECOND + PADDING_S) * FRAME_RATE)


class Writer:
    """Holds weights only.

    Args:
        backbone: what says the next frame.
        head: what makes it.
        threshold: the end's logit above which it is an end.
    """

    def __init__(self, backbone: Backbone, head: FlowHead, threshold: float) -> None:
        self.backbone, self.head = backbone, head
        self._threshold = threshold

    def write(
        self, lines: Sequence[Line], temperature: float, limit: float | None = None
    ) -> Iterator[list[tuple[int, Floats]]]:
        """The frames of all lines together.

        Args:
            lines: theirs states are advanced.
            temperature: the noise's variance; 0 is none.
            limit: the noise's largest size; None is no limit.

        Yields:
            for each frame, the lines (by their place) that have one, and its latent, normalised. A line's `why` is set
            when it has had its last one.
        """
        deviation = math.sqrt(temperature)
        self.backbone.read([line.part.ids for line in lines], [line.state for line in lines])
        for line in lines:
            line.latest = self.backbone.first
        going = list(range(len(lines)))
        while going:
            rows = [lines[at] for at in going]
            hidden, ends = self.backbone.step(
                np.stack([line.latest for line in rows]), [line.state for line in rows], shared=len(rows) > 1
            )
            spoken = [at for at, row in enumerate(rows) if row.heard(float(ends[at]), self._threshold)]
            if spoken:
                noise = np.stack([self._noise(rows[at], deviation, limit) for at in spoken])
                latents = self.head(hidden[spoken], noise)
                for at, latent in zip(spoken, latents, strict=True):
                    rows[at].latest = latent
                    rows[at].frame += 1
                    if rows[at].frame >= rows[at].most:
                        rows[at].why = "limit" if rows[at].is_limited else "budget"
                yield [(going[at], rows[at].latest) for at in spoken]
            going = [at for at in going if lines[at].why is None]

    def _noise(self, line: Line, deviation: float, limit: float | None) -> Floats:
        size = self.backbone.latent
        if not deviation:
            return np.zeros(size, dtype=np.float32)
        bound = None if limit is None else limit / deviation
        return normal(line.key, (line.number, line.frame), size, bound) * np.float32(deviation)
