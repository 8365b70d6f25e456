"""Peak memory of the worker's processes for a short and a long book: it must not grow with the book."""

import tempfile
import threading
import time
from pathlib import Path

import psutil

from benchmarks import prose
from benchmarks.book import narrate

SIZES = (10_000, 100_000)
MIB = 1024**2


def main() -> None:
    """Print one table and the ratio."""
    print("| words | peak RSS of one worker process | of all together |")
    print("|---|---|---|")
    peaks: list[int] = []
    for words in SIZES:
        with tempfile.TemporaryDirectory() as folder, Watch() as watch:
            narrate(prose.chapters(words), Path(folder) / "outputs", workers=1)
        peaks.append(watch.largest)
        print(f"| {words:,} | {watch.largest / MIB:.0f} MiB | {watch.together / MIB:.0f} MiB |", flush=True)
    print(f"\nRatio long to short: {peaks[-1] / peaks[0]:.2f}")


class Watch:
    """Samples the resident memory of every descendant twenty times a second."""

    def __init__(self) -> None:
        self.largest = 0
        self.together = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        me = psutil.Process()
        while not self._stop.wait(0.05):
            sizes: list[int] = []
            for child in me.children(recursive=True):
                try:
                    sizes.append(child.memory_info().rss)
                except psutil.Error:
                    continue
            if sizes:
                self.largest = max(self.largest, max(sizes))
                self.together = max(self.together, sum(sizes))
            time.sleep(0)
