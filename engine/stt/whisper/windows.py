"""Speech packed into the network's windows: several short regions share one, with a breath between them.

A window costs the same whether it is full or not. Knows nothing of the network.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.types import Samples

_BREATH_S = 0.2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a region in a window, in samples.

    Attributes:
        region: which region.
        start: where in the window it begins.
        begins: where in its region.
        samples: the sound.
    """

    region: int
    start: int
    begins: int
    samples: Samples


@dataclass(slots=True)
class Window:
    """Pieces in order, with silence between them."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Samples up to the end of the last piece."""
        return self.pieces[-1].start + len(self.pieces[-1].samples) if self.pieces else 0

    @property
    def samples(self) -> Samples:
        """The sound, float32 [length]."""
        if len(self.pieces) == 1:
            return self.pieces[0].samples
        sound = np.zeros(self.length, dtype=np.float32)
        for piece in self.pieces:
            sound[piece.start : piece.start + len(piece.samples)] = piece.samples
        return sound

    def at(self, sample: float) -> Piece:
        """The piece that a moment belongs to: the one it lies in, or the nearest."""
        return min(self.pieces, key=lambda piece: max(piece.start - sample, sample - piece.start - len(piece.samples)))


def pack(regions: Sequence[Samples], capacity: int, sample_rate: int) -> list[Window]:
    """Regions into windows, in order; one that is longer than a window is parted where it is quiet.

    Args:
        regions: float32 [n] each.
        capacity: samples in a window.
        sample_rate: Hz.
    """
    breath = round(_BREATH_S * sample_rate)
    windows: list[Window] = []
    for region, samples in enumerate(regions):
        for begins, part in _parts(samples, capacity, sample_rate):
            start = windows[-1].length + breath if windows else 0
            if not windows or start + len(part) > capacity:
                windows.append(Window())
                start = 0
            windows[-1].pieces.append(Piece(region, start, begins, part))
    return windows


def _parts(samples: Samples, capacity: int, sample_rate: int) -> Iterator[tuple[int, Samples]]:
    begins = 0
    while len(samples) - begins > capacity:
        from engine.stt.vad import quietest  # brings voice activity detection

        cut = quietest(samples[begins : begins + capacity], sample_rate)
        yield begins, samples[begins : begins + cut]
        begins += cut
    if begins < len(samples):
        yield begins, samples[begins:]
