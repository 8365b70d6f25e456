"""Kokoro's network, phoneme ids and a voice's style in, samples out. It knows no text.

Batches of rows of different length give what single rows give: every norm, LSTM, convolution and attention sees only a
row's own frames.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.conv import on_gpu
from engine.nn.parts import Parts
from engine.tts.kokoro.broken import NoNumbers, refuse_no_numbers
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.prosody import ProsodyPredictor
from engine.tts.kokoro.vocoder import HARMONICS, Vocoder
from engine.types import Samples

MOST_PADDING = 0.8  # a row joins others if it fills so much of theirs
GROUP_FRAMES = 8000  # 200 s of sound together
# What stands in memory at the peak, in copies of the vocoder's widest signal. Measured at full size on the CPU: 7.2 for
# 290 frames and 8.2 for 720. On the GPU activations are whole as well: not measured, reckoned.
COPIES, COPIES_TOGETHER = 9, 12


@dataclass(frozen=True, slots=True)
class Spoken:
    """One row's result.

    Attributes:
        samples: float32 [n] at 24 kHz.
        durations: int [phonemes + 2], frames of 600 samples per token, the silent first and last included.
    """

    samples: Samples
    durations: npt.NDArray[np.int64]


class Kokoro:
    """The whole network; weights only, no state.

    Attributes:
        together: whether a batch goes through in one pass. Together or not, it is the same within rounding.

    Args:
        config: the checkpoint's.
        weights: tensors by the reference's names, or by mlx-community's; see `Canonical`.
        release: take each tensor out of `weights` as its layer is made.
        frozen: in the form that a style can be learned through, which speaks more slowly on a processor.

    Raises:
        WeightsError: a tensor is missing.
    """

    def __init__(
        self, config: KokoroConfig, weights: dict[str, mx.array], release: bool = False, frozen: bool = False
    ) -> None:
        self.config = config
        self.together = on_gpu()
        quantization = config.quantization
        parts = Parts(
            Canonical(weights, release),
            "Kokoro",
            bits=quantization.bits if quantization else 8,
            group_size=quantization.group_size if quantization else 64,
            frozen=frozen,
        )
        self.prosody = ProsodyPredictor(config, parts)
        self.vocoder = Vocoder(config, parts)

    def __call__(
        self,
        rows: Sequence[Sequence[int]],
        styles: npt.NDArray[np.float32],
        speeds: Sequence[float],
        seeds: Sequence[int] | None,
    ) -> list[Spoken]:
        """Speak a batch: on the GPU in one pass, on the CPU, which one row keeps busy, row by row.

        Args:
            rows: phoneme ids per row, without the silent token at each end.
            styles: float32 [batch, 2 * style_dim], sound half first.
            speeds: per row, above 1 is faster.
            seeds: per row, of the source's noise; None is without noise (as for parity).
        """
        if self.together:
            return self._speak(rows, styles, speeds, seeds)
        return [
            self._speak([row], styles[i : i + 1], speeds[i : i + 1], None if seeds is None else seeds[i : i + 1])[0]
            for i, row in enumerate(rows)
        ]

    def _speak(
        self,
        rows: Sequence[Sequence[int]],
        styles: npt.NDArray[np.float32],
        speeds: Sequence[float],
        seeds: Sequence[int] | None,
    ) -> list[Spoken]:
        tokens = Lengths([len(row) + 2 for row in rows])
        ids = np.zeros((len(rows), tokens.longest), dtype=np.int32)
        for i, row in enumerate(rows):
            ids[i, 1 : len(row) + 1] = row
        style = mx.array(styles)
        half = self.config.style_dim
        prosody = self.prosody(mx.array(ids), tokens, style[:, half:], mx.array(list(speeds), dtype=mx.float32))
        counts = [n * self.config.samples_per_frame for n in prosody.lengths.lengths]
        spoken: dict[int, Spoken] = {}
        for group in _groups(prosody.lengths.lengths):
            noise = None if seeds is None else self._noise([seeds[i] for i in group], [counts[i] for i in group])
            samples = np.array(self.vocoder(prosody.rows(group), style[mx.array(group), :half], noise))
            for sound, i in zip(samples, group, strict=True):
                spoken[i] = Spoken(sound[: counts[i]].copy(), prosody.durations[i, : tokens.lengths[i]])
        return [spoken[i] for i in range(len(rows))]

    def energy(self, row: Sequence[int], style: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """What it counts as the energy of a row's sound, 80 a second: [2 * frames].

        Args:
            row: phoneme ids.
            style: float32 [2 * style_dim].
        """
        half = self.config.style_dim
        lengths = Lengths([len(row) + 2])
        return np.array(
            self.prosody(mx.array([[0, *row, 0]]), lengths, mx.array(style)[None, half:], mx.ones(1)).energy
        )[0]

    def first_broken(self, row: Sequence[int], style: npt.NDArray[np.float32]) -> str:
        """The first part that does not give numbers for a row, spoken again; "" where all do.

        Args:
            row: phoneme ids.
            style: float32 [2 * style_dim].
        """
        half = self.config.style_dim
        voice = mx.array(style)[None]
        ids, lengths = mx.array([[0, *row, 0]]), Lengths([len(row) + 2])
        try:
            refuse_no_numbers("voice", style)
            prosody = self.prosody(ids, lengths, voice[:, half:], mx.ones(1))
            refuse_no_numbers("prosody", prosody.f0, prosody.energy)
            refuse_no_numbers("text encoder", prosody.aligned)
            refuse_no_numbers("decoder", self.vocoder.decode(prosody, voice[:, :half])[0])
            refuse_no_numbers("vocoder", self.vocoder(prosody, voice[:, :half], None))
        except NoNumbers as exc:
            return exc.part
        return ""

    def memory(self, frames: Sequence[int]) -> int:
        """About how many bytes a batch of rows takes at its peak, beyond the weights.

        Args:
            frames: per row, how long it will be.
        """
        longest = max(frames, default=0)
        if not self.together:
            return COPIES * longest * self.config.widest_frame_bytes
        return COPIES_TOGETHER * min(sum(frames), max(GROUP_FRAMES, longest)) * self.config.widest_frame_bytes

    @staticmethod
    def _noise(seeds: Sequence[int], counts: Sequence[int]) -> mx.array:
        """Each row draws its own, so that company does not change it: [batch, longest, 9]."""
        longest = max(counts)
        drawn = [
            mx.pad(mx.random.normal((n, HARMONICS), key=mx.random.key(seed)), [(0, longest - n), (0, 0)])
            for seed, n in zip(seeds, counts, strict=True)
        ]
        return mx.stack(drawn)


def _groups(lengths: Sequence[int]) -> list[list[int]]:
    """Rows of nearly one length, for the vocoder to take together: little of its work is for padding."""
    groups: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if groups:
            longest = lengths[groups[-1][0]]
            if lengths[i] >= MOST_PADDING * longest and longest * (len(groups[-1]) + 1) <= GROUP_FRAMES:
                groups[-1].append(i)
                continue
        groups.append([i])
    return groups


class Canonical(Mapping[str, mx.array]):
    """A checkpoint by torch's names, in torch's layouts and float32, whichever file the tensors came from.

    mlx-community's files hold convolutions as [out, kernel, in], LSTMs as Wx/Wh and the text norms as weight/bias.

    Args:
        weights: tensors by the names of their file.
        release: take each tensor out of `weights` when it is asked for, so that it goes when its layer has what it
            needs, and no tensor stands in memory as it was and as it is used.
    """

    def __init__(self, weights: dict[str, mx.array], release: bool = False) -> None:
        self._weights = weights
        self._release = release
        self._names = {_torch_name(name): name for name in weights}
        sample = next(
            (weights[n] for n in ("text_encoder.cnn.0.0.weight_v", "text_encoder.cnn.0.0.weight") if n in weights), None
        )
        self._is_mlx = sample is not None and sample.shape[1] != sample.shape[0]

    def __getitem__(self, name: str) -> mx.array:
        theirs = self._names[name]
        array = self._weights.pop(theirs) if self._release else self._weights[theirs]
        if mx.issubdtype(array.dtype, mx.floating):
            array = array.astype(mx.float32)
        if self._is_mlx and array.ndim == 3 and not theirs.endswith("weight_g") and ".alpha" not in theirs:
            array = array.transpose(0, 2, 1)
        mx.eval(array)  # now, not in the first call
        return array

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _torch_name(name: str) -> str:
    name = name.replace("module.", "")
    for ours, theirs in _LSTM_NAMES.items():
        if name.endswith(ours):
            return name[: -len(ours)] + theirs
    if name.startswith("text_encoder.cnn.") and ".1." in name[len("text_encoder.cnn.") :]:
        return name.replace(".1.weight", ".1.gamma").replace(".1.bias", ".1.beta")
    return name


_LSTM_NAMES = {
    "Wx_forward": "weight_ih_l0",
    "Wh_forward": "weight_hh_l0",
    "bias_ih_forward": "bias_ih_l0",
    "bias_hh_forward": "bias_hh_l0",
    "Wx_backward": "weight_ih_l0_reverse",
    "Wh_backward": "weight_hh_l0_reverse",
    "bias_ih_backward": "bias_ih_l0_reverse",
    "bias_hh_backward": "bias_hh_l0_reverse",
}
