"""The one thread on which a model is loaded, run and given back. Knows nothing of other models or of the budget.

All that others want of it arrives in one inbox. Between two items it reads the inbox, so that a call, a new stream or a
close waits for one item at most; open streams take turns, one item each, when their consumer has room.
"""

import copy
import logging
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Any, Generic, Protocol, TypeVar

from engine.allowance import at_work
from engine.errors import Cancelled
from engine.pool.stream import Feed

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[Any], T]


class Closeable(Protocol):
    """A model, a generator or a live session."""

    def close(self) -> object: ...


@dataclass(eq=False, slots=True)
class Run:
    """A stream's work: a generator made and driven on the model's thread."""

    feed: Feed[Any]
    work: Work[Iterator[Any]]
    iterator: Iterator[Any] | None = None


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What a call gave: a value, or the error it raised."""

    value: T | None = None
    error: BaseException | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Call(Generic[T]):
    """A function to run between items, and where its caller waits."""

    work: Work[T]
    answers: "SimpleQueue[Answer[T]]" = field(default_factory=SimpleQueue)


@dataclass(frozen=True, eq=False, slots=True)
class Leave:
    """A session that its owner has given up."""

    session: Closeable


@dataclass(frozen=True, slots=True)
class Stop:
    """The model must go; open work ends with this sentence."""

    sentence: str


class Wake:
    """A stream has room again or was closed."""


WAKE = Wake()
Message = Run | Call[Any] | Leave | Stop | Wake


class ModelThread:
    """A model's thread. `load` runs on it first; if that fails, `failed` words the error and all work gets it."""

    def __init__(
        self,
        name: str,
        load: Callable[[], Closeable],
        *,
        after: tuple["ModelThread", ...],
        released: Callable[[], None],
        failed: Callable[[BaseException], BaseException],
        gone: Callable[[], None],
    ) -> None:
        """Start the thread.

        Args:
            name: for the thread's name and the log.
            load: makes the model.
            after: threads whose memory must be free before this one loads.
            released: called when one piece of work (stream, call, session) is over, before its owner learns of it.
            failed: called when `load` raised; takes care that no more work is sent, and words the error.
            gone: called when the model is closed and the thread is about to end.
        """
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.is_loaded = False
        self._load = load
        self._after = after
        self._released = released
        self._failed = failed
        self._gone = gone
        self._runs: deque[Run] = deque()
        self._calls: deque[Call[Any]] = deque()
        self._sessions: set[Closeable] = set()
        self._stop: Stop | None = None
        self._thread = threading.Thread(target=self._live, name=f"model {name}", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Make the thread look at its streams again. Safe in a finaliser."""
        self.inbox.put(WAKE)

    @property
    def is_here(self) -> bool:
        """Whether the caller is on this thread."""
        return threading.current_thread() is self._thread

    @property
    def has_ended(self) -> bool:
        """Whether the model is closed and the thread is over."""
        return not self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait until the model is closed and the thread has ended; whether it has."""
        if not self.is_here:
            self._thread.join(timeout_s)
        return self.has_ended

    def keep(self, session: Closeable) -> None:
        """Close a session when the model goes. On this thread only."""
        self._sessions.add(session)

    def _live(self) -> None:
        for other in self._after:
            other.join()
        self._after = ()
        try:
            model = self._load()
        except BaseException as exc:  # whatever it was, it belongs to those who wait for the model
            error = self._failed(exc)
            traceback.clear_frames(exc.__traceback__)  # half a model may hang on its locals
            self._read_all()
            self._dismiss(lambda: _again(error))
            self._gone()
            return
        self.is_loaded = True
        sentence = self._serve(model)
        self._dismiss(lambda: Cancelled(sentence))
        self.is_loaded = False
        _close(model)
        del model
        self._gone()

    def _serve(self, model: Closeable) -> str:
        """Work until told to stop; the sentence for those whose work is cut short."""
        while self._stop is None:
            self._read_inbox()
            self._turn(model)
        return self._stop.sentence

    def _read_inbox(self) -> None:
        """Take all messages; wait for one when there is nothing to do."""
        if not self._calls and not any(run.feed.is_closed or run.feed.has_room for run in self._runs):
            self._sort(self.inbox.get())
        self._read_all()

    def _read_all(self) -> None:
        while not self.inbox.empty():
            self._sort(self.inbox.get())

    def _sort(self, message: Message) -> None:
        match message:
            case Run():
                # In front: its first item is what somebody waits for; then it takes turns like the others.
                self._runs.appendleft(message)
            case Call():
                self._calls.append(message)
            case Leave(session):
                if session in self._sessions:
                    self._sessions.discard(session)
                    _close(session)
                    self._released()
            case Stop():
                self._stop = message
            case Wake():
                pass

    def _turn(self, model: Closeable) -> None:
        """Drop what was closed, then one call, then one item of the next stream that has room."""
        for run in [run for run in self._runs if run.feed.is_closed]:
            self._end(run, None)
        if self._stop is not None:
            return
        if self._calls:
            self._answer(self._calls.popleft(), model)
        for _ in range(len(self._runs)):
            run = self._runs[0]
            self._runs.rotate(-1)
            if run.feed.has_room:
                self._step(run, model)
                return

    def _step(self, run: Run, model: Closeable) -> None:
        try:
            if run.iterator is None:
                run.iterator = iter(run.work(model))
            with at_work():
                item = next(run.iterator)
            run.feed.put(item)
        except StopIteration:
            self._end(run, None)
        except BaseException as exc:  # errors travel in the stream, to the thread that waits for it
            self._end(run, exc)

    def _end(self, run: Run, error: BaseException | None) -> None:
        self._runs.remove(run)
        _close(run.iterator)
        run.iterator = None
        self._released()
        run.feed.end(error)

    def _answer(self, call: Call[Any], model: Closeable) -> None:
        try:
            with at_work():
                answer = Answer(value=call.work(model))
        except BaseException as exc:  # the caller waits on another thread and must not wait for ever
            answer = Answer(error=exc)
        self._released()
        call.answers.put(answer)

    def _dismiss(self, error: Callable[[], BaseException]) -> None:
        """End all open work."""
        for run in list(self._runs):
            self._end(run, error())
        while self._calls:
            self._released()
            self._calls.popleft().answers.put(Answer(error=error()))
        while self._sessions:
            _close(self._sessions.pop())
            self._released()


def _close(thing: object) -> None:
    """Close a model, a generator or a session; a fault in that must not take the thread down."""
    close = getattr(thing, "close", None)
    if close is not None:
        try:
            close()
        except Exception:
            log.exception("closing a %s failed", type(thing).__name__)


def _again(error: BaseException) -> BaseException:
    """A fresh copy: one exception raised on several threads would mix their tracebacks."""
    fresh = copy.copy(error)
    fresh.__cause__ = error.__cause__
    return fresh
