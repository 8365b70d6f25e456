"""Text that remembers where it came from: every character knows the stretch of the original it stands for.

Holds the offset map and the one operation on it, replacing stretches of text. Knows nothing of what is replaced or why.
A map is a list of runs, not a number per character: a book of a million characters costs a few kilobytes.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple, overload

from engine.types import Span


class Edit(NamedTuple):
    """Say `text` instead of the characters from `start` to `end`.

    `joins` tells the sentence splitter that a full stop inside or right behind it ends no sentence ("Dr. Smith"),
    `ends` that one does ("etc. Then").
    """

    start: int
    end: int
    text: str
    joins: bool = False
    ends: bool = False


class Run(NamedTuple):
    """Characters from `start` on that were copied one to one, or that together replace one stretch of the original."""

    start: int
    source_start: int
    source_end: int
    is_copy: bool


_run_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Offsets(Sequence[int]):
    """For each of `size` characters, and one past the end, the offset in the original it stands for.

    Reads like a tuple of size + 1 ints that never decrease. All characters of a replaced stretch share its first
    offset.

    Attributes:
        runs: in order, without gaps in the text (the original may have gaps: what was dropped).
        size: number of characters mapped.
        origin: where an empty map stands in the original.
    """

    runs: tuple[Run, ...]
    size: int
    origin: int = 0

    @staticmethod
    def identity(size: int, origin: int = 0) -> "Offsets":
        """The map of an untouched text that begins at `origin` of the original."""
        runs = (Run(0, origin, origin + size, True),) if size else ()
        return Offsets(runs, size, origin)

    def __len__(self) -> int:
        return self.size + 1

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[int]: ...
    def __getitem__(self, index: int | slice) -> int | Sequence[int]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(self.size + 1))]
        if index < 0:
            index += self.size + 1
        if not 0 <= index <= self.size:
            raise IndexError(f"offset {index} of {self.size + 1}")
        if not self.runs:
            return self.origin
        if index == self.size:
            return self.runs[-1].source_end
        run = self.runs[self._run_at(index)]
        return run.source_start + (index - run.start) * run.is_copy

    def __iter__(self) -> Iterator[int]:
        for number, run in enumerate(self.runs):
            if run.is_copy:
                yield from range(run.source_start, run.source_end)
            else:
                yield from (run.source_start,) * (self._run_end(number) - run.start)
        yield self[self.size]

    def to_source(self, start: int, end: int) -> Span:
        """The stretch of the original that characters `start` to `end` stand for; empty for an empty range."""
        start, end = max(0, min(start, self.size)), max(0, min(end, self.size))
        if end <= start:
            at = self[start]
            return at, at
        last = self.runs[self._run_at(end - 1)]
        source_end = last.source_start + end - last.start if last.is_copy else last.source_end
        return self[start], source_end

    def cut(self, start: int, end: int) -> "Offsets":
        """The map of characters `start` to `end` alone.

        A replaced stretch that is cut apart shares out its original in proportion, so that two halves never claim the
        same character of the original.
        """
        if end <= start:
            return Offsets((), 0, self._place(min(start, self.size)))
        first, last = self._run_at(start), self._run_at(end - 1)
        runs = [self._clip(number, start, end) for number in range(first, last + 1)]
        return Offsets(tuple(runs), end - start)

    def replaced(self) -> Iterator[tuple[int, int]]:
        """Stretches of text that replace something and are best kept together."""
        for number, run in enumerate(self.runs):
            if not run.is_copy:
                yield run.start, self._run_end(number)

    def _place(self, at: int) -> int:
        """Where a cut at `at` falls in the original: inside a replaced stretch, by shares."""
        if at >= self.size:
            return self[self.size]
        number = self._run_at(at)
        run = self.runs[number]
        return self[at] if run.is_copy else self._share(run, self._run_end(number), at)

    def _clip(self, number: int, start: int, end: int) -> Run:
        run, run_end = self.runs[number], self._run_end(number)
        begin, finish = max(run.start, start), min(run_end, end)
        if run.is_copy:
            source = run.source_start + begin - run.start, run.source_start + finish - run.start
        else:
            source = self._share(run, run_end, begin), self._share(run, run_end, finish)
        return Run(begin - start, *source, run.is_copy)

    @staticmethod
    def _share(run: Run, run_end: int, at: int) -> int:
        # Rounded up: the first part of a one-character original gets it, later parts get nothing.
        shared = (run.source_start - run.source_end) * (at - run.start) // (run_end - run.start)
        return run.source_start - shared

    def _run_at(self, index: int) -> int:
        return bisect_right(self.runs, index, key=_run_start) - 1

    def _run_end(self, number: int) -> int:
        return self.runs[number + 1].start if number + 1 < len(self.runs) else self.size


@dataclass(frozen=True, slots=True)
class Normalised:
    """A text for speaking, with the way back to the text the person wrote.

    Attributes:
        text: what is spoken.
        offsets: for each character of `text` (and one past the end) the offset in the original it stands for.
    """

    text: str
    offsets: Offsets = field(repr=False)

    @staticmethod
    def untouched(text: str, origin: int = 0) -> "Normalised":
        """A text as it is, beginning at `origin` of the original."""
        return Normalised(text, Offsets.identity(len(text), origin))

    def to_source(self, start: int, end: int) -> Span:
        """The stretch of the original that `text[start:end]` speaks."""
        return self.offsets.to_source(start, end)

    def cut(self, start: int, end: int) -> "Normalised":
        """`text[start:end]` with its map."""
        return Normalised(self.text[start:end], self.offsets.cut(start, end))

    def edited(self, edits: Sequence[Edit]) -> "Normalised":
        """This text with stretches replaced; edits in order and apart from one another. Cost: text + runs + edits."""
        if not edits:
            return self
        pieces: list[str] = []
        runs: list[Run] = []
        length = done = 0
        for edit in edits:
            length = self._copy(done, edit.start, pieces, runs, length)
            if edit.text:
                # By shares, not whole: an edit inside an earlier replacement must not claim its neighbours' part.
                place = self.offsets.cut(edit.start, edit.end)
                runs.append(Run(length, place[0], place[-1], False))
                pieces.append(edit.text)
                length += len(edit.text)
            done = edit.end
        length = self._copy(done, len(self.text), pieces, runs, length)
        return Normalised("".join(pieces), Offsets(tuple(runs), length, self.offsets[0]))

    def _copy(self, start: int, end: int, pieces: list[str], runs: list[Run], length: int) -> int:
        if end > start:
            pieces.append(self.text[start:end])
            runs.extend(run._replace(start=run.start + length) for run in self.offsets.cut(start, end).runs)
        return length + max(0, end - start)


def joined(parts: Iterable[Normalised], glue: str) -> Normalised:
    """Texts one after another with `glue` between them, which stands for whatever lay between them in the original."""
    pieces: list[str] = []
    runs: list[Run] = []
    length = 0
    for part in parts:
        if pieces:
            gap = runs[-1].source_end if runs else 0, part.offsets[0]
            runs.append(Run(length, *gap, False))
            pieces.append(glue)
            length += len(glue)
        runs.extend(run._replace(start=run.start + length) for run in part.offsets.runs)
        pieces.append(part.text)
        length += len(part.text)
    return Normalised("".join(pieces), Offsets(tuple(runs), length))


def moved(positions: Iterable[int], edits: Sequence[Edit]) -> list[int]:
    """Where ascending positions of a text lie after its edits; a position inside an edit moves to that edit's end."""
    result: list[int] = []
    shift = at = 0
    for position in positions:
        while at < len(edits) and edits[at].end <= position:
            shift += len(edits[at].text) - (edits[at].end - edits[at].start)
            at += 1
        if at < len(edits) and edits[at].start < position:
            edit = edits[at]
            result.append(edit.start + shift + len(edit.text))
        else:
            result.append(position + shift)
    return result


def in_order(edits: Sequence[Edit]) -> bool:
    """Whether edits are sorted and apart, as `Normalised.edited` wants them."""
    return all(before.end <= after.start for before, after in pairwise(edits))
