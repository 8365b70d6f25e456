"""A running ffmpeg: bytes in, bytes out, its messages, its end. Knows nothing of samples or formats.

No shell, no interaction, nothing of our environment. Its pipes never block on our side and are all served in one loop,
so that neither a chatty nor a stuck ffmpeg can hang the caller; `close` kills it.
"""

import contextlib
import os
import selectors
import subprocess
import time
import weakref
from collections.abc import Sequence
from functools import cache
from typing import IO

from engine.errors import EngineError

# A local file or a few kilobytes of samples never take ffmpeg this long; an ffmpeg silent for longer is stuck.
STALL_S = 60.0
# Enough for every message that matters; a torn ten-hour file can write gigabytes of them.
_MESSAGES_BYTES = 32_768
_READ_BYTES = 1 << 18


@cache
def ffmpeg_path() -> str:
    """The ffmpeg program that came with the installation.

    Raises:
        EngineError: it is missing.
    """
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as exc:
        raise EngineError(
            "ffmpeg is missing from this installation. Run: pip install --force-reinstall imageio-ffmpeg"
        ) from exc


class FfmpegFailed(Exception):
    """ffmpeg gave up or was stuck. Stays inside this room: its callers say it in a sentence."""

    def __init__(self, messages: str, is_stuck: bool = False) -> None:
        super().__init__(messages)
        self.messages = messages
        self.is_stuck = is_stuck


class Ffmpeg:
    """One ffmpeg process. Not thread-safe.

    Args:
        arguments: everything after `ffmpeg`; what it reads from us is `pipe:0` or, for a seekable `source`, `fd:`.
        source: an open file to be its stdin; None when we `write` to it.
    """

    def __init__(self, arguments: Sequence[str], source: IO[bytes] | None = None) -> None:
        command = [ffmpeg_path(), "-hide_banner", "-nostdin", "-nostats", *arguments]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if source is None else source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            # LC_ALL: its messages are parsed. Nothing else of ours (FFREPORT writes files) is its business.
            env={"LC_ALL": "C", "AV_LOG_FORCE_NOCOLOR": "1"},
        )
        self._messages = bytearray()
        self._output = bytearray()
        self._selector = selectors.DefaultSelector()
        pipes = [pipe for pipe in (self._process.stdin, self._process.stdout, self._process.stderr) if pipe]
        for pipe in pipes:
            os.set_blocking(pipe.fileno(), False)
        self._stdin, self._stdout, self._stderr = self._process.stdin, self._process.stdout, self._process.stderr
        for pipe in (self._stdout, self._stderr):
            assert pipe is not None
            self._selector.register(pipe, selectors.EVENT_READ)
        # A caller that forgets us (a dropped generator, a lost encoder) must not leave a process behind.
        self._finalizer = weakref.finalize(self, _end, self._process, self._selector)

    @property
    def messages(self) -> str:
        """What it has said so far (its beginning, when it said too much)."""
        return self._messages.decode("utf-8", "replace")

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def read(self) -> bytes:
        """Wait for output. b"" when there will be none any more.

        Raises:
            FfmpegFailed: stuck.
        """
        deadline = time.monotonic() + STALL_S
        while not self._output and self._stdout is not None:
            if not self._serve(deadline - time.monotonic()):
                raise FfmpegFailed(self.messages, is_stuck=True)
        return self._take()

    def ready(self, wait_s: float = 0.0) -> bytes:
        """What it has put out so far, waiting at most `wait_s` for the first of it."""
        self._serve(0.0)
        deadline = time.monotonic() + wait_s
        while not self._output and self._stdout is not None and (left := deadline - time.monotonic()) > 0:
            self._serve(left)
        return self._take()

    def write(self, data: bytes) -> None:
        """Hand it all of `data`, taking its output and messages meanwhile, so that neither side can wait for ever.

        Raises:
            FfmpegFailed: it has gone, or is stuck.
        """
        assert self._stdin is not None
        rest = memoryview(data)
        self._selector.register(self._stdin, selectors.EVENT_WRITE)
        try:
            while rest:
                try:
                    # Raw, non-blocking: None when the pipe is full.
                    rest = rest[self._stdin.write(rest) or 0 :]
                except BrokenPipeError as exc:
                    self._drain()
                    raise FfmpegFailed(self.messages) from exc
                if rest and not self._serve(STALL_S):
                    raise FfmpegFailed(self.messages, is_stuck=True)
        finally:
            self._selector.unregister(self._stdin)

    def end_input(self) -> None:
        """No more `write`: ffmpeg may finish."""
        if self._stdin is not None:
            self._stdin.close()
            self._stdin = None

    def wait(self, stall_s: float = STALL_S) -> bytes:
        """End the input, wait for the end of the process and return the rest of the output.

        Raises:
            FfmpegFailed: its exit status is not 0, or it said and did nothing for `stall_s`.
        """
        self.end_input()
        while self._stdout is not None or self._stderr is not None:
            if not self._serve(stall_s):
                raise FfmpegFailed(self.messages, is_stuck=True)
        try:
            status = self._process.wait(timeout=stall_s)
        except subprocess.TimeoutExpired as exc:
            raise FfmpegFailed(self.messages, is_stuck=True) from exc
        if status != 0:
            raise FfmpegFailed(self.messages)
        return self._take()

    def close(self) -> None:
        """Kill it if it still runs, and give back its pipes. May be called at any time, any number of times."""
        self._stdin = self._stdout = self._stderr = None
        self._finalizer()

    def _take(self) -> bytes:
        data = bytes(self._output)
        self._output.clear()
        return data

    def _drain(self) -> None:
        """Take what is left after it has gone, so that its last words are known."""
        while self._stdout is not None or self._stderr is not None:
            if not self._serve(1.0):
                return

    def _serve(self, timeout_s: float) -> bool:
        """Wait for any pipe once and move what there is; False when nothing happened in time."""
        events = self._selector.select(max(timeout_s, 0.0))
        for key, _ in events:
            if key.fileobj is self._stdout:
                self._stdout = self._receive(self._stdout, self._output, None)
            elif key.fileobj is self._stderr:
                self._stderr = self._receive(self._stderr, self._messages, _MESSAGES_BYTES)
        return bool(events)

    def _receive(self, pipe: IO[bytes] | None, into: bytearray, limit: int | None) -> IO[bytes] | None:
        """Move what the pipe holds; the pipe, or None at its end."""
        assert pipe is not None
        try:
            data = os.read(pipe.fileno(), _READ_BYTES)
        except BlockingIOError:
            return pipe
        if not data:
            self._selector.unregister(pipe)
            pipe.close()
            return None
        into += data if limit is None else data[: max(0, limit - len(into))]
        return pipe


def _end(process: subprocess.Popen[bytes], selector: selectors.BaseSelector) -> None:
    selector.close()
    if process.poll() is None:
        process.kill()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    process.wait()
