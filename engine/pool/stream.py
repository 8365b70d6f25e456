"""A stream between two threads: a producer that may run a few items ahead, a consumer that may stop at any time.

Knows nothing of models. Only SimpleQueue.put is used to reach another thread, because it is safe inside a finaliser:
a stream dropped without close() is closed by the garbage collector, on whatever thread that happens to run.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Generic, Self, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# How many items a producer may be ahead of its consumer.
CAPACITY = 8


@dataclass(frozen=True, slots=True)
class _End:
    error: BaseException | None = None


def _nobody() -> None:
    """There is no producer (yet)."""


class Feed(Generic[T]):
    """What a stream's two ends share. One producer thread; consumers and closers on any thread."""

    def __init__(self, wake: Callable[[], None] | None = None) -> None:
        """`wake` tells the producer that room was made or the stream was closed; it must be safe in a finaliser."""
        self.wake = wake or _nobody
        self._items: SimpleQueue[T | _End] = SimpleQueue()
        self._produced = 0
        self._consumed = 0
        self._counting = threading.Lock()
        self._ended = False
        self.is_closed = False

    # The producer's end.

    @property
    def has_room(self) -> bool:
        """Whether another item may be put."""
        return self._produced - self._consumed < CAPACITY

    def put(self, item: T) -> None:
        """Hand over one item. Never blocks: look at `has_room` first."""
        self._produced += 1
        self._items.put(item)

    def end(self, error: BaseException | None = None) -> None:
        """No further items; the consumer sees those already put, then the end or the error."""
        self._ended = True
        self._items.put(_End(error))

    # The consumer's end.

    def take(self) -> T:
        """Wait for the next item.

        Raises:
            StopIteration: the stream has ended or was closed.
            BaseException: whatever ended the producer.
        """
        if self.is_closed:
            raise StopIteration
        item = self._items.get()
        if isinstance(item, _End):
            self._items.put(_End())  # whoever asks again, here or on another thread, gets the plain end
            if item.error is not None and not self.is_closed:
                raise item.error
            raise StopIteration
        if self.is_closed:
            raise StopIteration
        with self._counting:
            self._consumed += 1
        if not self._ended:
            self.wake()
        return item

    def close(self) -> None:
        """Give up the stream: the producer stops within one item, a waiting consumer wakes at once."""
        if not self.is_closed:
            self.is_closed = True
            self._items.put(_End())
            if not self._ended:
                self.wake()


class Stream(Iterator[T_co]):
    """An iterator fed from a model's thread, at most CAPACITY items ahead.

    Errors of the work are raised by the iterator, after the items made before them. `close()` may be called from any
    thread, more than once; it does not wait. As a context manager it closes itself.
    """

    def __init__(self, feed: Feed[T_co]) -> None:
        self._feed = feed

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T_co:
        return self._feed.take()

    def close(self) -> None:
        """Stop the work within one item. The model's thread closes the generator; nothing more is given."""
        self._feed.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self._feed.close()


def ended(error: BaseException) -> Stream[Any]:
    """A stream that gives nothing but an error, for work that cannot begin."""
    feed: Feed[Any] = Feed()
    feed.end(error)
    return Stream(feed)
