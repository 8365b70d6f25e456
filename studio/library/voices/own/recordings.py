"""The recordings of a voice: made of drafts, cut, mended, removed; and read for a model. Rows and files together.

Sound is cleaned, judged and compared before a row is touched: nobody waits for the database meanwhile.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func
from sqlmodel import Session, col, select

from engine.errors import EngineError, OptionError
from engine.types import VoicePrompt
from studio.library.db import session
from studio.library.errors import IllegalMove, NotFound
from studio.library.storage import Storage
from studio.library.tables import ConsentState, OwnVoice, VoiceKind, VoiceRecording, new_id
from studio.library.voices.own import drafts, judging, rows, sounds
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.views import OwnVoiceView

MAX_TEXT_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a draft becomes a recording; None takes what the draft has.

    Attributes:
        draft: its id.
        mood: "" is how the voice speaks where no mood is named.
        start_s, end_s: the stretch that models hear.
        text: what is said in it.
        language: that is spoken.
        cleaned: whether models hear the cleaned version.
    """

    draft: str
    mood: str = ""
    start_s: float | None = None
    end_s: float | None = None
    text: str | None = None
    language: str | None = None
    cleaned: bool = False


@dataclass(frozen=True, slots=True)
class Mended:
    """What is to be another of a recording; None leaves it."""

    mood: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    text: str | None = None
    language: str | None = None
    cleaned: bool | None = None


def make_voice(db: Engine, storage: Storage, owner: str, name: str, chosen: Chosen, **more: object) -> OwnVoiceView:
    """A voice of a draft; it does not speak before somebody agrees.

    Raises:
        NotFound: no such draft.
        OptionError: a name or a stretch that cannot be.
        StorageError: no room on the disk.
    """
    made = rows.new_row(owner, name, VoiceKind.RECORDED, **more)
    try:
        recording = _taken(storage, owner, made.id, chosen)
        with session(db, write=True) as opened:
            rows.add(opened, made)
            made.language = made.language or recording.language
            opened.add_all([made, recording])
            opened.flush()
            view = rows.views(opened, [made])[0]
    except BaseException:
        storage.delete_voice(made.id)
        raise
    drafts.discard(storage, owner, chosen.draft)
    return view


def add(
    db: Engine, storage: Storage, owner: str, voice_id: str, chosen: Chosen, models_dir: Path | None = None
) -> OwnVoiceView:
    """Another recording of a voice, under a mood of its own.

    Raises:
        NotFound: no such voice or draft.
        OptionError: a mood that the voice has, or a stretch that cannot be.
        IllegalMove: the voice is a blend.
    """
    with session(db) as opened:
        row = rows.owned(opened, owner, voice_id)
        if row.kind is VoiceKind.BLEND:
            raise IllegalMove("A blend is made of a model's voices and has no recordings.")
        first = plain_of(of(opened, row.id))
        agreed = row.consent is not ConsentState.NONE
    recording = _taken(storage, owner, voice_id, chosen)
    try:
        is_alike = agreed and _is_alike(storage, first, recording, models_dir)
        with session(db, write=True) as opened:
            row = rows.owned(opened, owner, voice_id)
            _check_mood(opened, row, recording)
            count = opened.exec(select(func.count()).where(col(VoiceRecording.voice_id) == row.id)).one()
            if count >= rows.MAX_RECORDINGS:
                raise OptionError(f"A voice has at most {rows.MAX_RECORDINGS} recordings; delete one first.")
            if row.consent is ConsentState.REVOKED:
                row.consent = ConsentState.NONE
            if row.kind is VoiceKind.DESIGNED:
                # Somebody's sound is in it from now on.
                row.kind, row.consent = VoiceKind.RECORDED, ConsentState.NONE
            elif row.consent is not ConsentState.NONE and not is_alike:
                row.consent = ConsentState.NONE
            opened.add(recording)
            rows.touch(opened, row)
            view = rows.views(opened, [row])[0]
    except BaseException:
        _remove_files(storage, voice_id, recording.id)
        raise
    drafts.discard(storage, owner, chosen.draft)
    return view


def change(
    db: Engine,
    storage: Storage,
    owner: str,
    voice_id: str,
    recording_id: str,
    mended: Mended,
    models_dir: Path | None = None,
) -> OwnVoiceView:
    """Another stretch, text or mood of a recording. Raises NotFound, OptionError."""
    with session(db) as opened:
        before = _find(opened, rows.owned(opened, owner, voice_id), recording_id)
    start_s, end_s, hints = before.start_s, before.end_s, before.hints
    if mended.start_s is not None or mended.end_s is not None:
        start_s, end_s = drafts.stretch(
            start_s if mended.start_s is None else mended.start_s,
            end_s if mended.end_s is None else mended.end_s,
            before.duration_s,
        )
        place = VoiceFolder.of(storage, voice_id).recording(recording_id)
        hints = judging.hints(sounds.kept(place, start_s, end_s), models_dir)
    if mended.cleaned:
        _clean(storage, voice_id, before)
    with session(db, write=True) as opened:
        row = rows.owned(opened, owner, voice_id)
        recording = _find(opened, row, recording_id)
        if mended.mood is not None:
            recording.mood = rows.checked_mood(mended.mood)
            _check_mood(opened, row, recording)
        recording.start_s, recording.end_s, recording.hints = start_s, end_s, hints
        if mended.text is not None:
            recording.text = _text(mended.text)
        if mended.language is not None:
            recording.language = mended.language.strip().lower()[:35]
        if mended.cleaned is not None:
            recording.has_cleaned = recording.has_cleaned or mended.cleaned
            recording.uses_cleaned = mended.cleaned
        opened.add(recording)
        rows.touch(opened, row)
        VoiceFolder.of(storage, row.id).forget_states()
        return rows.views(opened, [row])[0]


def remove(db: Engine, storage: Storage, owner: str, voice_id: str, recording_id: str) -> OwnVoiceView:
    """Remove a recording and what was made of it. Raises NotFound, IllegalMove."""
    with session(db, write=True) as opened:
        row = rows.owned(opened, owner, voice_id)
        recording = _find(opened, row, recording_id)
        count = opened.exec(select(func.count()).where(col(VoiceRecording.voice_id) == row.id)).one()
        if count == 1:
            raise IllegalMove("This is the voice's only recording. Add another one first, or delete the voice.")
        opened.delete(recording)
        rows.touch(opened, row)
        view = rows.views(opened, [row])[0]
    _remove_files(storage, row.id, recording.id)
    VoiceFolder.of(storage, row.id).forget_states()
    return view


def sound(db: Engine, storage: Storage, owner: str, voice_id: str, recording_id: str, cleaned: bool) -> Path:
    """The file with a recording's sound, for its owner alone. Raises NotFound."""
    with session(db) as opened:
        row = rows.owned(opened, owner, voice_id)
        recording = _find(opened, row, recording_id)
    if cleaned and not recording.has_cleaned:
        _clean(storage, row.id, recording)
        with session(db, write=True) as opened:
            _find(opened, rows.owned(opened, owner, voice_id), recording_id).has_cleaned = True
    path = VoiceFolder.of(storage, row.id).recording(recording.id, cleaned)
    if not path.is_file():
        raise NotFound("There is no such recording.")
    return path


def prompt(storage: Storage, recording: VoiceRecording) -> VoicePrompt:
    """A recording as a model takes it. Raises StorageError: its file is gone."""
    folder = VoiceFolder.of(storage, recording.voice_id)
    path = folder.recording(recording.id, recording.uses_cleaned)
    samples = sounds.kept(path, recording.start_s, recording.end_s)
    return VoicePrompt(samples, sounds.RATE, recording.text, folder.states)


def plain_of(found: list[VoiceRecording]) -> VoiceRecording | None:
    """The recording that is heard where no mood is named: the one without a mood, else the oldest."""
    ordered = sorted(found, key=lambda one: (one.mood != "", one.created_at))
    return ordered[0] if ordered else None


def of(opened: Session, voice_id: str) -> list[VoiceRecording]:
    """All recordings of a voice."""
    return list(opened.exec(select(VoiceRecording).where(VoiceRecording.voice_id == voice_id)).all())


def _taken(storage: Storage, owner: str, voice_id: str, chosen: Chosen) -> VoiceRecording:
    """A draft's sound, copied into the voice's folder, and its row, which is not kept yet."""
    draft = drafts.find(storage, owner, chosen.draft)
    start_s, end_s = drafts.stretch(
        draft.start_s if chosen.start_s is None else chosen.start_s,
        draft.end_s if chosen.end_s is None else chosen.end_s,
        draft.duration_s,
    )
    recording = VoiceRecording(
        id=new_id(),
        voice_id=voice_id,
        mood=rows.checked_mood(chosen.mood),
        duration_s=draft.duration_s,
        start_s=start_s,
        end_s=end_s,
        text=_text(draft.text if chosen.text is None else chosen.text),
        language=(chosen.language or draft.language).strip().lower()[:35],
        hints=draft.hints,
    )
    folder = VoiceFolder.of(storage, voice_id)
    place = folder.recording(recording.id)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(drafts.sound(storage, owner, draft.id), place)
    if chosen.cleaned:
        _clean(storage, voice_id, recording)
        recording.uses_cleaned = True
    return recording


def _clean(storage: Storage, voice_id: str, recording: VoiceRecording) -> None:
    folder = VoiceFolder.of(storage, voice_id)
    place = folder.recording(recording.id, cleaned=True)
    if not place.is_file():
        sounds.keep(place, judging.cleaned(sounds.kept(folder.recording(recording.id))))
    recording.has_cleaned = True


def _is_alike(
    storage: Storage, first: VoiceRecording | None, recording: VoiceRecording, models_dir: Path | None
) -> bool:
    """Whether a further recording is the voice of whoever agreed; where nobody can tell it is taken for another's."""
    if first is None:
        return False
    try:
        alike = judging.likeness(prompt(storage, first).samples, prompt(storage, recording).samples, models_dir)
    except EngineError:
        return False
    return alike >= judging.same_person()


def _find(opened: Session, row: OwnVoice, recording_id: str) -> VoiceRecording:
    recording = opened.get(VoiceRecording, recording_id)
    if recording is None or recording.voice_id != row.id:
        raise NotFound("There is no such recording.")
    return recording


def _check_mood(opened: Session, row: OwnVoice, recording: VoiceRecording) -> None:
    with opened.no_autoflush:
        same = select(VoiceRecording.id).where(
            VoiceRecording.voice_id == row.id,
            VoiceRecording.mood == recording.mood,
            VoiceRecording.id != recording.id,
        )
        if opened.exec(same).first() is not None:
            what = f"the mood “{recording.mood}”" if recording.mood else "no mood"
            raise OptionError(f"This voice has a recording with {what} already; give this one another mood.")


def _remove_files(storage: Storage, voice_id: str, recording_id: str) -> None:
    folder = VoiceFolder.of(storage, voice_id)
    for cleaned in (False, True):
        folder.recording(recording_id, cleaned).unlink(missing_ok=True)


def _text(text: str) -> str:
    text = " ".join(text.encode("utf-8", "replace").decode().split())
    if len(text) > MAX_TEXT_CHARS:
        raise OptionError(f"What is said in a recording has at most {MAX_TEXT_CHARS:,} letters.")
    return text
