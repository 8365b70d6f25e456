"""Latents to samples and a recording to latents: Mimi's layers without its codes.

A frame's 1,920 samples are final when its latent is there. A stream owns all its state.
"""

from collections.abc import Sequence

import numpy as np

from engine.codecs import seanet
from engine.codecs.seanet import host_array
from engine.nn.parts import Parts
from engine.nn.processor import host
from engine.nn.processor.host import Floats
from engine.nn.processor.streams import HostConv, HostLayer, HostStreams, HostUpsample
from engine.nn.processor.transformer import HostTransformer
from engine.nn.windowed_transformer import host_transformer
from engine.types import Samples

SAMPLE_RATE, FRAME_SIZE = 24000, 1920
FADE_IN = SAMPLE_RATE // 200
"""Samples: a fresh decoder begins with a small step, heard as a click."""
WINDOW, SMALL_WINDOW = 250, 50
HEAD_SIZE, SMALL_HEAD_SIZE = 64, 32
SMALL = 128
"""Width up to which a decoder is one of the small ones."""
ENCODED_AT_ONCE = 12
"""Frames: a second stays in the processor's caches."""


class Codec:
    """Holds weights only.

    Args:
        parts: the checkpoint, in `canonical` names without "mimi.".
        heads: of the attentions; None for the published size of a head.
        window: positions that they see; None for the published one.
    """

    def __init__(self, parts: Parts, heads: int | None, window: int | None) -> None:
        up = host_array(parts, "upsample.conv.weight")
        width = up.shape[0]
        is_small = width <= SMALL
        self._project = host_array(parts, "quantizer.output_proj.weight")[:, :, 0]
        self._up = HostUpsample(up[:, 0], up.shape[2] // 2)
        self._transformer = host_transformer(
            parts,
            "decoder_transformer.transformer",
            heads or width // (SMALL_HEAD_SIZE if is_small else HEAD_SIZE),
            window or (SMALL_WINDOW if is_small else WINDOW),
            exact=False,
        )
        self._decoder = seanet.host_layers(parts, "decoder", False)
        self._encoder: _Encoder | None = _Encoder(parts, heads, window) if _has_encoder(parts) else None

    @property
    def encodes(self) -> bool:
        """Whether it has an encoder."""
        return self._encoder is not None

    def encoded(self, samples: Samples) -> Floats:
        """Samples [n] at 24 kHz -> latents [frames, inner]; the end is filled with zeros."""
        if self._encoder is None:
            raise ValueError("there is no encoder")
        return self._encoder(samples)

    def stream(self) -> "CodecStream":
        """Begin decoding."""
        return CodecStream(self._project, self._up, self._transformer, self._decoder)


class CodecStream:
    """One stream of latents to samples; not shared, not thread-safe."""

    def __init__(
        self, project: Floats, up: HostUpsample, transformer: HostTransformer, decoder: Sequence[HostLayer]
    ) -> None:
        self._project, self._transformer = project, transformer
        self._before, self._after = HostStreams([up]), HostStreams(decoder)
        self._state = transformer.state()
        self._given = 0

    def step(self, latents: Floats) -> Samples:
        """The next frames, as the decoder takes them, [n, latent] -> [n * 1920]."""
        if not len(latents):
            return np.zeros(0, dtype=np.float32)
        x = self._before.step(host.linear(latents, self._project, None))
        x = self._transformer(x, [self._state], [len(x)])
        samples = self._after.step(x)[:, 0]
        if self._given < FADE_IN:
            rise = np.linspace(0, 1, FADE_IN, dtype=np.float32)[self._given : self._given + len(samples)]
            samples[: len(rise)] *= rise
        self._given += len(samples)
        return samples

    @property
    def held(self) -> int:
        """Positions that the attention keeps."""
        return self._state.arrays.shape[3]


class _Encoder:
    def __init__(self, parts: Parts, heads: int | None, window: int | None) -> None:
        down = host_array(parts, "downsample.conv.weight")
        width = down.shape[1]
        self._layers = seanet.host_layers(parts, "encoder", True)
        self._transformer = host_transformer(
            parts, "encoder_transformer.transformer", heads or width // HEAD_SIZE, window or WINDOW, exact=False
        )
        self._down = HostConv(down.transpose(0, 2, 1), None, down.shape[2] // 2, edge=True)

    def __call__(self, samples: Samples) -> Floats:
        padded = np.pad(samples.astype(np.float32), (0, -len(samples) % FRAME_SIZE))
        before, state, after = HostStreams(self._layers), self._transformer.state(), HostStreams([self._down])
        size = ENCODED_AT_ONCE * FRAME_SIZE
        found: list[Floats] = []
        for at in range(0, len(padded), size):
            x = before.step(padded[at : at + size, None].copy())
            found.append(after.step(self._transformer(x, [state], [len(x)], shared=True)))
        return np.concatenate(found)


def _has_encoder(parts: Parts) -> bool:
    name = "encoder.model.0.conv.weight"
    return parts.has(name) and bool(np.any(host_array(parts, name)))
