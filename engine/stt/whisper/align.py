"""When each word was said: where the decoder listened while it wrote the word.

The attention of a few heads follows the sound; smoothed, and a cheapest path drawn through it, it gives each token its
place to 20 ms.

Source: OpenAI, whisper/timing.py (MIT); T. Giorgino, "Computing and Visualizing Dynamic Time Warping Alignments"
(2009); the exchanges that find a median of seven: N. Devillard, "Fast median search" (1998).
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import mlx.core as mx
import numpy as np
import numpy.typing as npt

from engine.nn.processor import host
from engine.nn.processor.host import Floats
from engine.nn.smooth import log_sum_exp
from engine.stt.sounding import FRAME_S, Frames, sounding
from engine.stt.whisper.contract import Network, State
from engine.stt.whisper.mel import SAMPLE_RATE
from engine.stt.whisper.spelled import Piece, Spelled, TimedWord, spelled
from engine.stt.whisper.tokenizer import WhisperTokenizer
from engine.types import Samples

_SMOOTH = 7  # frames
_EXCHANGES = ((0, 5), (0, 3), (1, 6), (2, 4), (0, 1), (3, 5), (2, 6), (2, 3), (3, 6), (4, 5), (1, 4), (1, 3), (3, 4))
_PAUSE = 12  # frames of silence that no word holds
_LAG = 5  # frames: the decoder turns to a word before it is said; measured on voices whose times are known
_SIDE = 15  # frames: more than the tail of a word that the path took too far
_LOST = 20  # frames behind a pause that may belong to the word after them

Matrix = npt.NDArray[np.float32]
Path = npt.NDArray[np.int64]


class Aligner:
    """Finds words' times with one network. Lives on its thread.

    Args:
        heads: (layer, head) whose attention follows the sound; () takes all of the decoder's upper half.
    """

    def __init__(self, network: Network, tokenizer: WhisperTokenizer, heads: Sequence[tuple[int, int]] = ()) -> None:
        config = network.config
        self._network = network
        self._tokenizer = tokenizer
        self._heads = tuple(heads) or tuple(
            (layer, head)
            for layer in range(config.n_text_layer // 2, config.n_text_layer)
            for head in range(config.n_text_head)
        )

    def __call__(
        self,
        state: State,
        prefixes: Sequence[Sequence[int]],
        texts: Sequence[Sequence[int]],
        sounds: Sequence[Samples],
    ) -> list[list[TimedWord]]:
        """The words of a batch of rows, in one pass of the decoder.

        Args:
            state: of the encoded windows; it stays as it is.
            prefixes: each row's tokens up to the task, all of one length.
            texts: each row's text tokens, no times among them.
            sounds: what is heard in each window, float32 [n] at 16 kHz.
        """
        special = self._tokenizer.special
        begin = len(prefixes[0])
        room = self._network.config.n_text_ctx - begin - 2
        texts = [list(text)[:room] for text in texts]
        longest = max(len(text) for text in texts)
        if longest == 0:
            return [[] for _ in texts]
        tokens = np.full((len(texts), begin + longest + 2), special.end, dtype=np.int32)
        for row, prefix, text in zip(tokens, prefixes, texts, strict=True):
            row[: begin + 1 + len(text)] = [*prefix, special.no_stamps, *text]
        hidden, scores = self._network.attended(mx.array(tokens), state.fresh(range(len(texts))), self._heads)
        found: list[list[TimedWord]] = []
        for row, (text, sound) in enumerate(zip(texts, sounds, strict=True)):
            if not text or not len(sound):
                found.append([])
                continue
            loud = sounding(sound, SAMPLE_RATE)
            count = len(loud)
            heard = mx.stack([head[row, : begin + len(text) + 2, :count] for head in scores])
            matrix = attention(host.seen(heard))[begin:-1]
            logits = self._network.logits(hidden[row, begin : begin + len(text)])[:, : special.end]
            said = mx.take_along_axis(logits, mx.array(text)[:, None], axis=-1)
            chances = host.seen(mx.exp(said - log_sum_exp(logits)))[:, 0]
            found.append(self._words(text, matrix, chances, loud))
        return found

    def _words(self, text: Sequence[int], matrix: Matrix, chances: Matrix, loud: Frames) -> list[TimedWord]:
        """Words of the tokens, whose listening is [tokens + 1, frames]."""
        # Nothing is said in a pause: the path is drawn through what sounds.
        columns = np.flatnonzero(loud) if loud.any() else np.arange(len(loud))
        rows, places = warp(-matrix[:, columns])
        # Where the path comes to a row first; the row behind the last token ends the last word.
        first = _late(places[np.concatenate(([True], np.diff(rows) > 0))], columns)
        pieces: list[Piece] = []
        at = 0
        for piece, group in self._tokenizer.pieces(text):
            end = at + len(group)
            pieces.append(Piece(piece, float(first[at]), float(first[end]), chances[at:end].tolist()))
            at = end
        return placed(spelled(pieces), columns)


def placed(words: Sequence[Spelled], columns: Path) -> list[TimedWord]:
    """Words in seconds; of one that a pause parts, a short side is its neighbour's.

    Args:
        words: in order, their time counted in frames that sound.
        columns: which frames sound.
    """
    breaks = _breaks(columns)
    found: list[TimedWord] = []
    until = 0.0  # the word before has all up to here
    for word in words:
        begin, end = word.begin, max(word.end, word.begin)
        behind = breaks[(breaks >= until) & (breaks <= begin)]
        if len(behind) and begin - behind[-1] <= _LOST:
            # A mark, or the tail of the word before, took the beginning of what sounds behind the pause.
            begin = float(behind[-1])
        inner = breaks[(breaks > begin) & (breaks < end)]
        if len(inner):
            # "555-0142" has a pause of its own: what is long on both sides is all the word's.
            sides = list(pairwise([begin, *inner.tolist(), end]))
            longest = max(sides, key=lambda side: side[1] - side[0])
            sides = [side for side in sides if side is longest or side[1] - side[0] >= _SIDE]
            begin, end = sides[0][0], sides[-1][1]
        first = min(int(begin), len(columns) - 1)
        last = min(max(math.ceil(end) - 1, first), len(columns) - 1)
        start_s, end_s = float(columns[first]) * FRAME_S, float(columns[last] + 1) * FRAME_S
        found.append(TimedWord(word.text, start_s, end_s, word.confidence, word.space_before))
        until = end
    return found


def _late(places: Path, columns: Path) -> Path:
    """Where tokens begin: a little behind where the decoder turns to them, but at a pause's end where one is near."""
    breaks = _breaks(columns)
    late = np.minimum(places + _LAG, len(columns))
    for at, place in enumerate(places):
        near = breaks[(breaks >= place - 1) & (breaks <= place + _LAG)]
        if len(near):
            late[at] = near[0]
    late[0], late[-1] = 0, len(columns)
    return np.maximum.accumulate(late)


def _breaks(columns: Path) -> Path:
    """Before which of the frames that sound there is a pause."""
    return np.flatnonzero(np.diff(columns) > _PAUSE) + 1


def attention(scores: Floats) -> Floats:
    """Scores of some heads [heads, tokens, frames] -> one picture of where each token listened [tokens, frames]."""
    picture = np.zeros(scores.shape[1:], dtype=np.float32)
    for head in scores:
        weights = head.astype(np.float32)
        weights /= host.softmax(weights)
        weights -= weights.mean(axis=0)
        weights /= np.maximum(np.sqrt(np.square(weights).mean(axis=0)), np.float32(1e-10))
        picture += smoothed(weights)
    return picture / np.float32(len(scores))


def smoothed(x: Floats) -> Floats:
    """The median of seven neighbours along the last axis, mirrored at both ends."""
    half, count = _SMOOTH // 2, x.shape[-1]
    if count <= half:
        return x
    padded = np.concatenate([x[..., half:0:-1], x, x[..., -2 : -half - 2 : -1]], axis=-1)
    near = [padded[..., at : at + count].copy() for at in range(_SMOOTH)]
    low = np.empty_like(x)
    for one, other in _EXCHANGES:
        np.minimum(near[one], near[other], out=low)
        np.maximum(near[one], near[other], out=near[other])
        near[one], low = low, near[one]
    return near[half]


def warp(cost: Matrix) -> tuple[Path, Path]:
    """The cheapest way through [rows, columns] from corner to corner, one step right, down or both at a time.

    All cells of a diagonal are worked out at once.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf, dtype=np.float32)
    step = np.zeros((rows + 1, columns + 1), dtype=np.int8)
    total[0, 0] = 0
    for diagonal in range(2, rows + columns + 1):
        i = np.arange(max(1, diagonal - columns), min(rows, diagonal - 1) + 1)
        j = diagonal - i
        both, down, right = total[i - 1, j - 1], total[i - 1, j], total[i, j - 1]
        takes_both, takes_down = (both < down) & (both < right), (down < both) & (down < right)
        step[i, j] = np.where(takes_both, 0, np.where(takes_down, 1, 2))
        total[i, j] = cost[i - 1, j - 1] + np.where(takes_both, both, np.where(takes_down, down, right))
    step[0, :], step[:, 0] = 2, 1
    path: list[tuple[int, int]] = []
    row, column = rows, columns
    while row > 0 or column > 0:
        path.append((row - 1, column - 1))
        taken = step[row, column]
        row -= taken != 2
        column -= taken != 1
    rows_of, columns_of = np.array(path[::-1], dtype=np.int64).T
    return rows_of, columns_of
