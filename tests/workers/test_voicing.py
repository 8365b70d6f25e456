"""Batches of segments: spoken together, kept one by one, and none taken along by a bad neighbour."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import workers.audiobook
import workers.task
from engine.errors import GenerationError, OutOfMemory
from engine.text.segment import TextSegment
from engine.tts.base import SpeechPiece
from engine.types import Pronunciation, Sampling, SpeechRequest
from studio.library.jobs.options import BookOptions
from studio.library.library import Library
from studio.library.narration.scores import Journal, open_score
from tests.workers.books import PlainBook, PlainChapter, assert_nothing_was_spoken_twice, journal, plain_book
from workers import voicing
from workers.audiobook import narrate_chapter
from workers.models import load_voice
from workers.task import Task

OPTIONS = BookOptions(format="wav", loudness="none")
CHAR_BYTES = 1000


class Choir:
    """The real voice, speaking several segments in one call; it notes who asked for what."""

    takes_batches = True

    def __init__(self) -> None:
        self.voice: Any = None
        self.task: Any = None
        self.batches: list[list[str]] = []
        self.alone: list[str] = []
        self.before: Callable[[list[str]], None] = lambda texts: None
        self.unspeakable = ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self.voice, name)

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        self.alone.append(segment.text)
        return self._one(segment, request)

    def synthesize_batch(self, segments: Sequence[TextSegment], request: SpeechRequest) -> list[SpeechPiece]:
        self.batches.append([segment.text for segment in segments])
        self.before(self.batches[-1])
        return [self._one(segment, request) for segment in segments]

    def batch_memory(self, segments: Sequence[TextSegment]) -> int:
        return len(segments) * max(len(segment.text) for segment in segments) * CHAR_BYTES

    def _one(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        if self.unspeakable and self.unspeakable in segment.text:
            raise GenerationError("It stuck.")
        return self.voice.render(segment, request)


@pytest.fixture(autouse=True)
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """How fast this machine is must not matter."""
    monkeypatch.setattr(voicing, "BATCH_S", float("inf"))


@pytest.fixture
def choir(library: Library, monkeypatch: pytest.MonkeyPatch) -> Choir:
    choir = Choir()

    def load(task: Task, model_id: str) -> Any:
        choir.voice, choir.task = load_voice(task, model_id), task
        return choir

    monkeypatch.setattr(workers.audiobook, "load_voice", load)
    return choir


def begun_alone(library: Library, job_id: str) -> list[str]:
    return [entry["begin"] for entry in journal(library, job_id) if "begin" in entry]


def texts(library: Library, job_id: str) -> list[str]:
    score = open_score(library.storage.job_folder(job_id), 0)
    assert score is not None
    return [note.text for note in score.notes()]


def test_segments_are_spoken_together_and_told_in_order(
    library: Library, choir: Choir, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = plain_book(1, 90)
    job_id = library.submit_book("ann", book, OPTIONS).id
    narrate_chapter(job_id, 0)
    done = library.view("ann", job_id).parts[0]
    assert (done.status, done.words_done) == ("done", done.words_total)
    assert texts(library, job_id)[:2] == ["Part 1", "Ada opened the door, and then walked 2 miles home."]
    assert sum(map(len, choir.batches)) + len(choir.alone) == 91
    assert len(choir.alone) <= 2
    assert len(choir.batches) <= 10
    assert max(map(len, choir.batches)) == voicing.MOST_AT_ONCE
    assert_nothing_was_spoken_twice(library, job_id)
    # One by one it is the same sound under the same names: nothing is left to speak.
    monkeypatch.setattr(workers.audiobook, "load_voice", load_voice)
    alone = library.submit_book("ann", book, OPTIONS).id
    narrate_chapter(alone, 0)
    assert journal(library, alone) == []
    assert library.view("ann", alone).parts[0].audio_s == done.audio_s


def test_segments_of_a_batch_are_of_about_one_length(library: Library, choir: Choir) -> None:
    long, short = "and then she went on and on along the river until it was dark", "He left"
    lines = [f"{short} {number}." if number % 2 else f"{number} times {long}." for number in range(64)]
    book = PlainBook("T", (), "en", None, (PlainChapter("", (" ".join(lines),)),))
    narrate_chapter(library.submit_book("ann", book, OPTIONS).id, 0)
    spread = [max(map(len, batch)) / min(map(len, batch)) for batch in choir.batches]
    assert max(spread) < 3, "short and long segments share a batch"


def test_a_bad_segment_takes_no_others_with_it(library: Library, choir: Choir) -> None:
    choir.unspeakable = "Clara"
    job_id = library.submit_book("ann", plain_book(1, 12), OPTIONS).id
    narrate_chapter(job_id, 0)
    view = library.view("ann", job_id)
    assert [one.text.split()[0] for one in view.failed] == ["Clara"]
    assert sum("Clara" in text for text in choir.alone) == 3
    others = [text for text in choir.alone if "Clara" not in text]
    assert len(others) == len(set(others)), "a good sentence was spoken twice"
    assert len({entry["end"] for entry in journal(library, job_id) if "end" in entry}) == 12


def test_a_batch_over_which_a_worker_died_goes_one_by_one(library: Library, choir: Choir) -> None:
    class Death(BaseException):
        pass

    def die(_texts: list[str]) -> None:
        raise Death

    book = plain_book(1, 30)
    job_id = library.submit_book("ann", book, OPTIONS).id
    past = Journal(library.storage.job_folder(job_id), 0)
    choir.before = die
    with pytest.raises(Death):
        narrate_chapter(job_id, 0)
    # What a killed process leaves: a batch that was begun and nothing more.
    entries = [entry for entry in past.entries() if "batch" in entry]
    path = library.storage.job_folder(job_id) / "parts" / "0000.journal.jsonl"
    path.write_text("".join(line + "\n" for line in path.read_text().splitlines() if '"batch"' in line))
    dead = set(entries[0]["batch"])
    assert len(dead) > 1
    assert set(past.deaths()) == dead
    choir.before, choir.batches = lambda texts: None, []
    _let_go(library, job_id)
    narrate_chapter(job_id, 0)
    assert library.view("ann", job_id).parts[0].status == "done"
    assert set(begun_alone(library, job_id)) >= dead
    later = [key for entry in past.entries()[1:] for key in entry.get("batch", [])]
    assert later, "the others are still spoken together"
    assert not dead & set(later)


def _let_go(library: Library, job_id: str) -> None:
    """As if the worker's process had ended."""
    from sqlmodel import col, update

    from studio.library.db import session
    from studio.library.tables import JobPart

    with session(library.db, write=True) as rows:
        rows.exec(update(JobPart).where(col(JobPart.job_id) == job_id).values(worker="", heartbeat_at=None))


def test_a_pause_is_heard_after_the_batch_in_hand_and_what_it_made_is_kept(library: Library, choir: Choir) -> None:
    job_id = library.submit_book("ann", plain_book(1, 60), OPTIONS).id

    def pause(_texts: list[str]) -> None:
        library.pause("ann", job_id)
        while not choir.task.heart.should_stop():
            pass

    choir.before = pause
    narrate_chapter(job_id, 0)
    assert library.view("ann", job_id).status == "paused"
    assert len(choir.batches) == 1
    kept = {entry["end"] for entry in journal(library, job_id) if "end" in entry}
    assert len(kept) == len(choir.batches[0])
    choir.before = lambda texts: None
    library.resume("ann", job_id)
    narrate_chapter(job_id, 0)
    assert library.view("ann", job_id).parts[0].status == "done"
    assert_nothing_was_spoken_twice(library, job_id)


@pytest.mark.parametrize("room", [0, 4 * 60 * CHAR_BYTES])
def test_a_batch_takes_no_more_memory_than_there_is(
    library: Library, choir: Choir, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(workers.audiobook, "batch_room", lambda settings, model: room)
    job_id = library.submit_book("ann", plain_book(1, 40), OPTIONS).id
    narrate_chapter(job_id, 0)
    assert library.view("ann", job_id).parts[0].status == "done"
    sizes = [len(batch) * max(map(len, batch)) * CHAR_BYTES for batch in choir.batches]
    assert all(size <= room for size in sizes)
    assert bool(sizes) == bool(room)


def test_a_batch_too_large_for_the_device_goes_one_by_one_and_the_next_is_smaller(
    library: Library, choir: Choir
) -> None:
    def refuse(texts: list[str]) -> None:
        if len(texts) > 2:
            raise OutOfMemory("No memory is left.")

    choir.before = refuse
    job_id = library.submit_book("ann", plain_book(1, 40), OPTIONS).id
    narrate_chapter(job_id, 0)
    assert library.view("ann", job_id).parts[0].status == "done"
    assert [len(batch) for batch in choir.batches].count(2) > 0


def test_what_the_voice_left_out_is_told_once_and_again_from_the_cache(library: Library) -> None:
    text = "It was funny <laugh> at first. Then it was not <laugh> funny. And so <yawn> on."
    book = PlainBook("T", (), "en", None, (PlainChapter("", (text,)),))
    told = []
    for _ in range(2):
        job_id = library.submit_book("ann", book, OPTIONS).id
        narrate_chapter(job_id, 0)
        told.append(library.view("ann", job_id).notices)
    assert journal(library, job_id) == []
    assert told[0] == told[1]
    assert len(told[0]) == 2
    assert "<laugh>" in told[0][0]
    assert "<yawn>" in told[0][1]


def test_editing_a_pronunciation_costs_only_the_sentences_with_its_word(library: Library) -> None:
    book = plain_book(1, 26)

    def spoken_for(*entries: Pronunciation) -> int:
        options = BookOptions(format="wav", loudness="none", pronunciations=entries)
        job_id = library.submit_book("ann", book, options).id
        narrate_chapter(job_id, 0)
        assert texts(library, job_id)[3].startswith("Clara")
        assert library.view("ann", job_id).options.get("pronunciations") is None
        return sum("end" in entry for entry in journal(library, job_id))

    assert spoken_for() == 27
    assert spoken_for(Pronunciation("Clara", respelling="Klah rah")) == 2
    assert spoken_for(Pronunciation("Clara", respelling="Klah rah"), Pronunciation("Zoë", respelling="Zo ee")) == 0
    assert spoken_for(Pronunciation("Clara", respelling="Clare a")) == 2


def test_how_tokens_are_drawn_is_part_of_the_sound_only_when_it_is_said(library: Library) -> None:
    book = plain_book(1, 3)
    counts = []
    for sampling in (Sampling(), Sampling(temperature=0.5), Sampling(temperature=0.5), Sampling()):
        job_id = library.submit_book("ann", book, BookOptions(sampling=sampling)).id
        narrate_chapter(job_id, 0)
        counts.append(sum("end" in entry for entry in journal(library, job_id)))
    assert counts == [4, 4, 0, 0]


def test_options_survive_the_row() -> None:
    options = BookOptions(
        sampling=Sampling(temperature=0.6, top_k=50), pronunciations=(Pronunciation("Sybil", phonemes="sˈɪbəl"),)
    )
    assert BookOptions.from_json(options.as_json()) == options
    assert BookOptions.from_json({}) == BookOptions()


def test_a_segment_begun_in_a_batch_counts_as_a_death_unless_it_was_finished(tmp_path: Path) -> None:
    journal = Journal(tmp_path, 0)
    journal.begin_batch(["a", "b", "c"], 0)
    journal.end("b", 1)
    journal.begin("d", 3)
    assert journal.deaths() == {"a": 1, "c": 1, "d": 1}
    journal.fail("d", 3)
    journal.begin_batch(["a"], 0)
    assert journal.deaths() == {"a": 2, "c": 1}
    journal.forgive()
    assert journal.deaths() == {}
    journal.close()


def test_a_wrong_number_of_pieces_is_no_batch(library: Library, choir: Choir) -> None:
    whole = choir.synthesize_batch
    choir.synthesize_batch = lambda segments, request: whole(segments, request)[:-1]  # type: ignore[method-assign]
    job_id = library.submit_book("ann", plain_book(1, 8), OPTIONS).id
    narrate_chapter(job_id, 0)
    score = open_score(library.storage.job_folder(job_id), 0)
    assert score is not None
    assert all(note.samples > 1000 for note in score.notes())
    assert library.view("ann", job_id).parts[0].status == "done"
    assert np.isfinite(library.view("ann", job_id).audio_s)


def test_whatever_may_change_the_sound_is_in_its_name(library: Library) -> None:
    book = plain_book(1, 1)

    def spoken(owner: str = "ann", **asked: Any) -> int:
        options = BookOptions(format="wav", loudness="none", **asked)
        job_id = library.submit_book(owner, book, options).id
        narrate_chapter(job_id, 0)
        return sum("end" in entry for entry in journal(library, job_id))

    assert spoken() == 2
    for asked in (
        {"seed": 1},
        {"speed": 1.5},
        {"pitch": 1.5},
        {"voice": "en-gb"},
        {"owner": "bob"},
        {"sampling": Sampling(top_p=0.5)},
    ):
        assert spoken(**asked) == 2, f"another {', '.join(asked)} was taken from the cache"
        assert spoken(**asked) == 0
    # What is done to the sound afterwards is none of it.
    assert spoken(sentence_pause_s=1.0, narrator="Ada") == 0
