"""A person's text over a recogniser's words: what was kept keeps its times, what was changed shares what it replaced.

Words between two kept ones get the time that the words they stand for had, by their length. Nothing is heard again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import pairwise

from engine.spacing import Part, parted, text_of
from engine.stt.stability import folded
from engine.types import Segment, Word

MOST_COMPARED = 600
"""Words on either side; a longer stretch in which nothing seems kept shares its time out by length."""
_LEAST_S = 0.02  # a word that gets less than this borrows from its neighbour


def realigned(segment: Segment) -> Segment:
    """The segment with words that are its text, word for word, within its own time.

    Args:
        segment: its `text` is what a person wants; its `words` are what a recogniser heard, with their times.
    """
    if text_of(segment.words) == segment.text and _fits(segment):
        return segment
    parts = parted(segment.text)
    if parts:
        # How it follows the segment before, its text does not say.
        parts[0] = replace(parts[0], space_before=segment.space_before)
    words = _fine(_within(segment))
    texts = [part.text for part in parts]
    runs = [_Run(parts[a:b], words[c:d]) for a, b, c, d in _blocks(texts, words)]
    placed = _placed(runs, segment.start_s, segment.end_s)
    known = [word.confidence for word in placed if word.confidence is not None]
    confidence = sum(known) / len(known) if known else None
    return replace(segment, text=text_of(parts), words=placed, confidence=confidence)


@dataclass(frozen=True, slots=True)
class _Run:
    """New words and the old ones they stand for; one of each where a word was kept."""

    parts: Sequence[Part]
    words: Sequence[Word]

    @property
    def is_kept(self) -> bool:
        return len(self.parts) == len(self.words) == 1 and folded(self.parts[0].text) == folded(self.words[0].text)


def _fits(segment: Segment) -> bool:
    times = [segment.start_s, *(time for word in segment.words for time in (word.start_s, word.end_s)), segment.end_s]
    return all(before <= after for before, after in pairwise(times))


def _within(segment: Segment) -> list[Word]:
    """The old words in order, none outside the segment."""
    at, words = segment.start_s, []
    for word in segment.words:
        start_s = min(max(word.start_s, at), segment.end_s)
        at = min(max(word.end_s, start_s), segment.end_s)
        words.append(replace(word, start_s=start_s, end_s=at))
    return words


def _fine(words: Sequence[Word]) -> list[Word]:
    """Words as they part in a text, so that each can be kept by itself: a recogniser may take two characters as one."""
    found: list[Word] = []
    for word in words:
        parts = parted(word.text)
        shared = _shared(parts, word.start_s, word.end_s) if len(parts) > 1 else ()
        found += [replace(word, text=one.text, start_s=one.start_s, end_s=one.end_s) for one in shared] or [word]
    return found


def _blocks(texts: Sequence[str], words: Sequence[Word]) -> list[tuple[int, int, int, int]]:
    """(new from, new to, old from, old to), in order and without gaps; a kept word is a block of its own."""
    new, old = [folded(text) for text in texts], [folded(word.text) for word in words]
    same = 0
    while same < min(len(new), len(old)) and new[same] == old[same]:
        same += 1
    tail = 0
    while tail < min(len(new), len(old)) - same and new[-1 - tail] == old[-1 - tail]:
        tail += 1
    blocks = [(at, at + 1, at, at + 1) for at in range(same)]
    middle_new, middle_old = new[same : len(new) - tail], old[same : len(old) - tail]
    if max(len(middle_new), len(middle_old)) > MOST_COMPARED:
        blocks.append((same, len(new) - tail, same, len(old) - tail))
    else:
        matcher = SequenceMatcher(None, middle_old, middle_new, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                blocks += [(same + c + n, same + c + n + 1, same + a + n, same + a + n + 1) for n in range(b - a)]
            else:
                blocks.append((same + c, same + d, same + a, same + b))
    blocks += [(len(new) - at, len(new) - at + 1, len(old) - at, len(old) - at + 1) for at in range(tail, 0, -1)]
    return blocks


def _placed(runs: Sequence[_Run], start_s: float, end_s: float) -> tuple[Word, ...]:
    placed: list[Word] = []
    for at, run in enumerate(runs):
        if not run.parts:
            continue
        if run.is_kept:
            part = run.parts[0]
            placed.append(replace(run.words[0], text=part.text, span=None, space_before=part.space_before))
            continue
        parts = list(run.parts)
        if run.words:
            begin, end = run.words[0].start_s, run.words[-1].end_s
        else:
            begin = placed[-1].end_s if placed else start_s
            end = next((later.words[0].start_s for later in runs[at + 1 :] if later.words), end_s)
            if end - begin < _LEAST_S * len(parts) and placed:
                # Said within the word before: the two of them share its time.
                before = placed.pop()
                parts.insert(0, Part(before.text, 0, 0, before.space_before))
                begin = before.start_s
                end = max(end, before.end_s)
        placed += _shared(parts, begin, max(begin, end))
    return tuple(placed)


def _shared(parts: Sequence[Part], start_s: float, end_s: float) -> list[Word]:
    """The time between two moments, by the length of the words. What a person wrote is certain: no confidence."""
    letters = sum(len(part.text) for part in parts)
    bounds, seen = [start_s], 0
    for part in parts:
        seen += len(part.text)
        bounds.append(min(end_s, start_s + (end_s - start_s) * seen / letters))
    times = pairwise(bounds)
    return [Word(part.text, a, b, space_before=part.space_before) for part, (a, b) in zip(parts, times, strict=True)]
