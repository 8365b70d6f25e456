"""A voice higher or lower at the same pace: stretched by overlapping pieces that fit (WSOLA), then played faster.

Each piece is taken from about where it belongs, at the place nearby where it continues the piece before it best; a
voice is periodic, so there is one. Places come from the sound alone, never from how it was cut. Formants move along.
"""

import math

import numpy as np
import numpy.typing as npt
import soxr

from engine.audio.tone.stage import EMPTY
from engine.types import Samples

_HOP_S = 0.015
"""Half of a piece."""
_REACH_S = 0.010
"""How far from its place a piece is looked for: more than half a period of the lowest voice."""

_Doubles = npt.NDArray[np.float64]


class Pitch:
    """One stream's; as many samples out as in, in phase within a period."""

    def __init__(self, sample_rate: int, semitones: float) -> None:
        ratio = 2.0 ** (semitones / 12)
        self._stretch = _Stretch(sample_rate, ratio)
        self._faster = soxr.ResampleStream(sample_rate * ratio, sample_rate, 1, dtype="float32")
        self._taken = 0
        self._given = 0

    def feed(self, samples: Samples) -> Samples:
        self._taken += len(samples)
        return self._given_of(self._stretch.feed(samples))

    def finish(self) -> Samples:
        rest = [EMPTY]
        silence = np.zeros(self._stretch.hop, dtype=np.float32)
        while self._given < self._taken:
            rest.append(self._given_of(self._stretch.feed(silence)))
        return np.concatenate(rest)

    def _given_of(self, pieces: list[Samples]) -> Samples:
        # Piece by piece, however many there are: what the resampler is handed does not depend on the cut either.
        made = np.concatenate([EMPTY, *(self._faster.resample_chunk(piece) for piece in pieces)])
        made = made[: self._taken - self._given]
        self._given += len(made)
        return made


class _Stretch:
    """Longer or shorter by a ratio, at the same pitch: gives pieces of `hop` samples."""

    def __init__(self, sample_rate: int, ratio: float) -> None:
        self.hop = round(_HOP_S * sample_rate)
        self._reach = round(_REACH_S * sample_rate)
        self._ratio = ratio
        self._window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2 * self.hop) / (2 * self.hop))
        # The sound begins behind as much silence as the first piece may reach into.
        self._lead = self.hop + self._reach
        self._held: _Doubles = np.zeros(self._lead)
        self._held_from = 0
        self._pieces = 0
        self._centre = self._lead
        self._tail: _Doubles = np.zeros(self.hop)
        self._fft = 1 << math.ceil(math.log2(2 * self.hop + 2 * self._reach))

    def feed(self, samples: Samples) -> list[Samples]:
        self._held = np.concatenate([self._held, samples.astype(np.float64)])
        made: list[Samples] = []
        while self._held_from + len(self._held) >= self._wants():
            if (piece := self._piece()) is not None:
                made.append(piece)
        self._forget()
        return made

    def _place(self) -> int:
        """Where the next piece belongs, by the ratio alone."""
        return self._lead + round(self._pieces * self.hop / self._ratio)

    def _wants(self) -> int:
        """How far the sound must be here for the next piece, the one before it continued included."""
        return max(self._place() + self._reach, self._centre + self.hop) + self.hop

    def _piece(self) -> Samples | None:
        place = self._place()
        self._centre = place + (self._shift(place) if self._pieces else 0)
        sound = self._held_at(self._centre - self.hop, 2 * self.hop) * self._window
        done, self._tail = self._tail + sound[: self.hop], sound[self.hop :]
        self._pieces += 1
        return done.astype(np.float32) if self._pieces > 1 else None  # before the first centre nothing was said

    def _shift(self, place: int) -> int:
        """How far from its place the next piece continues the one before best."""
        size, reach = 2 * self.hop, self._reach
        wanted = self._held_at(self._centre, size)
        around = self._held_at(place - self.hop - reach, size + 2 * reach)
        alike = np.fft.irfft(np.fft.rfft(around, self._fft) * np.conj(np.fft.rfft(wanted, self._fft)), self._fft)
        alike = alike[: 2 * reach + 1]
        energies = np.concatenate([np.zeros(1), np.cumsum(around**2)])
        energy = energies[size:] - energies[:-size]
        floor = 1e-7 * size  # below -70 dB there is nothing to continue
        score = alike / np.sqrt((energy + floor) * (float(wanted @ wanted) + floor))
        # Of two places that are as good, the nearer one: the pace stays even.
        score -= 0.02 * np.abs(np.arange(-reach, reach + 1)) / reach
        return int(np.argmax(score)) - reach

    def _held_at(self, start: int, count: int) -> _Doubles:
        start -= self._held_from
        return self._held[start : start + count]

    def _forget(self) -> None:
        """Let go what no piece can reach any more."""
        first = min(self._place() - self.hop - self._reach, self._centre)
        if first > self._held_from:
            self._held = self._held[first - self._held_from :]
            self._held_from = first
