"""A chapter's narration, in this process, with the real voice and one that is broken on purpose."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import workers.audiobook
import workers.task
import workers.voicing
from engine.errors import GenerationError
from engine.text.segment import TextSegment
from engine.tts.base import SpeechPiece, Synthesizer
from engine.types import SpeechRequest
from studio.library import tries
from studio.library.jobs.options import BookOptions
from studio.library.library import Library
from studio.library.narration.scores import Journal, open_score
from studio.library.tries import DEATHS
from tests.workers.books import PlainBook, PlainChapter, journal, plain_book
from workers.audiobook import assemble, narrate_chapter
from workers.lines import slices
from workers.models import load_voice
from workers.task import Task

OPTIONS = BookOptions(format="wav", loudness="none")


class Broken:
    """A real voice that cannot say some sentences."""

    def __init__(self, voice: Synthesizer, unspeakable: set[str], error: Exception) -> None:
        self._voice = voice
        self.unspeakable = unspeakable
        self.error = error
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._voice, name)

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        self.asked.append(segment.text)
        if any(word in segment.text for word in self.unspeakable):
            raise self.error
        yield from self._voice.synthesize(segment, request)

    def render(self, segment: TextSegment, request: SpeechRequest) -> SpeechPiece:
        pieces = list(self.synthesize(segment, request))
        return SpeechPiece(
            np.concatenate([piece.samples for piece in pieces]), tuple(word for piece in pieces for word in piece.words)
        )


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Broken]:
    def make(*unspeakable: str, error: Exception | None = None) -> Broken:
        voice = Broken(None, set(unspeakable), error or GenerationError("It stuck."))  # type: ignore[arg-type]

        def load(task: Task, model_id: str) -> Any:
            voice._voice = load_voice(task, model_id)
            return voice

        monkeypatch.setattr(workers.audiobook, "load_voice", load)
        return voice

    return make


@pytest.mark.parametrize("error", [GenerationError("It stuck."), ValueError("a bug in the family")])
def test_a_sentence_that_fails_three_times_is_marked_and_the_rest_goes_on(
    library: Library, broken: Callable[..., Broken], error: Exception
) -> None:
    voice = broken("Clara", error=error)
    job_id = library.submit_book("ann", plain_book(2, 5), OPTIONS).id
    narrate_chapter(job_id, 0)
    assert sum("Clara" in text for text in voice.asked) == 3
    half = library.view("ann", job_id)
    assert half.status == "running"  # the other chapter still wants to be narrated
    assert half.parts[0].status == "failed"
    narrate_chapter(job_id, 1)
    failed = library.view("ann", job_id)
    assert failed.status == "failed"
    assert failed.error.startswith("1 sentence in 1 chapter could not be spoken after three tries.")
    assert [(one.part_title, one.segment_index, one.attempts) for one in failed.failed] == [("Part 1", 3, 3)]
    assert failed.failed[0].text.startswith("Clara")
    assert failed.failed[0].error.endswith(".")
    assert "bug" not in failed.failed[0].error
    assert failed.parts[1].status == "done"


def test_the_number_of_tries_is_one_number_and_its_word_follows(
    library: Library, broken: Callable[..., Broken], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "TRIES", 2)
    monkeypatch.setattr(workers.voicing, "TRIES", 2)
    voice = broken("Clara")
    job_id = library.submit_book("ann", plain_book(1, 5), OPTIONS).id
    narrate_chapter(job_id, 0)
    assert sum("Clara" in text for text in voice.asked) == 2
    failed = library.view("ann", job_id)
    assert "after two tries." in failed.error and "after two tries." in failed.parts[0].error
    assert tries.after_all_tries() == "after two tries"


def test_a_failed_sentence_can_be_tried_again_and_costs_only_itself(
    library: Library, broken: Callable[..., Broken]
) -> None:
    voice = broken("Clara", "David")
    job_id = library.submit_book("ann", plain_book(1, 6), OPTIONS).id
    narrate_chapter(job_id, 0)
    failed = library.view("ann", job_id).failed
    assert len(failed) == 2
    voice.unspeakable.clear()
    voice.asked.clear()
    library.retry_segment("ann", job_id, failed[0].id)
    narrate_chapter(job_id, 0)
    assert len(voice.asked) == 1
    assert voice.asked[0].startswith("Clara")
    assert [one.id for one in library.view("ann", job_id).failed] == [failed[1].id]
    library.retry("ann", job_id)
    narrate_chapter(job_id, 0)
    assert len(voice.asked) == 2
    assert library.view("ann", job_id).parts[0].status == "done"


def test_silence_stands_in_only_when_it_is_allowed_and_stays_listed(
    library: Library, broken: Callable[..., Broken]
) -> None:
    voice = broken("Clara")
    job_id = library.submit_book("ann", plain_book(1, 5), OPTIONS).id
    narrate_chapter(job_id, 0)
    library.allow_silence("ann", job_id)
    asked = len(voice.asked)
    narrate_chapter(job_id, 0)
    assert len(voice.asked) == asked  # it is left silent, not tried again
    assemble(job_id, 1)
    done = library.view("ann", job_id)
    assert done.status == "done"
    assert len(done.failed) == 1
    assert "retry" in done.actions
    score = open_score(library.storage.job_folder(job_id), 0)
    assert score is not None
    assert [note.key == "" for note in score.notes()] == [False, False, False, True, False, False]

    voice.unspeakable.clear()
    assert library.retry_segment("ann", job_id, done.failed[0].id).status == "queued"
    narrate_chapter(job_id, 0)
    assemble(job_id, 1)
    again = library.view("ann", job_id)
    assert (again.status, again.failed) == ("done", ())
    assert len(again.results) == len(done.results)


def test_a_sentence_that_kills_its_workers_is_marked_without_being_tried_again(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(1, 5), OPTIONS).id
    narrate_chapter(job_id, 0)
    third = [entry for entry in journal(library, job_id) if "end" in entry][3]
    first_job = library.storage.segment_cache / third["end"][:2] / third["end"]
    first_job.unlink()
    again = library.submit_book("ann", plain_book(1, 5), OPTIONS).id
    past = library.storage.job_folder(again) / "parts" / "0000.journal.jsonl"
    past.parent.mkdir()
    past.write_text("".join(f'{{"begin": "{third["end"]}", "index": 3, "pid": {pid}}}\n' for pid in range(DEATHS)))
    narrate_chapter(again, 0)
    failed = library.view("ann", again)
    assert [(one.segment_index, one.text.split()[0]) for one in failed.failed] == [(3, "Clara")]
    assert "stopped unexpectedly" in failed.failed[0].error
    library.retry("ann", again)
    narrate_chapter(again, 0)
    assert library.view("ann", again).parts[0].status == "done"


def test_a_changed_paragraph_costs_that_paragraph(library: Library) -> None:
    book = plain_book(1, 20)
    narrate_chapter(library.submit_book("ann", book, OPTIONS).id, 0)
    paragraphs = list(book.chapters[0].paragraphs)
    paragraphs[1] = "Something else happened here. Nobody knew why."
    changed = PlainBook(book.title, book.authors, "en", None, (PlainChapter("Part 1", tuple(paragraphs)),))
    job_id = library.submit_book("ann", changed, OPTIONS).id
    narrate_chapter(job_id, 0)
    assert sum("end" in entry for entry in journal(library, job_id)) == 2
    other_pauses = BookOptions(format="mp3", loudness="acx", sentence_pause_s=1.0)
    job_id = library.submit_book("ann", changed, other_pauses).id
    narrate_chapter(job_id, 0)
    assert journal(library, job_id) == []
    for other_sound in (BookOptions(speed=1.2), BookOptions(pitch=1.1), BookOptions(voice="en-gb")):
        job_id = library.submit_book("ann", changed, other_sound).id
        narrate_chapter(job_id, 0)
        assert journal(library, job_id) != []


def test_nobody_hears_from_the_cache_what_somebody_else_had_spoken(library: Library) -> None:
    narrate_chapter(library.submit_book("ann", plain_book(1, 5), OPTIONS).id, 0)
    theirs = library.submit_book("bob", plain_book(1, 5), OPTIONS).id
    narrate_chapter(theirs, 0)
    assert sum("end" in entry for entry in Journal(library.storage.job_folder(theirs), 0).entries()) == 6


def test_a_ticket_for_finished_or_unknown_work_does_nothing(library: Library) -> None:
    job_id = library.submit_book("ann", plain_book(1, 3), OPTIONS).id
    narrate_chapter(job_id, 0)
    before = library.view("ann", job_id)
    narrate_chapter(job_id, 0)
    narrate_chapter(job_id, 99)
    narrate_chapter("0" * 32, 0)
    assert library.view("ann", job_id) == before


def test_words_of_the_book_stay_as_written_in_the_score(library: Library) -> None:
    text = "In 1984 Dr. Smith paid $3.50 for 2 maps."
    book = PlainBook("T", (), "en", None, (PlainChapter("", (text,)),))
    job_id = library.submit_book("ann", book, OPTIONS).id
    narrate_chapter(job_id, 0)
    score = open_score(library.storage.job_folder(job_id), 0)
    assert score is not None
    notes = list(score.notes())
    assert " ".join(note.text for note in notes) == text
    words = [word for note in notes for word in note.words]
    assert {"1984", "$3.50"} <= {word.text.strip(".,") for word in words}
    for note in notes:
        times = [(word.start_s, word.end_s) for word in note.words]
        assert times == sorted(times)


def test_long_paragraphs_are_cut_after_sentences_and_lose_nothing() -> None:
    sentence = "This is one sentence of many. "
    paragraph = sentence * 2000
    pieces = list(slices(paragraph))
    assert "".join(piece for piece, _ in pieces) == paragraph
    assert all(len(piece) <= 8000 for piece, _ in pieces)
    assert all(piece.rstrip().endswith(".") for piece, _ in pieces)
    assert [is_last for _, is_last in pieces] == [False] * (len(pieces) - 1) + [True]
    unbroken = "x" * 20_000
    assert "".join(piece for piece, _ in slices(unbroken)) == unbroken


def test_a_chapter_of_ornaments_does_not_spoil_the_book(library: Library) -> None:
    chapters = (PlainChapter("", ("* * *",)), PlainChapter("Two", ("Words at last.",)))
    job_id = library.submit_book("ann", PlainBook("T", (), "en", None, chapters), OPTIONS).id
    for number in (0, 1):
        narrate_chapter(job_id, number)
    assemble(job_id, 2)
    done = library.view("ann", job_id)
    assert (done.status, done.error) == ("done", "")
    assert done.parts[0].audio_s == 0.0
    nothing = library.submit_book("ann", PlainBook("T", (), "en", None, chapters[:1]), OPTIONS).id
    narrate_chapter(nothing, 0)
    assemble(nothing, 1)
    assert library.view("ann", nothing).status == "failed"
    assert "no words" in library.view("ann", nothing).error
