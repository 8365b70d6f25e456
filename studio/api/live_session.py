"""One microphone's session, which outlives its connection: sound in, words out, to whoever is attached just now.

Half a minute that cannot be heard yet waits in memory, the rest in the socket. While nobody is attached the session
goes on with what it has; the words are there for whoever comes back.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal, Protocol, cast

import numpy as np
from pydantic import BaseModel

from engine import registry
from engine.audio.pcm import decode_pcm16
from engine.defaults import simple_recogniser
from engine.errors import AudioFormatError, EngineError, OptionError
from engine.pool import LiveHandle
from engine.spacing import gap, text_of
from engine.types import Samples, TranscriptEvent, Word
from studio.access import StreamSlot
from studio.api.bridge import off_loop
from studio.api.events import (
    LiveAck,
    LiveCancelled,
    LiveComplete,
    LiveDelta,
    LiveNotice,
    LivePartial,
    LiveReady,
    LiveWord,
)
from studio.api.live_pace import LATE_S, Moment, Pace
from studio.api.live_recording import LiveRecording
from studio.library.jobs.options import TranscriptionOptions

log = logging.getLogger(__name__)

MAX_WAITING_S = 30.0
"""Sound that may wait for the recogniser before we stop reading the socket: while it is not read, neither a cancel nor
the answer to a ping is heard. A few megabytes."""
MAX_PACKET_BYTES = 1_000_000
ACK_S = 0.5
"""How much sound comes between two acknowledgements."""

PORTION_S = 0.6
"""Heard at once, so that words that become certain while more waits are told meanwhile."""

Command = Literal["flush", "pause", "clear", "stop"]


_now = time.monotonic


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
        quicker: Callable[[], str] = lambda: "",
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
            quicker: a sentence on who would keep pace, for a recogniser that does not; may block.
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
        self.is_cancelled = False
        self._is_hurried = False
        self._quicker = quicker
        self._pace = Pace()
        self._portion = int(PORTION_S * sample_rate)
        self._flushed = 0  # samples that were there when it was last asked to decide
        self._final: list[Word] | None = None
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
        """All words since the beginning, or since they were last cleared, as the end has them; times from there."""
        by_s = self._cleared_s
        return [
            replace(word, start_s=max(0.0, word.start_s - by_s), end_s=max(0.0, word.end_s - by_s))
            for word in self._trusted
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
            self._pace.restart()
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
        await self._look_at_pace()
        if self.is_resumable and self.received - self._acked >= ACK_S * self.sample_rate:
            async with self._telling:
                self._acked = self.received
                await self._send(LiveAck(received=self.received))

    async def ask(self, command: Command) -> None:
        """Flush, pause, clear or stop, behind the sound that has come before.

        Raises:
            OptionError: it ends already, or no sound has come that could be decided; it goes on as it was.
        """
        async with self._changed:
            if self.is_stopping:
                raise OptionError("This session is ending already; its last words are on their way.")
            if command == "flush" and self.received == self._flushed:
                raise OptionError("No sound has come that is not decided yet, so there is nothing to make certain.")
            self._flushed = self.received
            self.is_paused = command == "pause"
            self.is_stopping = command == "stop"
            self._queue.append(command)
            self._changed.notify_all()

    async def cancel(self) -> None:
        """End at once and decide nothing more; the listener is told, and hears no more."""
        self.is_cancelled = True
        async with self._telling:
            await self._send(LiveCancelled(audio=self._audio_s))
            self._listener = None
        self._work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._work

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
            room = self._portion
            while room > 0 and self._queue and not isinstance(self._queue[0], str):
                samples = cast(Samples, self._queue.popleft())
                heard.append(samples[:room])
                if len(samples) > room:
                    self._queue.appendleft(samples[room:])
                room -= len(heard[-1])
            command = self._queue.popleft() if self._queue and not heard else None
        if heard:
            await self._hurry_if_ending()
            samples = np.concatenate(heard)
            self._heard += len(samples)
            await self._tell(await off_loop(self._hear, samples))
            async with self._changed:
                self._waiting -= len(samples)
                self._changed.notify_all()
            await self._look_at_pace()
            return True
        if command == "stop":
            events = await off_loop(self._handle.finish)
            await self._tell(events)
            self._settle(events)
            async with self._telling:
                await self._send(self._complete())
            return False
        if command in ("flush", "pause", "clear"):
            await self._tell(await off_loop(self._handle.flush))
        if command == "clear":
            await self._clear()
        return True

    async def _hurry_if_ending(self) -> None:
        """Once only the end is left to come, what still waits is decided together with it."""
        if self.is_stopping and not self._is_hurried:
            commands = [one for one in self._queue if isinstance(one, str)]
            self._is_hurried = commands == ["stop"]
            if self._is_hurried:
                await off_loop(self._handle.hurry, self._waiting / self.sample_rate)

    def _settle(self, events: Sequence[TranscriptEvent]) -> None:
        """The words that were heard once more take the place of those that were told."""
        last = events[-1] if events else None
        if last is not None and last.corrected is not None:
            self._final = [*self._words[: max(0, len(self._words) - last.corrects)], *last.corrected]

    @property
    def _trusted(self) -> list[Word]:
        return self._words if self._final is None else self._final

    async def _look_at_pace(self) -> None:
        """Say it once when the words come late for good."""
        received_s, waiting_s = self.received / self.sample_rate, self._waiting / self.sample_rate
        if self.is_stopping or self.is_paused:
            self._pace.restart()
        elif self._pace.falls_behind(Moment(_now(), received_s, received_s - waiting_s)):
            who = registry.find(self.options.model).name
            late = f"{who} does not keep pace here: its words come more than {LATE_S:.0f} seconds late."
            quicker = await off_loop(self._quicker)
            async with self._telling:
                await self._send(LiveNotice(message=f"{late} {quicker}".rstrip()))

    def _hear(self, samples: Samples) -> list[TranscriptEvent]:
        if self.recording is not None:
            self.recording.add(samples)
        return self._handle.add_audio(samples)

    async def _clear(self) -> None:
        if self.recording is not None:
            await off_loop(self.recording.restart)
        await off_loop(self._handle.forget)
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
        words = self._trusted
        is_corrected = words is not self._words and words != self._words
        return LiveComplete(text=text_of(words), words=LiveWord.row(words), audio=self._audio_s, corrected=is_corrected)

    async def _send(self, message: BaseModel) -> None:
        if self._listener is not None:
            # One that nobody reads any more says so at once, and is detached by whoever attached it.
            await self._listener.send(message)
