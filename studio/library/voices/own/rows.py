"""Voices of one's own as rows and files: listed, made, changed, deleted. Another's id is unknown, unless shared."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col, delete, or_, select

from engine.errors import OptionError
from engine.types import Tone
from studio.library.db import session
from studio.library.errors import Conflict, IllegalMove, NotFound
from studio.library.guests import is_guest
from studio.library.storage import Storage
from studio.library.tables import ConsentState, OwnVoice, VoiceConsent, VoiceKind, VoiceRecording, new_id, now
from studio.library.voices.own import consent_words, names
from studio.library.voices.own.resolving import visible
from studio.library.voices.own.views import ConsentView, OwnVoiceView, RecordingView

MAX_TAGS, MAX_TAG_CHARS, MAX_NOTES_CHARS, MAX_MOOD_CHARS = 20, 40, 4000, 30
MAX_RECORDINGS = 20
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z]{0,15}")
_TONES = {"pitch_semitones": (-4.0, 4.0), "low_db": (-12.0, 12.0), "mid_db": (-12.0, 12.0), "high_db": (-12.0, 12.0),
          "room": (0.0, 1.0)}  # fmt: skip

NO_SUCH = "There is no such voice."
CHANGED = "This voice was changed meanwhile, in another window or by somebody else. Load it again."


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be another; None leaves what is there."""

    name: str | None = None
    language: str | None = None
    colour: str | None = None
    tags: Sequence[str] | None = None
    notes: str | None = None
    tone: Mapping[str, float] | None = None
    shared: bool | None = None


def list_all(db: Engine, owner: str) -> list[OwnVoiceView]:
    """The person's voices, then those that others of the studio share, each in the alphabet's order."""
    mine = OwnVoice.owner == owner
    query = select(OwnVoice).where(mine if is_guest(owner) else or_(mine, col(OwnVoice.shared)))
    with session(db) as rows:
        found = [row for row in rows.exec(query).all() if row.owner == owner or not is_guest(row.owner)]
        found.sort(key=lambda row: (row.owner != owner, row.key))
        return views(rows, found)


def find(db: Engine, owner: str, voice_id: str) -> OwnVoiceView:
    """A voice that the person may use. Raises NotFound."""
    with session(db) as rows:
        row = visible(rows, owner, names.id_of(voice_id) or voice_id)
        if row is None:
            raise NotFound(NO_SUCH)
        return views(rows, [row])[0]


def named(db: Engine, owner: str, name: str) -> OwnVoiceView:
    """The person's own voice of that name, or of that id. Raises NotFound."""
    with session(db) as rows:
        row = rows.exec(select(OwnVoice).where(OwnVoice.owner == owner, OwnVoice.key == names.key_of(name))).first()
        row = row or visible(rows, owner, names.id_of(name) or name)
        if row is None:
            raise NotFound(f"You have no voice called “{name[:60]}”; `studio voices list` shows those you have.")
        return views(rows, [row])[0]


def owned(rows: Session, owner: str, voice_id: str) -> OwnVoice:
    """The owner's own voice, locked while the transaction writes. Raises NotFound."""
    wanted = names.id_of(voice_id) or voice_id
    row = rows.exec(select(OwnVoice).where(OwnVoice.id == wanted, OwnVoice.owner == owner).with_for_update()).first()
    if row is None:
        raise NotFound(NO_SUCH)
    return row


def add(rows: Session, row: OwnVoice) -> None:
    """A new voice, in a transaction that writes.

    Raises:
        OptionError: a name that cannot be used or is taken, or too many voices.
    """
    from studio.library.voices.saved import check_room

    row.name = names.checked(row.name)
    row.key = names.key_of(row.name)
    _check_free(rows, row)
    check_room(rows, row.owner)
    rows.add(row)
    rows.flush()


def change(db: Engine, owner: str, voice_id: str, version: int, changes: Changes) -> OwnVoiceView:
    """Change what a voice is called and how it sounds.

    Raises:
        NotFound: no such voice of this person.
        Conflict: it is not of that version any more.
        OptionError: something that cannot be kept.
        IllegalMove: it may not be shared.
    """
    with session(db, write=True) as rows:
        row = owned(rows, owner, voice_id)
        check_version(row, version)
        if changes.name is not None:
            row.name = names.checked(changes.name)
            row.key = names.key_of(row.name)
            _check_free(rows, row)
        if changes.language is not None:
            row.language = changes.language.strip().lower()[:35]
        if changes.colour is not None:
            row.colour = _colour(changes.colour)
        if changes.tags is not None:
            row.tags = _tags(changes.tags)
        if changes.notes is not None:
            row.notes = _written(changes.notes, MAX_NOTES_CHARS, "notes")
        if changes.tone is not None:
            row.tone = checked_tone({**asdict(tone_of(row)), **changes.tone})
        if changes.shared is not None:
            _share(row, changes.shared)
        touch(rows, row)
        return views(rows, [row])[0]


def touch(rows: Session, row: OwnVoice) -> None:
    """Note that a voice is another than it was."""
    row.version += 1
    row.changed_at = now()
    rows.add(row)
    rows.flush()


def check_version(row: OwnVoice, version: int) -> None:
    """Raises Conflict: somebody changed it meanwhile."""
    if row.version != version:
        raise Conflict(CHANGED)


def remove(db: Engine, storage: Storage, owner: str, voice_id: str) -> None:
    """Delete a voice with its recordings, consents and all that was made of them. Raises NotFound."""
    with session(db, write=True) as rows:
        row = owned(rows, owner, voice_id)
        for table in (VoiceRecording, VoiceConsent):
            rows.exec(delete(table).where(col(table.voice_id) == row.id))
        rows.delete(row)
    storage.delete_voice(row.id)


def checked_mood(mood: str) -> str:
    """A mood as it is kept: small letters, for it is written as a tag in texts.

    Raises:
        OptionError: not such a word.
    """
    mood = " ".join(unicodedata.normalize("NFC", mood).split()).casefold()
    if len(mood) > MAX_MOOD_CHARS or not all(sign.isalpha() or sign in " -_" for sign in mood):
        raise OptionError(f"A mood is a word of up to {MAX_MOOD_CHARS} letters, such as calm or bright.")
    return mood


def checked_tone(tone: Mapping[str, Any]) -> dict[str, float]:
    """A tone as it is kept; what is nothing is left out.

    Raises:
        OptionError: no such control, or out of its bounds.
    """
    kept: dict[str, float] = {}
    for name, value in tone.items():
        if name not in _TONES:
            raise OptionError(f"A voice has no control “{name[:30]}”; it has {', '.join(_TONES)}.")
        low, high = _TONES[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise OptionError(f"{name.replace('_', ' ').capitalize()} lies between {low:g} and {high:g}.")
        if value:
            kept[name] = float(value)
    return kept


def tone_of(row: OwnVoice) -> Tone:
    """What is done to a voice's sound."""
    return Tone(**{name: float(value) for name, value in row.tone.items() if name in _TONES})


def views(rows: Session, found: Sequence[OwnVoice]) -> list[OwnVoiceView]:
    """Views of some voices, in the order given."""
    ids = [row.id for row in found]
    recordings = rows.exec(
        select(VoiceRecording)
        .where(col(VoiceRecording.voice_id).in_(ids))
        .order_by(col(VoiceRecording.mood), col(VoiceRecording.created_at))
    ).all()
    consents = rows.exec(
        select(VoiceConsent)
        .where(col(VoiceConsent.voice_id).in_(ids), VoiceConsent.state != ConsentState.ASKED)
        .order_by(col(VoiceConsent.created_at))
    ).all()
    latest = {one.voice_id: one for one in consents}
    return [_view(row, [one for one in recordings if one.voice_id == row.id], latest.get(row.id)) for row in found]


def _view(row: OwnVoice, recordings: Sequence[VoiceRecording], consent: VoiceConsent | None) -> OwnVoiceView:
    return OwnVoiceView(
        id=row.id,
        owner=row.owner,
        name=row.name,
        kind=str(row.kind),
        family=row.family,
        blend=row.blend,
        language=row.language,
        colour=row.colour,
        tags=tuple(row.tags),
        notes=row.notes,
        tone=tone_of(row),
        recipe=dict(row.recipe),
        shared=row.shared,
        imported=row.imported,
        version=row.version,
        created_at=row.created_at,
        recordings=tuple(recording_view(one) for one in recordings),
        consent=ConsentView(
            str(row.consent),
            (consent.decided_at or consent.created_at) if consent and consent.state is row.consent else None,
            consent.language if consent else "",
            consent_words.MEANS[row.consent] if row.kind is not VoiceKind.BLEND else consent_words.BLENDED,
        ),
        tuned=row.tuned,
    )


def recording_view(row: VoiceRecording) -> RecordingView:
    """A view of a recording."""
    return RecordingView(
        row.id,
        row.mood,
        row.duration_s,
        row.start_s,
        row.end_s,
        row.text,
        row.language,
        row.has_cleaned,
        row.uses_cleaned,
        tuple(row.hints),
    )


def new_row(owner: str, name: str, kind: VoiceKind, **more: Any) -> OwnVoice:
    """A voice that is not kept yet."""
    return OwnVoice(id=new_id(), owner=owner, key="", name=name, kind=kind, **more)


def _check_free(rows: Session, row: OwnVoice) -> None:
    same = select(OwnVoice.id).where(OwnVoice.owner == row.owner, OwnVoice.key == row.key, OwnVoice.id != row.id)
    with rows.no_autoflush:
        if rows.exec(same).first() is not None:
            raise OptionError(f"You have a voice called “{row.name}” already; choose another name.")


def _share(row: OwnVoice, shared: bool) -> None:
    if shared and is_guest(row.owner):
        raise IllegalMove("Who came in by a public link shares no voices.")
    if shared and row.imported and row.consent is ConsentState.ELSEWHERE:
        raise IllegalMove(
            "A voice that came as a file speaks for whoever took it in alone, until the person whose voice it is "
            "agrees here."
        )
    row.shared = shared


def _colour(colour: str) -> str:
    if not _COLOUR.fullmatch(colour):
        raise OptionError("A colour is written like #3366cc, or is a plain word.")
    return colour.lower()


def _tags(tags: Sequence[str]) -> list[str]:
    kept = list(dict.fromkeys(" ".join(tag.split()) for tag in tags if tag.strip()))
    if len(kept) > MAX_TAGS or any(len(tag) > MAX_TAG_CHARS for tag in kept):
        raise OptionError(f"A voice has at most {MAX_TAGS} tags of {MAX_TAG_CHARS} letters.")
    return [_written(tag, MAX_TAG_CHARS, "tags") for tag in kept]


def _written(text: str, most: int, what: str) -> str:
    text = text.encode("utf-8", "replace").decode().strip()
    if len(text) > most:
        raise OptionError(f"The {what} of a voice have at most {most:,} letters.")
    return text
