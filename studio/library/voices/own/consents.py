"""Consent to a voice being copied: asked for, read aloud and checked, declared, taken back. Rows and files together.

A hurdle, no proof: two words that were drawn must be heard in a sentence that somebody reads, in the recording's voice.
"""

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, select

from engine.errors import AudioFormatError, OptionError, VoiceError
from engine.types import Samples
from studio.library.db import session
from studio.library.errors import IllegalMove, NotFound
from studio.library.storage import Storage
from studio.library.tables import ConsentState, OwnVoice, VoiceConsent, VoiceKind, VoiceRecording, new_id, now
from studio.library.voices.own import consent_words, judging, names, recordings, rows, sounds
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.judging import ToRead
from studio.library.voices.own.views import OwnVoiceView

TRIES = 3
SHORTEST_S = 1.0
MAX_LOOSE = 50
"""Consents of one person that belong to no voice yet."""

Check = Callable[[Samples, str], str]
"""(float32 [n] at `sounds.RATE`, a language) -> what is heard."""

OPENAI_PHRASE = (
    "I am the owner of this voice and I consent to OpenAI using this voice to create a synthetic voice model."
)
"""What clients written for OpenAI have people read; other makers' names may stand in it."""
_PHRASE_SHARE = 0.7
_PHRASE_NEEDS = frozenset({"owner", "voice", "consent"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence that waits to be read.

    Attributes:
        id: names it when it was read.
        text: the sentence.
        words: the two words that were drawn.
        language: BCP 47 tag.
        tries_left: how often it may be read.
    """

    id: str
    text: str
    words: tuple[str, ...]
    language: str
    tries_left: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a reading.

    Attributes:
        given: whether the voice speaks from now on.
        words_right: whether the sentence was heard.
        same_voice: whether it is the recording's voice.
        similarity: how alike the two are, -1 to 1; None where it was not looked at.
        tries_left: with this sentence.
        message: one sentence for the person.
    """

    given: bool
    words_right: bool
    same_voice: bool
    similarity: float | None
    tries_left: int
    message: str


def ask(db: Engine, owner: str, voice_id: str, language: str) -> Asked:
    """Draw a sentence to read; the one before it holds no longer.

    Raises:
        NotFound: no such voice of this person.
        IllegalMove: it is a blend, or was designed.
        OptionError: a language that has no sentence.
    """
    with session(db, write=True) as opened:
        row = _recorded(opened, owner, voice_id)
        drawn = judging.to_read(language or row.language or "en", row.name)
        opened.exec(
            delete(VoiceConsent).where(
                col(VoiceConsent.voice_id) == row.id, col(VoiceConsent.state) == ConsentState.ASKED
            )
        )
        asked = VoiceConsent(
            id=new_id(),
            owner=owner,
            voice_id=row.id,
            state=ConsentState.ASKED,
            name=row.name,
            language=drawn.language,
            sentence=drawn.text,
            words=list(drawn.words),
            tries_left=TRIES,
        )
        opened.add(asked)
    return Asked(asked.id, asked.sentence, tuple(asked.words), asked.language, TRIES)


def answer(
    db: Engine,
    storage: Storage,
    owner: str,
    voice_id: str,
    sentence: str,
    file: Path,
    check: Check,
    models_dir: Path | None = None,
) -> Answer:
    """Hear a reading, and let the voice speak where it is right.

    Args:
        db: of the library.
        storage: of the library.
        owner: whose voice.
        voice_id: which.
        sentence: the id of what was asked.
        file: the reading.
        check: what is said in it.
        models_dir: where what tells voices apart is kept.

    Raises:
        NotFound: no such voice or sentence.
        AudioFormatError: nothing to hear.
        ModelNotDownloaded: what hears words, or compares voices, is not here.
        IllegalMove: the sentence was read wrongly too often.
    """
    with session(db) as opened:
        row = _recorded(opened, owner, voice_id)
        asked = opened.get(VoiceConsent, sentence)
        if asked is None or asked.voice_id != row.id or asked.state is not ConsentState.ASKED:
            raise NotFound("This sentence is asked for no longer; ask for another one.")
        first = recordings.plain_of(recordings.of(opened, row.id))
    if asked.tries_left <= 0:
        raise IllegalMove("This sentence was tried three times; ask for another one.")
    if first is None:
        raise IllegalMove("This voice has no recording to compare with; add one first.")
    samples = sounds.taken_in(file, SHORTEST_S)
    drawn = ToRead(asked.sentence, tuple(asked.words), asked.language, judging.is_weak(asked.language))
    alike = judging.likeness(recordings.prompt(storage, first).samples, samples, models_dir)
    same_voice = alike >= judging.same_person()
    heard = check(samples, asked.language)
    words_right = judging.was_read(drawn, heard)
    given = words_right and same_voice
    with session(db, write=True) as opened:
        row = _recorded(opened, owner, voice_id)
        kept = opened.get(VoiceConsent, sentence)
        if kept is None or kept.state is not ConsentState.ASKED:
            raise NotFound("This sentence is asked for no longer; ask for another one.")
        kept.heard, kept.similarity = heard, alike
        if given:
            place = VoiceFolder.of(storage, row.id).consent(kept.id)
            sounds.keep(place, samples)
            kept.state, kept.decided_at, kept.path = ConsentState.GIVEN, now(), storage.relative(place)
            row.consent, row.imported = ConsentState.GIVEN, False
            rows.touch(opened, row)
        else:
            kept.tries_left -= 1
        opened.add(kept)
    return Answer(given, words_right, same_voice, round(alike, 3), kept.tries_left, _told(kept, drawn, given,
                  words_right, same_voice))  # fmt: skip


def declare(db: Engine, owner: str, voice_id: str) -> OwnVoiceView:
    """The owner of the studio says that the person agrees; who that is, is the door's to know.

    Raises:
        NotFound: no such voice of this person.
        IllegalMove: it is a blend, or has no recording.
    """
    with session(db, write=True) as opened:
        row = _recorded(opened, owner, voice_id)
        if opened.exec(select(VoiceRecording.id).where(VoiceRecording.voice_id == row.id)).first() is None:
            raise IllegalMove("This voice has no recording that anybody could agree to; add one first.")
        _note(opened, row, ConsentState.DECLARED)
        row.imported = False
        return rows.views(opened, [row])[0]


def revoke(db: Engine, storage: Storage, owner: str, voice_id: str) -> OwnVoiceView:
    """Take consent back: the voice does not speak any more, its recordings and all that was made of them go.

    Raises:
        NotFound: no such voice of this person.
        IllegalMove: it is a blend or was designed: nobody agreed to it.
    """
    with session(db, write=True) as opened:
        row = _recorded(opened, owner, voice_id)
        opened.exec(delete(VoiceRecording).where(col(VoiceRecording.voice_id) == row.id))
        opened.exec(
            delete(VoiceConsent).where(
                col(VoiceConsent.voice_id) == row.id, col(VoiceConsent.state) == ConsentState.ASKED
            )
        )
        row.tuned = ""
        _note(opened, row, ConsentState.REVOKED)
        view = rows.views(opened, [row])[0]
    folder = VoiceFolder.of(storage, row.id)
    folder.forget_sound()
    shutil.rmtree(folder.root / "consent", ignore_errors=True)
    return view


def note(opened: Session, row: OwnVoice, state: ConsentState) -> None:
    """Write down where consent stands, in a transaction that writes."""
    _note(opened, row, state)


# --- Consents of programs, which come before their voice


def take_in(
    db: Engine, storage: Storage, owner: str, name: str, language: str, file: Path, check: Check
) -> VoiceConsent:
    """Keep a consent that a program sent: somebody reading that they own their voice and agree.

    Raises:
        AudioFormatError: nothing to hear, or something else is said.
        ModelNotDownloaded: what hears words is not here.
        OptionError: a name that cannot be used, or too many.
    """
    name = names.checked(name)
    with session(db) as opened:
        if len(_loose(opened, owner)) >= MAX_LOOSE:
            raise OptionError(f"{MAX_LOOSE} consents wait for a voice already; delete some first.")
    samples = sounds.taken_in(file, SHORTEST_S)
    heard = check(samples, language)
    if not is_phrase(heard, language):
        raise AudioFormatError(
            f"The recording does not say what is needed. Have this read: “{OPENAI_PHRASE}” In another language, have "
            "the sentence read that the voice's own page asks for."
        )
    kept = VoiceConsent(
        id=new_id(),
        owner=owner,
        state=ConsentState.GIVEN,
        name=name,
        language=language.lower()[:35],
        sentence=OPENAI_PHRASE,
        heard=heard,
        decided_at=now(),
    )
    place = storage.consents(owner) / f"{kept.id}.wav"
    sounds.keep(place, samples)
    kept.path = storage.relative(place)
    with session(db, write=True) as opened:
        opened.add(kept)
    return kept


def loose(db: Engine, owner: str) -> list[VoiceConsent]:
    """The person's consents that programs sent, the latest first; those with a voice too."""
    with session(db) as opened:
        query = select(VoiceConsent).where(
            VoiceConsent.owner == owner,
            VoiceConsent.sentence == OPENAI_PHRASE,
            VoiceConsent.state == ConsentState.GIVEN,
        )
        return list(opened.exec(query.order_by(col(VoiceConsent.created_at).desc())).all())


def find(db: Engine, owner: str, consent_id: str) -> VoiceConsent:
    """One of them. Raises NotFound."""
    found = next((one for one in loose(db, owner) if one.id == consent_id.removeprefix("cons_")), None)
    if found is None:
        raise NotFound("There is no such consent.")
    return found


def rename(db: Engine, owner: str, consent_id: str, name: str) -> VoiceConsent:
    """Call it something else. Raises NotFound, OptionError."""
    found = find(db, owner, consent_id)
    with session(db, write=True) as opened:
        row = opened.get(VoiceConsent, found.id)
        if row is None:
            raise NotFound("There is no such consent.")
        row.name = names.checked(name)
        opened.add(row)
    return row


def remove(db: Engine, storage: Storage, owner: str, consent_id: str) -> None:
    """Delete it; a voice that was made with it does not speak any more. Raises NotFound."""
    found = find(db, owner, consent_id)
    if found.voice_id:
        with suppress(NotFound):
            revoke(db, storage, owner, found.voice_id)
    with session(db, write=True) as opened:
        opened.exec(delete(VoiceConsent).where(col(VoiceConsent.id) == found.id))
    storage.resolve(found.path).unlink(missing_ok=True)


def bind(
    db: Engine, storage: Storage, owner: str, consent: VoiceConsent, voice_id: str, models_dir: Path | None = None
) -> OwnVoiceView:
    """Let a voice speak by a consent that a program sent, where both are one person's.

    Raises:
        VoiceError: they are not.
        ModelNotDownloaded: what compares voices is not here.
    """
    with session(db) as opened:
        first = recordings.plain_of(recordings.of(opened, voice_id))
    assert first is not None  # it was made just now
    alike = judging.likeness(
        recordings.prompt(storage, first).samples, sounds.kept(storage.resolve(consent.path)), models_dir
    )
    if alike < judging.same_person():
        raise VoiceError("Consent was read by another voice than the sample's. Have whoever speaks in it agree.")
    with session(db, write=True) as opened:
        row, kept = rows.owned(opened, owner, voice_id), opened.get(VoiceConsent, consent.id)
        if kept is None:
            raise NotFound("There is no such consent.")
        row.consent = ConsentState.GIVEN
        if not kept.voice_id:
            kept.voice_id, kept.similarity = row.id, alike
            opened.add(kept)
        rows.touch(opened, row)
        return rows.views(opened, [row])[0]


def is_phrase(heard: str, language: str) -> bool:
    """Whether somebody says that they own their voice and agree, as near as a recogniser hears it."""
    said = _words(heard)
    wanted = _words(OPENAI_PHRASE) - {"openai"}
    return said >= _PHRASE_NEEDS and len(said & wanted) >= _PHRASE_SHARE * len(wanted)


def _words(text: str) -> set[str]:
    return {"".join(sign for sign in word if sign.isalnum()) for word in text.casefold().split()} - {""}


def _loose(opened: Session, owner: str) -> list[str]:
    query = select(VoiceConsent.id).where(VoiceConsent.owner == owner, VoiceConsent.voice_id == "")
    return list(opened.exec(query).all())


def _recorded(opened: Session, owner: str, voice_id: str) -> OwnVoice:
    row = rows.owned(opened, owner, voice_id)
    if row.kind is VoiceKind.BLEND:
        raise IllegalMove("A blend is made of a model's own voices: nobody has to agree.")
    if row.kind is VoiceKind.DESIGNED:
        raise IllegalMove("This voice was designed in words: it is nobody's, so nobody has to agree.")
    return row


def _note(opened: Session, row: OwnVoice, state: ConsentState) -> None:
    row.consent = state
    opened.add(
        VoiceConsent(
            id=new_id(),
            owner=row.owner,
            voice_id=row.id,
            state=state,
            name=row.name,
            language=row.language,
            decided_at=now(),
        )
    )
    rows.touch(opened, row)


def _told(asked: VoiceConsent, drawn: ToRead, given: bool, words_right: bool, same_voice: bool) -> str:
    if given:
        return f"Thank you: {asked.name} may speak now. {consent_words.HURDLE}"
    if not same_voice and words_right:
        why = "This is another voice than the recording's: whoever speaks there must read the sentence."
    elif not words_right and same_voice:
        why = f"The sentence was not heard; read it as it stands, with “{'” and “'.join(drawn.words)}”."
    else:
        why = "Neither the sentence nor the recording's voice was heard; read it as it stands, close to the microphone."
    if asked.tries_left > 0:
        return why
    if drawn.is_weak:
        return f"{why} Words of this language are often misheard here: the owner of this studio may decide."
    return f"{why} Ask for another sentence to try again."
