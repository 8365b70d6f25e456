"""A voice of one's own, put on right before it speaks: its token becomes what a model takes.

Every door and every worker asks here, so that a voice that was deleted, or whose consent was taken back, speaks nowhere
from the next request or sentence on.
"""

from dataclasses import dataclass, replace

from sqlalchemy import Engine

from engine import registry
from engine.errors import VoiceError
from engine.tts.prepared import read
from engine.types import SpeechRequest, Tone
from studio.library.db import session
from studio.library.errors import NotFound
from studio.library.storage import Storage
from studio.library.tables import OwnVoice, VoiceKind, VoiceRecording
from studio.library.voices.own import recordings, rows
from studio.library.voices.own.consent_words import why_silent
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.names import TOKEN
from studio.library.voices.own.resolving import GONE, visible
from studio.library.voices.own.speaker import KOKORO


@dataclass(frozen=True, slots=True)
class _Worn:
    row: OwnVoice
    recordings: list[VoiceRecording]


def worn(db: Engine, storage: Storage, owner: str, model: str, request: SpeechRequest) -> SpeechRequest:
    """The request as the model takes it; one whose voice is no token is as it was.

    Args:
        db: of the library.
        storage: where recordings are.
        owner: who asks.
        model: who is to speak.
        request: its voice may be the token of a voice of one's own.

    Raises:
        NotFound: the voice is gone, or not this person's to use.
        VoiceError: nobody has agreed, consent was taken back, or the model cannot speak it.
        StorageError: its files are gone.
    """
    if not TOKEN.fullmatch(request.voice):
        return request
    found = _found(db, owner, request.voice)
    row = found.row
    toned = replace(request, tone=request.tone if request.tone != Tone() else rows.tone_of(row))
    if row.kind is VoiceKind.BLEND:
        return replace(toned, voice=row.blend)
    if registry.find(model, "speak").family == KOKORO:
        state = read(VoiceFolder.of(storage, row.id).tuned) if row.tuned else None
        if state is None:
            raise VoiceError(f"{row.name} was not tuned yet: tune it first, or choose a model that clones voices.")
        return replace(toned, voice=state.base, state=state)
    plain = recordings.plain_of(found.recordings)
    if plain is None:
        raise VoiceError(f"{row.name} has no recording that a model could copy. Add one on its page.")
    moods = tuple((one.mood, recordings.prompt(storage, one)) for one in found.recordings if one.mood)
    return replace(toned, voice="", prompt=recordings.prompt(storage, plain), moods=moods)


def check(db: Engine, owner: str, voice: str) -> None:
    """Whether a voice may still speak; one that is no token always may. Raises as `worn`."""
    if TOKEN.fullmatch(voice):
        _found(db, owner, voice)


def _found(db: Engine, owner: str, voice: str) -> _Worn:
    named = TOKEN.fullmatch(voice)
    assert named is not None
    with session(db) as opened:
        row = visible(opened, owner, named[1])
        if row is None:
            raise NotFound(GONE)
        if row.kind is not VoiceKind.BLEND and (silent := why_silent(row.name, row.consent)):
            raise VoiceError(silent)
        return _Worn(row, recordings.of(opened, row.id))
