"""Emotion tags in a book that the built-in voice narrates: what it can do is heard, what it cannot is told, again and
again, also when nothing has to be spoken anew."""

from studio.library.jobs.options import BookOptions
from studio.library.jobs.views import JobView
from studio.library.library import Library
from tests.workers.books import PlainBook, PlainChapter, journal
from workers.audiobook import narrate_chapter


def narrated(library: Library, text: str) -> JobView:
    book = PlainBook("Tags", ("Ann",), "en", None, (PlainChapter("One", (text,)),))
    job_id = library.submit_book("ann", book, BookOptions(format="wav", loudness="none", speak_titles=False)).id
    narrate_chapter(job_id, 0)
    return library.view("ann", job_id)


def test_a_sigh_is_a_pause_a_gasp_is_told_and_the_cache_forgets_neither(library: Library) -> None:
    plain = narrated(library, "Well, look at that.")
    tagged = narrated(library, "Well, <sigh> look <gasp> at that.")
    again = narrated(library, "Well, <sigh> look <gasp> at that.")
    assert plain.parts[0].audio_s + 0.2 < tagged.parts[0].audio_s == again.parts[0].audio_s
    assert plain.notices == ()
    assert [notice for notice in tagged.notices if "<gasp>" in notice]
    assert not [notice for notice in tagged.notices if "<sigh>" in notice]
    assert again.notices == tagged.notices
    assert [entry for entry in journal(library, tagged.id) if "begin" in entry or "batch" in entry]
    assert not [entry for entry in journal(library, again.id) if "begin" in entry or "batch" in entry]
