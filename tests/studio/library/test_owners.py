"""What the shared login of older versions made becomes the owner's."""

from pathlib import Path

from engine.types import Pronunciation
from studio.library import owners
from studio.library.db import session
from studio.library.library import Library
from studio.library.tables import Clip, Job, JobKind
from studio.library.voices import saved
from studio.library.words import pronunciations


def test_the_owner_sees_what_the_shared_login_made(library: Library, tmp_path: Path) -> None:
    with session(library.db, write=True) as rows:
        rows.add(Clip(owner="studio", text="hello", model="espeak-ng", voice="en-us", path="clips/a.wav"))
        rows.add(Job(id="a" * 32, owner="studio", kind=JobKind.AUDIOBOOK, title="A book"))
        rows.add(Job(id="b" * 32, owner="ada", kind=JobKind.AUDIOBOOK, title="Hers"))
    for owner, voice in (("studio", "theirs"), ("local", "mine")):
        pronunciations.add(library.db, owner, Pronunciation("Sybil", "a"))
        saved.keep(library.db, owner, "kokoro", "Evening", f"af_heart:1+{voice}:1")
        saved.keep(library.db, owner, "kokoro", voice, "af_heart:1")
    pronunciations.add(library.db, "studio", Pronunciation("Dudley", "a"))

    for _ in range(2):
        owners.hand_over(library.db, "studio", "local")
        assert [clip.text for clip in library.list_clips("local")] == ["hello"]
        assert [job.title for job in library.list_jobs("local")] == ["A book"]
        assert [job.title for job in library.list_jobs("ada")] == ["Hers"]
        assert [one.said.word for one in pronunciations.list_all(library.db, "local")] == ["Dudley", "Sybil"]
        assert {one.name for one in saved.list_all(library.db, "local")} == {"Evening", "mine", "theirs"}
        assert saved.resolved(library.db, "local", "kokoro", "evening") == "af_heart:1+mine:1"
    assert saved.resolved(library.db, "studio", "kokoro", "evening") == "af_heart:1+theirs:1"
