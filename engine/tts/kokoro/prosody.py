"""The text side of Kokoro: phonemes to durations, pitch, energy and aligned features.

Source: reference kokoro 0.9.4, modules.py and model.py (Apache-2.0); ALBERT as in transformers (gelu_new).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.conv import Conv1d
from engine.nn.lstm import reversal
from engine.nn.parts import Parts
from engine.nn.smooth import gelu_tanh
from engine.tts.kokoro.broken import refuse_no_numbers
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.masks import Lengths
from engine.tts.kokoro.style import ResidualBlock, leaky
from engine.tts.kokoro.style_rows import RowResidualBlock, residual_block


@dataclass(frozen=True, slots=True)
class Prosody:
    """What the vocoder needs.

    Attributes:
        durations: int [batch, phonemes] frames of 25 ms each phoneme lasts; 0 for padding.
        aligned: [batch, frames, hidden_dim], text features stretched to the durations.
        f0: [batch, 2 * frames], Hz.
        energy: [batch, 2 * frames].
        lengths: frames per row.
    """

    durations: npt.NDArray[np.int64]
    aligned: mx.array
    f0: mx.array
    energy: mx.array
    lengths: Lengths

    def rows(self, which: list[int]) -> "Prosody":
        """Some rows, no longer than the longest of them."""
        lengths = Lengths([self.lengths.lengths[i] for i in which])
        index, n = mx.array(which), lengths.longest
        return Prosody(
            self.durations[which],
            self.aligned[index, :n],
            self.f0[index, : 2 * n],
            self.energy[index, : 2 * n],
            lengths,
        )


class Albert:
    """PL-BERT: one transformer layer applied twelve times."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        self._layers = config.bert.num_hidden_layers
        self._heads = config.bert.num_attention_heads
        self._words = parts.embedding("bert.embeddings.word_embeddings")
        kinds = parts.embedding("bert.embeddings.token_type_embeddings")
        self._places = parts.embedding("bert.embeddings.position_embeddings") + kinds[0]
        self._norm_in = parts.layer_norm("bert.embeddings.LayerNorm", 1e-12)
        self._widen = parts.linear("bert.encoder.embedding_hidden_mapping_in")
        layer = "bert.encoder.albert_layer_groups.0.albert_layers.0"
        self._query, self._key, self._value, self._dense = (
            parts.linear(f"{layer}.attention.{name}") for name in ("query", "key", "value", "dense")
        )
        self._norm_attention = parts.layer_norm(f"{layer}.attention.LayerNorm", 1e-12)
        self._norm_full = parts.layer_norm(f"{layer}.full_layer_layer_norm", 1e-12)
        self._up, self._down = parts.linear(f"{layer}.ffn"), parts.linear(f"{layer}.ffn_output")

    def __call__(self, tokens: mx.array, lengths: Lengths) -> mx.array:
        """int [batch, n] -> [batch, n, hidden]"""
        n = tokens.shape[1]
        x = self._widen(self._norm_in(self._words[tokens] + self._places[:n]))
        mask = lengths.real()[:, None, None, :, 0] if lengths.ragged else None
        for _ in range(self._layers):
            x = self._norm_attention(x + self._attend(x, mask))
            x = self._norm_full(x + self._down(gelu_tanh(self._up(x))))
        return x

    def _attend(self, x: mx.array, mask: mx.array | None) -> mx.array:
        batch, n, width = x.shape
        size = width // self._heads
        q, k, v = (
            project(x).reshape(batch, n, self._heads, size).transpose(0, 2, 1, 3)
            for project in (self._query, self._key, self._value)
        )
        out = mx.fast.scaled_dot_product_attention(q, k, v, scale=size**-0.5, mask=mask)
        return self._dense(out.transpose(0, 2, 1, 3).reshape(batch, n, width))


class TextEncoder:
    """Phoneme features for the vocoder: three convolutions and an LSTM."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        self._table = parts.embedding("text_encoder.embedding")
        self._blocks = [
            (
                parts.conv(f"text_encoder.cnn.{i}.0"),
                parts.layer_norm(f"text_encoder.cnn.{i}.1", 1e-5, weight="gamma", bias="beta"),
            )
            for i in range(config.n_layer)
        ]
        self._lstm = parts.lstm("text_encoder.lstm")

    def __call__(self, tokens: mx.array, lengths: Lengths, reverse: mx.array | None) -> mx.array:
        """int [batch, n] -> [batch, n, hidden_dim]"""
        x = lengths.zeroed(self._table[tokens])
        for convolve, norm in self._blocks:
            x = lengths.zeroed(leaky(norm(convolve(x))))
        return lengths.zeroed(self._lstm(x, reverse))


class DurationEncoder:
    """LSTMs that see the style at every layer, adaptive layer norms between them."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        name = "predictor.text_encoder.lstms"
        self._layers = [
            (parts.lstm(f"{name}.{2 * i}"), parts.linear(f"{name}.{2 * i + 1}.fc")) for i in range(config.n_layer)
        ]

    def __call__(self, x: mx.array, style: mx.array, lengths: Lengths, reverse: mx.array | None) -> mx.array:
        """[batch, n, hidden_dim], [batch, style_dim] -> [batch, n, hidden_dim + style_dim]"""
        steered = mx.broadcast_to(style[:, None, :], (*x.shape[:2], style.shape[-1]))
        x = lengths.zeroed(mx.concatenate([x, steered], axis=-1))
        for lstm, affine in self._layers:
            gamma, beta = mx.split(affine(style)[:, None, :], 2, axis=-1)
            x = (1 + gamma) * mx.fast.layer_norm(lstm(x, reverse), None, None, 1e-5) + beta
            x = lengths.zeroed(mx.concatenate([x, steered], axis=-1))
        return x


class ProsodyPredictor:
    """Durations, pitch and energy of a batch of phoneme rows."""

    def __init__(self, config: KokoroConfig, parts: Parts) -> None:
        self._config = config
        self._bert = Albert(config, parts)
        self._narrow = parts.linear("bert_encoder")
        self._encoder = DurationEncoder(config, parts)
        self._text = TextEncoder(config, parts)
        self._lstm = parts.lstm("predictor.lstm")
        self._duration = parts.linear("predictor.duration_proj.linear_layer")
        self._shared = parts.lstm("predictor.shared")
        self._f0 = [residual_block(parts, f"predictor.F0.{i}") for i in range(3)]
        self._energy = [residual_block(parts, f"predictor.N.{i}") for i in range(3)]
        self._f0_out, self._energy_out = parts.conv("predictor.F0_proj"), parts.conv("predictor.N_proj")

    def __call__(self, tokens: mx.array, lengths: Lengths, style: mx.array, speeds: mx.array) -> Prosody:
        """Predict.

        Args:
            tokens: int [batch, phonemes].
            lengths: phonemes per row.
            style: [batch, style_dim], the prosody half of the voice.
            speeds: [batch], above 1 is faster.
        """
        reverse = reversal(lengths.lengths, lengths.longest) if lengths.ragged else None
        encoded = self.styled(self.encoded(tokens, lengths), style, lengths, reverse)
        durations = self.durations(encoded, lengths, reverse, speeds)
        frames = Lengths([int(row.sum()) for row in durations])
        # Each frame takes its phoneme's features: a gather, where the reference multiplies by a one-hot matrix.
        index = mx.array(frame_index(durations, frames.longest))[:, :, None]
        f0, energy = self.curves(mx.take_along_axis(encoded, index, axis=1), style, frames)
        aligned = mx.take_along_axis(self.text(tokens, lengths, reverse), index, axis=1)
        return Prosody(durations, frames.zeroed(aligned), f0, energy, frames)

    def durations(
        self, encoded: mx.array, lengths: Lengths, reverse: mx.array | None, speeds: mx.array
    ) -> npt.NDArray[np.int64]:
        """Frames per phoneme, [batch, phonemes]."""
        exact = np.array(self.lasting(encoded, reverse) / speeds[:, None])
        refuse_no_numbers("prosody", exact)
        durations = np.maximum(np.round(exact), 1).astype(np.int64)
        durations[np.arange(lengths.longest)[None, :] >= np.array(lengths.lengths)[:, None]] = 0
        return durations

    def lasting(self, encoded: mx.array, reverse: mx.array | None) -> mx.array:
        """Frames per phoneme at speed 1 before they are rounded, [batch, phonemes]: it can be learned through."""
        return mx.sum(mx.sigmoid(self._duration(self._lstm(encoded, reverse))), axis=-1)

    def encoded(self, tokens: mx.array, lengths: Lengths) -> mx.array:
        """What the phonemes are, before any voice has to do with it: [batch, phonemes, hidden_dim]"""
        return self._narrow(self._bert(tokens, lengths))

    def styled(self, encoded: mx.array, style: mx.array, lengths: Lengths, reverse: mx.array | None) -> mx.array:
        """The phonemes as a voice says them: [batch, phonemes, hidden_dim + style_dim]"""
        return self._encoder(encoded, style, lengths, reverse)

    def text(self, tokens: mx.array, lengths: Lengths, reverse: mx.array | None) -> mx.array:
        """The phonemes' features for the vocoder: [batch, phonemes, hidden_dim]"""
        return self._text(tokens, lengths, reverse)

    def curves(self, stretched: mx.array, style: mx.array, frames: Lengths) -> tuple[mx.array, mx.array]:
        """Pitch and energy, each [batch, 2 * frames]."""
        reverse = reversal(frames.lengths, frames.longest) if frames.ragged else None
        shared = self._shared(frames.zeroed(stretched), reverse)
        return self._curve(self._f0, self._f0_out, shared, style, frames), self._curve(
            self._energy, self._energy_out, shared, style, frames
        )

    @staticmethod
    def _curve(
        blocks: Sequence[ResidualBlock | RowResidualBlock], out: Conv1d, x: mx.array, style: mx.array, lengths: Lengths
    ) -> mx.array:
        for block in blocks:
            x, lengths = block(x, style, lengths)
        return lengths.zeroed(out(x))[:, :, 0]


def frame_index(durations: npt.NDArray[np.int64], longest: int) -> npt.NDArray[np.int64]:
    """Which phoneme each frame belongs to: [batch, frames], padded with the last phoneme."""
    rows = [np.repeat(np.arange(len(row)), row) for row in durations]
    return np.stack([np.pad(row, (0, longest - len(row)), mode="edge") for row in rows])
