"""A small real family for the pool: it counts where a voice would speak, and notes all it lives through."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.errors import ModelNotFound
from engine.pool import ModelPool
from engine.registry import ModelCard, Task


@dataclass
class Counter:
    """A loaded model. `count` may be called on the model's own thread only, one item at a time."""

    card: ModelCard
    school: "School"
    thread: threading.Thread = field(default_factory=threading.current_thread)
    is_open: bool = True
    inside: int = 0

    def count(self, items: int, item_s: float = 0.0, fail_at: int | None = None) -> Iterator[int]:
        try:
            for number in range(items):
                self.visit()
                if number == fail_at:
                    raise ZeroDivisionError(f"item {number}")
                if item_s:
                    time.sleep(item_s)
                yield number
        finally:
            self.visit()
            self.school.closed_generators.append((self.card.id, threading.current_thread() is self.thread))

    def visit(self) -> None:
        """Whoever comes here must be on the right thread, alone, and before close()."""
        self.inside += 1
        if threading.current_thread() is not self.thread or not self.is_open or self.inside != 1:
            self.school.faults.append(f"{self.card.id} on {threading.current_thread().name}, open={self.is_open}")
        self.inside -= 1

    def close(self) -> None:
        self.visit()
        self.is_open = False
        self.school.unloads.append(self.card.id)


class School:
    """The family's module and its memory."""

    def __init__(self) -> None:
        self.loads: list[str] = []
        self.unloads: list[str] = []
        self.closed_generators: list[tuple[str, bool]] = []
        self.faults: list[str] = []
        self.before_load: Callable[[ModelCard], None] = lambda card: None

    def find(self, model_id: str, task: Task | None = None) -> ModelCard:
        """ "a-10" is a model that takes 10 bytes."""
        name, _, size = model_id.partition("-")
        if not size.isdigit() or task == "transcribe":
            raise ModelNotFound(f"There is no model called {model_id}.")
        return ModelCard(model_id, name, "speak", "counter", "", ("en",), 8000, built_in=True, memory_bytes=int(size))

    def load(self, card: ModelCard, folder: Path | None) -> Counter:
        self.before_load(card)
        self.loads.append(card.id)
        return Counter(card, self)

    def alive(self) -> int:
        """Models loaded and not unloaded."""
        return len(self.loads) - len(self.unloads)


@pytest.fixture
def school() -> School:
    return School()


@pytest.fixture
def pool(school: School) -> Iterator[ModelPool]:
    others = set(threading.enumerate())  # of pools that other tests keep
    with ModelPool(100, find=school.find, load=school.load) as pool:
        yield pool
    assert school.faults == []
    assert school.alive() == 0, "a model was left in memory"
    names = [thread.name for thread in threading.enumerate() if thread not in others]
    assert not any(name.startswith(("model", "transcription")) for name in names), names
