"""Prompts -> frames: the tokens of one line, or of several at once, drawn one after the other.

A token's place in its frame decides which 4,096 codes it can be, so only those rows of the head and the end of speech
are computed: a fortieth of the vocabulary, and no token can be malformed. With `whole_vocabulary` all 156,940 compete,
as in the reference; then tokens are range-checked, and a malformed frame is dropped and counted.

While one token is on its way to the processor the next is already being computed. Knows neither words nor sound.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import mlx.core as mx

from engine.nn.kv_cache import KVCache
from engine.nn.llama import Llama
from engine.nn.sampling import Sampling, draw, penalise
from engine.tts.orpheus.frames import CODE_BASE, CODEBOOK_SIZE, END_OF_SPEECH, SLOTS, Assembler, Frame, Loop
from engine.tts.orpheus.prompt import CONTEXT, shared

LEAST_TOKENS = 2 * SLOTS
"""Nothing that is said takes less: an end of speech before that would make no sound at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row to write.

    Attributes:
        prompt: its tokens so far.
        max_frames: where it is stopped when it does not end by itself.
        seed: of its own draws, so that it is written alike alone and among others.
    """

    prompt: Sequence[int]
    max_frames: int
    seed: int


@dataclass(frozen=True, slots=True)
class Ending:
    """How a line ended.

    Attributes:
        why: it was spoken to its end, went round in a loop, or became too long.
        tokens: drawn in all.
        dropped: malformed frames.
    """

    why: Literal["spoken", "looped", "long"]
    tokens: int
    dropped: int


@dataclass(frozen=True, slots=True)
class Opening:
    """What many prompts begin with, computed once."""

    tokens: Sequence[int]
    caches: Sequence[KVCache]

    @classmethod
    def of(cls, llama: Llama, tokens: Sequence[int]) -> "Opening":
        """Compute it."""
        caches = llama.caches()
        llama.hidden(mx.array([list(tokens)]), caches)
        mx.eval([array for cache in caches for array in cache.held()])
        return cls(tuple(tokens), caches)


def write(
    llama: Llama,
    lines: Sequence[Line],
    sampling: Sampling,
    opening: Opening | None = None,
    whole_vocabulary: bool = False,
) -> Iterator[tuple[int, Frame | Ending]]:
    """Write lines together. Closing the iterator stops the work and frees its memory.

    Args:
        llama: the model.
        lines: at least one.
        sampling: how tokens are drawn.
        opening: used where there is one line and it begins so.
        whole_vocabulary: see the module.

    Yields:
        (number of the line, a frame of it), and last for each line (number, its Ending).
    """
    batch = _Batch(llama, lines, sampling, opening, whole_vocabulary)
    rows = [_Row(number, line.max_frames) for number, line in enumerate(lines)]
    tokens = batch.first()
    while rows:
        # The wait for these tokens is spent on the next ones.
        following = batch.next(tokens)
        going: list[int] = []
        for place, (row, token) in enumerate(zip(rows, _ints(tokens), strict=True)):
            for event in row.add(token):
                yield row.number, event
            if not row.is_over:
                going.append(place)
        if len(going) < len(rows):
            rows = [rows[place] for place in going]
            following = batch.keep(going, following) if going else following
        tokens = following


class _Row:
    """What has come of one line."""

    def __init__(self, number: int, max_frames: int) -> None:
        self.number = number
        self.is_over = False
        self._left = max_frames
        self._tokens = 0
        self._assembler = Assembler()
        self._loop = Loop()

    def add(self, token: int) -> Iterator[Frame | Ending]:
        self._tokens += 1
        if token == END_OF_SPEECH:
            yield self._end("spoken")
            return
        frame = self._assembler.add(token)
        if frame is not None:
            yield frame
            if self._loop.add(frame):
                yield self._end("looped")
                return
        if self._tokens % SLOTS == 0:
            self._left -= 1
            if self._left <= 0:
                yield self._end("long")

    def _end(self, why: Literal["spoken", "looped", "long"]) -> Ending:
        self.is_over = True
        return Ending(why, self._tokens, self._assembler.dropped)


class _Batch:
    """The arrays of the lines that are still being written, a row each."""

    def __init__(
        self, llama: Llama, lines: Sequence[Line], sampling: Sampling, opening: Opening | None, whole: bool
    ) -> None:
        self._llama = llama
        self._sampling = sampling
        self._whole = whole
        self._step = 0
        self._drawn: list[mx.array] = []  # per step int [batch]: codes of that slot, or tokens of the vocabulary
        self._keys = (
            None
            if sampling.temperature == 0.0
            else mx.stack([mx.random.split(mx.random.key(line.seed), CONTEXT) for line in lines])
        )
        self._padding: mx.array | None = None
        self._caches: Sequence[KVCache] = llama.caches()
        if len(lines) == 1:
            self._prompt = self._alone(list(lines[0].prompt), opening)
        else:
            self._prompt = self._padded([list(line.prompt) for line in lines])

    def _alone(self, prompt: list[int], opening: Opening | None) -> mx.array:
        if opening is not None and shared(opening.tokens, prompt) == len(opening.tokens) < len(prompt):
            self._caches = [cache.copy() for cache in opening.caches]
            prompt = prompt[len(opening.tokens) :]
        return mx.array([prompt])

    def _padded(self, prompts: list[list[int]]) -> mx.array:
        size = max(len(prompt) for prompt in prompts)
        short = [size - len(prompt) for prompt in prompts]
        if any(short):
            self._padding = mx.array(short)
        return mx.array([[0] * pad + prompt for pad, prompt in zip(short, prompts, strict=True)])

    def first(self) -> mx.array:
        """The tokens that follow on the prompts: int [batch]."""
        return self._after(self._prompt)

    def next(self, tokens: mx.array) -> mx.array:
        """The tokens that follow on these."""
        return self._after(tokens[:, None])

    def keep(self, places: Sequence[int], tokens: mx.array) -> mx.array:
        """Drop all rows but these; the tokens of those that stay."""
        index = mx.array(list(places))
        for cache in self._caches:
            cache.rows(index)
        self._padding = None if self._padding is None else self._padding[index]
        self._keys = None if self._keys is None else self._keys[index]
        self._drawn = [drawn[index] for drawn in self._drawn]
        return tokens[index]

    def _after(self, tokens: mx.array) -> mx.array:
        hidden = self._llama.hidden(tokens, self._caches, self._padding)[:, -1]
        chosen = self._from_all(hidden) if self._whole else self._from_slot(hidden)
        self._step += 1
        mx.async_eval(chosen)
        return chosen

    def _from_slot(self, hidden: mx.array) -> mx.array:
        """[batch, hidden] -> tokens [batch], out of this slot's codes and the end of speech."""
        start = CODE_BASE + (self._step % SLOTS) * CODEBOOK_SIZE
        codes = self._llama.logits(hidden, start, start + CODEBOOK_SIZE).astype(mx.float32)
        if self._step < LEAST_TOKENS:
            drawn = self._draw(codes, SLOTS)
        else:
            end = self._llama.logits(hidden, END_OF_SPEECH, END_OF_SPEECH + 1).astype(mx.float32)
            drawn = self._draw(mx.concatenate([codes, end], axis=-1), SLOTS)
        return mx.where(drawn == CODEBOOK_SIZE, END_OF_SPEECH, drawn + start)

    def _from_all(self, hidden: mx.array) -> mx.array:
        return self._draw(self._llama.logits(hidden).astype(mx.float32), 1)

    def _draw(self, scores: mx.array, stride: int) -> mx.array:
        """Draw, with a penalty on what was drawn lately: only every `stride`-th can be the same token again."""
        window = self._sampling.repetition_window
        if self._sampling.repetition_penalty != 1.0 and self._drawn:
            recent = self._drawn[-stride : -window - 1 : -stride] if len(self._drawn) >= stride else []
            if recent:
                scores = penalise(scores, mx.stack(recent, axis=1), self._sampling.repetition_penalty)
        key = None if self._keys is None else self._keys[:, self._step % CONTEXT]
        drawn = draw(scores, self._sampling, key).astype(mx.int32)
        self._drawn = [*self._drawn, drawn][-max(window, 1) :]
        return drawn


def _ints(tokens: mx.array) -> list[int]:
    return cast("list[int]", tokens.tolist())
