"""The prosody half: a voice's pace and melody, so that the network predicts what the recording has. No vocoder."""

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.prosody import ProsodyPredictor, frame_index
from engine.tts.kokoro.tuning.adam import Adam
from engine.tts.kokoro.tuning.clip import Clip
from engine.tts.kokoro.tuning.fitting import Watch
from engine.tts.kokoro.tuning.sound import Array

STEPS = 36
_RATE = 0.09
_EACH, _MEAN, _PITCH, _ENERGY, _LIKELY = 0.25, 0.5, 2.0, 0.3, 0.002
"""What a frame of a phoneme, of all of them, an octave, a unit of energy, and an unlikely offset cost."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    lasting: mx.array
    counts: mx.array  # which phonemes do: not the silence at the ends
    f0: mx.array
    voiced: mx.array
    energy: mx.array
    median: float


def fit_prosody(
    predictor: ProsodyPredictor, clip: Clip, likely: Array, watch: Watch, keeps_pace: bool = False
) -> Array:
    """What to add to the base's prosody half: [style_dim].

    Args:
        predictor: frozen.
        clip: the recording.
        likely: see `preferences`.
        watch: told after every step.
        keeps_pace: whether the base's own durations are wanted, and only the melody is the recording's.
    """
    loss = _loss(predictor, clip, likely, keeps_pace)
    slope = mx.value_and_grad(loss)
    at = np.zeros(likely.shape[1], dtype=np.float32)
    adam = Adam(_RATE)
    best, least = at, np.inf
    for step in range(STEPS):
        watch.at(step / STEPS, "its pace and melody" if not keeps_pace else "its melody")
        value, way = slope(mx.array(at))
        cost = float(np.array(value))
        if cost < least:
            best, least = at, cost
        at = adam.step(at, np.array(way))
    return likely @ best


def _loss(predictor: ProsodyPredictor, clip: Clip, likely: Array, keeps_pace: bool) -> Callable[[mx.array], mx.array]:
    half = likely.shape[0]
    base, matrix = mx.array(clip.style[None, half:]), mx.array(likely)
    phonemes, frames = Lengths([len(clip.ids) + 2]), Lengths([clip.frames])
    encoded = predictor.encoded(mx.array([[0, *clip.ids, 0]]), phonemes)
    index = mx.array(frame_index(clip.durations[None], clip.frames))[:, :, None]
    mx.eval(encoded, index)
    wanted = _wanted(clip)
    if keeps_pace:
        own = predictor.lasting(predictor.styled(encoded, base, phonemes, None), None)
        wanted = _Wanted(own, wanted.counts, wanted.f0, wanted.voiced, wanted.energy, wanted.median)

    def loss(z: mx.array) -> mx.array:
        style = base + (matrix @ z)[None]
        styled = predictor.styled(encoded, style, phonemes, None)
        off = wanted.counts * (predictor.lasting(styled, None) - wanted.lasting) / mx.sum(wanted.counts)
        f0, energy = predictor.curves(mx.take_along_axis(styled, index, axis=1), style, frames)
        apart = mx.sum(wanted.voiced * mx.abs(f0 - wanted.f0)) / mx.sum(wanted.voiced) / wanted.median
        return (
            _EACH * mx.sum(mx.abs(off))
            + _MEAN * mx.abs(mx.sum(off))
            + _PITCH * apart
            + _ENERGY * mx.mean(mx.abs(energy - wanted.energy))
            + _LIKELY * mx.sum(mx.square(z))
        )

    return loss


def _wanted(clip: Clip) -> _Wanted:
    counts = np.ones((1, len(clip.durations)), dtype=np.float32)
    counts[:, [0, -1]] = 0
    return _Wanted(
        mx.array(clip.durations[None].astype(np.float32)),
        mx.array(counts),
        mx.array(clip.f0[None]),
        mx.array((clip.f0 > 0).astype(np.float32)[None]),
        mx.array(clip.energy[None]),
        clip.median_hz,
    )
