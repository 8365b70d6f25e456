"""A voice as one file, `.voice`: a zip of a manifest and WAVs, written for whoever moves; opened as a stranger's.

    manifest.json               what the voice is, its recordings, what was fitted to them; JSON alone, no pickles
    recordings/0.wav ...        as they were taken in
    cleaned/0.wav ...           with less noise, where models hear that
    consent/0.wav               the sentence as it was read

Nothing of a file is trusted: names are compared with those above, sizes are counted while they are read, every sound is
decoded and written anew. Consent in it was given elsewhere.
"""

import io
import json
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from sqlalchemy import Engine
from sqlmodel import select

from engine.errors import InputError
from engine.tts.prepared import read as read_state
from engine.tts.prepared import write as write_state
from engine.types import VoiceState
from studio.library.db import session
from studio.library.storage import Storage
from studio.library.tables import ConsentState, OwnVoice, VoiceConsent, VoiceKind, VoiceRecording, new_id
from studio.library.voices.own import consents, drafts, recordings, rows, sounds
from studio.library.voices.own.consent_words import SPEAKS
from studio.library.voices.own.folders import VoiceFolder
from studio.library.voices.own.views import OwnVoiceView

FORMAT, VERSION = "speech-studio-voice", 1
MAX_FILE_BYTES = 60_000_000
"""Of the packed file, and of all that is in it together."""
MAX_UNPACKED_BYTES = 300_000_000
MAX_MANIFEST_BYTES = 1_000_000
MAX_SOUND_BYTES = 60_000_000
MAX_ENTRIES = 64
_ALLOWED = re.compile(r"manifest\.json|(?:recordings|cleaned)/[0-9]{1,2}\.wav|consent/0\.wav")
_BLOCK = 1 << 20


class NoVoiceFile(InputError):
    """A file that is no voice, or that cannot be taken in; the sentence says why."""


def pack(db: Engine, storage: Storage, owner: str, voice_id: str) -> bytes:
    """The file of one's own voice. Raises NotFound, StorageError."""
    with session(db) as opened:
        row = rows.owned(opened, owner, voice_id)
        found = sorted(recordings.of(opened, row.id), key=lambda one: (one.mood, one.created_at))
        given = opened.exec(
            select(VoiceConsent).where(VoiceConsent.voice_id == row.id, VoiceConsent.state == ConsentState.GIVEN)
        ).first()
    folder = VoiceFolder.of(storage, row.id)
    state = read_state(folder.tuned) if row.tuned else None
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "name": row.name,
        "kind": str(row.kind),
        "family": row.family,
        "blend": row.blend,
        "language": row.language,
        "colour": row.colour,
        "tags": list(row.tags),
        "notes": row.notes,
        "tone": asdict(rows.tone_of(row)),
        "recipe": dict(row.recipe),
        "consent": {"state": str(row.consent), "sentence": given.sentence if given else ""},
        "recordings": [
            {
                "mood": one.mood,
                "start_s": one.start_s,
                "end_s": one.end_s,
                "text": one.text,
                "language": one.language,
                "uses_cleaned": one.uses_cleaned,
            }
            for one in found
        ],
        "tuned": _as_numbers(state, row.tuned) if state else None,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1))
        for number, one in enumerate(found):
            archive.write(folder.recording(one.id), f"recordings/{number}.wav")
            if one.uses_cleaned:
                archive.write(folder.recording(one.id, cleaned=True), f"cleaned/{number}.wav")
        if given is not None and given.path and (place := storage.resolve(given.path)).is_file():
            archive.write(place, "consent/0.wav")
    return target.getvalue()


def unpack(db: Engine, storage: Storage, owner: str, file: Path) -> OwnVoiceView:
    """Take in a voice; it speaks for whoever does alone, and its consent was given elsewhere.

    Raises:
        NoVoiceFile: it is none, or one that cannot be taken in.
        OptionError: something in it that no voice can have.
        StorageError: no room on the disk.
    """
    try:
        with zipfile.ZipFile(file) as archive, tempfile.TemporaryDirectory(prefix="voice-") as scratch:
            _check_names(archive)
            manifest = _Manifest.of(_bytes(archive, "manifest.json", MAX_MANIFEST_BYTES))
            return _made(db, storage, owner, manifest, _Unpacker(archive, Path(scratch)))
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        zlib.error,
    ) as exc:
        if isinstance(exc, OSError) and exc.errno:
            raise
        raise NoVoiceFile("This file is no voice: it is torn, or of another kind.") from exc


@dataclass(frozen=True, slots=True)
class _Manifest:
    kept: Mapping[str, Any]

    @classmethod
    def of(cls, written: bytes) -> "_Manifest":
        try:
            kept = json.loads(written)
        except (ValueError, RecursionError) as exc:
            raise NoVoiceFile("This file is no voice: what it says of itself cannot be read.") from exc
        if not isinstance(kept, dict) or cast("dict[str, Any]", kept).get("format") != FORMAT:
            raise NoVoiceFile("This file is no voice of this studio.")
        found = cls(cast("dict[str, Any]", kept))
        version = found.kept.get("version")
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise NoVoiceFile("This file is no voice: it does not say of which version it is.")
        if version > VERSION:
            raise NoVoiceFile("This voice was written by a newer studio. Update this one, then take it in.")
        return found

    def text(self, name: str, most: int = 4000) -> str:
        value = self.kept.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise NoVoiceFile(f"This voice cannot be taken in: its {name} cannot be read.")
        return value

    def listed(self, name: str, most: int) -> list[Any]:
        value = self.kept.get(name) or []
        if not isinstance(value, list) or len(cast("list[Any]", value)) > most:
            raise NoVoiceFile(f"This voice cannot be taken in: its {name} cannot be read.")
        return cast("list[Any]", value)

    def mapping(self, name: str) -> dict[str, Any]:
        value = self.kept.get(name) or {}
        if not isinstance(value, dict):
            raise NoVoiceFile(f"This voice cannot be taken in: its {name} cannot be read.")
        return cast("dict[str, Any]", value)


class _Unpacker:
    """Sounds out of an archive, counted while they are read, whatever its directory says."""

    def __init__(self, archive: zipfile.ZipFile, scratch: Path) -> None:
        self._archive = archive
        self._scratch = scratch
        self._left = MAX_UNPACKED_BYTES

    def sound(self, name: str) -> Any:
        """A sound in it. Raises NoVoiceFile, AudioFormatError."""
        place = self._scratch / "sound"
        with place.open("wb") as target:
            for block in _blocks(self._archive, name, MAX_SOUND_BYTES):
                self._left -= len(block)
                if self._left < 0:
                    raise NoVoiceFile("This voice cannot be taken in: what is packed in it is far too large.")
                target.write(block)
        return sounds.taken_in(place)


def _made(db: Engine, storage: Storage, owner: str, manifest: _Manifest, unpacker: _Unpacker) -> OwnVoiceView:
    try:
        kind = VoiceKind(manifest.text("kind", 16))
    except ValueError as exc:
        raise NoVoiceFile(
            "This voice is of a kind that is not known here. Update the studio, then take it in."
        ) from exc
    row = rows.new_row(owner, manifest.text("name", 200), kind, imported=True)
    row.language = manifest.text("language", 35).lower()
    row.notes = manifest.text("notes", rows.MAX_NOTES_CHARS)
    row.tags = [str(tag)[: rows.MAX_TAG_CHARS] for tag in manifest.listed("tags", rows.MAX_TAGS)]
    row.colour = (
        manifest.text("colour", 16) if re.fullmatch(r"#[0-9a-f]{6}|[a-z]*", manifest.text("colour", 16)) else ""
    )
    row.tone = rows.checked_tone(manifest.mapping("tone"))
    row.recipe = {
        name: value
        for name, value in manifest.mapping("recipe").items()
        if isinstance(value, str | int) and len(name) < 40
    }
    if kind is VoiceKind.BLEND:
        row.family, row.blend = manifest.text("family", 64), _blend(manifest)
    listed = manifest.listed("recordings", rows.MAX_RECORDINGS)
    if kind is not VoiceKind.BLEND and not listed and not manifest.kept.get("tuned"):
        raise NoVoiceFile("This voice has no recording in it, so nothing could speak it.")
    folder = VoiceFolder.of(storage, row.id)
    try:
        found = [_recording(folder, row, number, told, unpacker) for number, told in enumerate(listed)]
        if len({one.mood for one in found}) != len(found):
            raise NoVoiceFile("This voice cannot be taken in: two of its recordings have one mood.")
        if tuned := manifest.mapping("tuned"):
            state, row.tuned = _state(tuned)
            write_state(folder.tuned, state)
        with session(db, write=True) as opened:
            row.name = _free_name(opened, owner, row.name)
            rows.add(opened, row)
            opened.add_all(found)
            opened.flush()
            if kind is not VoiceKind.BLEND:
                told = str(manifest.mapping("consent").get("state", "none"))
                spoke = told in {str(state) for state in SPEAKS}
                consents.note(opened, row, ConsentState.ELSEWHERE if spoke else ConsentState.NONE)
            return rows.views(opened, [row])[0]
    except BaseException:
        storage.delete_voice(row.id)
        raise


def _recording(folder: VoiceFolder, row: OwnVoice, number: int, told: Any, unpacker: _Unpacker) -> VoiceRecording:
    if not isinstance(told, dict):
        raise NoVoiceFile("This voice cannot be taken in: its recordings cannot be read.")
    about = _Manifest(cast("dict[str, Any]", told))
    samples = unpacker.sound(f"recordings/{number}.wav")
    duration_s = round(len(samples) / sounds.RATE, 3)
    start_s, end_s = drafts.stretch(_number(about, "start_s", 0.0), _number(about, "end_s", duration_s), duration_s)
    recording = VoiceRecording(
        id=new_id(),
        voice_id=row.id,
        mood=rows.checked_mood(about.text("mood", 60)),
        duration_s=duration_s,
        start_s=start_s,
        end_s=end_s,
        text=about.text("text", recordings.MAX_TEXT_CHARS),
        language=about.text("language", 35).lower(),
    )
    sounds.keep(folder.recording(recording.id), samples)
    if about.kept.get("uses_cleaned") is True:
        sounds.keep(folder.recording(recording.id, cleaned=True), unpacker.sound(f"cleaned/{number}.wav"))
        recording.has_cleaned = recording.uses_cleaned = True
    return recording


def _number(about: _Manifest, name: str, otherwise: float) -> float:
    value = about.kept.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise NoVoiceFile("This voice cannot be taken in: a time in it is no number.")
    return float(value)


def _blend(manifest: _Manifest) -> str:
    from engine import registry

    family, blend = manifest.text("family", 64), manifest.text("blend", 500)
    card = next((one for one in registry.cards("speak") if one.family == family and "blend" in one.abilities), None)
    if card is None:
        raise NoVoiceFile("This is a blend of a model's voices that is not known here. Update the studio.")
    return registry.blend(card.id, blend)


def _free_name(opened: Any, owner: str, name: str) -> str:
    """The name, or one with a number behind it where the person has a voice of that name."""
    from studio.library.voices.own import names

    name = names.checked(name)
    taken = set(opened.exec(select(OwnVoice.key).where(OwnVoice.owner == owner)).all())
    if names.key_of(name) not in taken:
        return name
    tried = (f"{name[: names.MAX_NAME_CHARS - 4].rstrip()} {number}" for number in range(2, 1000))
    return next(one for one in tried if names.key_of(one) not in taken)


def _as_numbers(state: VoiceState, halves: str) -> dict[str, Any]:
    return {
        "family": state.family,
        "kind": state.kind,
        "base": state.base,
        "halves": halves,
        "arrays": {name: [float(value) for value in np.ravel(array)] for name, array in state.arrays.items()},
    }


def _state(told: dict[str, Any]) -> tuple[VoiceState, str]:
    try:
        arrays = {name: np.asarray(told["arrays"][name], dtype=np.float32) for name in ("timbre", "prosody")}
        is_right = all(array.shape == (128,) and bool(np.isfinite(array).all()) for array in arrays.values())
        base = str(told["base"])
        if told["family"] != "kokoro" or told["kind"] != "tuned" or not is_right or len(base) > 500:
            raise ValueError
        halves = "prosody" if told.get("halves") == "prosody" else "both"
        return VoiceState("kokoro", "tuned", arrays, base), halves
    except (KeyError, TypeError, ValueError, OverflowError) as exc:
        raise NoVoiceFile("This voice cannot be taken in: what was fitted to it cannot be read.") from exc


def _check_names(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise NoVoiceFile(f"This file is no voice: it holds {len(entries):,} files.")
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise NoVoiceFile("This file is no voice: it holds two files of one name.")
    for entry in entries:
        if not _ALLOWED.fullmatch(entry.filename):
            raise NoVoiceFile("This file is no voice: it holds files that no voice has.")
        if entry.flag_bits & 1:
            raise NoVoiceFile("This voice is locked with a password; pack it again without one.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise NoVoiceFile("This voice cannot be taken in: what is packed in it is far too large.")
    if "manifest.json" not in names:
        raise NoVoiceFile("This file is no voice: nothing in it says what it is.")


def _bytes(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    return b"".join(_blocks(archive, name, most))


def _blocks(archive: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    try:
        entry = archive.open(name)
    except KeyError as exc:
        raise NoVoiceFile("This voice cannot be taken in: a recording is missing in it.") from exc
    read = 0
    with entry:
        while block := entry.read(_BLOCK):
            read += len(block)
            if read > most:
                raise NoVoiceFile("This voice cannot be taken in: what is packed in it is far too large.")
            yield block
