"""Who is in memory and who must go: places in a memory budget, given up by the model that was idle longest.

Knows cards and threads, not the work they do. Everything here is done under one lock, which is never held while a model
loads, runs or closes.
"""

import gc
import itertools
import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psutil

from engine.errors import Cancelled, EngineError, ModelError, OutOfMemory, WeightsError
from engine.pool.thread import Closeable, Message, ModelThread, Stop
from engine.registry import ModelCard, Task
from engine.wording import size_text

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Message)
Find = Callable[[str, Task | None], ModelCard]
Locate = Callable[[ModelCard], Path | None]
Load = Callable[[ModelCard, Path | None], Closeable]

# MLX keeps freed memory for reuse, by default nearly all there is; this share of the budget is plenty.
MLX_CACHE_SHARE = 8
CLOSING = "The studio is closing."


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model in memory.

    Attributes:
        id: its card's id.
        memory_bytes: what is counted against the budget.
        streams: streams, live sessions and calls at work on it; only at 0 may it go for another.
        is_ready: False while it is still loading.
    """

    id: str
    memory_bytes: int
    streams: int
    is_ready: bool


class Place:
    """One model's place. Its numbers belong to the lock of its `Places`."""

    def __init__(self, key: str, card: ModelCard) -> None:
        self.key = key
        self.card = card
        self.streams = 0
        self.last_used = 0
        self.thread: ModelThread  # set before anybody else sees the place


class Places:
    """All places of a pool."""

    def __init__(self, budget_bytes: int, find: Find, locate: Locate, load: Load) -> None:
        """No place is taken.

        Args:
            budget_bytes: for all models together; 0 is half of the machine's memory.
            find: id and task -> card.
            locate: card -> folder, or ModelNotDownloaded.
            load: card and folder -> model, on the model's thread.
        """
        self.budget_bytes = budget_bytes or psutil.virtual_memory().total // 2
        self._find = find
        self._locate = locate
        self._load = load
        self._lock = threading.Lock()
        self._taken: dict[str, Place] = {}
        self._leaving: set[ModelThread] = set()
        self._ticks = itertools.count(1)
        self._is_closed = False

    def send(self, model_id: str, task: Task | None, message: Callable[[Place], M]) -> tuple[Place, M]:
        """Post a message to a model's thread, which is started if need be.

        Raises:
            ModelError: no such model, not here, or no memory for it.
            Cancelled: the pool is closed.
        """
        with self._lock:
            place = self._taken.get(model_id)
            if place is not None and task in (None, place.card.task):
                return place, self._post(place, message(place))
        # Looking into folders takes time, so it is done outside the lock.
        card = self._find(model_id, task)
        folder = self._locate(card)
        key = card.id if card.folder is None else str(card.folder.resolve())
        with self._lock:
            if self._is_closed:
                raise Cancelled(CLOSING)
            place = self._taken.get(key) or self._settle(key, card, folder)
            return place, self._post(place, message(place))

    def send_again(self, place: Place, message: M) -> M:
        """Post a further message to a model that was found before.

        Raises:
            Cancelled: it has been unloaded since.
        """
        with self._lock:
            if self._taken.get(place.key) is not place:
                raise Cancelled(CLOSING if self._is_closed else _unloaded(place.card))
            return self._post(place, message)

    def hold(self, place: Place) -> None:
        """Count a session that outlives the call that made it."""
        with self._lock:
            place.streams += 1

    def listing(self) -> list[LoadedModel]:
        """The models in memory, last used first."""
        with self._lock:
            places = sorted(self._taken.values(), key=lambda place: -place.last_used)
            return [LoadedModel(p.card.id, p.card.memory_bytes, p.streams, p.thread.is_loaded) for p in places]

    def give_up(self, model_id: str) -> ModelThread | None:
        """Tell a model to go; its thread, or None when it is not in memory."""
        with self._lock:
            place = next((p for p in self._taken.values() if model_id in (p.key, p.card.id)), None)
            if place is None:
                return None
            self._retire(place, _unloaded(place.card))
            return place.thread

    def close(self) -> set[ModelThread]:
        """Tell all models to go and let no other come; the threads to wait for."""
        with self._lock:
            self._is_closed = True
            for place in list(self._taken.values()):
                self._retire(place, CLOSING)
            return self._still_leaving()

    def _post(self, place: Place, message: M) -> M:
        # Under the lock, so that nothing is ever posted behind a Stop.
        place.streams += 1
        place.last_used = next(self._ticks)
        place.thread.inbox.put(message)
        return message

    def _settle(self, key: str, card: ModelCard, folder: Path | None) -> Place:
        """Make room for a model and start its thread."""
        for victim in self._victims(card):
            self._retire(victim, _unloaded(victim.card))
        place = Place(key, card)
        place.thread = ModelThread(
            card.id,
            lambda: self._loaded(card, folder),
            after=tuple(self._still_leaving()),
            released=lambda: self._released(place),
            failed=lambda exc: self._failed(place, exc),
            gone=lambda: self._gone(place),
        )
        self._taken[key] = place
        return place

    def _victims(self, card: ModelCard) -> list[Place]:
        """Which idle models must go for this one, least recently used first."""
        need = card.memory_bytes
        if need > self.budget_bytes:
            raise OutOfMemory(
                f"{card.name} needs about {size_text(need)} of memory, and models may take "
                f"{size_text(self.budget_bytes)} together. Choose a smaller model, or raise the memory budget in the "
                f"settings."
            )
        places = sorted(self._taken.values(), key=lambda place: place.last_used)
        free = self.budget_bytes - sum(place.card.memory_bytes for place in places)
        victims: list[Place] = []
        for place in places:
            if free >= need:
                break
            if place.streams == 0:
                victims.append(place)
                free += place.card.memory_bytes
        if free < need:
            busy = ", ".join(place.card.name for place in places if place.streams)
            raise OutOfMemory(
                f"{card.name} needs about {size_text(need)} of memory, and the budget of "
                f"{size_text(self.budget_bytes)} "
                f"is taken by models at work ({busy}). Wait until they are done, or raise the budget in the settings."
            )
        return victims

    def _still_leaving(self) -> set[ModelThread]:
        # A thread that says it is gone has a few steps to go yet; only one that has ended is forgotten.
        self._leaving = {thread for thread in self._leaving if not thread.has_ended}
        return set(self._leaving)

    def _retire(self, place: Place, sentence: str) -> None:
        del self._taken[place.key]
        self._leaving.add(place.thread)
        place.thread.inbox.put(Stop(sentence))

    # Called by the models' threads.

    def _loaded(self, card: ModelCard, folder: Path | None) -> Closeable:
        model = self._load(card, folder)
        mlx: Any = sys.modules.get("mlx.core")
        if mlx is not None:
            mlx.set_cache_limit(self.budget_bytes // MLX_CACHE_SHARE)
        return model

    def _released(self, place: Place) -> None:
        with self._lock:
            place.streams -= 1
            place.last_used = next(self._ticks)

    def _failed(self, place: Place, exc: BaseException) -> BaseException:
        with self._lock:
            # From now on a new request starts a new thread, which tries again.
            if self._taken.get(place.key) is place:
                del self._taken[place.key]
                self._leaving.add(place.thread)
        if isinstance(exc, EngineError):
            return exc
        log.error("loading %s failed", place.card.id, exc_info=exc)
        error = _worded(place.card, exc)
        error.__cause__ = exc
        return error

    def _gone(self, place: Place) -> None:
        mlx: Any = sys.modules.get("mlx.core")
        if mlx is not None and not place.card.built_in:
            gc.collect()  # modules and compiled functions refer to one another in circles
            mlx.clear_cache()
            # MLX ends the whole process in an abort when it goes while a thread that is over still has streams.
            if hasattr(mlx, "clear_streams"):  # versions before it had no streams of a thread's own
                mlx.synchronize()
                mlx.clear_streams()


def is_memory_fault(exc: BaseException) -> bool:
    """Whether the machine's or the device's memory was full."""
    # MLX reports a full device as a RuntimeError.
    return isinstance(exc, MemoryError) or (isinstance(exc, RuntimeError) and "malloc" in str(exc).lower())


def _unloaded(card: ModelCard) -> str:
    return f"{card.name} was unloaded while it was at work. Start again."


def _worded(card: ModelCard, exc: BaseException) -> ModelError:
    if is_memory_fault(exc):
        return OutOfMemory(f"The machine has no memory left for {card.name}. Unload other models, or close programs.")
    if isinstance(exc, ImportError):
        return ModelError(f"{card.name} needs a package that is not installed: {exc.name or 'its own'}.")
    if card.built_in:
        return ModelError(f"{card.name} could not be started: the installation is not whole. Run: make install")
    return WeightsError(f"{card.name} could not be loaded: its files are not what this studio expects. Get it again.")
