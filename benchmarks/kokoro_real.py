"""Our Kokoro with real weights, beside onnxruntime's: the same phonemes and voice, a process each, in turns.

STUDIO_BENCH_KOKORO names the model's folder (config.json, weights, voices/); STUDIO_BENCH_KOKORO_ONNX an ONNX graph of
the same model. Threads are the machine's cores, or STUDIO_BENCH_THREADS. Of what we say, first sound is from a text, so
words, phonemes and the cutting of silence are in it.
"""

import json
import os
import statistics
from pathlib import Path
from typing import Any

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer

HERE = Path(__file__).parent
MODEL, GRAPH = os.environ.get("STUDIO_BENCH_KOKORO"), os.environ.get("STUDIO_BENCH_KOKORO_ONNX")
THREADS = int(os.environ.get("STUDIO_BENCH_THREADS", "0")) or os.cpu_count() or 1
VOICE = os.environ.get("STUDIO_BENCH_VOICE", "af_heart")
ROUNDS, REPEATS = 2, 2
TEXTS = {
    "two letters": "Hi.",
    "six words": "This is what six words are.",
    "a sentence": "The wind and the sun were disputing which was the stronger, when a traveller came along the road, "
    "wrapped in a warm cloak.",
    "three sentences": "The wind and the sun were disputing which was the stronger, when a traveller came along the "
    "road, wrapped in a warm cloak. They agreed that the one who first made him take it off should be the stronger of "
    "the two. Then the north wind blew as hard as he could.",
}
MIB = 1024**2


def main() -> None:
    """Print the table, where a model is named."""
    if not MODEL:
        print("Real weights: not run; STUDIO_BENCH_KOKORO names no folder.")
        return
    bound = {"OPENBLAS_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)}
    graph, peer = Path(GRAPH) if GRAPH else None, None
    if graph is not None:
        try:
            peer = peer_python(["onnxruntime", "numpy"])
        except PeerMissing as exc:
            print(exc)
    print(f"\nReal weights, {VOICE}, {THREADS} threads. Load before: {os.getloadavg()[0]:.1f}. Seconds for a second of")
    print("sound by the clock and of processors (sound; peak resident memory); first sound from the text.\n")
    print(
        "| text | Speech Studio | first sound | onnxruntime | clock to onnxruntime | processors |\n" + "|---" * 6 + "|"
    )
    for name, text in TEXTS.items():
        mine: list[dict[str, Any]] = []
        theirs: list[dict[str, Any]] = []
        for _ in range(ROUNDS):
            job = {"say": text, "voice": VOICE, "repeats": REPEATS}
            mine.append(run_peer(ours(), HERE / "kokoro_ours.py", [MODEL, json.dumps(job)], env=fast_blas() | bound))
            if peer is not None:
                job = {"rows": mine[-1]["rows"], "repeats": REPEATS, "threads": THREADS}
                theirs.append(run_peer(peer, HERE / "kokoro_onnx.py", [str(graph), json.dumps(job)], env=bound))
        cells = [_cell(mine), f"{_median(mine, 'first_s'):.2f} s", _cell(theirs) if theirs else "not run"]
        for key in ("seconds", "cpu_s"):
            cells.append(f"{_median(mine, key) / _median(theirs, key):.2f}" if theirs else "-")
        print(f"| {name} | {' | '.join(cells)} |", flush=True)
    print(f"\nLoad after: {os.getloadavg()[0]:.1f}.")


def _cell(runs: list[dict[str, Any]]) -> str:
    audio_s = runs[0]["audio_s"]
    peak = max(run["peak_bytes"] for run in runs) / MIB
    return (
        f"{_median(runs, 'seconds') / audio_s:.2f}, {_median(runs, 'cpu_s') / audio_s:.2f} "
        f"({audio_s:.1f} s; {peak:.0f} MiB)"
    )


def _median(runs: list[dict[str, Any]], key: str) -> float:
    return statistics.median(second for run in runs for second in run[key])
