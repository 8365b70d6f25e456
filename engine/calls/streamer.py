"""One turn of somebody who speaks: frames in, a text that only grows out, and a trusted one at the end."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from typing import Any, Literal, Self

from engine.calls.sound_in import samples_of
from engine.errors import Cancelled, EngineError, GenerationError, OptionError
from engine.pool import LiveHandle
from engine.spacing import text_of
from engine.types import Samples, TranscriptEvent, Word

Order = Samples | Literal["flush", "finish", "cancel"]


class Partials(Iterator[str]):
    """The text so far, each time it has grown; for one reader, on any thread. Ends with the turn."""

    def __init__(self) -> None:
        self._texts: SimpleQueue[str | BaseException | None] = SimpleQueue()
        self._is_over = False

    def put(self, text: str) -> None:
        """The text has grown."""
        self._texts.put(text)

    def end(self, error: BaseException | None = None) -> None:
        """No more of it."""
        self._texts.put(error)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        if self._is_over:
            raise StopIteration
        text = self._texts.get()
        if isinstance(text, str):
            return text
        self._is_over = True
        if text is not None:
            raise text
        raise StopIteration


class Streamer:
    """One turn. `send` returns at once; the sound is heard on a thread of the streamer's own, in order.

    Attributes:
        partials: the text that is certain so far, whenever it has grown: it is never taken back. `finish` and `cancel`
            end it.
    """

    def __init__(self, handle: LiveHandle) -> None:
        self._turn = _Turn(handle)
        self.partials = self._turn.partials
        self._turn.start()

    def send(self, frames: Any) -> None:
        """Hear the next sound. Does not wait: what is not heard yet is kept.

        Args:
            frames: as `samples_of` takes them, at the rate the streamer was opened with.

        Raises:
            AudioFormatError: no sound.
            OptionError: the turn is over.
            EngineError: what went wrong with the sound before.
        """
        self._turn.order(samples_of(frames))

    def flush(self) -> None:
        """A pause: what was heard becomes certain, and the turn goes on. Does not wait."""
        self._turn.order("flush")

    def finish(self) -> str:
        """The turn has ended: wait until all of it is heard.

        Returns:
            The whole text, which is to be trusted more than the partials.

        Raises:
            Cancelled: it was cancelled.
            EngineError: what went wrong meanwhile.
        """
        return self._turn.finish()

    def cancel(self) -> None:
        """Somebody cuts in: end without a last decode; sound that waits is not heard. Safe to call twice."""
        self._turn.cancel()

    close = cancel

    @property
    def text(self) -> str:
        """The text that is certain so far; once finished, the whole."""
        return self._turn.text

    @property
    def draft(self) -> str:
        """What seems to follow it, and may still change."""
        return text_of(self._turn.draft)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def __del__(self) -> None:
        if turn := getattr(self, "_turn", None):
            turn.cancel()


class _Turn:
    """What the streamer's thread knows; a streamer that is forgotten ends it."""

    def __init__(self, handle: LiveHandle) -> None:
        self.partials = Partials()
        self.text = ""
        self.draft: tuple[Word, ...] = ()
        self._handle = handle
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._words: list[Word] = []
        self._error: EngineError | None = None
        self._state: Literal["open", "finished", "cancelled"] = "open"
        self._thread = threading.Thread(target=self._live, name="streamer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def order(self, order: Order) -> None:
        if self._error is not None:
            raise self._error
        if self._state != "open":
            raise OptionError("This turn is over; open another streamer.")
        self._orders.put(order)

    def finish(self) -> str:
        if self._state == "open":
            self._state = "finished"
            self._orders.put("finish")
        self._thread.join()
        if self._error is not None:
            raise self._error
        if self._state == "cancelled":
            raise Cancelled("This turn was cancelled.")
        return self.text

    def cancel(self) -> None:
        if self._thread.is_alive():
            self._state = "cancelled"
            self._handle.close()
            self._orders.put("cancel")

    def _live(self) -> None:
        error: EngineError | None = None
        try:
            self._hear_all()
        except EngineError as exc:
            error = exc
        except Exception as exc:
            error = GenerationError("The recogniser failed on this sound. Start listening again.")
            error.__cause__ = exc
        finally:
            self._handle.close()
            # Whoever cancels wants no error of what was cut off.
            self._error = None if self._state == "cancelled" else error
            self.partials.end(self._error)

    def _hear_all(self) -> None:
        while self._state != "cancelled":
            order = self._orders.get()
            if isinstance(order, str):
                if order == "finish":
                    self._take(self._handle.finish())
                    return
                if order == "flush":
                    self._take(self._handle.flush())
            else:
                self._take(self._handle.add_audio(order))

    def _take(self, events: list[TranscriptEvent]) -> None:
        for event in events:
            self.draft = event.draft
            before, self._words = self.text, event.after(self._words)
            self.text = text_of(self._words)
            # The end may be heard better than it was told: then it is `finish` that says so.
            if self.text != before and self.text.startswith(before):
                self.partials.put(self.text)
