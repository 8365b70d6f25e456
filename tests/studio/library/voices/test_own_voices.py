"""Voices of one's own as they are kept: whose they are, when they speak, what goes with them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from engine.errors import AudioFormatError, ModelNotDownloaded, OptionError, VoiceError
from engine.tts.kokoro import tuned
from engine.tts.prepared import write
from engine.types import SpeechRequest, Tone
from studio.library.db import session
from studio.library.errors import Conflict, IllegalMove, NotFound
from studio.library.jobs.options import BookOptions
from studio.library.library import Library
from studio.library.narration.scores import Journal
from studio.library.narration.segments import SegmentCache
from studio.library.tables import OwnVoice
from studio.library.voices import saved
from studio.library.voices.own import books_using, consents, deleting, designed, drafts, recordings, rows, sounds
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import token
from studio.library.voices.own.resolving import GONE
from studio.library.voices.own.speaker import OwnSpeaker, model_for
from studio.library.voices.worn import check, worn
from tests.studio.library.conftest import small_book
from tests.studio.library.voices.conftest import JFK, SAID, Make

GUEST = "guest-0123456789abcdef"
CLONES = "mlx-community/orpheus-3b-0.1-ft-4bit"  # whoever is no Kokoro is given the recording


def asked(voice: str) -> SpeechRequest:
    return SpeechRequest("Hello.", voice=voice)


def test_a_recorded_voice_speaks_when_somebody_agreed_and_its_recording_is_what_a_model_gets(
    library: Library, make: Make
) -> None:
    voice = make(agreed=False)
    with pytest.raises(VoiceError, match="has not agreed"):
        worn(library.db, library.storage, "ann", CLONES, asked(token(voice.id)))
    consents.declare(library.db, "ann", voice.id)
    request = worn(library.db, library.storage, "ann", CLONES, asked(token(voice.id)))
    assert request.prompt is not None
    assert (request.voice, request.prompt.text, request.prompt.sample_rate) == ("", SAID, sounds.RATE)
    assert len(request.prompt.samples) == round(5.7 * sounds.RATE)
    assert request.prompt.states == VoiceFolder.of(library.storage, voice.id).states
    assert worn(library.db, library.storage, "ann", CLONES, asked("af_heart")).prompt is None


def test_moods_and_tone_go_with_it(library: Library, make: Make, alike: dict[str, float]) -> None:
    voice = make()
    draft = drafts.take_in(library.storage, "ann", JFK, "en", None)
    added = recordings.add(library.db, library.storage, "ann", voice.id, recordings.Chosen(draft.id, " Calm "))
    assert [one.mood for one in added.recordings] == ["", "calm"]
    again = drafts.take_in(library.storage, "ann", JFK, "en", None)
    with pytest.raises(OptionError, match="calm"):
        recordings.add(library.db, library.storage, "ann", voice.id, recordings.Chosen(again.id, "calm"))
    rows.change(library.db, "ann", voice.id, added.version, rows.Changes(tone={"pitch_semitones": -2, "room": 0.5}))
    request = worn(library.db, library.storage, "ann", CLONES, asked(token(voice.id)))
    assert [mood for mood, _ in request.moods] == ["calm"]
    assert request.tone == Tone(pitch_semitones=-2, room=0.5)
    # A further recording of somebody else has to be agreed to anew.
    alike["likeness"] = 0.2
    other = recordings.add(library.db, library.storage, "ann", voice.id, recordings.Chosen(again.id, "angry"))
    assert other.consent.state == "none"


def test_a_tuned_voice_is_kokoros_and_a_blend_with_a_tone_stays_a_blend(library: Library, make: Make) -> None:
    voice = make()
    with pytest.raises(VoiceError, match="not tuned yet"):
        worn(library.db, library.storage, "ann", "kokoro", asked(token(voice.id)))
    state = tuned.state_of("af_heart", np.ones(128, np.float32), np.zeros(128, np.float32))
    write(VoiceFolder.of(library.storage, voice.id).tuned, state)
    with session(library.db, write=True) as opened:
        row = opened.get(OwnVoice, voice.id)
        assert row is not None
        row.tuned = "both"
        opened.add(row)
    request = worn(library.db, library.storage, "ann", "kokoro", asked(token(voice.id)))
    assert request.state is not None
    assert (request.voice, request.prompt) == ("af_heart", None)
    assert np.array_equal(request.state.arrays["timbre"], state.arrays["timbre"])

    blend = saved.keep(library.db, "ann", "kokoro", "Evening", "af_heart:0.6+am_michael:0.4")
    assert saved.resolved(library.db, "ann", "", "evening") == blend.blend
    kept = rows.find(library.db, "ann", blend.id)
    rows.change(library.db, "ann", blend.id, kept.version, rows.Changes(tone={"low_db": 3}))
    speaker = saved.resolved(library.db, "ann", "", "evening")
    assert isinstance(speaker, OwnSpeaker)
    request = worn(library.db, library.storage, "ann", "kokoro", asked(speaker.token))
    assert (request.voice, request.tone) == (blend.blend, Tone(low_db=3))


def test_names_and_ids_lead_to_it_for_its_owner_and_those_it_is_shared_with(library: Library, make: Make) -> None:
    voice = make("ann", "Ada")
    for named in ("ada", " ADA ", token(voice.id)):
        found = saved.resolved(library.db, "ann", "", named)
        assert isinstance(found, OwnSpeaker)
        assert found.token == token(voice.id)
    assert saved.resolved(library.db, "bob", "", "Ada") == "Ada"
    with pytest.raises(NotFound, match="no such voice"):
        saved.resolved(library.db, "bob", "", token(voice.id))
    rows.change(library.db, "ann", voice.id, voice.version, rows.Changes(shared=True))
    assert isinstance(saved.resolved(library.db, "bob", "", "Ada"), OwnSpeaker)
    assert [one.name for one in rows.list_all(library.db, "bob")] == ["Ada"]
    check(library.db, "bob", token(voice.id))
    # Guests neither see nor use it, nor does anybody but its owner change it.
    assert rows.list_all(library.db, GUEST) == []
    assert saved.resolved(library.db, GUEST, "", "Ada") == "Ada"
    with pytest.raises(NotFound):
        check(library.db, GUEST, token(voice.id))
    with pytest.raises(NotFound):
        rows.change(library.db, "bob", voice.id, 3, rows.Changes(name="Bob's"))
    with pytest.raises(NotFound):
        recordings.sound(library.db, library.storage, "bob", voice.id, voice.recordings[0].id, False)
    theirs = make(GUEST, "Guest")
    with pytest.raises(IllegalMove, match="public link"):
        rows.change(library.db, GUEST, theirs.id, theirs.version, rows.Changes(shared=True))


def test_an_older_version_is_refused_so_that_two_tabs_lose_nothing(library: Library, make: Make) -> None:
    voice = make()
    changed = rows.change(library.db, "ann", voice.id, voice.version, rows.Changes(name="Eve", tags=[" a ", "a", "b"]))
    assert (changed.name, changed.tags, changed.version) == ("Eve", ("a", "b"), voice.version + 1)
    with pytest.raises(Conflict, match="changed meanwhile"):
        rows.change(library.db, "ann", voice.id, voice.version, rows.Changes(name="Ida"))
    make(name="Ida")
    with pytest.raises(OptionError, match="already"):
        rows.change(library.db, "ann", voice.id, changed.version, rows.Changes(name="IDA"))
    for wrong in (
        rows.Changes(tone={"pitch_semitones": 5}),
        rows.Changes(tone={"loud": 1}),
        rows.Changes(colour="red;background:url(x)"),
        rows.Changes(name="a+b"),
        rows.Changes(name="voice_" + "0" * 32),
        rows.Changes(notes="x" * 5000),
    ):
        with pytest.raises(OptionError):
            rows.change(library.db, "ann", voice.id, changed.version, wrong)


def test_consent_is_heard_in_the_right_voice_and_taken_back(
    library: Library, make: Make, alike: dict[str, float]
) -> None:
    voice = make(agreed=False)
    asked_for = consents.ask(library.db, "ann", voice.id, "en")

    def answered(heard: str) -> consents.Answer:
        return consents.answer(library.db, library.storage, "ann", voice.id, asked_for.id, JFK, lambda *_: heard)

    first = answered("Something else entirely.")
    assert (first.given, first.words_right, first.same_voice, first.tries_left) == (False, False, True, 2)
    alike["likeness"] = 0.3
    second = answered(asked_for.text)
    assert (second.given, second.words_right, second.same_voice, second.tries_left) == (False, True, False, 1)
    alike["likeness"] = 0.9
    third = answered(asked_for.text.lower().replace(".", ""))
    assert third.given
    given = rows.find(library.db, "ann", voice.id)
    assert given.consent.state == "given"
    folder = VoiceFolder.of(library.storage, voice.id)
    assert folder.consent(asked_for.id).is_file()
    with pytest.raises(NotFound):
        answered(asked_for.text)

    (folder.states / "x.npz").parent.mkdir(parents=True)
    (folder.states / "x.npz").write_bytes(b"state")
    revoked = consents.revoke(library.db, library.storage, "ann", voice.id)
    assert (revoked.consent.state, revoked.recordings) == ("revoked", ())
    assert not list(folder.root.rglob("*.wav"))
    assert not folder.states.exists()
    with pytest.raises(VoiceError, match="taken back"):
        check(library.db, "ann", token(voice.id))


def test_a_sentence_is_tried_three_times(library: Library, make: Make, alike: dict[str, float]) -> None:
    voice = make(agreed=False)
    asked_for = consents.ask(library.db, "ann", voice.id, "de")
    for left in (2, 1, 0):
        answer = consents.answer(
            library.db, library.storage, "ann", voice.id, asked_for.id, JFK, lambda *_: "nothing of it"
        )
        assert answer.tries_left == left
    assert "owner of this studio may decide" in answer.message
    with pytest.raises(IllegalMove, match="three times"):
        consents.answer(library.db, library.storage, "ann", voice.id, asked_for.id, JFK, lambda *_: asked_for.text)


def test_deleting_tells_the_books_and_takes_recordings_and_spoken_sentences(library: Library, make: Make) -> None:
    voice = make()
    book = library.submit_book("ann", small_book(1), BookOptions(voice=token(voice.id)))
    plain = library.submit_book("ann", small_book(1), BookOptions(voice="af_heart"))
    cache = SegmentCache(library.storage.segment_cache)
    for job, key in ((book, "aa" * 32), (plain, "bb" * 32)):
        cache.write(key, np.zeros(10, dtype=np.float32), 24000, ())
        journal = Journal(library.storage.job_folder(job.id), 0)
        journal.end(key, 0)
        journal.close()
    assert [one.id for one in books_using.books(library.db, "ann", voice.id)] == [book.id]
    told = deleting.delete(library.db, library.storage, "ann", token(voice.id))
    assert [(one.id, one.title) for one in told] == [(book.id, "A Small Book")]
    assert not (library.storage.outputs / "voices" / voice.id).exists()
    assert (cache.has("aa" * 32), cache.has("bb" * 32)) == (False, True)
    with pytest.raises(NotFound, match=GONE[:20]):
        worn(library.db, library.storage, "ann", "kokoro", asked(token(voice.id)))


@pytest.mark.parametrize(
    ("seconds", "loudness", "sentence"),
    [(0.3, 0.5, "at least 1"), (3.0, 0.0, "Nothing can be heard"), (601.0, 0.5, "needs 5 to 20 seconds")],
)
def test_what_is_no_recording_of_a_voice_is_refused(
    library: Library, tmp_path: Path, seconds: float, loudness: float, sentence: str
) -> None:
    file = tmp_path / "odd.wav"
    soundfile.write(file, np.full(round(seconds * 8000), loudness, dtype=np.float32), 8000)
    with pytest.raises(AudioFormatError, match=sentence):
        drafts.take_in(library.storage, "ann", file, "", None)
    assert not list(library.storage.drafts("ann").iterdir())


def test_drafts_are_their_owners_and_go_after_a_day(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = drafts.take_in(library.storage, "ann", JFK, "en", lambda *_: drafts.Heard(SAID, "en"))
    assert 5 <= draft.end_s - draft.start_s <= 20
    assert (draft.text, len(draft.peaks)) == (SAID, 600)
    for owner, name in (("bob", draft.id), ("ann", "../" + draft.id), ("ann", "x")):
        with pytest.raises(NotFound):
            drafts.sound(library.storage, owner, name)
    changed = drafts.change(library.storage, "ann", draft.id, 1.0, 7.0, None)
    assert (changed.start_s, changed.end_s, changed.text) == (1.0, 7.0, "")
    with pytest.raises(OptionError):
        drafts.change(library.storage, "ann", draft.id, 5.0, 5.2, None)
    monkeypatch.setattr(drafts, "LIFETIME_S", -1.0)
    library.sweep()
    with pytest.raises(NotFound, match="kept for a day"):
        drafts.find(library.storage, "ann", draft.id)


def test_a_design_is_frozen_to_one_of_three(library: Library) -> None:
    recipe = designed.Recipe("a calm old man", "Hello there.", "en", "some/model", 7)
    spoken: list[int] = []

    def speak(seed: int) -> tuple[np.ndarray, int]:
        spoken.append(seed)
        return np.full(2 * 12000, 0.1 * len(spoken), dtype=np.float32), 12000

    made = designed.make(library.storage, "ann", recipe, speak)
    assert [one.seed for one in made.candidates] == spoken
    assert spoken[0] == 7
    assert len(set(spoken)) == 3
    voice = designed.keep(library.db, library.storage, "ann", made.id, 2, "Storyteller")
    assert (voice.kind, voice.consent.state, voice.recipe["seed"]) == ("designed", "designed", spoken[1])
    request = worn(library.db, library.storage, "ann", CLONES, asked(token(voice.id)))
    assert request.prompt is not None
    assert request.prompt.text == "Hello there."
    assert request.prompt.samples[1000] == pytest.approx(0.2, abs=0.01)
    with pytest.raises(IllegalMove, match="nobody"):
        consents.ask(library.db, "ann", voice.id, "en")


@pytest.mark.parametrize(
    ("description", "named"),
    [
        ("sounds like Morgan Freeman", True),
        ("the voice of Greta", True),
        ("A warm narrator in the manner of David Attenborough", True),
        ("wie Angela Merkel", True),
        ("like Sean Connery, but younger", True),
        ("A calm old man with a Scottish accent", False),
        ("Young American woman, New York, bright and quick", False),
        ("Deep. Slow. British English, Received Pronunciation.", False),
        ("A BBC newsreader like a radio of the fifties", False),
        ("Speaks like a pirate", False),
    ],
)
def test_a_description_may_name_nobody(description: str, named: bool) -> None:
    assert bool(designed.name_in(description)) is named


def test_a_description_is_bounded() -> None:
    with pytest.raises(OptionError, match="10,000"):
        designed.checked("x" * 10_000, "Hello.")
    for description, text in (("", "Hello."), ("calm", ""), ("calm", "x" * 401)):
        with pytest.raises(OptionError):
            designed.checked(description, text)


def test_who_speaks_it_is_said_where_nobody_is_here(tmp_path: Path) -> None:
    fitted = OwnSpeaker("voice_x", "Ada", is_tuned=True, has_recording=True)
    with pytest.raises(ModelNotDownloaded, match="studio models get natural"):
        model_for(fitted, tmp_path)
    with pytest.raises(VoiceError, match="eSpeak NG cannot speak as Ada"):
        model_for(fitted, tmp_path, model="espeak-ng")
    with pytest.raises(VoiceError, match="not agreed"):
        model_for(OwnSpeaker("voice_x", "Ada", silent="Ada has not agreed."), tmp_path)
