"""The system's own sound, by PortAudio: a callback that is asked for so many samples and never waits."""

import contextlib
import threading
from typing import Any

import numpy as np

from engine.audio.player.waiting import Waiting
from engine.errors import DeviceError

AHEAD_S = 30.0
GONE = "The sound device went away before the end of the sound."


class Device:
    """The default sound device, through `sounddevice`; see `Output`."""

    name = "the sound device"
    most_ahead_s: float | None = AHEAD_S

    def __init__(self, sample_rate: int, channels: int, buffer_size: int) -> None:
        self._asked = {"samplerate": sample_rate, "channels": channels, "blocksize": buffer_size, "dtype": "float32"}
        self._lock = threading.Lock()
        self._stream: Any = None
        self._runs = False
        self._is_wanted = True
        self.latency_s = 0.0

    def open(self, waiting: Waiting) -> None:
        """Open the stream; it is started with the first samples.

        Raises:
            DeviceError: no PortAudio, no device, or one that does not take these samples.
        """
        try:
            # Its wheels carry PortAudio for macOS; on Linux the import fails where the system has none.
            import sounddevice
        except (ImportError, OSError) as exc:
            raise DeviceError("PortAudio is not on this machine.") from exc

        def fill(out: Any, frames: int, time: Any, status: Any) -> None:
            taken = waiting.take(frames)
            out[: len(taken)] = taken
            out[len(taken) :] = np.float32(0)

        def finished() -> None:
            if self._runs:
                waiting.fail(DeviceError(GONE))

        try:
            self._stream = sounddevice.OutputStream(**self._asked, callback=fill, finished_callback=finished)
            self.latency_s = float(self._stream.latency)
        except (sounddevice.PortAudioError, ValueError, OSError) as exc:
            raise DeviceError("The sound device cannot be opened.") from exc

    def wake(self) -> None:
        """Start the stream where it stands still."""
        with self._lock:
            if self._runs or not self._is_wanted:
                return
            self._runs = True
            try:
                self._stream.start()
            except Exception as exc:  # PortAudio's own kind, which only its module knows
                self._runs = False
                raise DeviceError("The sound device does not start.") from exc

    def finish(self) -> None:
        """Let the buffers that were filled be heard, and stop."""
        with self._lock:
            if self._runs and self._is_wanted:
                self._runs = False
                try:
                    self._stream.stop()  # waits until what was taken is heard
                except Exception as exc:
                    raise DeviceError(GONE) from exc

    def halt(self) -> None:
        """Throw the filled buffers away."""
        self._is_wanted = False
        with self._lock:
            self._runs = False
            stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(Exception):  # a device that is gone cannot be told to be silent
                stream.abort()
                stream.close()
