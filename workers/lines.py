"""A chapter's text as lines to speak: each one segment, with its place in the book and the pause after it.

Read from the manuscript as they are wanted, so that a chapter of any length needs no memory. Knows no model.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.text.pronunciation import dictionary
from engine.text.segment import TextSegment, prepare
from engine.tts import pauses
from engine.tts.base import SegmentLimits
from engine.types import SpeechRequest, Word
from studio.library.jobs.options import BookOptions
from studio.library.narration.manuscripts import Manuscript

_SLICE_CHARS = 8000
"""Longer paragraphs are prepared in pieces, so that no text makes a worker large."""


@dataclass(frozen=True, slots=True)
class Line:
    """A segment with its place: `source` is the text its spans point into."""

    index: int
    segment: TextSegment
    source: str
    pause_s: float

    @property
    def text(self) -> str:
        """As written in the book."""
        return self.source[self.segment.span[0] : self.segment.span[1]].strip() or self.segment.text

    @property
    def words(self) -> int:
        """Of the book's words, how many this speaks."""
        return len(self.source[self.segment.span[0] : self.segment.span[1]].split())

    def in_the_book(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Spoken words as the book writes them: "nineteen eighty-four" is one word of the book, "1984"."""
        placed: list[Word] = []
        last: tuple[int, int] | None = None
        for word in words:
            if word.span is None:
                placed.append(Word(word.text, round(word.start_s, 4), round(word.end_s, 4)))
                continue
            span = self.segment.to_source(*word.span)
            text = self.source[span[0] : span[1]].strip()
            if placed and last is not None and span[0] < last[1]:
                placed[-1] = replace(placed[-1], end_s=round(word.end_s, 4))
                continue
            placed.append(Word(text or word.text, round(word.start_s, 4), round(word.end_s, 4)))
            last = span
        return tuple(placed)


def chapter_lines(
    manuscript: Manuscript, number: int, options: BookOptions, request: SpeechRequest, limits: SegmentLimits
) -> Iterator[Line]:
    """All lines of part `number`; the last one is followed by the pause between chapters.

    Args:
        manuscript: the book's text.
        number: of the part.
        options: pauses, and whether titles are spoken.
        request: as the model has checked it: language and pronunciations.
        limits: of the model.
    """
    held: Line | None = None
    for index, (segment, source, pause_s) in enumerate(_segments(manuscript, number, options, request, limits)):
        if held is not None:
            yield held
        held = Line(index, segment, source, pause_s)
    if held is not None:
        yield replace(held, pause_s=options.chapter_pause_s)


def _segments(
    manuscript: Manuscript, number: int, options: BookOptions, request: SpeechRequest, limits: SegmentLimits
) -> Iterator[tuple[TextSegment, str, float]]:
    # A person's pronunciations change a segment's text, and so its name in the cache: editing an entry costs only
    # the segments that have its word.
    said = dictionary(request.pronunciations, request.language) if request.pronunciations else None
    sentence_s, paragraph_s = (
        pauses.at_speed(one, options.speed) for one in (options.sentence_pause_s, options.paragraph_pause_s)
    )
    moods = [mood for mood, _ in request.moods]
    for paragraph in _spoken_paragraphs(manuscript, number, options):
        mood = ""
        for piece, is_last in slices(paragraph):
            segments = prepare(piece, request.language, limits, sentence_s, paragraph_s, said, moods, mood)
            mood = segments[-1].mood if segments else mood
            for segment in segments:
                ends_paragraph = is_last and segment is segments[-1]
                if ends_paragraph:
                    pause_s = paragraph_s
                elif segment.ends == "clause":
                    pause_s = segment.pause_s
                else:
                    pause_s = sentence_s
                yield segment, piece, pause_s


def _spoken_paragraphs(manuscript: Manuscript, number: int, options: BookOptions) -> Iterator[str]:
    title = manuscript.chapter_title(number).strip() if options.speak_titles else ""
    if title:
        yield title
    for index, paragraph in enumerate(manuscript.paragraphs(number)):
        # Many books repeat the heading as the first paragraph; nobody wants to hear it twice.
        if index == 0 and paragraph.strip().casefold() == title.casefold():
            continue
        yield paragraph


def slices(paragraph: str) -> Iterator[tuple[str, bool]]:
    """A paragraph in pieces of bounded length, cut after a sentence or at least between words; the last says so."""
    start = 0
    while len(paragraph) - start > _SLICE_CHARS:
        window = paragraph[start : start + _SLICE_CHARS]
        cut = max(window.rfind(mark) for mark in (". ", "! ", "? ", "。", "\n"))
        cut = cut + 1 if cut > _SLICE_CHARS // 4 else window.rfind(" ") + 1
        cut = cut or _SLICE_CHARS
        yield paragraph[start : start + cut], False
        start += cut
    yield paragraph[start:], True
