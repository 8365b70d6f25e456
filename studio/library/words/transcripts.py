"""Transcripts as a person reads and mends them: what a job has heard, and over it what was changed by hand.

heard.jsonl        what the recogniser heard, a region a line; never touched again once the job is done
transcript.json    what a person made of it: {"version": 3, "segments": [...]}; absent until the first change

Two pages that change one transcript cannot lose each other's work: a change names the version it was made on.
"""

import json
import math
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Engine
from sqlmodel import Session, select

from engine.errors import OptionError
from engine.stt import exports
from engine.stt.realign import realigned
from engine.types import Segment, Transcript, Word
from studio.library.db import session
from studio.library.errors import Conflict, IllegalMove, NotFound, StorageError
from studio.library.filenames import file_name
from studio.library.jobs.options import TranscriptionOptions
from studio.library.storage import Storage, replacing, storing
from studio.library.tables import (
    Job,
    JobKind,
    JobPart,
    JobResult,
    JobStatus,
    PartKind,
    PartStatus,
    new_id,
    now,
)

MAX_SEGMENTS = 200_000
MAX_SEGMENT_CHARS = 50_000
MAX_SPEAKER_CHARS = 100
MAX_TITLE_CHARS = 300
MAX_SECONDS = 1_000_000.0


@dataclass(frozen=True, slots=True)
class TranscriptView:
    """A transcript with what is needed to change it.

    Attributes:
        id: of its job.
        title: of the job.
        version: 0 as it was heard, then one more with every change.
        is_final: whether the job is done, so that it may be changed.
        transcript: the words; `segments` only from the asked place on.
        begins: index of the first segment in `transcript`.
        count: of all segments.
    """

    id: str
    title: str
    version: int
    is_final: bool
    transcript: Transcript
    begins: int
    count: int


@dataclass(frozen=True, slots=True)
class Splice:
    """`remove` segments from `start` on make room for `segments`."""

    start: int
    remove: int
    segments: tuple[Segment, ...]


def heard_segments(folder: Path, begin: int = 0) -> Iterator[Segment]:
    """What a transcription job in `folder` has heard, one region a line; ends before a line that is not yet whole."""
    try:
        with open(folder / "heard.jsonl", encoding="utf-8") as lines:
            for line in islice(lines, begin, None):
                if not line.endswith("\n"):
                    return
                yield _segment(json.loads(line))
    except FileNotFoundError:
        return


def as_line(segment: Segment) -> str:
    """A segment as a line of `heard.jsonl`."""
    return json.dumps(_kept(segment)) + "\n"


def current(folder: Path) -> tuple[int, tuple[Segment, ...]]:
    """(version, segments) as they are now."""
    try:
        kept = json.loads((folder / "transcript.json").read_bytes())
        return int(kept["version"]), tuple(_segment(one) for one in kept["segments"])
    except FileNotFoundError:
        return 0, tuple(heard_segments(folder))
    except (ValueError, KeyError, TypeError) as exc:
        raise StorageError("The changed transcript on the disk is torn. Restore it from a backup.") from exc


def view(db: Engine, storage: Storage, owner: str, job_id: str, begin: int = 0) -> TranscriptView:
    """A transcript from a segment on. Raises NotFound, StorageError."""
    with session(db) as rows:
        job, part = _owned(rows, owner, job_id)
    folder = storage.job_folder(job_id)
    if (folder / "transcript.json").exists():
        version, segments = current(folder)
        return _view(job, part, version, segments[begin:], min(begin, len(segments)))
    heard = tuple(heard_segments(folder, begin))
    return _view(job, part, 0, heard, begin)


def change(
    db: Engine,
    storage: Storage,
    owner: str,
    job_id: str,
    version: int,
    splices: Sequence[Splice],
    title: str | None = None,
) -> TranscriptView:
    """Change segments of a finished transcript; words follow their segment's text.

    Args:
        db: of the library.
        storage: of the library.
        owner: whose.
        job_id: which.
        version: the one these changes were made on.
        splices: applied one after the other.
        title: a new one.

    Raises:
        NotFound: no such transcript of this owner.
        IllegalMove: it is still being written.
        Conflict: it was changed by somebody else meanwhile.
        OptionError: a splice outside the transcript, segments out of order, or times that are none.
        StorageError: no room on the disk.
    """
    folder = storage.job_folder(job_id)
    with session(db, write=True) as rows:
        job, part = _owned(rows, owner, job_id)
        if job.status is not JobStatus.DONE:
            raise IllegalMove("This transcript is still being written; change it when it is done.")
        known, segments = current(folder)
        if known != version:
            raise Conflict(
                "This transcript was changed in another tab or by another program meanwhile. "
                "Load it again to go on from there."
            )
        changed = list(segments)
        for splice in splices:
            if not 0 <= splice.start <= splice.start + splice.remove <= len(changed):
                raise OptionError(f"The transcript has {len(changed)} segments; a change lies outside of them.")
            fresh = [realigned(_checked(segment)) for segment in splice.segments]
            changed[splice.start : splice.start + splice.remove] = fresh
        _check_order(changed)
        _write(folder, known + 1, changed)
        if title is not None and title.strip():
            job.title = " ".join(title.split())[:MAX_TITLE_CHARS]
            rows.add(job)
    return _view(job, part, known + 1, tuple(changed), 0)


def keep(
    db: Engine,
    storage: Storage,
    owner: str,
    title: str,
    recording: Path,
    transcript: Transcript,
    options: TranscriptionOptions,
) -> str:
    """Keep something that was heard live, with its sound, as a transcription job that is done; its id.

    Args:
        db: of the library.
        storage: of the library.
        owner: whose.
        title: what the person calls it.
        recording: its sound; moved away.
        transcript: its words.
        options: who heard it, and in which formats the results are wanted.

    Raises:
        StorageError: no room on the disk.
    """
    job = Job(
        id=new_id(),
        owner=owner,
        kind=JobKind.TRANSCRIPTION,
        status=JobStatus.DONE,
        title=" ".join(title.split())[:MAX_TITLE_CHARS] or "Captions",
        options=options.as_json(),
        started_at=now(),
        finished_at=now(),
    )
    kept = f"recording{recording.suffix}"
    job.source = f"jobs/{job.id}/{kept}"
    length_s = transcript.duration_s
    part = JobPart(
        job_id=job.id, number=0, kind=PartKind.RECORDING, title=job.title, status=PartStatus.DONE,
        words_done=sum(len(segment.words) for segment in transcript.segments), audio_s=length_s, total_s=length_s,
    )  # fmt: skip
    try:
        folder = storage.job_folder(job.id)
        with storing():
            (folder / "heard.jsonl").write_text("".join(map(as_line, transcript.segments)), encoding="utf-8")
            results = write_results(storage, job.id, job.title, transcript, options)
            os.replace(recording, folder / kept)
        with session(db, write=True) as rows:
            rows.add(job)
            rows.flush()
            rows.add_all([part, *results])
    except BaseException:
        storage.delete_job(job.id)
        raise
    return job.id


def write_results(
    storage: Storage, job_id: str, title: str, transcript: Transcript, options: TranscriptionOptions
) -> list[JobResult]:
    """The files a transcription job was asked for, and their rows, which are not in the database yet."""
    place = storage.job_folder(job_id) / "results"
    place.mkdir(exist_ok=True)
    name = file_name(Path(title).stem, "transcript")
    found: list[JobResult] = []
    for kind in options.formats:
        path = place / f"{name}.{kind}"
        with replacing(path) as temporary:
            temporary.write_bytes(exports.render(kind, transcript, exports.ExportStyle(title=name)))
        size = path.stat().st_size
        found.append(JobResult(job_id=job_id, name=path.name, kind=kind, path=storage.relative(path), size_bytes=size))
    return found


def refresh(storage: Storage, job: Job, result: JobResult) -> None:
    """Write a result again when the transcript was changed after it."""
    folder, path = storage.job_folder(job.id), storage.resolve(result.path)
    changed = folder / "transcript.json"
    if not changed.exists() or (path.exists() and path.stat().st_mtime_ns > changed.stat().st_mtime_ns):
        return
    options = TranscriptionOptions.from_json(job.options)
    _, segments = current(folder)
    length_s = segments[-1].end_s if segments else 0.0
    transcript = Transcript(segments, options.written_language(segments), length_s, options.model)
    with replacing(path) as temporary:
        temporary.write_bytes(exports.render(result.kind, transcript, exports.ExportStyle(title=path.stem)))


def recording(db: Engine, storage: Storage, owner: str, job_id: str) -> Path:
    """The sound a transcript was heard from. Raises NotFound, StorageError."""
    with session(db) as rows:
        job, _ = _owned(rows, owner, job_id)
    path = storage.resolve(job.source)
    if not path.is_file():
        raise StorageError(f"The recording of {job.title} is no longer on the disk; its text is.")
    return path


def _owned(rows: Session, owner: str, job_id: str) -> tuple[Job, JobPart]:
    job = rows.exec(select(Job).where(Job.id == job_id, Job.owner == owner).with_for_update()).first()
    if job is None or job.kind is not JobKind.TRANSCRIPTION:
        raise NotFound("There is no such transcript.")
    part = rows.exec(select(JobPart).where(JobPart.job_id == job_id, JobPart.number == 0)).one()
    return job, part


def _view(job: Job, part: JobPart, version: int, segments: tuple[Segment, ...], begins: int) -> TranscriptView:
    options = TranscriptionOptions.from_json(job.options)
    length_s = part.total_s if part.status is PartStatus.DONE else part.audio_s
    transcript = Transcript(segments, options.written_language(segments), length_s, options.model)
    is_final = job.status is JobStatus.DONE
    return TranscriptView(job.id, job.title, version, is_final, transcript, begins, begins + len(segments))


def _write(folder: Path, version: int, segments: Sequence[Segment]) -> None:
    kept = {"version": version, "segments": [_kept(segment) for segment in segments]}
    with replacing(folder / "transcript.json") as temporary:
        temporary.write_text(json.dumps(kept), encoding="utf-8")


def _kept(segment: Segment) -> list[Any]:
    words = [_kept_word(word) for word in segment.words]
    kept: list[Any] = [segment.text, segment.start_s, segment.end_s, words, segment.confidence, segment.speaker]
    return [*kept, segment.language] if segment.language else kept


def _segment(kept: Any) -> Segment:
    text, start_s, end_s, words, confidence, speaker, *language = cast(list[Any], kept)
    return Segment(text, start_s, end_s, tuple(map(_word, words)), confidence, speaker, *language[:1])


def _kept_word(word: Word) -> list[Any]:
    kept = [word.text, word.start_s, word.end_s, word.confidence]
    return kept if word.space_before is None else [*kept, word.space_before]


def _word(kept: Any) -> Word:
    text, start_s, end_s, confidence, *space = cast(list[Any], kept)
    # Transcripts that were kept before words knew their spaces have none of it.
    return Word(text, start_s, end_s, confidence, space_before=space[0] if space else None)


def _checked(segment: Segment) -> Segment:
    times = [segment.start_s, segment.end_s, *(time for word in segment.words for time in (word.start_s, word.end_s))]
    if not all(math.isfinite(time) and 0.0 <= time <= MAX_SECONDS for time in times):
        raise OptionError("A time in the change is not one: times are seconds from the beginning of the recording.")
    if segment.end_s < segment.start_s:
        raise OptionError("A segment in the change ends before it begins.")
    if len(segment.text) > MAX_SEGMENT_CHARS:
        raise OptionError(f"A segment may have {MAX_SEGMENT_CHARS:,} characters; split the long one.")
    # A lone surrogate cannot be written to any file.
    text = segment.text.encode("utf-8", "replace").decode().replace("\0", "")
    speaker = " ".join(segment.speaker.encode("utf-8", "replace").decode().replace("\0", "").split())
    return replace(
        segment,
        text=" ".join(text.split()),
        speaker=speaker[:MAX_SPEAKER_CHARS],
        words=tuple(replace(word, confidence=_share(word.confidence)) for word in segment.words),
        confidence=_share(segment.confidence),
    )


def _share(confidence: float | None) -> float | None:
    """Between 0 and 1: the mean of larger ones may be no number, and what was written with it could not be read."""
    return None if confidence is None else min(1.0, max(0.0, confidence))


def _check_order(segments: Sequence[Segment]) -> None:
    if len(segments) > MAX_SEGMENTS:
        raise OptionError(f"A transcript may have {MAX_SEGMENTS:,} segments; merge some.")
    last_s = 0.0
    for segment in segments:
        if segment.start_s < last_s - 1e-3:
            raise OptionError("The segments are not in the order of their times; load the transcript again.")
        last_s = segment.start_s
