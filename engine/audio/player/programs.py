"""Programs that play what comes down a pipe."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Mapping
from types import MappingProxyType

from engine.audio.pcm import encode_pcm16
from engine.audio.player.waiting import Waiting
from engine.errors import DeviceError

# In the order in which we would rather have them.
PROGRAMS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pw-play": ("pw-play", "--raw", "--format=s16", "--channels={channels}", "--rate={rate}", "-"),
        "paplay": ("paplay", "--raw", "--format=s16le", "--channels={channels}", "--rate={rate}"),
        "aplay": ("aplay", "-q", "-t", "raw", "-f", "S16_LE", "-c", "{channels}", "-r", "{rate}"),
        # Its word for several channels differs from version to version.
        "ffplay": ("ffplay", "-v", "quiet", "-nodisp", "-autoexit", "-f", "s16le", "-ar", "{rate}", "-i", "-"),
        "play": ("play", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-c", "{channels}", "-r", "{rate}", "-"),
    }
)
AHEAD_S = 30.0
PIPE_BYTES = 4096
"""What lies in a pipe cannot be held back any more; Linux makes it this narrow, others have what they have."""
GOING_S = 1.0


class Program:
    """A program of PROGRAMS; see `Output`. Paused, it is given nothing: what it has taken is heard to its end, and how
    much that is, beyond the pipe, only it knows.
    """

    most_ahead_s: float | None = AHEAD_S

    def __init__(self, name: str, sample_rate: int, channels: int, buffer_size: int) -> None:
        self.name = name
        self.latency_s = PIPE_BYTES / (2 * channels * sample_rate)
        self._line = [part.format(rate=sample_rate, channels=channels) for part in PROGRAMS[name]]
        self._channels = channels
        self._frames = buffer_size
        self._lock = threading.Lock()
        self._waiting: Waiting | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._feeder: threading.Thread | None = None
        self._begun = threading.Event()
        self._has_begun = True
        self._is_wanted = True

    def open(self, waiting: Waiting) -> None:
        """Find it.

        Raises:
            DeviceError: it is not on the PATH, or plays one channel only.
        """
        if shutil.which(self._line[0]) is None:
            raise DeviceError(f"{self.name} is not on this machine.")
        if self._channels != 1 and not any("{channels}" in part for part in PROGRAMS[self.name]):
            raise DeviceError(f"{self.name} is asked for one channel only.")
        self._waiting = waiting

    def wake(self) -> None:
        """Start it where it does not run."""
        with self._lock:
            if self._feeder is not None or not self._is_wanted:
                return
            # Begun on a thread of its own: a Ctrl-C between its beginning and our knowing of it would leave it playing.
            self._begun = threading.Event()
            self._feeder = threading.Thread(target=self._run, args=(self._begun,), name="player", daemon=True)
            self._feeder.start()
        self._begun.wait()
        if not self._has_begun:
            raise DeviceError(f"{self.name} does not start.")

    def finish(self) -> None:
        """Close the pipe and wait until it has played all."""
        assert self._waiting is not None
        self._waiting.end()
        with self._lock:
            feeder = self._feeder
        if feeder is not None:
            feeder.join()
        with self._lock:
            self._feeder = self._process = None
            self._waiting.end(False)

    def halt(self) -> None:
        """End it at once. What waits was dropped by whoever calls this."""
        with self._lock:
            self._is_wanted = False
            process, feeder = self._process, self._feeder
        if process is not None:
            end(process)
        if feeder is not None:
            feeder.join()

    def _run(self, begun: threading.Event) -> None:
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        try:
            process = subprocess.Popen(self._line, stdin=pipe, stdout=none, stderr=none, pipesize=PIPE_BYTES)
        except OSError:
            self._has_begun = False
            with self._lock:
                self._feeder = None
            begun.set()
            return
        with self._lock:
            self._process, is_wanted = process, self._is_wanted
        begun.set()
        if not is_wanted:
            end(process)
        self._feed(process)

    def _feed(self, process: "subprocess.Popen[bytes]") -> None:
        waiting = self._waiting
        assert waiting is not None and process.stdin is not None
        heard_all = True
        try:
            while (block := waiting.next(self._frames)) is not None:
                process.stdin.write(encode_pcm16(block.reshape(-1)))
                process.stdin.flush()
        except OSError:
            heard_all = False
        with contextlib.suppress(OSError):
            process.stdin.close()
        if process.wait() != 0 or not heard_all:
            waiting.fail(DeviceError(f"{self.name} stopped before the end of the sound; is there a sound device?"))


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a program now."""
    process.terminate()
    try:
        process.wait(GOING_S)
    except subprocess.TimeoutExpired:
        process.kill()
