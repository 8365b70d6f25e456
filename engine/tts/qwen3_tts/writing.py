"""Prompts -> frames: sixteen codes each, of one line or of several at once. Knows neither words nor sound.

Every draw has a key of its own: the line's seed, the frame and the codebook. So a line is written alike alone and among
others, whole and as a stream. While a frame is on its way to the processor the next is already being computed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import mlx.core as mx

from engine.nn.sampling import Sampling, draw_with, keys_at, noise_of, penalise
from engine.tts.qwen3_tts.config import CODEBOOKS
from engine.tts.qwen3_tts.prompt import Prompt
from engine.tts.qwen3_tts.talker import Talker
from engine.tts.qwen3_tts.watch import Watch

LEAST_FRAMES = 2
"""Before that the end of speech is not drawn, as in the reference."""

Frame = tuple[int, ...]
"""Sixteen codes."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row to write.

    Attributes:
        prompt: see `prompt`.
        max_frames: where it is stopped when it does not end by itself.
        seed: of its own draws, 0 to 2^32 - 1.
        tokens: of its text, for the watch; None leaves it unwatched.
    """

    prompt: Prompt
    max_frames: int
    seed: int
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a line ended.

    Attributes:
        why: it was spoken to its end, repeated itself, or became too long.
        cut: how many of its last frames are no speech.
    """

    why: Literal["spoken", "looped", "long"]
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """How codes are drawn: the talker's way and the predictor's; the penalty is the talker's alone.

    Attributes:
        first: of the first codebook; a repetition window of 0 looks at all that was drawn.
        others: of the other fifteen.
    """

    first: Sampling
    others: Sampling


def write(talker: Talker, lines: Sequence[Line], drawing: Drawing) -> Iterator[tuple[int, Frame | Ending]]:
    """Write lines together. Closing the iterator stops the work and frees its memory.

    Yields:
        (number of the line, a frame of it), and last for each line (number, its Ending).
    """
    batch = _Batch(talker, lines, drawing)
    rows = [_Row(number, line) for number, line in enumerate(lines)]
    frames = batch.first()
    while rows:
        # The wait for these frames is spent on the next ones.
        following = batch.next(frames)
        going: list[int] = []
        for place, (row, codes) in enumerate(zip(rows, _ints(frames), strict=True)):
            for event in row.add(codes, talker.config.codes):
                yield row.number, event
            if not row.is_over:
                going.append(place)
        if len(going) < len(rows):
            rows = [rows[place] for place in going]
            following = batch.keep(going, following) if going else following
        frames = following


class _Row:
    """What has come of one line."""

    def __init__(self, number: int, line: Line) -> None:
        self.number = number
        self.is_over = False
        self._left = line.max_frames
        self._watch = None if line.tokens is None else Watch(line.tokens)

    def add(self, codes: list[int], end: int) -> Iterator[Frame | Ending]:
        if codes[0] == end:
            yield self._end("spoken")
            return
        yield tuple(codes)
        self._left -= 1
        repeated = 0 if self._watch is None else self._watch.add(codes[0])
        if repeated:
            yield self._end("looped", repeated)
        elif self._left <= 0:
            yield self._end("long")

    def _end(self, why: Literal["spoken", "looped", "long"], cut: int = 0) -> Ending:
        self.is_over = True
        return Ending(why, cut)


class _Batch:
    """The arrays of the lines that are still being written, a row each."""

    def __init__(self, talker: Talker, lines: Sequence[Line], drawing: Drawing) -> None:
        self._talker = talker
        self._codes = talker.config.codes
        self._drawing = drawing
        self._predict = talker.predicting(drawing.others)
        self._caches = talker.caches()
        self._seeds = [line.seed for line in lines]
        self._draws = any(one.temperature > 0 for one in (drawing.first, drawing.others))
        self._frame = 0
        self._seen = mx.zeros((len(lines), self._codes + 1), dtype=mx.bool_)
        self._recent: list[mx.array] = []
        self._rows, self._padding = _padded([line.prompt.rows for line in lines])
        self._trailing = _filled([line.prompt.trailing for line in lines])

    def first(self) -> mx.array:
        """The frames that follow on the prompts: int32 [batch, 16]; a first code of `codes` is the end of speech."""
        rows, self._rows = self._rows, self._rows[:, :0]
        return self._after(rows)

    def next(self, frames: mx.array) -> mx.array:
        """The frames that follow on these."""
        # What follows on an end is thrown away; it must only be something.
        spoken = mx.minimum(frames, self._codes - 1)
        at = min(self._frame - 1, self._trailing.shape[1] - 1)
        rows = self._talker.frames(spoken) + self._trailing[:, at]
        return self._after(rows[:, None])

    def keep(self, places: Sequence[int], frames: mx.array) -> mx.array:
        """Drop all rows but these; the frames of those that stay."""
        index = mx.array(list(places))
        for cache in self._caches:
            cache.rows(index)
        self._padding = None if self._padding is None else self._padding[index]
        self._seeds = [self._seeds[place] for place in places]
        self._seen, self._trailing = self._seen[index], self._trailing[index]
        self._recent = [drawn[index] for drawn in self._recent]
        return frames[index]

    def _after(self, rows: mx.array) -> mx.array:
        hidden = self._talker.hidden(rows, self._caches, self._padding)[:, -1:]
        noise = None
        if self._draws:
            places = range(self._frame * CODEBOOKS, (self._frame + 1) * CODEBOOKS)
            noise = noise_of(keys_at(self._seeds, places), self._codes + 1)
        first = self._first(self._talker.logits(hidden[:, 0]), None if noise is None else noise[:, 0])
        spoken = mx.minimum(first, self._codes - 1)
        others = self._predict(hidden, spoken, None if noise is None else noise[:, 1:, : self._codes])
        self._frame += 1
        frames = mx.concatenate([first[:, None], others], axis=1)
        # The penalty's memory too: else it would hold on to every frame's graph.
        mx.async_eval(frames, self._seen)
        return frames

    def _first(self, scores: mx.array, noise: mx.array | None) -> mx.array:
        """Draw the first codes: float32 [batch, codes + 1] -> int32 [batch]"""
        how = self._drawing.first
        if how.repetition_penalty != 1.0:
            if how.repetition_window and self._recent:
                scores = penalise(scores, mx.stack(self._recent, axis=1), how.repetition_penalty)
            elif not how.repetition_window:
                worse = mx.where(scores < 0, scores * how.repetition_penalty, scores / how.repetition_penalty)
                scores = mx.where(self._seen, worse, scores)
        if self._frame < LEAST_FRAMES:
            scores = mx.concatenate([scores[:, :-1], mx.full((scores.shape[0], 1), -mx.inf)], axis=1)
        drawn = draw_with(scores, how, noise).astype(mx.int32)
        self._seen = self._seen | (mx.arange(self._codes + 1)[None] == drawn[:, None])
        if how.repetition_window:
            self._recent = [*self._recent, drawn][-how.repetition_window :]
        return drawn


def _padded(prompts: Sequence[mx.array]) -> tuple[mx.array, mx.array | None]:
    """Rows of different length, padded on the left: [batch, n, hidden], and how far."""
    size = max(rows.shape[0] for rows in prompts)
    short = [size - rows.shape[0] for rows in prompts]
    if not any(short):
        return mx.stack(list(prompts)), None
    padded = [mx.pad(rows, [(pad, 0), (0, 0)]) for pad, rows in zip(short, prompts, strict=True)]
    return mx.stack(padded), mx.array(short)


def _filled(trailing: Sequence[mx.array]) -> mx.array:
    """Rows of different length, the last repeated: [batch, m, hidden]"""
    size = max(rows.shape[0] for rows in trailing)
    return mx.stack([mx.concatenate([rows, mx.repeat(rows[-1:], size - rows.shape[0], axis=0)]) for rows in trailing])


def _ints(frames: mx.array) -> list[list[int]]:
    return cast("list[list[int]]", frames.tolist())
