"""A hold on a loaded model for work made of many calls: while it lasts the model is not unloaded for another."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from engine.pool.stream import Stream

T = TypeVar("T")
S = TypeVar("S")


class RunCall(Protocol):
    """Runs a function on the model's thread and gives what it gave, or raises what it raised."""

    def __call__(self, work: Callable[[Any], T], /) -> T: ...


class RunStream(Protocol):
    """Runs a generator on the model's thread, taking turns with its other streams."""

    def __call__(self, work: Callable[[Any], Iterator[T]], /) -> Stream[T]: ...


class Lease(Generic[S]):
    """A session on a model's thread, and the way to it.

    Attributes:
        session: made on the model's thread; touch it only inside `call`.
        call: runs a function of the loaded model there, between the items of its streams.
        stream: runs a generator there, in turn with its other streams.
    """

    def __init__(self, session: S, call: RunCall, stream: RunStream, leave: Callable[[], None]) -> None:
        self.session = session
        self.call = call
        self.stream = stream
        self._leave = leave
        self._left = False

    @property
    def is_left(self) -> bool:
        """Whether it was given up."""
        return self._left

    def leave(self) -> None:
        """Give it up: the session is closed on the model's thread. Does not wait; safe in a finaliser."""
        if not self._left:
            self._left = True
            self._leave()
