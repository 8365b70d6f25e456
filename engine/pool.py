"""Models in memory: one thread each, a budget, eviction, and streams that cross threads."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

from engine.types import AudioChunk, SpeechRequest

T = TypeVar("T")


class Stream(Protocol[T]):
    """An iterator fed from a model's thread through a bounded queue; close() stops the work within one item."""

    def __iter__(self) -> Iterator[T]: ...
    def __next__(self) -> T: ...
    def close(self) -> None: ...


class ModelPool:
    """Loaded models. Everything that crosses its border is NumPy arrays and plain values."""

    def __init__(self, budget_bytes: int = 0, offline: bool = False) -> None:
        raise NotImplementedError

    def speak(self, model_id: str, request: SpeechRequest) -> Stream[AudioChunk]:
        """Speak on the model's thread. Errors are raised from the iterator, where they belong in the stream."""
        raise NotImplementedError

    def stream(self, model_id: str, work: Callable[[Any], Iterator[T]]) -> Stream[T]:
        """Run a generator on the model's thread; several streams of one model take turns item by item."""
        raise NotImplementedError

    def call(self, model_id: str, work: Callable[[Any], T]) -> T:
        """Run one function on the model's thread, between the items of its streams."""
        raise NotImplementedError
