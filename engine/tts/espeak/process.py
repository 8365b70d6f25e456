"""The process in which espeak-ng lives, seen from the studio: started when first needed, replaced when it has died.

One for all of the studio's process, one order at a time: a lock is held while a stretch of text is made, which takes a
thousandth of the time it takes to hear it.
"""

import atexit
import fcntl
import hashlib
import json
import logging
import os
import select
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import espeakng_loader

from engine.errors import GenerationError, VoiceError, WeightsError
from engine.tts.espeak import library
from engine.tts.espeak.library import ANSWER, ORDER, Hear, Mark, Order

log = logging.getLogger(__name__)

_PATH_MAX = 150  # the library cuts longer data paths off
_PATIENCE_S = 30.0  # a segment takes milliseconds

_one_at_a_time = threading.Lock()
_running: "_Process | None" = None


class Stumbled(GenerationError):
    """The library's process died over a text."""

    def __init__(self) -> None:
        super().__init__("The built-in voice stumbled over this text. Write it another way, or choose another voice.")


def speak(order: Order, hear: Hear) -> None:
    """Speak; `hear` is called with the sound as it comes, in the calling thread.

    Raises:
        Stumbled: the text was too much for the library; another order finds a new process.
        GenerationError: the library gave up.
        VoiceError: the voice cannot be loaded.
        WeightsError: the library or its data are damaged or out of reach.
    """
    with _one_at_a_time, _process() as process:
        process.speak(order, hear)


def phonemes(order: Order) -> list[str]:
    """The sounds of a text in IPA, clause by clause. Errors as for `speak`."""
    with _one_at_a_time, _process() as process:
        return process.phonemes(order)


def data_folder() -> Path:
    """Where the languages, voices and dictionaries are.

    Raises:
        WeightsError: they are not there.
    """
    try:
        return Path(espeakng_loader.get_data_path())
    except RuntimeError as exc:
        raise _damaged() from exc


@cache
def data_mark() -> str:
    """A name for the library and its data: another one when either is another, for kept sound to be named by.

    Raises:
        WeightsError: they are not there.
    """
    data, file = data_folder(), Path(espeakng_loader.get_library_path())
    mark = hashlib.sha256()
    try:
        for path in [file, *sorted(one for one in data.rglob("*") if one.is_file())]:
            mark.update(f"{path.name}\0{path.stat().st_size}\0".encode())
            mark.update(path.read_bytes())
    except OSError as exc:
        raise _damaged() from exc
    return f"{version('espeakng-loader')} {mark.hexdigest()}"


def _damaged() -> WeightsError:
    return WeightsError("The built-in voice is not completely installed. Run `make install` again.")


class _Process:
    def __init__(self) -> None:
        data, file = data_folder(), Path(espeakng_loader.get_library_path())
        if len(os.fsencode(data)) > _PATH_MAX:
            raise WeightsError("The studio lies too deep in folders for its built-in voice. Move it up a few.")
        if not file.is_file():
            raise _damaged()
        read_end, write_end = os.pipe()
        try:
            # -I -S: neither the environment nor site-packages, a start in 20 ms. A session of its own: Ctrl-C in a
            # terminal is the studio's business. When the studio goes, however it goes, its orders end and so does this.
            self._child = subprocess.Popen(
                [sys.executable, "-I", "-S", library.__file__, str(file), str(data), str(write_end)],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(write_end,), start_new_session=True,
            )  # fmt: skip
        except OSError as exc:
            os.close(read_end)
            raise WeightsError("The built-in voice cannot be started: the system gives no further process.") from exc
        finally:
            os.close(write_end)
        self._answers = read_end
        _widen(read_end)
        self._arrived = bytearray()
        self._watch = select.poll()
        self._watch.register(read_end, select.POLLIN)
        self._owner = os.getpid()

    @property
    def is_alive(self) -> bool:
        """Whether it can take an order; a process that was inherited through a fork belongs to the parent."""
        return self._owner == os.getpid() and self._child.poll() is None

    def speak(self, order: Order, hear: Hear) -> None:
        self._order(order)
        failure: BaseException | None = None
        is_stopped = False
        while (message := self._receive()) is not None:
            _, marks, body = message
            try:
                if is_stopped or hear(body, marks):
                    continue
            except BaseException as exc:  # the answer must be read to its end, or the next one begins in its middle
                failure = exc
            is_stopped = True
            self._write(ORDER.pack(0))
        if failure is not None:
            raise failure

    def phonemes(self, order: Order) -> list[str]:
        self._order(order)
        clauses: list[str] = []
        while (message := self._receive()) is not None:
            clauses.extend(message[2].decode().split("\n"))
        return [clause for clause in clauses if clause]

    def close(self) -> None:
        if self._owner == os.getpid():
            self._child.kill()
            self._child.wait()
        if self._child.stdin is not None:
            self._child.stdin.close()
        os.close(self._answers)

    def _order(self, order: Order) -> None:
        body = json.dumps(order._asdict()).encode()
        self._write(ORDER.pack(len(body)) + body)

    def _write(self, data: bytes) -> None:
        if self._child.stdin is None:
            raise Stumbled
        try:
            self._child.stdin.write(data)
            self._child.stdin.flush()
        except OSError as exc:
            raise Stumbled from exc

    def _receive(self) -> tuple[bytes, list[Mark], bytes] | None:
        """The next message of the answer; None at its end."""
        kind, count, length = ANSWER.unpack(self._read(ANSWER.size))
        numbers = memoryview(self._read(8 * count)).cast("i") if count else ()
        body = self._read(length)
        if kind == b"E":
            return None
        if kind == b"F":
            raise _refusal(body.decode())
        return kind, [Mark(numbers[at], numbers[at + 1]) for at in range(0, 2 * count, 2)], body

    def _read(self, count: int) -> bytes:
        while len(self._arrived) < count:
            # One that is silent for so long will stay silent: some text can send the library round in circles.
            if not self._watch.poll(_PATIENCE_S * 1000) or not (data := os.read(self._answers, 1 << 18)):
                raise Stumbled
            self._arrived += data
        taken = bytes(self._arrived[:count])
        del self._arrived[:count]
        return taken


def _widen(pipe: int) -> None:
    """Room for a whole segment, so that neither side waits for the other; elsewhere than on Linux it costs speed."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, 1 << 20)


@contextmanager
def _process() -> Generator[_Process]:
    global _running
    if _running is None or not _running.is_alive:
        if _running is not None:
            _running.close()
        _running = _Process()
    try:
        yield _running
    except Stumbled:
        log.warning("espeak-ng ended over a text; a new one is started for the next")
        _running.close()
        _running = None
        raise


def _refusal(word: str) -> Exception:
    if word == library.NO_VOICE:
        return VoiceError("This voice cannot be loaded. Choose another one.")
    if word == library.DAMAGED:
        return _damaged()
    return GenerationError(
        "The built-in voice could not speak this text. Write it another way, or choose another voice."
    )


@atexit.register
def _close() -> None:
    if _running is not None:
        _running.close()
