"""The sound of a live session on its way to a file, to be kept with its words."""

import logging
import threading
from pathlib import Path

import soundfile

from engine.types import Samples
from studio.access.limits import megabytes
from studio.library.errors import LibraryError
from studio.library.storage import Storage

log = logging.getLogger(__name__)


class LiveRecording:
    """Losslessly, at the microphone's own rate. What goes wrong costs the sound, never the captions.

    The file's name is that of half-written things, so that what a killed studio leaves is swept away. Any thread may
    call: a session is dropped while another still hears its last packet, and that packet must not begin a new file.
    """

    def __init__(self, storage: Storage, owner: str, name: str, sample_rate: int, max_bytes: int) -> None:
        self._path = storage.uploads(owner) / f".tmp-live-{name}.flac"
        self._rate = sample_rate
        self._max_bytes = max_bytes
        self._storage = storage
        self._file: soundfile.SoundFile | None = None
        self._is_over = False
        self._using = threading.Lock()
        self.notice = ""
        """One sentence once the recording has ended before the session; the reader takes it away."""

    def add(self, samples: Samples) -> None:
        """The next float32 [n]."""
        with self._using:
            if self._is_over:
                return
            try:
                if self._file is None:
                    self._file = soundfile.SoundFile(
                        self._path, "w", samplerate=self._rate, channels=1, format="FLAC", subtype="PCM_16"
                    )
                self._file.write(samples)
                if self._path.stat().st_size > self._max_bytes:
                    most = megabytes(self._max_bytes)
                    self._end(f"The recording has reached the {most} allowed; the captions go on.")
                self._storage.check_room()
            except (LibraryError, OSError, soundfile.LibsndfileError) as exc:
                log.warning("a live recording ended: %s", exc)
                self._end("The disk is full, so the sound is no longer kept; the captions go on.")

    def restart(self) -> None:
        """Forget what was recorded, and begin anew."""
        with self._using:
            self._forget()
            self._is_over = False

    def take(self) -> Path | None:
        """The finished file, which belongs to the caller; None when there is none."""
        with self._using:
            self._close()
            return self._path if self._path.exists() else None

    def discard(self) -> None:
        """Remove it."""
        with self._using:
            self._forget()

    def _forget(self) -> None:
        self._close()
        self._path.unlink(missing_ok=True)

    def _end(self, sentence: str) -> None:
        self._is_over = True
        self.notice = sentence
        self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        self._is_over = True
        if file is not None:
            file.close()
