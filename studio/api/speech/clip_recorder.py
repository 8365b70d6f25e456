"""Writes what is being spoken to a file, and keeps it as a clip when it ends or is stopped. Used on one thread."""

import logging
import secrets
from pathlib import Path

import soundfile

from engine.audio.files.provenance import Provenance
from engine.audio.files.sndfile import describe
from engine.types import AudioChunk, SpeechRequest
from studio.library.errors import LibraryError
from studio.library.library import Library

log = logging.getLogger(__name__)


class ClipRecorder:
    """One speech on its way to the owner's clips, losslessly. A full disk costs the clip, not the speech."""

    def __init__(
        self,
        library: Library,
        owner: str,
        model: str,
        spoken: SpeechRequest,
        made_by: Provenance | None = None,
    ) -> None:
        self._library = library
        self._owner = owner
        self._model = model
        self._spoken = spoken
        self._made_by = made_by
        self._path: Path | None = None
        self._file: soundfile.SoundFile | None = None
        self._has_failed = False
        self._duration_s = 0.0
        self._clip: str | None = None

    def add(self, chunk: AudioChunk) -> None:
        """The next chunk."""
        if not len(chunk.samples) or self._has_failed:
            return
        try:
            if self._file is None:
                self._path = self._library.storage.uploads(self._owner) / f"speech-{secrets.token_hex(8)}.flac"
                self._file = soundfile.SoundFile(
                    self._path, "w", samplerate=chunk.sample_rate, channels=1, format="FLAC", subtype="PCM_16"
                )
                describe(self._file, self._made_by)
            self._file.write(chunk.samples)
            self._duration_s += chunk.duration_s
        except (LibraryError, OSError, soundfile.LibsndfileError) as exc:
            self._give_up(exc)

    def finish(self) -> str | None:
        """Keep it; the clip's id, or None when nothing was said or it could not be kept. Twice is the same as once."""
        if self._file is None or self._path is None:
            return self._clip
        try:
            self._file.close()
            if not self._has_failed:
                spoken = self._spoken
                clip = self._library.add_clip(
                    self._owner, spoken.text, self._model, spoken.voice, spoken.speed, self._path, self._duration_s
                )
                self._clip = clip.id
        except (LibraryError, OSError, soundfile.LibsndfileError) as exc:
            self._give_up(exc)
        finally:
            self._file = None
            self._path.unlink(missing_ok=True)
        return self._clip

    def drop(self) -> None:
        """Keep nothing of it."""
        self._has_failed = True
        self.finish()

    def _give_up(self, exc: Exception) -> None:
        self._has_failed = True
        log.warning("a clip could not be kept: %s", exc)
