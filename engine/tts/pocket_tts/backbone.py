"""The language model over latents: voice, then text, then frames, each seeing all before it.

In NumPy everywhere: a frame is one row through every matrix, whose cost is reading them, and a processor reads as fast
as a GPU is asked. Several segments go side by side and share the reading.
"""

from collections.abc import Sequence

import numpy as np

from engine.codecs.seanet import host_array
from engine.errors import WeightsError
from engine.nn.parts import Parts
from engine.nn.processor import host
from engine.nn.processor.host import Floats
from engine.nn.processor.transformer import HostLayerWeights, HostState, HostTransformer

HEAD_SIZE = 64
"""Numbers of a head, in every release."""


class Backbone:
    """Holds weights only; a row's state is its own.

    Args:
        parts: the checkpoint.
        heads: of the attention; None for as many as there are of 64 numbers.
    """

    def __init__(self, parts: Parts, heads: int | None) -> None:
        layers = _layers(parts)
        heads = heads or layers[0].out_proj.shape[1] // HEAD_SIZE
        if not heads or layers[0].out_proj.shape[1] % heads:
            raise WeightsError("This Pocket TTS has heads of a size that is not known. Get the model again.")
        self.transformer = HostTransformer(layers, heads)
        self._norm = host_array(parts, "flow_lm.out_norm.weight"), host_array(parts, "flow_lm.out_norm.bias")
        self._z = host_array(parts, "flow_lm.z_proj.weight") if parts.has("flow_lm.z_proj.weight") else None
        self._end = host_array(parts, "flow_lm.out_eos.weight"), host_array(parts, "flow_lm.out_eos.bias")
        self._words = host_array(parts, "flow_lm.conditioner.embed.weight")
        name = "flow_lm.conditioner.proj.weight"
        self._words_out = host_array(parts, name) if parts.has(name) else None
        self._latents_in = host_array(parts, "flow_lm.input_linear.weight")
        self._speaker = host_array(parts, "flow_lm.speaker_proj_weight") if has_speaker(parts) else None
        name = "flow_lm.bos_before_voice"
        self._before_voice = host_array(parts, name).reshape(1, -1) if parts.has(name) else None
        self.first = host_array(parts, "flow_lm.bos_emb")
        self.mean, self.deviation = host_array(parts, "flow_lm.emb_mean"), host_array(parts, "flow_lm.emb_std")

    @property
    def latent(self) -> int:
        """Numbers of a latent."""
        return len(self.first)

    @property
    def knows_speakers(self) -> bool:
        """Whether it has what a recording goes through."""
        return self._speaker is not None

    def voiced(self, encoded: Floats) -> Floats:
        """A recording's latents [frames, inner] -> the prefix [positions, width]."""
        if self._speaker is None:
            raise WeightsError("These weights of Pocket TTS have no way in for a recorded voice.")
        prefix = encoded @ self._speaker.T
        return prefix if self._before_voice is None else np.concatenate([self._before_voice, prefix])

    def begun(self, prefix: Floats) -> HostState:
        """A state that has heard a voice."""
        state = self.transformer.state()
        self.transformer(prefix, [state], [len(prefix)], shared=True)
        return state

    def read(self, ids: Sequence[Sequence[int]], states: Sequence[HostState]) -> None:
        """Each row's text."""
        flat = [one for row in ids for one in row]
        if flat:
            table = self._words
            words = table[np.minimum(np.array(flat), len(table) - 1)]
            if self._words_out is not None:
                words = words @ self._words_out.T
            self.transformer(words, states, [len(row) for row in ids], shared=True)

    def step(self, latents: Floats, states: Sequence[HostState], shared: bool = False) -> tuple[Floats, Floats]:
        """The next frame of each row.

        Args:
            latents: the frames before, normalised, [rows, latent]; `first` before the first.
            states: one a row.
            shared: whether the matrices may be shared out among threads.

        Returns:
            what the head is told [rows, z], and the end's logits [rows].
        """
        x = host.linear(latents, self._latents_in, None)
        x = host.layer_norm(self.transformer(x, states, [1] * len(states), shared), *self._norm)
        if self._z is not None:
            x = host.linear(x, self._z, None)
        return x, (x @ self._end[0].T + self._end[1])[:, 0]


def has_speaker(parts: Parts) -> bool:
    """Whether the projection of recordings is there and is something."""
    name = "flow_lm.speaker_proj_weight"
    return parts.has(name) and bool(np.any(host_array(parts, name)))


def _layers(parts: Parts) -> list[HostLayerWeights]:
    found: list[HostLayerWeights] = []
    while not found or parts.has(f"flow_lm.transformer.layers.{len(found)}.norm1.weight"):
        name = f"flow_lm.transformer.layers.{len(found)}"
        norms = [
            (host_array(parts, f"{name}.{norm}.weight"), host_array(parts, f"{name}.{norm}.bias"))
            for norm in ("norm1", "norm2")
        ]
        matrices = [
            host_array(parts, f"{name}.{matrix}.weight")
            for matrix in ("self_attn.in_proj", "self_attn.out_proj", "linear1", "linear2")
        ]
        found.append(HostLayerWeights(norms[0], norms[1], *matrices))
    return found
