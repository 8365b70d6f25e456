"""Our Whisper with real weights beside faster-whisper's: the same recordings, words with times, in turns.

STUDIO_BENCH_WHISPER names our model's folder, STUDIO_BENCH_WHISPER_CT2 CTranslate2's of the same weights, and
STUDIO_BENCH_SPEECH a folder of recordings: all in it are heard as one. Threads are the machine's cores, or
STUDIO_BENCH_THREADS.
"""

import json
import os
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.peers import PeerMissing, ours, peer_python, run_peer
from benchmarks.voices import distance, units
from engine.audio.files.io import read_blocks

HERE = Path(__file__).parent
MODEL, GRAPH = os.environ.get("STUDIO_BENCH_WHISPER"), os.environ.get("STUDIO_BENCH_WHISPER_CT2")
SPEECH = os.environ.get("STUDIO_BENCH_SPEECH")
THREADS = int(os.environ.get("STUDIO_BENCH_THREADS", "0")) or os.cpu_count() or 1
ROUNDS = int(os.environ.get("STUDIO_BENCH_ROUNDS", "2"))
RATE = 16_000
MIB = 1024**2


def main() -> None:
    """Print the table, where model and recordings are named."""
    if not MODEL or not SPEECH:
        print("Real weights: not run; STUDIO_BENCH_WHISPER and STUDIO_BENCH_SPEECH name no folders.")
        return
    sides: dict[str, list[dict[str, Any]]] = {"Speech Studio, float32": []}
    peer = None
    if GRAPH:
        try:
            peer = peer_python(["faster-whisper"])
            sides |= {"faster-whisper, float32": [], "faster-whisper, int8": []}
        except PeerMissing as exc:
            print(exc)
    with tempfile.TemporaryDirectory() as scratch:
        recording = Path(scratch) / "speech.wav"
        soundfile.write(recording, _joined(Path(SPEECH)), RATE, subtype="FLOAT")
        length_s = soundfile.info(recording).duration
        print(f"\nReal weights, {length_s:.1f} s of speech, {THREADS} threads, words with times.")
        print(f"Load before: {os.getloadavg()[0]:.1f}. Medians of {ROUNDS} rounds in turns.\n")
        for _ in range(ROUNDS):
            for side, runs in sides.items():
                if peer is None or side.startswith("Speech"):
                    runs.append(run_peer(ours(), HERE / "whisper_real_ours.py", [MODEL, str(recording), str(THREADS)]))
                else:
                    kind = side.rpartition(" ")[2]
                    args = [str(GRAPH), str(recording), str(THREADS), kind]
                    runs.append(run_peer(peer, HERE / "whisper_real_peer.py", args))
    first = next(iter(sides.values()))
    print("| | clock, s | processor, s | clock, ours to it | peak memory | words unlike ours |")
    print("|---" * 6 + "|")
    mine = units(first[0]["text"], "en")
    for side, runs in sides.items():
        clock, worked = _median(runs, "seconds"), _median(runs, "cpu_s")
        peak = max(run["peak_bytes"] for run in runs) / MIB
        other = distance(mine, units(runs[0]["text"], "en"))
        ratio = _median(first, "seconds") / clock
        print(f"| {side} | {clock:.1f} | {worked:.1f} | {ratio:.2f} | {peak:.0f} MiB | {other} of {len(mine)} |")
    print(f"\nLoad after: {os.getloadavg()[0]:.1f}.")
    print(json.dumps({side: runs[0]["text"] for side, runs in sides.items()}, indent=1, ensure_ascii=False))


def _joined(folder: Path) -> np.ndarray:
    """All recordings of a folder, one after the other, a second apart."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".wav", ".flac", ".mp3", ".opus"))
    parts = [np.concatenate([*read_blocks(path, RATE), np.zeros(RATE, dtype=np.float32)]) for path in files]
    return np.concatenate(parts)


def _median(runs: list[dict[str, Any]], key: str) -> float:
    return statistics.median(run[key] for run in runs)


if __name__ == "__main__":
    main()
