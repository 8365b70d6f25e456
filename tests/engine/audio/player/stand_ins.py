"""A sound device and a program that keep what they are given instead of playing it."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

Heard = npt.NDArray[np.int16]


class Speaker:
    """`sounddevice` with one device. Its streams ask for samples from a thread of their own, as PortAudio does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, refuses: bool = False) -> None:
        self.blocks: list[npt.NDArray[np.float32]] = []
        self.asked: dict[str, Any] = {}
        self.streams: list[Any] = []
        module: Any = ModuleType("sounddevice")
        module.PortAudioError = type("PortAudioError", (Exception,), {})
        speaker = self

        class OutputStream:
            latency = 0.01

            def __init__(self, callback: Any, finished_callback: Any, **asked: Any) -> None:
                if refuses:
                    raise module.PortAudioError("Error querying device -1")
                speaker.asked = asked
                speaker.streams.append(self)
                self._fill, self._finished = callback, finished_callback
                self._ends = threading.Event()
                self._thread: threading.Thread | None = None

            def _run(self) -> None:
                while not self._ends.wait(0.0005):
                    out = np.full((speaker.asked["blocksize"], speaker.asked["channels"]), np.nan, np.float32)
                    self._fill(out, len(out), None, None)
                    speaker.blocks.append(out)

            def start(self) -> None:
                assert self._thread is None
                self._ends.clear()
                self._thread = threading.Thread(target=self._run)
                self._thread.start()

            def stop(self) -> None:
                self._ends.set()
                if self._thread is not None:
                    self._thread.join()
                    self._thread = None
                self._finished()

            abort = stop

            def close(self) -> None: ...

        module.OutputStream = OutputStream
        monkeypatch.setitem(sys.modules, "sounddevice", module)

    def unplug(self) -> None:
        """The device is gone."""
        self.streams[-1].stop()

    def heard(self) -> Heard:
        """What was played, as int16, without the silence that fills up."""
        played = np.concatenate([np.zeros((0, 1), np.float32), *list(self.blocks)])[:, 0]
        assert np.isfinite(played).all(), "a buffer was left half filled"
        return np.rint(played[played != 0] * 32768).astype(np.int16)


def without_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without PortAudio."""
    monkeypatch.setitem(sys.modules, "sounddevice", None)


Put = Callable[[str], Path]


def an_empty_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """An empty PATH, and what puts a program on it that keeps what it is given, and its own words."""
    (folder / "path").mkdir()
    monkeypatch.setenv("PATH", str(folder / "path"))

    def put(name: str) -> Path:
        told = folder / name
        keep = f"exec /bin/cat >> {told}"
        script = f'echo "$@" > {told}.words; if [ -f "$1" ]; then exec /bin/cat "$1" >> {told}; else {keep}; fi'
        written(folder / "path" / name, script)
        return told

    return put


def written(program: Path, script: str) -> None:
    """A program of the shell's."""
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
