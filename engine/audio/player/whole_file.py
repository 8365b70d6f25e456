"""afplay, which every Mac has and which reads files only: nothing is heard before all is there."""

import math
import shutil
import subprocess
import tempfile
import threading
import wave
from pathlib import Path

from engine.audio.pcm import encode_pcm16
from engine.audio.player.programs import end
from engine.audio.player.waiting import Waiting
from engine.errors import DeviceError

NAME = "afplay"


class WholeFile:
    """What comes is written to a temporary file, which is played when the end is known; see `Output`. Once it plays it
    cannot be paused.
    """

    name = NAME
    latency_s = math.inf
    most_ahead_s: float | None = None

    def __init__(self, sample_rate: int, channels: int) -> None:
        self._rate, self._channels = sample_rate, channels
        self._lock = threading.Lock()
        self._waiting: Waiting | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._file: wave.Wave_write | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._is_wanted = True

    def open(self, waiting: Waiting) -> None:
        """Find it.

        Raises:
            DeviceError: it is not on the PATH.
        """
        if shutil.which(NAME) is None:
            raise DeviceError(f"{NAME} is not on this machine.")
        self._waiting = waiting

    def wake(self) -> None:
        """Write down what has come, held back or not."""
        assert self._waiting is not None
        with self._lock:
            if not self._is_wanted:
                return
            taken = self._waiting.take(self._waiting.frames, held_too=True)
            if not len(taken):
                return
            try:
                file = self._file = self._file or self._begin()
                file.writeframesraw(encode_pcm16(taken.reshape(-1)))
            except OSError as exc:
                raise DeviceError("The sound to be played could not be written to the disk.") from exc

    def finish(self) -> None:
        """Play the file to its end."""
        with self._lock:
            file, folder, self._file, self._folder = self._file, self._folder, None, None
            if file is None or folder is None:
                return
            file.close()
            try:
                if self._is_wanted:
                    self._process = subprocess.Popen([NAME, str(_in(folder))], stdin=subprocess.DEVNULL)
            except OSError as exc:
                raise DeviceError(f"{NAME} does not start.") from exc
            process = self._process
        status = process.wait() if process is not None else 0
        folder.cleanup()
        with self._lock:
            self._process = None
            if status and self._is_wanted:
                raise DeviceError(f"{NAME} stopped before the end of the sound; is there a sound device?")

    def halt(self) -> None:
        """End it at once and forget what was written."""
        self._is_wanted = False
        with self._lock:
            file, folder, process = self._file, self._folder, self._process
            self._file = self._folder = None
        if process is not None:
            end(process)
        if file is not None:
            file.close()
        if folder is not None:
            folder.cleanup()

    def _begin(self) -> wave.Wave_write:
        self._folder = tempfile.TemporaryDirectory(prefix="studio-")
        file = wave.open(str(_in(self._folder)), "wb")  # noqa: SIM115
        file.setnchannels(self._channels)
        file.setsampwidth(2)
        file.setframerate(self._rate)
        return file


def _in(folder: "tempfile.TemporaryDirectory[str]") -> Path:
    return Path(folder.name) / "speech.wav"
