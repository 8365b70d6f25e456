"""Jobs belong to their owners, are submitted whole or not at all, and keep their order."""

import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import AudioFormatError, OptionError, TextError
from engine.spacing import text_of
from engine.stt.base import Guidance
from engine.stt.realign import realigned
from engine.types import Segment, Word
from studio.library.errors import NotFound, QueueFull, StorageError
from studio.library.jobs.options import BookOptions, TranscriptionOptions
from studio.library.library import Library
from studio.library.narration.manuscripts import open_manuscript
from studio.library.narration.scores import Journal, Note, ScoreWriter, open_score
from studio.library.narration.segments import SegmentCache
from studio.library.words.transcripts import as_line, heard_segments
from tests.studio.library.conftest import small_book
from tests.workers.books import PlainBook, PlainChapter

UNKNOWN = "0" * 32


def test_a_submitted_book_is_kept_word_for_word_and_needs_its_file_no_more(library: Library) -> None:
    odd = PlainChapter("One “odd” title", ("First\tparagraph, with ünïcode, \u2028 and 'quotes'.", "", "Last."))
    view = library.submit_book("ann", PlainBook("T", ("A", "B"), "en-gb", b"png", (odd,)), BookOptions())
    kept = open_manuscript(library.storage.job_folder(view.id))
    assert (kept.title, kept.authors, kept.language, kept.cover()) == ("T", ("A", "B"), "en-gb", b"png")
    assert kept.chapter_title(0) == odd.title
    assert tuple(kept.paragraphs(0)) == odd.paragraphs
    assert library.cover("ann", view.id) == b"png"
    assert view.status == "queued"
    assert view.words_total == 7


def test_only_chosen_chapters_with_words_become_parts_in_the_order_chosen(library: Library) -> None:
    book = PlainBook(
        "T", (), "", None, (PlainChapter("a", ("A.",)), PlainChapter("", (" ",)), PlainChapter("", ("C.",)))
    )
    view = library.submit_book("ann", book, BookOptions(chapters=[2, 1, 0]))
    assert [(part.number, part.chapter, part.title) for part in view.parts] == [(0, 2, "Chapter 3"), (1, 0, "a")]
    assert view.options["chapters"] == [2, 0]
    assert library.cover("ann", view.id) is None


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (lambda: BookOptions(chapters=[2]), OptionError),
        (lambda: BookOptions(chapters=[-1]), OptionError),
        (lambda: BookOptions(speed=float("nan")), OptionError),
        (lambda: BookOptions(speed=0), OptionError),
        (lambda: BookOptions(pitch=3), OptionError),
        (lambda: BookOptions(format="exe"), OptionError),  # type: ignore[arg-type]
        (lambda: BookOptions(loudness="loud"), OptionError),  # type: ignore[arg-type]
        (lambda: BookOptions(sentence_pause_s=float("inf")), OptionError),
        (lambda: BookOptions(chapter_pause_s=-1), OptionError),
    ],
)
def test_options_out_of_range_are_refused_before_anything_is_kept(
    library: Library, options: Callable[[], BookOptions], error: type[Exception]
) -> None:
    with pytest.raises(error) as refusal:
        library.submit_book("ann", small_book(), options())
    assert str(refusal.value).endswith(".")
    assert library.list_jobs("ann") == []
    assert library.storage.job_folders() == []


def test_a_book_without_words_is_refused_and_leaves_nothing(library: Library) -> None:
    with pytest.raises(TextError, match="no words"):
        library.submit_book("ann", PlainBook("T", (), "", None, (PlainChapter("a", (" ", "")),)), BookOptions())
    assert library.storage.job_folders() == []


def test_options_of_a_later_version_are_read_as_far_as_they_are_known() -> None:
    assert BookOptions.from_json({"speed": 1.5, "colour": "red"}) == BookOptions(speed=1.5)
    options = TranscriptionOptions(formats=("srt",), translate=True, prompt="Dr. Smith", hotwords=("Kokoro",))
    assert TranscriptionOptions.from_json(json.loads(json.dumps(options.as_json()))) == options


def test_rows_from_before_a_recogniser_could_be_told_anything_still_load() -> None:
    kept = {"model": "pocketsphinx", "language": "en", "formats": ["txt"]}
    old = TranscriptionOptions.from_json(kept)
    assert old == TranscriptionOptions("pocketsphinx", "en", ("txt",))
    assert old.guidance == Guidance()


@pytest.mark.parametrize("told", [{"prompt": "x" * 4001}, {"hotwords": ("a",) * 201}, {"hotwords": ("x" * 4001,)}])
def test_a_recogniser_is_not_told_a_novel(told: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=r"\."):
        TranscriptionOptions(**told)


def test_a_translation_is_in_english_whatever_was_spoken() -> None:
    heard = (Segment("hallo", 0.0, 1.0, language="de"),)
    assert TranscriptionOptions(language="de", translate=True).written_language(heard) == "en"
    assert TranscriptionOptions().written_language(heard) == "de"


def test_a_queue_has_an_end_for_each_person(library: Library) -> None:
    first = library.submit_book("ann", small_book(), BookOptions(), max_queued=1)
    with pytest.raises(QueueFull, match="1 unfinished job"):
        library.submit_book("ann", small_book(), BookOptions(), max_queued=1)
    library.submit_book("bob", small_book(), BookOptions(), max_queued=1)
    library.cancel("ann", first.id)
    assert library.unfinished("ann") == 0
    library.submit_book("ann", small_book(), BookOptions(), max_queued=1)
    assert len(library.storage.job_folders()) == 3


CALLS: list[Callable[[Library, str, str], Any]] = [
    lambda library, owner, job: library.view(owner, job),
    lambda library, owner, job: library.pause(owner, job),
    lambda library, owner, job: library.resume(owner, job),
    lambda library, owner, job: library.cancel(owner, job),
    lambda library, owner, job: library.retry(owner, job),
    lambda library, owner, job: library.retry_segment(owner, job, 1),
    lambda library, owner, job: library.allow_silence(owner, job),
    lambda library, owner, job: library.move_up(owner, job),
    lambda library, owner, job: library.move_down(owner, job),
    lambda library, owner, job: library.delete(owner, job),
    lambda library, owner, job: library.result(owner, job, UNKNOWN),
    lambda library, owner, job: library.cover(owner, job),
    lambda library, owner, job: library.chapter_audio(owner, job, 0),
    lambda library, owner, job: library.transcript(owner, job),
]


@pytest.mark.parametrize("call", CALLS)
def test_somebody_elses_job_is_an_unknown_job(library: Library, call: Callable[[Library, str, str], Any]) -> None:
    job_id = library.submit_book("ann", small_book(), BookOptions()).id
    answers = []
    for owner, asked in (("bob", job_id), ("bob", UNKNOWN), ("", job_id), ("ann' OR '1'='1", job_id), ("bob", "../x")):
        with pytest.raises(NotFound) as refusal:
            call(library, owner, asked)
        answers.append(str(refusal.value))
    assert len(set(answers)) == 1
    assert library.list_jobs("bob") == []
    assert library.view("ann", job_id).status == "queued"


def test_jobs_are_listed_in_the_order_of_the_queue_and_can_be_moved(library: Library) -> None:
    a, b, c = (library.submit_book("ann", small_book(), BookOptions()).id for _ in range(3))
    other = library.submit_book("bob", small_book(), BookOptions()).id
    assert [view.id for view in library.list_jobs("ann")] == [a, b, c]
    assert [view.position for view in library.list_jobs("ann")] == [1, 2, 3]
    library.move_up("ann", c)
    library.move_up("ann", c)
    library.move_up("ann", c)  # already first: nothing happens
    assert [view.id for view in library.list_jobs("ann")] == [c, a, b]
    library.move_down("ann", c)
    assert [view.id for view in library.list_jobs("ann")] == [a, c, b]
    library.cancel("ann", a)
    library.retry("ann", a)  # goes to the end again
    assert [view.id for view in library.list_jobs("ann")] == [c, b, a]
    assert library.view("bob", other).position == 1


def test_a_deleted_job_takes_its_own_sound_along_and_leaves_what_others_play(library: Library) -> None:
    import numpy as np

    cache = SegmentCache(library.storage.segment_cache)
    ids = [library.submit_book("ann", small_book(), BookOptions()).id for _ in range(2)]
    own, shared = "aa" * 32, "bb" * 32
    for key in (own, shared):
        cache.write(key, np.ones(10, dtype=np.float32), 22050, ())
    for job_id, keys in zip(ids, ((own, shared), (shared,)), strict=True):
        folder = library.storage.job_folder(job_id)
        score = ScoreWriter(folder, 0, 22050)
        for index, key in enumerate(keys):
            score.add(Note(index, key, 10, 0, "x", ()))
        score.close()
        journal = Journal(folder, 0)
        journal.begin(shared, 0)
        journal.end(shared, 0)
        journal.close()
    library.delete("ann", ids[0])
    assert cache.read(own) is None
    assert cache.read(shared) is not None
    assert not (library.storage.outputs / "jobs" / ids[0]).exists()
    library.delete("ann", ids[1])
    assert cache.read(shared) is None


def test_recordings_are_moved_from_uploads_and_copied_from_elsewhere(library: Library, tmp_path: Path) -> None:
    upload = library.storage.uploads("ann") / "x.bin"
    upload.write_bytes(b"sound")
    mine = tmp_path / "mine.wav"
    mine.write_bytes(b"sound")
    options = TranscriptionOptions()
    moved = library.submit_transcription("ann", upload, "talk.mp3", options, duration_s=12.0)
    library.submit_transcription("ann", mine, "../../evil name.w;v", options)
    assert not upload.exists()
    assert mine.exists()
    kept = sorted(str(p.relative_to(library.storage.outputs)) for p in library.storage.outputs.rglob("recording*"))
    assert len(kept) == 2
    assert kept[0].startswith("jobs/")
    assert {Path(path).name for path in kept} == {"recording.mp3", "recording"}
    assert moved.parts[0].total_s == 12.0
    assert library.transcript("ann", moved.id).segments == ()
    with pytest.raises(AudioFormatError, match="empty or no longer there"):
        library.submit_transcription("ann", tmp_path / "nothing", "n.wav", options)
    mine.write_bytes(b"")
    with pytest.raises(AudioFormatError, match="empty"):
        library.submit_transcription("ann", mine, "n.wav", options)


def test_paths_cannot_leave_the_outputs_folder(library: Library, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    (library.storage.outputs / "link").parent.mkdir(parents=True, exist_ok=True)
    (library.storage.outputs / "link").symlink_to(tmp_path / "secret")
    for path in ("../secret", "/etc/passwd", "jobs/../../secret", "link", "", "."):
        with pytest.raises(NotFound):
            library.storage.resolve(path)
    with pytest.raises(NotFound):
        library.storage.relative(tmp_path / "secret")


def test_a_result_that_was_removed_from_the_disk_is_named(library: Library) -> None:
    from studio.library.db import session
    from studio.library.tables import JobResult

    job_id = library.submit_book("ann", small_book(), BookOptions()).id
    with session(library.db, write=True) as rows:
        rows.add(JobResult(id="r", job_id=job_id, name="b.m4b", kind="m4b", path=f"jobs/{job_id}/b.m4b", size_bytes=1))
    with pytest.raises(StorageError, match=r"b\.m4b was removed"):
        library.result("ann", job_id, "r")
    (library.storage.job_folder(job_id) / "b.m4b").write_bytes(b"sound")
    found = library.result("ann", job_id, "r")
    assert (found.name, found.media_type, found.size_bytes) == ("b.m4b", "audio/mp4", 5)


def test_strays_of_killed_processes_are_swept_and_nothing_else(library: Library) -> None:
    job_id = library.submit_book("ann", small_book(), BookOptions()).id
    stray = library.storage.job_folder("deadbeef")
    (stray / "x").write_text("x")
    half = library.storage.segment_cache / ".tmp-1-abc"
    half.write_text("x")
    assert library.sweep() == 0  # both are young: somebody may still be writing
    assert library.sweep(older_than_s=-1) == 2
    assert not stray.exists()
    assert not half.exists()
    assert library.view("ann", job_id)


def test_a_score_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    writer = ScoreWriter(tmp_path, 3, 16000)
    writer.add(Note(0, "k", 100, 20, "héllo", ()))
    writer.close()
    path = tmp_path / "parts" / "0003.score.jsonl"
    with open(path, "a") as half:
        half.write('[1,"k2",10')
    score = open_score(tmp_path, 3)
    assert score is not None
    assert score.sample_rate == 16000
    assert [note.text for note in score.notes()] == ["héllo"]
    assert open_score(tmp_path, 4) is None


def test_a_journal_counts_the_workers_that_died_over_a_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, 0)
    for pid in (11, 12, 13):
        monkeypatch.setattr("os.getpid", lambda pid=pid: pid)
        journal.begin("good", 0)
        journal.end("good", 0)
        journal.begin("bad", 1)
    assert journal.deaths() == {"bad": 3}
    monkeypatch.setattr("os.getpid", lambda: 13)  # the same number comes round again
    journal.begin("other", 2)
    journal.fail("other", 2)
    assert journal.deaths() == {"bad": 3}
    journal.forgive()
    assert journal.deaths() == {}


def test_what_was_heard_is_read_up_to_the_last_whole_line(tmp_path: Path) -> None:
    (tmp_path / "heard.jsonl").write_text('["hi", 0.5, 1.0, [["hi", 0.5, 1.0, 0.9]], 0.9, ""]\n["half", 1.')
    heard = list(heard_segments(tmp_path))
    assert [(segment.text, segment.words[0].confidence) for segment in heard] == [("hi", 0.9)]


@given(st.lists(st.tuples(st.text("ab.你", min_size=1, max_size=3), st.sampled_from([None, True, False])), max_size=5))
def test_what_was_heard_is_read_as_it_was_written(told: list[tuple[str, bool | None]]) -> None:
    words = tuple(Word(text, n, n + 0.5, 0.5, space_before=space) for n, (text, space) in enumerate(told))
    segment = Segment(text_of(words), 0.0, 9.0, words, 0.5, "Ada", "en")
    with TemporaryDirectory() as folder:
        (Path(folder) / "heard.jsonl").write_text(as_line(segment))
        assert list(heard_segments(Path(folder))) == [segment]


def test_a_transcript_from_before_words_knew_their_spaces_is_as_it_was(tmp_path: Path) -> None:
    old = '["is $3 .50", 0.5, 2.0, [["is", 0.5, 1.0, 0.9], ["$3", 1.0, 1.5, 0.9], [".50", 1.5, 2.0, null]], 0.9, ""]\n'
    (tmp_path / "heard.jsonl").write_text(old)
    (heard,) = heard_segments(tmp_path)
    assert text_of(heard.words) == heard.text == "is $3 .50"
    assert realigned(heard) is heard
    assert as_line(heard) == old
