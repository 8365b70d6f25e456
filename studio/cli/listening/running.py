"""A transcript on standard output while it is made: its words, or a line of JSON for each segment."""

import json
import sys
import time
from typing import Any, Protocol

from rich.console import Console

from engine.metrics import rtf
from engine.spacing import gap
from engine.types import Segment, Transcript


class Running(Protocol):
    """Shows segments as they come."""

    def show(self, segment: Segment) -> None:
        """The next one."""
        ...

    def end(self) -> None:
        """There are no more of this recording."""
        ...


class Silent:
    """Shows nothing before the end."""

    def show(self, segment: Segment) -> None:
        """Nothing."""

    def end(self) -> None:
        """Nothing."""


class Words:
    """The words, in one line."""

    def __init__(self) -> None:
        self._last = ""

    def show(self, segment: Segment) -> None:
        """The segment's text, with the space that belongs before it."""
        written(gap(self._last, segment.text, segment.space_before) + segment.text)
        self._last = segment.text

    def end(self) -> None:
        """End the line."""
        written("\n")
        self._last = ""


class Lines:
    """A line of JSON for each segment.

    Args:
        file: the recording's name, where there are several; "" leaves it out.
        word_level: whether words have times too.
    """

    def __init__(self, file: str = "", word_level: bool = False) -> None:
        self._file, self._word_level = file, word_level

    def show(self, segment: Segment) -> None:
        """`{"text", "start", "end"}`."""
        written(line_of(segment, self._file, self._word_level))

    def end(self) -> None:
        """Nothing is owed."""


def line_of(segment: Segment, file: str = "", word_level: bool = False) -> str:
    """A segment as a line of JSON; seconds from the beginning of the recording."""
    told: dict[str, Any] = {"file": file} if file else {}
    told |= {"text": segment.text, "start": round(segment.start_s, 3), "end": round(segment.end_s, 3)}
    if word_level:
        told["words"] = [
            {"text": word.text, "start": round(word.start_s, 3), "end": round(word.end_s, 3)} for word in segment.words
        ]
    return json.dumps(told, ensure_ascii=False) + "\n"


def written(text: str) -> None:
    """To standard output, now."""
    sys.stdout.write(text)
    sys.stdout.flush()


class Told:
    """A line a segment on standard error, and a summary, for who wants to know more.

    Args:
        errors: standard error.
        verbose: whether anything is told.
    """

    def __init__(self, errors: Console, verbose: bool) -> None:
        self._errors, self._verbose = errors, verbose
        self._begun = time.perf_counter()
        self._count = 0

    def show(self, segment: Segment) -> None:
        """A segment has come."""
        if self._verbose:
            words = f"{len(segment.text.split())} words"
            self._tell(
                f"segment {self._count}: {segment.start_s:.2f} to {segment.end_s:.2f} s, {words}, "
                f"after {time.perf_counter() - self._begun:.2f} s"
            )
        self._count += 1

    def end(self, transcript: Transcript) -> None:
        """All have."""
        if self._verbose:
            wall_s = time.perf_counter() - self._begun
            self._tell(
                f"{transcript.duration_s:.2f} s of sound in {wall_s:.2f} s, real-time factor "
                f"{rtf(wall_s, transcript.duration_s):.2f}, {self._count} segments, by {transcript.model}"
            )

    def _tell(self, sentence: str) -> None:
        self._errors.print(sentence, markup=False, soft_wrap=True)
