"""The flow head: what makes a latent of noise, given what the language model says of the next frame.

Float32 whatever the rest is in: what it gets wrong comes back with the latents. What depends on the times alone is
computed once, and what depends on the language model's word alone is one product for all blocks.

Source: Li et al. 2024, arXiv:2406.11838; Lagrangian self-distillation: Boffi et al. 2025, arXiv:2505.18825.
"""

from collections.abc import Mapping

import numpy as np

from engine.codecs.seanet import host_array
from engine.nn.parts import Parts
from engine.nn.processor import host
from engine.nn.processor.host import Floats
from engine.tts.pocket_tts.releases import Flow

TIMES: Mapping[Flow, int] = {"lsd": 2, "flow_matching": 1, "drifting": 0, "pointwise": 0}
NAME = "flow_lm.flow_net"


class FlowHead:
    """Holds weights only.

    Args:
        parts: the checkpoint.
        flow: how noise becomes a latent.
        steps: of the flow, where it has any.
    """

    def __init__(self, parts: Parts, flow: Flow, steps: int) -> None:
        self._flow: Flow = flow
        self.steps = steps if TIMES[flow] else 1
        self._cond, self._in = _linear(parts, f"{NAME}.cond_embed"), _linear(parts, f"{NAME}.input_proj")
        self._width = len(self._cond[1])
        self._plain = np.ones(self._width, dtype=np.float32), np.zeros(self._width, dtype=np.float32)
        self._blocks: list[tuple[tuple[Floats, Floats], tuple[Floats, Floats], tuple[Floats, Floats]]] = []
        steered: list[tuple[Floats, Floats]] = []
        while parts.has(f"{NAME}.res_blocks.{len(self._blocks)}.in_ln.weight"):
            name = f"{NAME}.res_blocks.{len(self._blocks)}"
            self._blocks.append(
                (_linear(parts, f"{name}.in_ln"), _linear(parts, f"{name}.mlp.0"), _linear(parts, f"{name}.mlp.2"))
            )
            steered.append(_linear(parts, f"{name}.adaLN_modulation.1"))
        steered.append(_linear(parts, f"{NAME}.final_layer.adaLN_modulation.1"))
        self._last = _linear(parts, f"{NAME}.final_layer.linear")
        # Shift, scale and gate of every block, then shift and scale of the last layer.
        self._steer = np.concatenate([weight for weight, _ in steered]), np.concatenate([bias for _, bias in steered])
        self._times = [self._time(parts, step) for step in range(self.steps)]

    def __call__(self, hidden: Floats, noise: Floats) -> Floats:
        """hidden [rows, z], noise [rows, latent] -> latents [rows, latent], normalised."""
        said = host.linear(hidden, *self._cond)
        if self._flow == "drifting":
            return self._flowing(said, noise)
        x = noise
        for time in self._times:
            x = np.add(x, self._flowing(said if time is None else said + time, x) * np.float32(1 / self.steps))
        return x

    def _flowing(self, steer: Floats, x: Floats) -> Floats:
        """steer [rows, width], x [rows, latent] -> [rows, latent]"""
        active = np.empty_like(steer)
        host.silu(steer, active)
        turned = host.linear(active, *self._steer)
        width = self._width
        x = host.linear(x, *self._in)
        at = 0
        for norm, first, second in self._blocks:
            shift, scale, gate = (turned[:, at + part * width : at + (part + 1) * width] for part in range(3))
            at += 3 * width
            inner = host.linear(host.layer_norm(x, *norm, 1e-6) * (1 + scale) + shift, *first)
            host.silu(inner, active := np.empty_like(inner))
            x = np.add(x, gate * host.linear(active, *second))
        shift, scale = turned[:, at : at + width], turned[:, at + width :]
        return host.linear(host.layer_norm(x, *self._plain, 1e-6) * (1 + scale) + shift, *self._last)

    def _time(self, parts: Parts, step: int) -> Floats | None:
        """What a step's times add, averaged over the embedders: [width]."""
        count = TIMES[self._flow]
        times = (step / self.steps, (step + 1) / self.steps)[:count]
        found = np.zeros(self._width, dtype=np.float32)
        for at, time in enumerate(times):
            found += _embedded(parts, f"{NAME}.time_embed.{at}", np.float32(time)) / np.float32(count)
        return found if count else None


def _embedded(parts: Parts, name: str, time: np.float32) -> Floats:
    angles = time * host_array(parts, f"{name}.freqs")
    waves = np.concatenate([np.cos(angles), np.sin(angles)])[None]
    inner = host.linear(waves, *_linear(parts, f"{name}.mlp.0"))
    host.silu(inner, active := np.empty_like(inner))
    x = host.linear(active, *_linear(parts, f"{name}.mlp.2"))[0]
    # Not the mean square: the variance around the mean, of a sample; and what is divided is not centred.
    return x * host_array(parts, f"{name}.mlp.3.alpha") / np.sqrt(np.float32(1e-5) + x.var(ddof=1))


def _linear(parts: Parts, name: str) -> tuple[Floats, Floats]:
    """Weight and bias."""
    return host_array(parts, f"{name}.weight"), host_array(parts, f"{name}.bias")
