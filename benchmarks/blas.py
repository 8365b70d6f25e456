"""MLX's matrix products on Linux by the BLAS that it finds: its own, a distribution's, the studio's copy.

Each on one and on two threads, and the studio's way of using two cores (rows parted over streams), on a machine as it
is and beside a program that keeps one core busy. Milliseconds by the clock, in brackets of the processor.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.peers import ours, run_peer
from engine.blas import choice, distribution

HERE = Path(__file__).parent
SECONDS = 0.3


def main() -> None:
    """Print a table for the machine as it is and one beside a busy core."""
    if sys.platform != "linux":
        print("MLX needs no help here.")
        return
    folder = choice.cache_folder()
    copies = [str(found.library) for found in [_ours()] if found]
    libraries = {"reference": "", "distribution": str(distribution.find() or "-"), "studio": (copies or ["-"])[0]}
    print(f"Load before: {os.getloadavg()[0]:.1f}. The studio's choice here: {choice.choose(folder).whose}.")
    for hogs in (0, 1):
        print(f"\n### {'beside a program that keeps one core busy' if hogs else 'the machine as it is'}\n")
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(hogs)]
        try:
            _table({name: _measure(path, name == "studio") for name, path in libraries.items() if path != "-"})
        finally:
            for program in busy:
                program.kill()
                program.wait()


def _ours() -> choice.Choice | None:
    """The studio's copy, made if the distribution's is what the studio takes here."""
    find, distribution.find = distribution.find, lambda *_: None
    try:
        found = choice.choose()
    finally:
        distribution.find = find
    return found if found.library else None


def _measure(library: str, parts: bool) -> dict[tuple[str, str], tuple[float, float]]:
    job = json.dumps({"library": library, "parts": parts, "seconds": SECONDS})
    environment = {"PYTHONPATH": str(HERE.parent)} if parts else {}
    found = run_peer(ours(), HERE / "blas_one.py", [job], env=environment)["found"]
    return {(row["size"], row["way"]): (row["ms"], row["cpu"]) for row in found}


def _table(found: dict[str, dict[tuple[str, str], tuple[float, float]]]) -> None:
    columns = [(name, way) for name, rows in found.items() for way in dict.fromkeys(way for _, way in rows)]
    label = {"1": "1 thread", "2": "2 threads", "parts": "1 thread, parts"}
    print("| product | " + " | ".join(f"{name}, {label[way]}" for name, way in columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for size in dict.fromkeys(size for rows in found.values() for size, _ in rows):
        cells = [found[name][size, way] for name, way in columns]
        print(f"| {size} | " + " | ".join(f"{_figure(ms)} ({_figure(cpu)})" for ms, cpu in cells) + " |")


def _figure(ms: float) -> str:
    return f"{ms:.2f}" if ms < 10 else f"{ms:.0f}"


if __name__ == "__main__":
    main()
