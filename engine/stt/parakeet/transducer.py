"""Encoder frames -> tokens by a prediction network and a joint network: RNN-T, and TDT, whose tokens have durations.

Greedy, many rows at once. The joint network looks at `AHEAD` frames in one product; until a token is found nothing it
depends on changes, so most steps over silence and inside of words cost no product of their own.
What a row has said and how far it is stands in its `Progress`; a stream carries it from step to step.
Source: A. Graves, "Sequence Transduction with Recurrent Neural Networks" (2012); H. Xu et al., "Efficient Sequence
Transduction by Jointly Predicting Tokens and Durations" (2023), arXiv:2304.06795; NeMo's greedy rules (Apache-2.0).
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace

import mlx.core as mx
import mlx.nn as nn
import numpy as np
import numpy.typing as npt

from engine.nn.parts import Parts
from engine.stt.base import last
from engine.stt.parakeet.checkpoint import head
from engine.stt.parakeet.config import ParakeetConfig
from engine.stt.parakeet.tokens import Emission

AHEAD = 8
_ACTIVATIONS: dict[str, Callable[[mx.array], mx.array]] = {"relu": nn.relu, "sigmoid": mx.sigmoid, "tanh": mx.tanh}


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the prediction network makes of the tokens so far, row by row.

    Attributes:
        hidden, cells: of each LSTM, [batch, hidden].
        output: projected for the joint network, [batch, joint].
    """

    hidden: tuple[mx.array, ...]
    cells: tuple[mx.array, ...]
    output: mx.array

    def held(self) -> list[mx.array]:
        """The arrays, for evaluation."""
        return [*self.hidden, *self.cells, self.output]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far greedy decoding is.

    Attributes:
        frame: the frame each row looks at next.
        symbols: tokens each row has said at that frame.
        predicted: see there.
    """

    frame: tuple[int, ...]
    symbols: tuple[int, ...]
    predicted: Predicted


class Transducer:
    """The two networks; no state."""

    def __init__(self, parts: Parts, config: ParakeetConfig) -> None:
        self._blank = config.blank
        self._durations = config.durations
        self._max_symbols = config.max_symbols
        self._embedding = parts.embedding("decoder.prediction.embed")
        names = [f"decoder.prediction.dec_rnn.lstm.{i}" for i in range(config.predictor_layers)]
        self._lstms = [tuple(parts.array(f"{name}.{end}") for end in ("Wx", "Wh", "bias")) for name in names]
        self._from_encoder, self._from_predictor = parts.linear("joint.enc"), parts.linear("joint.pred")
        self._head = head(parts, "joint.joint_net.2", config.blank + 1 + len(config.durations))
        self._activation = _ACTIVATIONS[config.activation]

    def start(self, batch: int) -> Progress:
        """Nothing is said yet."""
        hidden, dtype = self._lstms[0][1].shape[1], self._embedding.dtype
        zeros = tuple(mx.zeros((batch, hidden), dtype=dtype) for _ in self._lstms)
        predicted = self._predict(mx.full((batch,), self._blank), zeros, zeros)
        mx.eval(predicted.held())
        return Progress((0,) * batch, (0,) * batch, predicted)

    def greedy(
        self, features: mx.array, ends: Sequence[int], progress: Progress, begin: int = 0
    ) -> tuple[list[list[Emission]], Progress]:
        """Decode as far as there are frames; see `steps`."""
        return last(self.steps(features, ends, progress, begin))

    def steps(
        self, features: mx.array, ends: Sequence[int], progress: Progress, begin: int = 0
    ) -> Generator[None, None, tuple[list[list[Emission]], Progress]]:
        """Decode as far as there are frames, with a pause after each look at them.

        Args:
            features: [batch, n, d_model], encoder frames `begin` and on.
            ends: for each row the frame behind its last.
            progress: how far the rows are; not before `begin`.
            begin: the number of the first frame.

        Returns:
            New tokens of each row, and how far it is now. TDT may have jumped past the end.
        """
        said: list[list[Emission]] = [[] for _ in ends]
        frame, symbols, predicted = list(progress.frame), list(progress.symbols), progress.predicted
        encoded = self._from_encoder(features)
        last = features.shape[1] - 1
        while any(at < end for at, end in zip(frame, ends, strict=True)):
            places = np.clip(np.array(frame)[:, None] - begin + np.arange(AHEAD), 0, last)
            seen = mx.take_along_axis(encoded, mx.array(places)[:, :, None], axis=1)
            looked = self._look(seen, predicted.output)
            chosen = [self._blank] * len(ends)
            for row, end in enumerate(ends):
                emission = self._advance(row, frame, symbols, end, looked)
                if emission is not None:
                    said[row].append(emission)
                    chosen[row] = emission.token
            if any(token != self._blank for token in chosen):
                predicted = self._move(chosen, predicted)
            yield
        mx.eval(predicted.held())
        return said, replace(progress, frame=tuple(frame), symbols=tuple(symbols), predicted=predicted)

    def logits(self, features: mx.array, predicted: Predicted) -> mx.array:
        """The joint network: [batch, n, d_model] -> [batch, n, vocabulary + 1 + durations]."""
        return self._joint(self._from_encoder(features), predicted.output)

    def _joint(self, encoded: mx.array, output: mx.array) -> mx.array:
        return self._head(self._activation(encoded + output[:, None]))

    def _look(self, seen: mx.array, output: mx.array) -> "_Look":
        logits = self._joint(seen, output).astype(mx.float32)
        words = logits[..., : self._blank + 1]
        tokens = mx.argmax(words, axis=-1)
        confidence = mx.exp(mx.max(words, axis=-1) - mx.logsumexp(words, axis=-1))
        if not self._durations:
            mx.eval(tokens, confidence)
            return _Look(np.array(tokens), np.array(confidence), None)
        durations = mx.argmax(logits[..., self._blank + 1 :], axis=-1)
        mx.eval(tokens, confidence, durations)
        return _Look(np.array(tokens), np.array(confidence), np.array(durations))

    def _advance(self, row: int, frame: list[int], symbols: list[int], end: int, look: "_Look") -> Emission | None:
        """Move one row on until it says something, or to the end of what was looked at."""
        begin = frame[row]
        while frame[row] < end and frame[row] - begin < AHEAD:
            at = frame[row]
            token = int(look.tokens[row, at - begin])
            duration = self._duration(token, look, row, at - begin)
            if duration:
                symbols[row] = 0
            else:
                symbols[row] += 1
                # NeMo's guard against a model that never stops talking.
                if symbols[row] >= self._max_symbols:
                    frame[row], symbols[row] = at + 1, 0
            frame[row] += duration
            if token != self._blank:
                return Emission(token, at, duration, float(look.confidence[row, at - begin]))
        return None

    def _duration(self, token: int, look: "_Look", row: int, place: int) -> int:
        if look.durations is None:
            return int(token == self._blank)
        duration = self._durations[int(look.durations[row, place])]
        return max(1, duration) if token == self._blank else duration

    def _move(self, tokens: Sequence[int], before: Predicted) -> Predicted:
        """One step of the prediction network, in the rows that said something."""
        ids = mx.array(list(tokens))
        after = self._predict(ids, before.hidden, before.cells)
        if any(token == self._blank for token in tokens):
            moved = (ids != self._blank)[:, None]
            after = Predicted(
                tuple(mx.where(moved, new, old) for new, old in zip(after.hidden, before.hidden, strict=True)),
                tuple(mx.where(moved, new, old) for new, old in zip(after.cells, before.cells, strict=True)),
                mx.where(moved, after.output, before.output),
            )
        return after  # the next look evaluates it

    def _predict(self, ids: mx.array, hidden: tuple[mx.array, ...], cells: tuple[mx.array, ...]) -> Predicted:
        rows = self._embedding.shape[0]
        # Some checkpoints have no row for the blank: the beginning is zero then.
        x = self._embedding[mx.minimum(ids, rows - 1)] * (ids < rows)[:, None]
        states: list[tuple[mx.array, mx.array]] = []
        for (wx, wh, bias), h, c in zip(self._lstms, hidden, cells, strict=True):
            i, f, g, o = mx.split(mx.addmm(bias, x, wx.T) + h @ wh.T, 4, axis=-1)
            cell = mx.sigmoid(f) * c + mx.sigmoid(i) * mx.tanh(g)
            x = mx.sigmoid(o) * mx.tanh(cell)
            states.append((x, cell))
        return Predicted(tuple(h for h, _ in states), tuple(c for _, c in states), self._from_predictor(x))


@dataclass(frozen=True, slots=True)
class _Look:
    """What the joint network says of `AHEAD` frames, [batch, AHEAD] each."""

    tokens: npt.NDArray[np.uint32]
    confidence: npt.NDArray[np.float32]
    durations: npt.NDArray[np.uint32] | None
