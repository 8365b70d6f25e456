"""One chapter: its text segment by segment through a voice model into the cache, and its score. Knows no queue.

A segment that is cached already is read instead of spoken, so a chapter that was interrupted anywhere goes on there.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlmodel import col, delete, select

from engine.errors import EngineError, GenerationError, ModelError, OptionError, VoiceError
from engine.text.segment import TextSegment, prepare
from engine.tts.base import SegmentLimits, Synthesizer
from engine.types import Samples, SpeechRequest, Word
from studio.library.db import session
from studio.library.errors import LibraryError
from studio.library.manuscripts import Manuscript
from studio.library.options import BookOptions
from studio.library.playback import silence
from studio.library.scores import Journal, Note, ScoreWriter
from studio.library.segments import SegmentCache, SpokenSegment, segment_key
from studio.library.tables import FailedSegment
from workers.progress import Interrupted
from workers.task import Task, patiently

log = logging.getLogger(__name__)

TRIES = 3
"""How often a segment is tried before it is marked as failed."""

DEATHS = 5
"""A segment over which so many workers died is marked too. More than TRIES: a death may have been an accident."""

_SLICE_CHARS = 8000
"""Longer paragraphs are prepared in pieces, so that no text makes a worker large."""

_SILENT_SECONDS_A_WORD = 0.4


@dataclass(frozen=True, slots=True)
class _Line:
    """A segment with its place: `source` is the text its spans point into, `words` how many of the book's it speaks."""

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


class Narrator:
    """Narrates one part of a job. Use once."""

    def __init__(self, task: Task, model: Synthesizer, identity: dict[str, Any], manuscript: Manuscript) -> None:
        self._task = task
        self._model = model
        self._manuscript = manuscript
        self._number = task.held.part.number
        self._options = options = BookOptions.from_json(task.held.job.options)
        # Nobody waits for the first sound of a book: its first segments may have their full size.
        limits = model.limits
        self._limits = SegmentLimits(limits.target_chars, limits.target_chars, limits.max_chars)
        folder = task.storage.job_folder(task.held.job.id)
        self._request = model.check(
            SpeechRequest(
                text=manuscript.chapter_title(self._number) or manuscript.title,
                voice=options.voice,
                language=options.language,
                speed=options.speed,
                pitch=options.pitch,
                instructions=options.instructions,
                seed=options.seed,
            )
        )
        request = self._request
        self._sound = identity | {
            "owner": task.held.job.owner,  # nobody learns from a fast answer what somebody else had spoken
            "voice": request.voice,
            "language": request.language,
            "speed": request.speed,
            "pitch": request.pitch,
            "instructions": request.instructions,
            "seed": request.seed,
            "sample_rate": model.sample_rate,
        }
        self._cache = SegmentCache(task.storage.segment_cache)
        self._journal = Journal(folder, self._number)
        self._score = ScoreWriter(folder, self._number, model.sample_rate)
        self._deaths = self._journal.deaths()
        self._failed_before = self._known_failures()
        self.failed = 0
        """Segments of this part that nobody could speak."""

    def blocks(self) -> Iterator[Samples]:
        """Narrate, giving each segment's samples and pauses as they become certain, for whoever measures them.

        Raises:
            Interrupted: between two segments.
            EngineError: nothing of the chapter can be spoken like this (no such voice, disk full, ...).
        """
        heart, rate = self._task.heart, self._model.sample_rate
        words_done, samples_done = 0, 0
        try:
            for line in self._lines():
                heart.check()
                note, sound = self._speak(line)
                self._score.add(note)
                words_done += line.words
                samples_done += note.samples + note.pause
                heart.words_done = max(heart.words_done, words_done)
                heart.audio_s = max(heart.audio_s, samples_done / rate)
                yield sound
                yield from silence(note.pause, rate)
            heart.audio_s = samples_done / rate
        finally:
            self._score.close()
            self._journal.close()

    def _lines(self) -> Iterator[_Line]:
        """All segments of the chapter; the last one is followed by the pause between chapters."""
        held: _Line | None = None
        for index, (segment, source, pause_s) in enumerate(self._segments()):
            if held is not None:
                yield held
            held = _Line(index, segment, source, pause_s)
        if held is not None:
            yield replace(held, pause_s=self._options.chapter_pause_s)

    def _segments(self) -> Iterator[tuple[TextSegment, str, float]]:
        options = self._options
        for paragraph in self._spoken_paragraphs():
            for piece, is_last in _slices(paragraph):
                segments = prepare(
                    piece,
                    self._request.language,
                    self._limits,
                    options.sentence_pause_s,
                    options.paragraph_pause_s,
                )
                for segment in segments:
                    ends_paragraph = is_last and segment is segments[-1]
                    if ends_paragraph:
                        pause_s = options.paragraph_pause_s
                    elif segment.ends == "clause":
                        pause_s = segment.pause_s
                    else:
                        pause_s = options.sentence_pause_s
                    yield segment, piece, pause_s

    def _spoken_paragraphs(self) -> Iterator[str]:
        title = self._manuscript.chapter_title(self._number).strip() if self._options.speak_titles else ""
        if title:
            yield title
        for index, paragraph in enumerate(self._manuscript.paragraphs(self._number)):
            # Many books repeat the heading as the first paragraph; nobody wants to hear it twice.
            if index == 0 and paragraph.strip().casefold() == title.casefold():
                continue
            yield paragraph

    def _speak(self, line: _Line) -> tuple[Note, Samples]:
        pause = round(line.pause_s * self._model.sample_rate)
        key = segment_key(self._sound | {"text": line.segment.text, "ends": line.segment.ends})
        spoken = self._cache.read(key)
        if spoken is None:
            spoken = self._synthesise(line, key)
        if spoken is None:
            self.failed += 1
            length = round(_SILENT_SECONDS_A_WORD * max(line.words, 1) * self._model.sample_rate)
            return Note(line.index, "", length, pause, line.text, ()), np.zeros(length, dtype=np.float32)
        words = _in_the_book(line, spoken.words)
        return Note(line.index, key, len(spoken.samples), pause, line.text, words), spoken.samples

    def _synthesise(self, line: _Line, key: str) -> SpokenSegment | None:
        """Speak a segment and keep it; None when it cannot be done."""
        if line.index in self._failed_before:
            return None
        if self._deaths.get(key, 0) >= DEATHS:
            self._mark_failed(line, f"The worker stopped unexpectedly {DEATHS} times while speaking this.")
            return None
        reason = ""
        self._task.storage.check_room()
        for _attempt in range(TRIES):
            self._task.heart.check()
            self._journal.begin(key, line.index)
            try:
                samples, words = self._say(line.segment)
            except (VoiceError, OptionError, ModelError, LibraryError):
                self._journal.fail(key, line.index)
                raise
            except Interrupted:
                self._journal.fail(key, line.index)
                raise
            except EngineError as exc:
                reason = str(exc)
            except Exception:
                log.exception("segment %d of part %d", line.index, self._number)
                reason = "The voice failed on this sentence."
            else:
                spoken = self._cache.write(key, samples, self._model.sample_rate, words)
                self._journal.end(key, line.index)
                self._task.heart.has_advanced = True
                return spoken
            self._journal.fail(key, line.index)
        self._mark_failed(line, reason)
        return None

    def _say(self, segment: TextSegment) -> tuple[Samples, tuple[Word, ...]]:
        pieces = list(self._model.synthesize(segment, self._request))
        samples = [piece.samples for piece in pieces if len(piece.samples)]
        if not samples:
            raise GenerationError("The voice made no sound for this sentence.")
        return np.concatenate(samples), tuple(word for piece in pieces for word in piece.words)

    def _known_failures(self) -> set[int]:
        job_id = self._task.held.job.id
        with session(self._task.library.db) as rows:
            query = select(FailedSegment.segment_index).where(
                FailedSegment.job_id == job_id, FailedSegment.part_number == self._number
            )
            return set(rows.exec(query).all())

    def _mark_failed(self, line: _Line, reason: str) -> None:
        def write() -> None:
            with session(self._task.library.db, write=True) as rows:
                same = (
                    col(FailedSegment.job_id) == self._task.held.job.id,
                    col(FailedSegment.part_number) == self._number,
                    col(FailedSegment.segment_index) == line.index,
                )
                rows.exec(delete(FailedSegment).where(*same))
                rows.add(
                    FailedSegment(
                        job_id=self._task.held.job.id,
                        part_number=self._number,
                        segment_index=line.index,
                        text=line.text,
                        attempts=TRIES,
                        error=reason,
                    )
                )

        patiently(write)


def _slices(paragraph: str) -> Iterator[tuple[str, bool]]:
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


def _in_the_book(line: _Line, words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Spoken words as the book writes them: "nineteen eighty-four" is one word of the book, "1984"."""
    placed: list[Word] = []
    last: tuple[int, int] | None = None
    for word in words:
        if word.span is None:
            placed.append(Word(word.text, round(word.start_s, 4), round(word.end_s, 4)))
            continue
        span = line.segment.to_source(*word.span)
        text = line.source[span[0] : span[1]].strip()
        if placed and last is not None and span[0] < last[1]:
            placed[-1] = replace(placed[-1], end_s=round(word.end_s, 4))
            continue
        placed.append(Word(text or word.text, round(word.start_s, 4), round(word.end_s, 4)))
        last = span
    return tuple(placed)
