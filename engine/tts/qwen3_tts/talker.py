"""The networks that write codes: the talker draws a frame's first, the predictor the fifteen behind it.

Names are the checkpoints' below `talker.`, so that upstream's and mlx-community's load as they are.

Source: Qwen3-TTS, QwenLM (Apache-2.0), modeling_qwen3_tts.py.
"""

from collections.abc import Callable, Sequence

import mlx.core as mx
import mlx.nn as nn

from engine.nn.conv import on_gpu
from engine.nn.kv_cache import KVCache
from engine.nn.llama import Blocks
from engine.nn.sampling import Sampling, draw_with
from engine.tts.qwen3_tts.config import CODEBOOKS, QwenConfig

Predict = Callable[[mx.array, mx.array, mx.array | None], mx.array]
"""(hidden [B, 1, width], first codes [B], noise [B, 15, codes] or None) -> the other codes, int32 [B, 15]"""


class _Projection(nn.Module):
    """Text embeddings to the talker's width."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.linear_fc1 = nn.Linear(width, width)
        self.linear_fc2 = nn.Linear(width, hidden)

    def __call__(self, x: mx.array) -> mx.array:
        return self.linear_fc2(nn.silu(self.linear_fc1(x)))


class _TalkerBlocks(Blocks):
    """The decoder with its two tables."""

    def __init__(self, config: QwenConfig) -> None:
        super().__init__(config.talker)
        self.codec_embedding = nn.Embedding(config.talker.vocab_size, config.talker.hidden_size)
        self.text_embedding = nn.Embedding(config.text_vocabulary, config.text_width)


class _PredictorBlocks(Blocks):
    """The decoder with a table for each code but the first; as wide as the talker, which their sum goes to."""

    def __init__(self, config: QwenConfig) -> None:
        super().__init__(config.predictor)
        self.codec_embedding = [
            nn.Embedding(config.predictor.vocab_size, config.talker.hidden_size) for _ in range(CODEBOOKS - 1)
        ]


class CodePredictor(nn.Module):
    """Draws codes 1 to 15 of a frame, one after the other; remembers nothing from frame to frame."""

    def __init__(self, config: QwenConfig) -> None:
        super().__init__()
        wide, narrow = config.talker.hidden_size, config.predictor.hidden_size
        self.model = _PredictorBlocks(config)
        self.lm_head = [nn.Linear(narrow, config.predictor.vocab_size, bias=False) for _ in range(CODEBOOKS - 1)]
        if wide != narrow:
            self.small_to_mtp_projection = nn.Linear(wide, narrow)

    def projected(self, x: mx.array) -> mx.array:
        """[..., talker's width] -> [..., predictor's width]"""
        return self.small_to_mtp_projection(x) if "small_to_mtp_projection" in self else x

    def logits(self, x: mx.array, caches: Sequence[KVCache], book: int) -> mx.array:
        """Scores of a codebook (1 to 15) after these inputs: [B, n, talker's width] -> [B, codes]"""
        hidden = self.model.hidden(self.projected(x), caches)[:, -1]
        return self.lm_head[book - 1](hidden).astype(mx.float32)

    def codes(self, start: mx.array, sampling: Sampling, noise: mx.array | None) -> mx.array:
        """A frame's codes behind the first.

        Args:
            start: [B, 2, talker's width], the talker's hidden state and the first code's embedding.
            sampling: how.
            noise: [B, 15, codes] of `sampling.noise_of`; None takes the likeliest.

        Returns:
            int32 [B, 15]
        """
        caches = [KVCache(step=CODEBOOKS) for _ in self.model.layers]
        drawn: list[mx.array] = []
        x = start
        for book in range(1, CODEBOOKS):
            scores = self.logits(x, caches, book)
            drawn.append(draw_with(scores, sampling, None if noise is None else noise[:, book - 1]).astype(mx.int32))
            x = self.model.codec_embedding[book - 1](drawn[-1])[:, None]
        return mx.stack(drawn, axis=1)


class Talker(nn.Module):
    """The whole of it."""

    def __init__(self, config: QwenConfig) -> None:
        super().__init__()
        self.config = config
        self.model = _TalkerBlocks(config)
        self.text_projection = _Projection(config.text_width, config.talker.hidden_size)
        self.codec_head = nn.Linear(config.talker.hidden_size, config.talker.vocab_size, bias=False)
        self.code_predictor = CodePredictor(config)
        self._predicting: dict[Sampling, Predict] = {}

    @property
    def dtype(self) -> mx.Dtype:
        """What it computes in."""
        return self.model.norm.weight.dtype

    def text(self, ids: Sequence[int]) -> mx.array:
        """The text lane's rows: [n, hidden]"""
        rows = self.model.text_embedding(mx.array(list(ids), dtype=mx.int32)).astype(self.dtype)
        return self.text_projection(rows)

    def marks(self, ids: Sequence[int]) -> mx.array:
        """The codec lane's rows of the talker's own tokens: [n, hidden]"""
        return self.model.codec_embedding(mx.array(list(ids), dtype=mx.int32))

    def frames(self, codes: mx.array) -> mx.array:
        """The codec lane's rows of whole frames: int [..., 16] -> [..., hidden], the sum of sixteen embeddings."""
        total = self.model.codec_embedding(codes[..., 0])
        for book, table in enumerate(self.code_predictor.model.codec_embedding, 1):
            total = total + table(codes[..., book])
        return total

    def caches(self) -> list[KVCache]:
        """Fresh caches, one a layer."""
        return [KVCache() for _ in self.model.layers]

    def hidden(self, x: mx.array, caches: Sequence[KVCache], padding: mx.array | None = None) -> mx.array:
        """See `Blocks.hidden`."""
        return self.model.hidden(x, caches, padding)

    def logits(self, hidden: mx.array) -> mx.array:
        """Scores of the first code, and last of the end of speech: [B, hidden] -> float32 [B, codes + 1]"""
        scores = self.codec_head(hidden).astype(mx.float32)
        end = self.config.codec.eos
        return mx.concatenate([scores[:, : self.config.codes], scores[:, end : end + 1]], axis=1)

    def predicting(self, sampling: Sampling) -> Predict:
        """What draws the other fifteen codes. On a GPU one compiled graph: fifteen passes of five layers are bound by
        the launching of kernels, not by their work."""

        def predict(hidden: mx.array, first: mx.array, noise: mx.array | None) -> mx.array:
            start = mx.concatenate([hidden, self.model.codec_embedding(first)[:, None]], axis=1)
            return self.code_predictor.codes(start, sampling, noise)

        if sampling not in self._predicting:
            self._predicting.clear()
            self._predicting[sampling] = compiled(predict, sampling) if on_gpu() else predict
        return self._predicting[sampling]


def compiled(predict: Predict, sampling: Sampling) -> Predict:
    """The same as one graph, made when it is first called with so many rows."""
    if sampling.temperature > 0.0:
        return mx.compile(predict)
    likeliest = mx.compile(lambda hidden, first: predict(hidden, first, None))
    return lambda hidden, first, noise: likeliest(hidden, first)
