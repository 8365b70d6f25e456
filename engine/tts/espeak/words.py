"""Where the sound of a segment begins and ends, and when each of its words is spoken.

The library marks the places in the text it has come to, not words: a number has a mark for each of its words, "of the"
may have one mark for both, Chinese has one a character. Here words are what stands between spaces, and marks give them
times.
Knows nothing of the library.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from engine.tts.base import SpeechPiece
from engine.tts.espeak.library import SAMPLE_RATE, Mark
from engine.types import Samples, Span, Word

# -60 dB of full scale: what is quieter at either end of a segment is not speech.
QUIET = 1e-3
# A closed mouth before a "t" is part of the word; a longer silence at a word's end is a pause after it.
_PAUSE_SAMPLES = round(0.08 * SAMPLE_RATE)
# Between spaces and controls, and in Chinese and Japanese between their stops, commas and brackets.
_TOKEN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff、。，！？；：「」『』（）〈〉《》【】〔〕]+")
_SIGNS = frozenset("%&@#*§/\\+")  # punctuation to Unicode, words to a listener

# Scripts that put no spaces between words: there each mark begins a word.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip


def word_spans(text: str) -> list[Span]:
    """Where the words of a text stand: what is between spaces, without the punctuation around it."""
    spans: list[Span] = []
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        while start < end and _is_around_words(text[start]):
            start += 1
        while end > start and _is_around_words(text[end - 1]):
            end -= 1
        if start < end:
            spans.append((start, end))
    return spans


class SegmentSound:
    """The sound of one stretch of text on its way out: silence cut off both ends, words given their times.

    `feed` returns what is certain: no word leaves before its end is known, no silence before something follows it. The
    samples of all pieces together are the same however the sound was fed.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = word_spans(text)
        self._ends = [end for _, end in self._spans]
        self._next_span = 0  # the first that no mark has reached
        self._open: list[Span] = []  # words that sound from _open_from on, and do not end yet
        self._open_from = 0
        self._done: list[tuple[Span, int, int]] = []  # (where, first sample, last sample) of words to hand out
        self._held: Samples = np.zeros(0, dtype=np.float32)
        self._held_from = 0  # counted in samples the library made
        self._lead: int | None = None  # silence cut off the beginning; None before any sound

    def feed(self, samples: Samples, marks: Iterable[Mark]) -> SpeechPiece | None:
        """Take what the library made next: float32 [n] and the marks in it, counted from the text's beginning."""
        self._held = np.concatenate((self._held, samples)) if len(self._held) else samples
        for mark in marks:
            self._reach(mark)
        return self._hand_out(self._open_from if self._open else self._held_from)

    def finish(self) -> SpeechPiece | None:
        """All has been fed."""
        loud = _last_loud(self._held)
        end = self._held_from + (0 if loud is None else loud + 1)
        if self._open:
            self._open.extend(self._spans[self._next_span :])
        self._close_words(end)
        piece = self._hand_out(end)
        if self._lead is None or not self._done:
            return piece
        # Words the library was silent about: the last moment is theirs.
        rest = tuple(self._word(where, end, end) for where, _, _ in self._done)
        return SpeechPiece(piece.samples, piece.words + rest) if piece else SpeechPiece(self._held[:0], rest)

    def _reach(self, mark: Mark) -> None:
        index = bisect_right(self._ends, mark.char)
        if index == len(self._spans):
            return  # punctuation behind the last word
        start, end = self._spans[index]
        if index >= self._next_span:
            skipped = self._spans[self._next_span : index]
            if self._open:
                self._open.extend(skipped)
                self._close_words(mark.sample)
                skipped = []
            self._open, self._open_from = [*skipped, (start, end)], mark.sample
            self._next_span = index + 1
        elif self._open and self._open[-1][1] == end and mark.char > self._open[-1][0] and self._is_unspaced(mark.char):
            self._open[-1] = (self._open[-1][0], mark.char)
            self._close_words(mark.sample)
            self._open, self._open_from = [(mark.char, end)], mark.sample

    def _close_words(self, sample: int) -> None:
        """The open words end where something else begins; what is silent before that is a pause, not a word."""
        if not self._open:
            return
        begin = self._open_from
        loud = _last_loud(self._held[begin - self._held_from : sample - self._held_from])
        if loud is not None and sample - (begin + loud + 1) > _PAUSE_SAMPLES:
            sample = begin + loud + 1
        letters = np.cumsum([0, *(end - start for start, end in self._open)])
        edges = begin + max(0, sample - begin) * letters // max(1, letters[-1])
        self._done.extend(
            (where, int(first), int(last)) for where, (first, last) in zip(self._open, pairwise(edges), strict=True)
        )
        self._open = []

    def _hand_out(self, until: int) -> SpeechPiece | None:
        ready = self._held[: until - self._held_from]
        loud = _last_loud(ready)
        if loud is None:
            return None
        begin = 0
        if self._lead is None:
            begin = int(np.argmax(np.abs(ready) > QUIET))
            self._lead = self._held_from + begin
        self._held = self._held[loud + 1 :]
        self._held_from += loud + 1
        count = sum(first < self._held_from for _, first, _ in self._done)
        words = tuple(self._word(*self._done[index]) for index in range(count))
        del self._done[:count]
        return SpeechPiece(ready[begin : loud + 1], words)

    def _word(self, where: Span, first: int, last: int) -> Word:
        lead = self._lead or 0
        first, last = max(0, first - lead), max(0, last - lead)
        return Word(self._text[slice(*where)], first / SAMPLE_RATE, max(first, last) / SAMPLE_RATE, None, where)

    def _is_unspaced(self, char: int) -> bool:
        code = ord(self._text[char])
        return any(first <= code <= last for first, last in _UNSPACED)


def _last_loud(samples: Samples) -> int | None:
    loud = np.flatnonzero(np.abs(samples) > QUIET)
    return int(loud[-1]) if len(loud) else None


def _is_around_words(char: str) -> bool:
    return unicodedata.category(char)[0] in "PZC" and char not in _SIGNS
