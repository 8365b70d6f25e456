"""From finished chapters to the book's files: mastered sound with chapter marks, subtitles, and every segment's times.

Streams from the cache through the master to the encoder: neither the book nor a chapter is ever in memory.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlmodel import col, delete, select, update

from engine import registry
from engine.audio import master
from engine.audio.files.m4b import Chapter, write_book
from engine.errors import EngineError, TextError
from engine.stt import captions, exports
from engine.types import Samples, Word
from studio.library.db import session
from studio.library.filenames import file_name
from studio.library.jobs import rows as jobs
from studio.library.jobs.options import BookFormat, BookOptions
from studio.library.narration import playback
from studio.library.narration.manuscripts import Manuscript, open_manuscript
from studio.library.narration.playback import MissingSound
from studio.library.narration.scores import Score, open_score
from studio.library.narration.segments import SegmentCache
from studio.library.storage import replacing
from studio.library.tables import JobPart, JobResult, PartKind
from studio.library.voices.provenance import of_book
from workers.progress import Interrupted
from workers.task import Task, patiently

_ENDINGS: dict[BookFormat, str] = {
    "m4b": "m4b",
    "mp3": "mp3",
    "mp3-chapters": "zip",
    "flac": "flac",
    "wav": "wav",
    "opus": "opus",
}


@dataclass(frozen=True, slots=True)
class _Take:
    """A finished chapter in its place in the book."""

    part: JobPart
    score: Score
    start_s: float
    end_s: float
    plan: master.MasterPlan
    meter: master.LoudnessMeter


def assemble_book(task: Task) -> dict[str, Any]:
    """Write all files of a book whose chapters are done.

    Raises:
        Interrupted: stopped, or a chapter's sound is gone; then that chapter is narrated again first.
        EngineError: the disk is full, or a file cannot be encoded.
    """
    held = task.held
    options = BookOptions.from_json(held.job.options)
    folder = task.storage.job_folder(held.job.id)
    manuscript = open_manuscript(folder)
    takes = _takes(task, options)
    name = file_name(held.job.title)
    results = folder / "results"
    results.mkdir(exist_ok=True)
    book = results / f"{name}.{_ENDINGS[options.format]}"
    task.heart.audio_s, task.heart.total_s = 0.0, takes[-1].end_s
    notices = _write_sound(task, options, manuscript, takes, book)
    files = [(book, _ENDINGS[options.format]), *_write_subtitles(results, name, takes)]
    files.append((_write_segments(results, name, takes), "json"))
    _remember(task, options, takes, files)
    return {"audio_s": takes[-1].end_s, "total_s": takes[-1].end_s, "report": {"notices": notices}}


def _takes(task: Task, options: BookOptions) -> list[_Take]:
    folder = task.storage.job_folder(task.held.job.id)
    with session(task.library.db) as rows:
        query = select(JobPart).where(JobPart.job_id == task.held.job.id, JobPart.kind == PartKind.CHAPTER)
        parts = rows.exec(query.order_by(col(JobPart.number))).all()
    takes: list[_Take] = []
    start_s = 0.0
    for part in parts:
        score = open_score(folder, part.number)
        if score is None:
            _narrate_again(task, part.number)
            raise Interrupted
        end_s = start_s + playback.duration_s(score)
        plan = playback.plan(part.report.get("narrated", {}), options.loudness)
        takes.append(_Take(part, score, start_s, end_s, plan, master.LoudnessMeter(score.sample_rate)))
        start_s = end_s
    if not start_s:
        raise TextError("Nothing in these chapters can be spoken: they have no words that a voice could say.")
    return takes


def _narrate_again(task: Task, number: int) -> None:
    patiently(lambda: jobs.withdraw_part(task.library.db, task.held.job.id, number))


def _write_sound(task: Task, options: BookOptions, manuscript: Manuscript, takes: list[_Take], path: Path) -> list[str]:
    """The book's sound in its format; sentences about what that format could not keep."""
    rate = takes[0].score.sample_rate
    write = partial(
        write_book,
        sample_rate=rate,
        author=", ".join(manuscript.authors),
        narrator=options.narrator or _voice_name(options),
        cover=manuscript.cover(),
        made_by=of_book(options),
    )
    if options.format != "mp3-chapters":
        sound = (block for take in takes for block in _mastered(task, take))
        # A chapter of ornaments has no sound and gets no mark.
        marks = [Chapter(take.part.title, take.start_s, take.end_s) for take in takes if take.end_s > take.start_s]
        return write(path, sound, chapters=marks, title=task.held.job.title, format=options.format)
    notices: dict[str, None] = {}
    with (
        replacing(path) as temporary,
        tempfile.TemporaryDirectory(dir=path.parent) as place,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for number, take in enumerate((take for take in takes if take.end_s > take.start_s), start=1):
            file, title = Path(place) / "chapter.mp3", take.part.title
            mark = Chapter(title, 0.0, take.end_s - take.start_s)
            notices |= dict.fromkeys(write(file, _mastered(task, take), chapters=[mark], title=title, format="mp3"))
            archive.write(file, f"{number:02d} {file_name(title)}.mp3")
            file.unlink()
    return list(notices)


def _mastered(task: Task, take: _Take) -> Iterator[Samples]:
    """A chapter's sound at the book's loudness, counted as it goes by."""
    rate, heart = take.score.sample_rate, task.heart
    cache = SegmentCache(task.storage.segment_cache)
    sent = 0
    try:
        for block in master.apply(playback.blocks(take.score, cache), take.plan, rate):
            heart.check()
            task.storage.check_room()
            take.meter.add(block)
            sent += len(block)
            heart.audio_s = take.start_s + sent / rate
            yield block
    except MissingSound:
        _narrate_again(task, take.part.number)
        raise Interrupted from None


def _placed_words(takes: list[_Take]) -> Iterator[Word]:
    """All words of the book in the book's time."""
    for take in takes:
        at = 0
        for note in take.score.notes():
            offset_s = take.start_s + at / take.score.sample_rate
            for word in note.words:
                yield Word(word.text, word.start_s + offset_s, word.end_s + offset_s)
            if not note.words and note.key:
                # The voice gave no word times: the segment's own time is shared out by length.
                yield from _shared_out(note.text, offset_s, note.samples / take.score.sample_rate)
            at += note.samples + note.pause


def _shared_out(text: str, start_s: float, length_s: float) -> Iterator[Word]:
    words = text.split()
    letters = sum(len(word) for word in words) or 1
    for word in words:
        end_s = start_s + length_s * len(word) / letters
        yield Word(word, start_s, end_s)
        start_s = end_s


def _write_subtitles(folder: Path, name: str, takes: list[_Take]) -> list[tuple[Path, str]]:
    files: list[tuple[Path, str]] = []
    for ending, kind in exports.FORMATS.items():
        if kind.cues is None:
            continue
        path = folder / f"{name}.{ending}"
        with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as out:
            out.writelines(kind.cues(captions.cues(_placed_words(takes))))
        files.append((path, ending))
    return files


def _write_segments(folder: Path, name: str, takes: list[_Take]) -> Path:
    """Every segment with its times, written as it is read: a book of any length needs no memory."""
    path = folder / f"{name}.json"
    with replacing(path) as temporary, open(temporary, "w", encoding="utf-8") as out:
        out.write('{"chapters": [')
        for take in takes:
            about = {"title": take.part.title, "start_s": round(take.start_s, 3), "end_s": round(take.end_s, 3)}
            opening = json.dumps(about, ensure_ascii=False)[:-1]
            out.write(("" if take is takes[0] else ",") + f'\n{opening}, "segments": [')
            out.writelines(_segment_lines(take))
            out.write("]}")
        out.write("\n]}\n")
    return path


def _segment_lines(take: _Take) -> Iterator[str]:
    at, rate = 0, take.score.sample_rate
    for note in take.score.notes():
        start_s = take.start_s + at / rate
        entry = {
            "text": note.text,
            "start_s": round(start_s, 3),
            "end_s": round(start_s + note.samples / rate, 3),
            "spoken": bool(note.key),
        }
        yield ("" if note.index == 0 else ",") + "\n " + json.dumps(entry, ensure_ascii=False)
        at += note.samples + note.pause


def _remember(task: Task, options: BookOptions, takes: list[_Take], files: Iterable[tuple[Path, str]]) -> None:
    """The files as results, in place of those of an earlier assembly; and how loud each chapter came out."""
    held = task.held
    reports: dict[int | None, dict[str, Any]] = {}
    for take in takes:
        report = take.meter.report()
        mastered = asdict(report) | {"misses": master.meets(report, options.loudness)}
        reports[take.part.id] = take.part.report | {"mastered": mastered}
    found = [
        JobResult(
            job_id=held.job.id,
            name=path.name,
            kind=kind,
            path=task.storage.relative(path),
            size_bytes=path.stat().st_size,
        )
        for path, kind in files
    ]

    def write() -> None:
        with session(task.library.db, write=True) as rows:
            rows.exec(delete(JobResult).where(col(JobResult.job_id) == held.job.id))
            rows.add_all(found)
            for part_id, report in reports.items():
                rows.exec(update(JobPart).where(col(JobPart.id) == part_id).values(report=report))

    patiently(write)


def _voice_name(options: BookOptions) -> str:
    try:
        voices = registry.voices(options.model)
    except EngineError:
        voices = []
    return next((voice.name for voice in voices if voice.id == options.voice), options.voice or options.model)
