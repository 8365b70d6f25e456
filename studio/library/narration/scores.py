"""The score of a chapter: which segments are played in which order, with which pauses. And the journal of its making.

    parts/0003.score.jsonl      a first line about the whole, then one line a segment, in order
    parts/0003.journal.jsonl    one line when a synthesis begins, one when its sound is safe on the disk

With the score and the cached segments, assembly and playback need neither the text nor the model.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from engine.types import Word
from studio.library.storage import storing


@dataclass(frozen=True, slots=True)
class Note:
    """One segment of a chapter.

    Attributes:
        index: 0, 1, 2, ... within the chapter.
        key: of its sound in the cache; "" where silence stands in for a sentence that could not be spoken.
        samples: how many its sound has, the pause not counted.
        pause: samples of silence after it.
        text: as written in the book.
        words: as written in the book; times from the segment's start.
    """

    index: int
    key: str
    samples: int
    pause: int
    text: str
    words: tuple[Word, ...]

    def as_line(self) -> str:
        """For the file."""
        words = [[word.text, word.start_s, word.end_s] for word in self.words]
        return json.dumps([self.index, self.key, self.samples, self.pause, self.text, words], separators=(",", ":"))

    @classmethod
    def from_line(cls, line: str) -> Self:
        """From the file."""
        index, key, samples, pause, text, words = json.loads(line)
        return cls(index, key, samples, pause, text, tuple(Word(*word) for word in words))


class ScoreWriter:
    """Writes a chapter's score as it is narrated. A later writer of the same chapter takes its place at once."""

    def __init__(self, folder: Path, number: int, sample_rate: int) -> None:
        path = score_path(folder, number)
        with storing():
            path.parent.mkdir(parents=True, exist_ok=True)
            # A fresh file under the old name: a worker that lost its lease may still hold the old one open.
            temporary = path.with_name(f".tmp-{os.getpid()}-{path.name}")
            # By lines: who listens to a chapter that is being narrated finds all of it.
            self._file = open(temporary, "w", encoding="utf-8", buffering=1)  # noqa: SIM115 (closed by close)
            self._file.write(json.dumps({"sample_rate": sample_rate}) + "\n")
            os.replace(temporary, path)

    def add(self, note: Note) -> None:
        """The next segment. Raises StorageError when the disk is full."""
        with storing():
            self._file.write(note.as_line() + "\n")

    def close(self) -> None:
        """Write out the rest. Raises StorageError when the disk is full."""
        with storing():
            self._file.close()


@dataclass(frozen=True, slots=True)
class Score:
    """A chapter's score on disk; its notes are read one at a time."""

    path: Path
    sample_rate: int

    def notes(self) -> Iterator[Note]:
        """The segments in order; ends before a line that is not yet whole."""
        with open(self.path, encoding="utf-8") as lines:
            next(lines, None)
            for line in lines:
                if not line.endswith("\n"):
                    return
                yield Note.from_line(line)


def open_score(folder: Path, number: int) -> Score | None:
    """The score of part `number` of the job in `folder`, or None while nothing of it is narrated."""
    path = score_path(folder, number)
    try:
        with open(path, encoding="utf-8") as lines:
            return Score(path, int(json.loads(next(lines))["sample_rate"]))
    except (FileNotFoundError, StopIteration, ValueError, KeyError):
        return None


def score_path(folder: Path, number: int) -> Path:
    """Where a part's score is, or would be."""
    return folder / "parts" / f"{number:04d}.score.jsonl"


class Journal:
    """What was begun and what was finished, appended line by line, so that no death of a worker goes unnoticed."""

    def __init__(self, folder: Path, number: int) -> None:
        self._path = folder / "parts" / f"{number:04d}.journal.jsonl"
        self._fd = -1

    def begin(self, key: str, index: int) -> None:
        """A synthesis begins."""
        self._append({"begin": key, "index": index, "pid": os.getpid()})

    def begin_batch(self, keys: Sequence[str], index: int) -> None:
        """The synthesis of several segments at once begins; `index` is the first one's."""
        self._append({"batch": list(keys), "index": index, "pid": os.getpid()})

    def end(self, key: str, index: int) -> None:
        """Its sound is on the disk."""
        self._append({"end": key, "index": index, "pid": os.getpid()})

    def fail(self, key: str, index: int) -> None:
        """The model gave no sound for it; its worker lives on."""
        self._append({"fail": key, "index": index, "pid": os.getpid()})

    def forgive(self) -> None:
        """A person asked to try again: deaths so far no longer count."""
        self._append({"forgive": True})

    def entries(self) -> list[dict[str, Any]]:
        """All whole lines so far."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        entries: list[dict[str, Any]] = []
        for line in lines:
            try:
                entries.append(json.loads(line))
            except ValueError:  # the last line of a killed worker on a full disk
                continue
        return entries

    def deaths(self) -> dict[str, int]:
        """For each segment, how many workers began it and neither finished it nor went on to another.

        A death in a batch counts for all of it that was not finished: whoever goes on speaks those one by one.
        """
        deaths: Counter[str] = Counter()
        begun: dict[int, set[str]] = {}
        for entry in self.entries():
            if "forgive" in entry:
                begun, deaths = {}, Counter()
            elif "begin" in entry or "batch" in entry:
                # Process ids come round again after a restart; the earlier bearer of this one died in silence.
                deaths.update(begun.get(entry["pid"], ()))
                begun[entry["pid"]] = set(entry["batch"]) if "batch" in entry else {entry["begin"]}
            else:
                begun.get(entry["pid"], set[str]()).discard(entry.get("end") or entry.get("fail", ""))
        for keys in begun.values():
            deaths.update(keys)
        return dict(deaths)

    def close(self) -> None:
        """Close the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, entry: dict[str, Any]) -> None:
        with storing():
            if self._fd < 0:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            os.write(self._fd, (json.dumps(entry) + "\n").encode())


def keys_of(folder: Path) -> set[str]:
    """All segments that the job in `folder` has spoken or plays."""
    keys: set[str] = set()
    for path in folder.glob("parts/*.journal.jsonl"):
        number = int(path.name.split(".")[0])
        keys |= {entry["end"] for entry in Journal(folder, number).entries() if "end" in entry}
    for path in folder.glob("parts/*.score.jsonl"):
        keys |= {note.key for note in Score(path, 0).notes() if note.key}
    return keys
