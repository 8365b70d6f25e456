"""The timbre half: a style is learned that makes the sound's spectrum the recording's.

The vocoder is given the recording's own durations, pitch and energy, so that frames lie over frames."""

from collections.abc import Callable, Iterator

import mlx.core as mx
import numpy as np

from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.prosody import Prosody, frame_index
from engine.tts.kokoro.tuning.adam import Adam
from engine.tts.kokoro.tuning.clip import FRAME, Clip
from engine.tts.kokoro.tuning.fitting import Watch
from engine.tts.kokoro.tuning.sound import RATE, Array, log_bands
from engine.tts.kokoro.vocoder import HARMONICS

STEPS = 34
STRETCH_S, SHORT_S = 1.0, 0.6
_RATE, _SLOW, _SLOW_FROM, _MEAN_FROM = 0.12, 0.4, 0.6, 0.7
_LIKELY = 0.0005
_WINDOWS = (512, 1024, 2048)
_FLOOR = 1e-3

Extra = Callable[[mx.array], mx.array]
"""A stretch of sound at RATE, [n] -> what more it costs."""


def fit_timbre(
    network: Kokoro,
    clip: Clip,
    likely: Array,
    watch: Watch,
    stretch_s: float = STRETCH_S,
    early: Callable[[Array], None] | None = None,
    begin: Array | None = None,
    steps: int | None = None,
    extra: Extra | None = None,
) -> Array:
    """What to add to the base's timbre half: [style_dim].

    Args:
        network: frozen.
        clip: the recording.
        likely: see `preferences`.
        watch: told after every step.
        stretch_s: how much is spoken in a step: memory grows with it.
        early: given the half as it is when it is worth hearing.
        begin: an offset to go on from.
        steps: how many; None is STEPS.
        extra: what else a stretch costs.
    """
    steps = STEPS if steps is None else steps
    at = np.zeros(likely.shape[1], dtype=np.float32) if begin is None else np.linalg.solve(likely, begin)
    adam, held = Adam(_RATE), []
    slope = mx.value_and_grad(_loss(network, clip, likely, stretch_s, extra))
    starts = _starts(clip, round(stretch_s / 0.025), np.random.default_rng(0))
    for step in range(steps):
        watch.at(step / steps, "its timbre")
        frames = round(stretch_s / 0.025)
        noise = mx.random.normal((1, frames * FRAME, HARMONICS), key=mx.random.key(step))
        _, way = slope(mx.array(at), next(starts), noise)
        adam.rate = _RATE if step < _SLOW_FROM * steps else _RATE * _SLOW
        at = adam.step(at, np.array(way))
        if step >= _MEAN_FROM * steps:
            held.append(at)
        if early is not None and step + 1 == round(_SLOW_FROM * steps):
            early(likely @ at)
    return likely @ np.mean(held, axis=0)


def _loss(network: Kokoro, clip: Clip, likely: Array, stretch_s: float, extra: Extra | None) -> Callable[..., mx.array]:
    half = likely.shape[0]
    base, matrix = mx.array(clip.style[None, :half]), mx.array(likely)
    frames = min(round(stretch_s / 0.025), clip.frames)
    aligned = _aligned(network, clip)
    f0, energy, sound = mx.array(clip.f0[None]), mx.array(clip.energy[None]), mx.array(clip.samples)

    def loss(z: mx.array, start: int, noise: mx.array) -> mx.array:
        end = start + frames
        prosody = Prosody(
            clip.durations[None],
            aligned[:, start:end],
            f0[:, 2 * start : 2 * end],
            energy[:, 2 * start : 2 * end],
            Lengths([frames]),
        )
        said = network.vocoder(prosody, base + (matrix @ z)[None], noise[:, : frames * FRAME])[0]
        cost = spectra_apart(said, sound[start * FRAME : end * FRAME]) + _LIKELY * mx.sum(mx.square(z))
        return cost if extra is None else cost + extra(said)

    return loss


def spectra_apart(one: mx.array, other: mx.array) -> mx.array:
    """How far two sounds of one length at RATE are apart: the mean of three resolutions, in units of e."""
    apart = [
        mx.mean(mx.abs(log_bands(one, RATE, n, n // 4, _FLOOR) - log_bands(other, RATE, n, n // 4, _FLOOR)))
        for n in _WINDOWS
    ]
    return sum(apart[1:], apart[0]) / len(apart)


def _aligned(network: Kokoro, clip: Clip) -> mx.array:
    text = network.prosody.text(mx.array([[0, *clip.ids, 0]]), Lengths([len(clip.ids) + 2]), None)
    index = mx.array(frame_index(clip.durations[None], clip.frames))[:, :, None]
    aligned = mx.take_along_axis(text, index, axis=1)
    mx.eval(aligned)
    return aligned


def _starts(clip: Clip, frames: int, random: np.random.Generator) -> Iterator[int]:
    """Where stretches begin: those that are not silent, by chance, all of them before one comes again."""
    last = max(1, clip.frames - frames)
    power = np.concatenate([[0.0], np.cumsum(np.square(clip.samples, dtype=np.float64))])
    level = power[(np.arange(last) + frames).clip(max=clip.frames) * FRAME] - power[np.arange(last) * FRAME]
    loud = np.flatnonzero(level >= np.percentile(level, 25))[:: max(1, frames // 2)]
    while True:
        yield from (int(start) for start in random.permutation(loud))
