"""A recording's ticket: heard region by region into the job's folder, then written out in the formats asked for.

Each region is a line in `heard.jsonl` as soon as it is decoded, so that an interrupted job goes on after the last one.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlmodel import col, delete

from engine.audio.files import io
from engine.errors import AudioCutShort
from engine.stt.base import Recognizer
from engine.stt.transcribe import transcribe
from engine.types import Samples, Transcript
from studio.library.db import session
from studio.library.errors import StorageError
from studio.library.jobs.options import TranscriptionOptions
from studio.library.storage import storing
from studio.library.tables import JobResult
from studio.library.words.transcripts import as_line, heard_segments, write_results
from workers.models import load_recognizer
from workers.progress import Heart
from workers.task import Task, patiently, run


def transcribe_recording(job_id: str, part_number: int) -> None:
    """Write down one recording."""
    run(job_id, part_number, _transcribe)


def _transcribe(task: Task) -> dict[str, Any]:
    options = TranscriptionOptions.from_json(task.held.job.options)
    folder = task.storage.job_folder(task.held.job.id)
    source = task.storage.resolve(task.held.job.source)
    if not source.is_file():
        raise StorageError(
            f"The recording {task.held.job.title} is no longer on the disk. What was heard so far is kept; "
            "to go on, put it back and press Retry, or submit it again."
        )
    about = io.probe(source)
    task.heart.total_s = about.duration_s or task.held.part.total_s
    model = load_recognizer(task, options.model)
    try:
        heard_s = _listen(task, model, source, folder, options)
    finally:
        model.close()
    segments = tuple(heard_segments(folder))
    language = options.written_language(segments, model.languages)
    transcript = Transcript(segments, language, heard_s, options.model)
    _write(task, transcript, options)
    return {"audio_s": heard_s, "total_s": heard_s, "report": {"notices": list(task.heart.notices)}}


def _listen(task: Task, model: Recognizer, source: Path, folder: Path, options: TranscriptionOptions) -> float:
    """Hear what has not been heard yet; seconds of the whole recording."""
    done = _trim(folder)
    heart = task.heart
    sound = _Counted(heart, io.read_blocks(source, model.sample_rate), model.sample_rate, done)
    # A worker before this one may have listened further, and heard nothing there: that is listened to again.
    heart.audio_s = done

    def listened(until_s: float) -> None:
        heart.audio_s = max(heart.audio_s, until_s)

    with open(folder / "heard.jsonl", "a", encoding="utf-8") as out:
        blocks, guidance = sound.blocks(), options.guidance
        for segment in transcribe(model, blocks, options.language, start_s=done, guidance=guidance, listened=listened):
            with storing():
                out.write(as_line(segment))
                out.flush()
            heart.has_advanced = True
            heart.words_done += len(segment.words) or len(segment.text.split())
            heart.audio_s = max(heart.audio_s, segment.end_s)
    return sound.heard_s


class _Counted:
    """A recording's blocks from `start_s` on, counted, until somebody wants the work to stop."""

    def __init__(self, heart: Heart, source: Iterator[Samples], sample_rate: int, start_s: float) -> None:
        self._heart = heart
        self._source = source
        self._rate = sample_rate
        self._skip = round(start_s * sample_rate)
        self._read = 0

    @property
    def heard_s(self) -> float:
        """Seconds of the recording so far, the skipped ones too."""
        return self._read / self._rate

    def blocks(self) -> Iterator[Samples]:
        """What is left to hear."""
        try:
            for block in self._source:
                self._heart.check()
                begins, self._read = self._read, self._read + len(block)
                fresh = block[max(0, self._skip - begins) :]
                if len(fresh):
                    yield fresh
        except AudioCutShort as exc:
            # What a broken upload or a dead battery left is worth having; its owner is told.
            self._heart.notice([f"{exc} Up to there it is written down."])


def _trim(folder: Path) -> float:
    """Cut off a line that a dying worker did not finish; where the last whole region ends."""
    path = folder / "heard.jsonl"
    if not path.exists():
        return 0.0
    whole = path.read_bytes()
    keep = whole.rfind(b"\n") + 1
    if keep < len(whole):
        os.truncate(path, keep)
    return max((segment.end_s for segment in heard_segments(folder)), default=0.0)


def _write(task: Task, transcript: Transcript, options: TranscriptionOptions) -> None:
    found = write_results(task.storage, task.held.job.id, task.held.job.title, transcript, options)

    def write() -> None:
        with session(task.library.db, write=True) as rows:
            rows.exec(delete(JobResult).where(col(JobResult.job_id) == task.held.job.id))
            rows.add_all(found)

    patiently(write)
