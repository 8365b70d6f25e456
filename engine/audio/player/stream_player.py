"""A player that is given samples as they are made.

    with AudioStreamPlayer(24_000) as player:
        for chunk in engine.stream("Hello."):
            player.enqueue(chunk.samples)

Played with, in this order: the system's sound by PortAudio (`sounddevice`), a program that takes a pipe (pw-play,
paplay, aplay, ffplay, play), and afplay, which begins at the end.
"""

import threading
from collections.abc import Iterator
from typing import Literal, Self

import numpy as np
import numpy.typing as npt

from engine.audio.player.device import Device
from engine.audio.player.output import Output
from engine.audio.player.programs import PROGRAMS, Program
from engine.audio.player.waiting import Frames, Waiting
from engine.audio.player.whole_file import WholeFile
from engine.audio.resample import check_rate
from engine.errors import AudioFormatError, DeviceError, OptionError

MOST_CHANNELS = 8
MOST_BUFFERED = 65_536
PATIENCE_S = 30.0
"""An output that takes no sound for so long, though there is some, is given up."""

State = Literal["stopped", "playing", "paused"]


class AudioStreamPlayer:
    """Plays samples in the order in which they come, each once. Its methods may be called from any thread.

    It is made stopped. `start` makes it playing, `pause` and `resume` go to and from paused, `stop` makes it stopped
    again; what does not fit the state (a pause of what is stopped) does nothing. As a context manager it starts, and at
    the end drains and stops; where the block raised, it stops at once.

    Args:
        sample_rate: Hz.
        channels: 1 to 8.
        buffer_size: frames the output is given at a time; less is sooner, and more often late.

    Raises:
        OptionError, AudioFormatError: one of them cannot be.
    """

    def __init__(self, sample_rate: int = 24_000, channels: int = 1, buffer_size: int = 512) -> None:
        check_rate(sample_rate)
        _check_whole("channels", channels, MOST_CHANNELS)
        _check_whole("buffer_size", buffer_size, MOST_BUFFERED)
        self.sample_rate = sample_rate
        self.channels = channels
        self.buffer_size = buffer_size
        self._lock = threading.Lock()
        self._running: tuple[Output, Waiting] | None = None

    @property
    def state(self) -> State:
        """What it does."""
        running = self._running
        if running is None:
            return "stopped"
        return "paused" if running[1].is_paused else "playing"

    @property
    def output(self) -> str:
        """What plays: "the sound device", a program's name; "" while stopped."""
        running = self._running
        return running[0].name if running is not None else ""

    @property
    def latency_s(self) -> float:
        """Seconds from a sample's leaving the queue to its being heard, as far as is known: so long a pause is late.

        A program holds back some more, which only it knows. Infinite for afplay, which begins at the end. 0 while
        stopped.
        """
        running = self._running
        return running[0].latency_s if running is not None else 0.0

    @property
    def waiting_s(self) -> float:
        """Seconds of sound that were enqueued and that the output has not taken."""
        running = self._running
        return running[1].frames / self.sample_rate if running is not None else 0.0

    def start(self) -> None:
        """Open an output; does nothing where one is open.

        Raises:
            DeviceError: nothing here plays sound.
        """
        with self._lock:
            if self._running is None:
                self._running = self._opened()

    def enqueue(self, samples: npt.ArrayLike) -> None:
        """Play these after what was enqueued before. Waits while 30 s of sound wait already, unless it is paused.

        Args:
            samples: floats, nominally in [-1, 1]: [n] for one channel, [n, channels] for any; copied.

        Raises:
            OptionError: the player is stopped.
            AudioFormatError: no such samples.
            DeviceError: the output failed.
        """
        block = self._frames_of(samples)
        running = self._running
        if running is None:
            raise OptionError("The player is stopped: call start() before enqueue().")
        output, waiting = running
        waiting.put(block)
        if len(block):
            output.wake()

    def pause(self) -> None:
        """Hold back what has not been taken; `latency_s` says how late that is heard."""
        running = self._running
        if running is not None:
            running[1].pause()

    def resume(self) -> None:
        """Go on where `pause` held back."""
        running = self._running
        if running is not None:
            running[1].resume()

    def drain(self) -> None:
        """Return when all that was enqueued is heard; the player can be given more then.

        One that is paused is resumed, for it would never end. A pause that comes meanwhile is waited for, and a `stop`
        ends the waiting.

        Raises:
            DeviceError: the output failed.
        """
        running = self._running
        if running is None:
            return
        output, waiting = running
        waiting.resume()
        while True:
            waiting.wait_until_taken()
            output.finish()
            waiting.check()
            if not waiting.frames or waiting.is_closed:
                return
            output.wake()  # another thread brought more meanwhile

    def stop(self) -> None:
        """Be silent at once; what was not heard yet is dropped."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            output, waiting = running
            waiting.close()
            output.halt()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.drain()
        finally:
            self.stop()

    def _opened(self) -> tuple[Output, Waiting]:
        for output in self._outputs():
            most = None if output.most_ahead_s is None else round(output.most_ahead_s * self.sample_rate)
            waiting = Waiting(self.channels, most, PATIENCE_S)
            try:
                output.open(waiting)
            except DeviceError:
                continue
            return output, waiting
        programs = ", ".join(PROGRAMS)
        raise DeviceError(f"Nothing here plays sound: no sound device can be opened, and none of {programs} is there.")

    def _outputs(self) -> Iterator[Output]:
        yield Device(self.sample_rate, self.channels, self.buffer_size)
        for name in PROGRAMS:
            yield Program(name, self.sample_rate, self.channels, self.buffer_size)
        yield WholeFile(self.sample_rate, self.channels)

    def _frames_of(self, samples: npt.ArrayLike) -> Frames:
        try:
            given = np.asarray(samples)
        except (TypeError, ValueError) as exc:  # bfloat16, which NumPy has not; ragged lists
            raise AudioFormatError("Samples must be float32; make them so before they are enqueued.") from exc
        if not np.issubdtype(given.dtype, np.floating) and given.size:
            raise AudioFormatError(f"Samples must be floats in -1 to 1, not {given.dtype}; divide int16 by 32768.")
        if given.ndim == 1 and self.channels == 1:
            given = given[:, None]
        if given.ndim != 2 or given.shape[1] != self.channels:
            shape = "[n]" if self.channels == 1 else f"[n, {self.channels}]"
            raise AudioFormatError(f"This player takes samples of the shape {shape}, not {list(given.shape)}.")
        with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
            block = np.array(given, dtype=np.float32)
        if not np.isfinite(block).all():
            raise AudioFormatError("The sound holds numbers that are not samples (NaN or infinity).")
        return block


def _check_whole(name: str, value: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"{name} must be a whole number between 1 and {most}, and {value!r} is not.")
