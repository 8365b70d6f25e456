"""What the pool adds to a stream: the way to a model's thread and back, beside calling the model directly."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.pool import ModelPool
from engine.registry import ModelCard, Task
from engine.types import SpeechRequest

RUNS = 2000
SPOKEN_RUNS = 50
TEXT = "The quick brown fox jumps over the lazy dog."


class _Nothing:
    """A model that takes no time, so that only the way to it is measured."""

    def close(self) -> None:
        pass


def main() -> None:
    """Print one table."""
    print("| what | median | p95 |")
    print("|---|---|---|")
    with ModelPool(100, find=_find, load=_load) as pool:
        pool.preload("nothing")
        _row("a call to an idle model, and its answer", lambda: pool.call("nothing", lambda _: None))
        _row("a request to an idle model, until its first item", lambda: _first(pool))
        busy = pool.stream("nothing", lambda _: _every(0.005))
        listener = threading.Thread(target=lambda: [None for _ in busy], daemon=True)
        listener.start()
        _row("the same, beside a stream whose items take 5 ms each", lambda: _first(pool), RUNS // 10)
        busy.close()
        listener.join()
        started = time.perf_counter()
        count = sum(1 for _ in pool.stream("nothing", lambda _: iter(range(50_000))))
        print(f"| items through one stream | {count / (time.perf_counter() - started):,.0f} per second | |")
    _spoken()


def _spoken() -> None:
    from engine.tts.espeak import load
    from engine.tts.speak import speak

    request = SpeechRequest(TEXT)
    model = load(None)
    _row("espeak-ng called directly, until its first sound", lambda: next(speak(model, request)), SPOKEN_RUNS)
    model.close()
    with ModelPool() as pool:
        pool.preload("espeak-ng")

        def through_pool() -> None:
            with pool.speak("espeak-ng", request) as stream:
                next(stream)

        _row("espeak-ng through the pool, until its first sound", through_pool, SPOKEN_RUNS)


def _row(what: str, work: Callable[[], object], runs: int = RUNS) -> None:
    times: list[float] = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    print(f"| {what} | {statistics.median(times):.3f} ms | {times[int(runs * 0.95)]:.3f} ms |", flush=True)


def _first(pool: ModelPool) -> None:
    with pool.stream("nothing", lambda _: iter((1, 2, 3))) as stream:
        next(stream)


def _every(item_s: float) -> Iterator[None]:
    while True:
        time.sleep(item_s)
        yield


def _find(model_id: str, task: Task | None = None) -> ModelCard:
    return ModelCard(model_id, "Nothing", "speak", "nothing", "", ("en",), 8000, built_in=True, memory_bytes=1)


def _load(card: ModelCard, folder: Path | None) -> Any:
    return _Nothing()
