"""One microphone's session, which outlives its connection: sound in, words out, to whoever is attached just now.

What cannot be heard yet waits in the socket, not in memory. While nobody is attached the session goes on with what it
has; the words are there for whoever comes back.
"""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, Protocol

import numpy as np
from pydantic import BaseModel

from engine.audio.pcm import decode_pcm16
from engine.defaults import simple_recogniser
from engine.errors import AudioFormatError, EngineError
from engine.pool import LiveHandle
from engine.spacing import gap, text_of
from engine.types import Samples, TranscriptEvent, Word
from studio.access import StreamSlot
from studio.api.bridge import off_loop
from studio.api.events import LiveAck, LiveComplete, LiveDelta, LiveNotice, LivePartial, LiveReady, LiveWord
from studio.api.live_recording import LiveRecording
from studio.library.jobs.options import TranscriptionOptions

log = logging.getLogger(__name__)

MAX_WAITING_S = 4.0
"""Sound that may wait for the recogniser before we stop reading the socket."""
MAX_PACKET_BYTES = 1_000_000
ACK_S = 0.5
"""How much sound comes between two acknowledgements."""

Command = Literal["pause", "clear", "stop"]


class Listener(Protocol):
    """Who hears of the words.

    `send` never raises, and gives False when nobody reads any more; `replaced` ends a `send` that waits.
    """

    async def send(self, message: BaseModel) -> bool: ...
    def replaced(self) -> None: ...


class ResumableSession:
    """Sound goes in with `take`, wishes with `ask`; `ended` is set when all is decided or it failed."""

    def __init__(
        self,
        owner: str,
        handle: LiveHandle,
        slot: StreamSlot,
        options: TranscriptionOptions,
        sample_rate: int,
        is_resumable: bool,
        record: Callable[[str], LiveRecording] | None,
    ) -> None:
        """Begin to hear.

        Args:
            owner: whose microphone.
            handle: the recogniser's ear; closed when the session ends.
            slot: the owner's place; given back when the session ends.
            options: who hears it, and how, as it was asked for.
            sample_rate: Hz of the microphone.
            is_resumable: whether it waits for a lost client, and acknowledges sound.
            record: the session's id -> where its sound is kept; None keeps none.
        """
        self.id = secrets.token_hex(16)
        self.owner = owner
        self.options = options
        self.sample_rate = sample_rate
        self.is_resumable = is_resumable
        self.received = 0
        self.error: EngineError | None = None
        self.ended = asyncio.Event()
        self.recording = record(self.id) if record else None
        self.is_paused = False
        self._handle = handle
        self._slot = slot
        self._listener: Listener | None = None
        self._queue: deque[Samples | Command] = deque()
        self._waiting = 0
        self._heard = 0
        self._max_waiting = int(MAX_WAITING_S * sample_rate)
        self._changed = asyncio.Condition()
        self._telling = asyncio.Lock()
        self._odd_byte = b""
        self._acked = 0
        self.is_stopping = False
        self._words: list[Word] = []
        self._forgotten = 0  # words before these, which were cleared away
        self._last_forgotten: Word | None = None
        self._cleared_s = 0.0
        self._draft: tuple[Word, ...] = ()
        self._audio_s = 0.0
        self._speech = False
        self._work = asyncio.ensure_future(self._live())

    @property
    def words(self) -> list[Word]:
        """All certain words since the beginning, or since they were last cleared; times from there."""
        by_s = self._cleared_s
        return [
            replace(word, start_s=max(0.0, word.start_s - by_s), end_s=max(0.0, word.end_s - by_s))
            for word in self._words
        ]

    @property
    def kept_s(self) -> float:
        """Seconds of sound since the beginning, or since it was last cleared."""
        return max(0.0, self._audio_s - self._cleared_s)

    async def attach(self, listener: Listener, words: int = 0) -> None:
        """Tell this listener from now on, and first what it has missed.

        Args:
            listener: takes the place of any other.
            words: how many certain words it has.
        """
        if self._listener is not None:
            self._listener.replaced()
        async with self._telling:
            self._listener = listener
            # What was sent on the old connection may have ended in the middle of a sample.
            self._odd_byte = b""
            session = self.id if self.is_resumable else ""
            await self._send(
                LiveReady(
                    model=self.options.model,
                    sample_rate=self.sample_rate,
                    session=session,
                    received=self.received,
                    notices=[notice] if (notice := simple_recogniser(self.options.model)) else [],
                )
            )
            known = max(0, words - self._forgotten)
            missed = self._words[known:]
            if missed or self._draft:
                before = self._words[known - 1] if 0 < known <= len(self._words) else self._last_forgotten
                await self._show(missed, before if words else None)
            if self.ended.is_set() and self.error is None:
                await self._send(self._complete())

    def detach(self, listener: Listener) -> bool:
        """Tell this listener no more; False when another one has taken its place already."""
        if self._listener is not listener:
            return False
        self._listener = None
        return True

    async def take(self, packet: bytes) -> None:
        """Int16 little-endian mono PCM, any number of bytes; waits while too much waits already.

        Raises:
            AudioFormatError: more in one message than anybody says in one.
        """
        if len(packet) > MAX_PACKET_BYTES:
            raise AudioFormatError("A message holds too much sound; send less than a second at a time.")
        pcm16 = self._odd_byte + packet
        whole = len(pcm16) // 2 * 2
        self._odd_byte = pcm16[whole:]
        if not whole or self.is_stopping:
            return
        samples = decode_pcm16(pcm16[:whole])
        async with self._changed:
            self.is_paused = False
            self.received += len(samples)
            self._queue.append(samples)
            self._waiting += len(samples)
            self._changed.notify_all()
            await self._changed.wait_for(lambda: self._waiting <= self._max_waiting or self.ended.is_set())
        if self.is_resumable and self.received - self._acked >= ACK_S * self.sample_rate:
            async with self._telling:
                self._acked = self.received
                await self._send(LiveAck(received=self.received))

    async def ask(self, command: Command) -> None:
        """Pause, clear or stop, behind the sound that has come before."""
        async with self._changed:
            if self.is_stopping:
                return
            self.is_paused = command == "pause"
            self.is_stopping = command == "stop"
            self._queue.append(command)
            self._changed.notify_all()

    async def close(self) -> None:
        """Drop it without a final decode, and its sound with it."""
        self._work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._work
        if self.recording is not None:
            await off_loop(self.recording.discard)

    async def _live(self) -> None:
        try:
            while await self._step():
                pass
        except EngineError as exc:
            self.error = exc
        except Exception as exc:
            log.exception("a live session failed")
            self.error = EngineError("Something went wrong inside the studio; its log tells more.")
            self.error.__cause__ = exc
        finally:
            self._handle.close()
            self._slot.close()
            self._queue.clear()
            async with self._changed:
                self.ended.set()
                self._changed.notify_all()

    async def _step(self) -> bool:
        """What waits, up to the next command; False after the last."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._queue))
            heard: list[Samples] = []
            while self._queue and not isinstance(self._queue[0], str):
                heard.append(self._queue.popleft())  # pyright: ignore[reportArgumentType]
            command = self._queue.popleft() if self._queue and not heard else None
        if heard:
            samples = np.concatenate(heard)
            self._heard += len(samples)
            await self._tell(await off_loop(self._hear, samples))
            async with self._changed:
                self._waiting -= len(samples)
                self._changed.notify_all()
            return True
        if command == "stop":
            await self._tell(await off_loop(self._handle.finish))
            async with self._telling:
                await self._send(self._complete())
            return False
        if command in ("pause", "clear"):
            await self._tell(await off_loop(self._handle.flush))
        if command == "clear":
            await self._clear()
        return True

    def _hear(self, samples: Samples) -> list[TranscriptEvent]:
        if self.recording is not None:
            self.recording.add(samples)
        return self._handle.add_audio(samples)

    async def _clear(self) -> None:
        if self.recording is not None:
            await off_loop(self.recording.restart)
        async with self._telling:
            self._forgotten += len(self._words)
            self._last_forgotten = self._last
            self._words, self._draft = [], ()
            # Not what has come: what came behind the wish to clear is already waiting.
            self._cleared_s = self._heard / self.sample_rate

    async def _tell(self, events: Iterable[TranscriptEvent]) -> None:
        """Several events at once become one message: what is certain by now, and the last guess."""
        stable: list[Word] = []
        last: TranscriptEvent | None = None
        for last in events:
            stable.extend(last.stable)
        async with self._telling:
            if self.recording is not None and self.recording.notice:
                await self._send(LiveNotice(message=self.recording.notice))
                self.recording.notice = ""
            if last is None:
                return
            self._audio_s = round(last.audio_s, 3)
            self._draft, self._speech = last.draft, last.speech
            before = self._last
            self._words.extend(stable)
            await self._show(stable, before)

    @property
    def _last(self) -> Word | None:
        """The last certain word that was told."""
        return self._words[-1] if self._words else self._last_forgotten

    async def _show(self, stable: Sequence[Word], before: Word | None) -> None:
        """Certain words, behind the one the client has last, and the guess behind them."""
        if stable:
            text = text_of(stable)
            space = gap(before.text, text, stable[0].space_before) if before is not None else ""
            await self._send(LiveDelta(delta=f"{space}{text}"))
        told = LiveWord.row([*stable, *self._draft], before)
        await self._send(
            LivePartial(
                stable=told[: len(stable)],
                draft=told[len(stable) :],
                audio=self._audio_s,
                speech=self._speech,
            )
        )

    def _complete(self) -> LiveComplete:
        return LiveComplete(text=text_of(self._words), words=LiveWord.row(self._words), audio=self._audio_s)

    async def _send(self, message: BaseModel) -> None:
        if self._listener is not None:
            # One that nobody reads any more says so at once, and is detached by whoever attached it.
            await self._listener.send(message)
