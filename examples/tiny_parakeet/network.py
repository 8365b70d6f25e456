"""A Parakeet of a few megabytes in torch, for training only: FastConformer encoder, LSTM predictor, TDT joint.

Parameter names are NeMo's, which are also those of the files people have; `layout.py` writes them. The shapes and the
arithmetic are those of transformers' `modeling_parakeet.py`; attention can be told to look only so far ahead and back,
so that the model is used to hearing a stream.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network."""

    n_mels: int = 80
    width: int = 80
    layers: int = 4
    heads: int = 4
    kernel: int = 9
    subsampling_channels: int = 24
    predictor: int = 64
    joint: int = 96
    vocabulary: int = 60
    durations: tuple[int, ...] = (0, 1, 2, 3, 4)


class PreEncode(nn.Module):
    """Eight mel frames -> one encoder frame: [batch, frames, mels] -> [batch, frames / 8, width]."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        channels = shape.subsampling_channels
        layers: list[nn.Module] = [nn.Conv2d(1, channels, 3, 2, 1), nn.ReLU()]
        for _ in range(2):
            layers += [
                nn.Conv2d(channels, channels, 3, 2, 1, groups=channels),
                nn.Conv2d(channels, channels, 1),
                nn.ReLU(),
            ]
        self.conv = nn.Sequential(*layers)
        self.out = nn.Linear(channels * (shape.n_mels // 8), shape.width)

    def forward(self, mel: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Also gives the lengths in encoder frames; what lies beyond a row's end stays zero all the way."""
        x = mel.unsqueeze(1)
        for layer in self.conv:
            x = layer(x)
            if isinstance(layer, nn.Conv2d):
                if layer.stride[0] == 2:
                    lengths = (lengths - 1) // 2 + 1
                x = x * (torch.arange(x.shape[2])[None, :] < lengths[:, None])[:, None, :, None]
        return self.out(x.transpose(1, 2).flatten(2)), lengths


class FeedForward(nn.Module):
    """The half-step feed-forward of a conformer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear2(functional.dropout(functional.silu(self.linear1(x)), 0.1, self.training))


class Attention(nn.Module):
    """Self-attention with relative positions (Transformer-XL, section 3.3)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads, self.size = shape.heads, width // shape.heads
        self.linear_q, self.linear_k, self.linear_v, self.linear_out, self.linear_pos = (
            nn.Linear(width, width, bias=False) for _ in range(5)
        )
        self.pos_bias_u = nn.Parameter(torch.zeros(self.heads, self.size))
        self.pos_bias_v = nn.Parameter(torch.zeros(self.heads, self.size))

    def forward(self, x: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        batch, frames, width = x.shape

        def split(projected: Tensor) -> Tensor:
            return projected.view(projected.shape[0], -1, self.heads, self.size).transpose(1, 2)

        q, k, v = split(self.linear_q(x)), split(self.linear_k(x)), split(self.linear_v(x))
        p = split(self.linear_pos(positions)[None])
        content = (q + self.pos_bias_u[:, None]) @ k.transpose(-1, -2)
        place = functional.pad((q + self.pos_bias_v[:, None]) @ p.transpose(-1, -2), (1, 0))
        place = place.view(batch, self.heads, -1, frames)[:, :, 1:].reshape(batch, self.heads, frames, -1)[..., :frames]
        scores = ((content + place) / math.sqrt(self.size)).masked_fill(~mask, -1e4)
        heard = functional.dropout(scores.softmax(-1), 0.1, self.training) @ v
        return self.linear_out(heard.transpose(1, 2).reshape(batch, frames, width))


class Convolution(nn.Module):
    """Pointwise, gate, depthwise, batch norm, swish, pointwise."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width, kernel = shape.width, shape.kernel
        self.pointwise_conv1 = nn.Conv1d(width, 2 * width, 1, bias=False)
        self.depthwise_conv = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width, bias=False)
        self.batch_norm = nn.BatchNorm1d(width)
        self.pointwise_conv2 = nn.Conv1d(width, width, 1, bias=False)

    def forward(self, x: Tensor, here: Tensor) -> Tensor:
        x = functional.glu(self.pointwise_conv1(x.transpose(1, 2)), dim=1) * here[:, None]
        return self.pointwise_conv2(functional.silu(self.batch_norm(self.depthwise_conv(x)))).transpose(1, 2)


class Block(nn.Module):
    """One conformer layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.norm_feed_forward1, self.feed_forward1 = nn.LayerNorm(width), FeedForward(width)
        self.norm_self_att, self.self_attn = nn.LayerNorm(width), Attention(shape)
        self.norm_conv, self.conv = nn.LayerNorm(width), Convolution(shape)
        self.norm_feed_forward2, self.feed_forward2 = nn.LayerNorm(width), FeedForward(width)
        self.norm_out = nn.LayerNorm(width)

    def forward(self, x: Tensor, positions: Tensor, mask: Tensor, here: Tensor) -> Tensor:
        def dropped(change: Tensor) -> Tensor:
            return functional.dropout(change, 0.1, self.training)

        x = x + 0.5 * dropped(self.feed_forward1(self.norm_feed_forward1(x)))
        x = x + dropped(self.self_attn(self.norm_self_att(x), positions, mask))
        x = x + dropped(self.conv(self.norm_conv(x), here))
        x = x + 0.5 * dropped(self.feed_forward2(self.norm_feed_forward2(x)))
        return self.norm_out(x)


class Encoder(nn.Module):
    """Mel frames -> encoder frames of 80 ms."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.pre_encode = PreEncode(shape)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layers))

    def forward(self, mel: Tensor, lengths: Tensor, context: tuple[int, int] | None = None) -> tuple[Tensor, Tensor]:
        """Encode [batch, frames, mels]; `context` is how many encoder frames back and ahead each layer may look."""
        x, lengths = self.pre_encode(mel, lengths)
        frames = torch.arange(x.shape[1])
        here = frames[None, :] < lengths[:, None]
        mask = (here[:, None, :] & here[:, :, None])[:, None]
        if context is not None:
            ahead = frames[None, :] - frames[:, None]
            mask = mask & (ahead >= -context[0]) & (ahead <= context[1])
        positions = _sinusoids(x.shape[1], x.shape[2])
        for layer in self.layers:
            x = layer(x, positions, mask, here)
        return x, lengths


class Predictor(nn.Module):
    """What was said so far -> a state; the blank, the last id, stands for the beginning."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed = nn.Embedding(shape.vocabulary + 1, shape.predictor)
        self.lstm = nn.LSTM(shape.predictor, shape.predictor, batch_first=True)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.lstm(functional.dropout(self.embed(tokens), 0.2, self.training))[0]


class Joint(nn.Module):
    """Encoder frame and predictor state -> logits of tokens, blank and durations."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.enc, self.pred = nn.Linear(shape.width, shape.joint), nn.Linear(shape.predictor, shape.joint)
        self.head = nn.Linear(shape.joint, shape.vocabulary + 1 + len(shape.durations))

    def forward(self, encoded: Tensor, predicted: Tensor) -> Tensor:
        return self.head(torch.relu(self.enc(encoded) + self.pred(predicted)))


class TinyParakeet(nn.Module):
    """The whole recogniser, and a CTC head that only helps the encoder to learn."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder, self.predictor, self.joint = Encoder(shape), Predictor(shape), Joint(shape)
        self.ctc = nn.Linear(shape.width, shape.vocabulary + 1)

    def forward(
        self, mel: Tensor, lengths: Tensor, tokens: Tensor, context: tuple[int, int] | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits [batch, frames, tokens + 1, vocabulary + 1 + durations], CTC log-probabilities, encoder lengths."""
        encoded, lengths = self.encoder(mel, lengths, context)
        blank = torch.full_like(tokens[:, :1], self.shape.vocabulary)
        predicted = self.predictor(torch.cat([blank, tokens], dim=1))
        return self.joint(encoded[:, :, None], predicted[:, None]), self.ctc(encoded).log_softmax(-1), lengths

    @torch.no_grad()
    def recognise(self, mel: Tensor, lengths: Tensor, context: tuple[int, int] | None = None) -> list[list[int]]:
        """Greedy TDT decoding of a batch, row by row."""
        encoded, lengths = self.encoder(mel, lengths, context)
        return [self._greedy(row[: int(length)]) for row, length in zip(encoded, lengths, strict=True)]

    def _greedy(self, encoded: Tensor) -> list[int]:
        blank, durations = self.shape.vocabulary, self.shape.durations
        state, tokens, at, held = None, [], 0, 0
        predicted, state = self.predictor.lstm(self.predictor.embed(torch.tensor([[blank]])), state)
        while at < len(encoded):
            logits = self.joint(encoded[at], predicted[0, 0])
            token, step = int(logits[: blank + 1].argmax()), durations[int(logits[blank + 1 :].argmax())]
            if token != blank:
                tokens.append(token)
                predicted, state = self.predictor.lstm(self.predictor.embed(torch.tensor([[token]])), state)
            held = held + 1 if step == 0 else 0
            if (token == blank and step == 0) or held >= 10:
                step, held = 1, 0
            at += step
        return tokens


def tdt_loss(logits: Tensor, durations: tuple[int, ...], tokens: Tensor, frames: Tensor, counts: Tensor) -> Tensor:
    """Token-and-duration transducer loss (Xu et al. 2023, arXiv 2304.06795), without tokens of no duration.

    Args:
        logits: [batch, T, U + 1, vocabulary + 1 + durations].
        durations: what the last logits stand for; the first is 0.
        tokens: [batch, U].
        frames: [batch] encoder frames of each row.
        counts: [batch] tokens of each row.
    """
    blank = logits.shape[-1] - len(durations) - 1
    spoken = logits[..., : blank + 1].log_softmax(-1)
    moved = logits[..., blank + 1 :].log_softmax(-1)[..., 1:]
    steps = durations[1:]
    empty = spoken[..., blank]  # [batch, T, U + 1]
    ids = functional.pad(tokens, (0, 1))[:, None, :, None].expand(-1, logits.shape[1], -1, -1)
    label = spoken.gather(-1, ids)[..., 0]
    batch, length, width = empty.shape
    never = torch.full((batch, width), -1e9)
    begin = never.clone()
    begin[:, 0] = 0.0
    alphas = [begin]
    for at in range(1, length + 1):
        ways: list[Tensor] = []
        for which, step in enumerate(steps):
            if at >= step:
                past = alphas[at - step] + moved[:, at - step, :, which]
                ways.append(past + empty[:, at - step])
                ways.append(functional.pad((past + label[:, at - step])[:, :-1], (1, 0), value=-1e9))
        alphas.append(torch.stack(ways).logsumexp(0))
    rows = torch.arange(batch)
    ends: list[Tensor] = []
    stacked = torch.stack(alphas, dim=1)  # [batch, T + 1, U + 1]
    for which, step in enumerate(steps):
        at = (frames - step).clamp(min=0)
        end = stacked[rows, at, counts] + empty[rows, at, counts] + moved[rows, at, counts, which]
        ends.append(torch.where(frames >= step, end, torch.tensor(-1e9)))
    return -(torch.stack(ends).logsumexp(0) / counts.clamp(min=1)).mean()


def _sinusoids(frames: int, width: int) -> Tensor:
    """Positions frames-1 ... -(frames-1): [2 frames - 1, width], sine and cosine interleaved."""
    places = torch.arange(frames - 1, -frames, -1.0)[:, None]
    rates = 10000.0 ** (-torch.arange(0, width, 2.0) / width)
    angles = places * rates
    return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
