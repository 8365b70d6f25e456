"""Our Orpheus beside mlx-audio's: the same small random weights and the same codes, each in a process of its own.

What streaming gives and costs does not depend on what is said, so random codes serve. The Llama has two layers of 256
channels and the real vocabulary, SNAC is narrow: ratios are of this size, and of a processor.
"""

import importlib.util
import json
import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer

HERE = Path(__file__).parent
FRAMES = 60
LONG_CHUNKS, LONG_FRAMES = 200, 4
AROUND = 20
# mlx-audio counts 137.5 tokens a second where there are 82: the interval that makes it give a chunk every four frames.
LONG_INTERVAL = (7 * LONG_FRAMES + 0.1) / 137.5
DEFAULT_INTERVAL = 2.0


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = _model(Path(scratch) / "orpheus")
        job = Path(scratch) / "job.json"
        job.write_text(json.dumps(_job()), encoding="utf-8")
        arguments = [str(folder), str(job)]
        our = run_peer(ours(), HERE / "orpheus_ours.py", arguments, env=fast_blas() | {"PYTHONPATH": str(HERE.parent)})
        try:
            python = peer_python(["mlx-audio>=0.6"])
            their = run_peer(python, HERE / "orpheus_mlx_audio.py", arguments, 1800, env=fast_blas())
        except PeerMissing as exc:
            print(f"mlx-audio: {exc}\n")
            their = None
        _tell(our, their)


def _model(folder: Path) -> Path:
    """The example's small Orpheus, made larger, and with an end of speech that hardly comes."""
    path = HERE.parent / "examples" / "make_tiny_orpheus.py"
    spec = importlib.util.spec_from_file_location("make_tiny_orpheus", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.LLAMA |= {"hidden_size": 256, "intermediate_size": 512, "head_dim": 64}
    script.SNAC |= {"decoder_dim": 64}
    script.TERSE = 0.0
    return script.make(folder)


def _job() -> dict[str, Any]:
    dice = np.random.default_rng(0)

    def tokens(frames: int) -> list[int]:
        codes = dice.integers(0, 4096, size=(frames, 7)) + 128266 + np.arange(7) * 4096
        return [int(token) for token in codes.reshape(-1)]

    return {
        "tokens": tokens(FRAMES),
        "due": FRAMES * 2048,
        "intervals": [2.0, 0.5, 0.1],
        "long": tokens(LONG_CHUNKS * LONG_FRAMES + LONG_FRAMES),
        "long_frames_per_chunk": LONG_FRAMES,
        "long_interval": LONG_INTERVAL,
        "write": 105,
        "repeats": 2,
        "first_intervals": [DEFAULT_INTERVAL, 84.1 / 137.5],
    }


def _tell(our: dict[str, Any], their: dict[str, Any] | None) -> None:
    print("| streamed in chunks of | who | length / length due | greatest difference from the whole |")
    print("|---|---|---|---|")
    for stream in our["streams"]:
        print(
            f"| {stream['interval']} s | ours, {stream['mode']} | {stream['length']:.4f} | {stream['difference']:.1e} |"
        )
    for stream in their["streams"] if their else ():
        print(f"| {stream['interval']} s | mlx-audio | {stream['length']:.4f} | {stream['difference']:.1e} |")
    print(f"\nWhole, not streamed: ours {our['whole_length']:.4f} of the length due", end="")
    print(f", mlx-audio {their['whole_length']:.4f}.\n" if their else ".\n")
    print("| what | ours | mlx-audio | ratio | ours, CPU | mlx-audio, CPU | ratio |")
    print("|---|---|---|---|---|---|---|")
    chunks, theirs = our["chunk_seconds"], their["chunk_seconds"] if their else None
    for name, part in (
        (f"a chunk of {LONG_FRAMES} frames, the first {AROUND}", slice(1, AROUND + 1)),
        (f"the last {AROUND} of {LONG_CHUNKS}", slice(LONG_CHUNKS - AROUND, LONG_CHUNKS)),
    ):
        _row(name, chunks[part], theirs[part] if theirs else None)
    one = their["seconds_per_token"] if their else None
    _row("a token, one line", our["seconds_per_token"], one, _rate)
    _row("a token, eight lines (theirs one by one)", our["batch_seconds_per_token"], one, _rate)
    default, equal = [*their["first_audio"].values()] if their else (None, None)
    for name, key, first in (
        ("first audio, both as they come", "default", default),
        ("first audio, ours with ultra_low_latency", "ultra_low_latency", default),
        ("first audio, both after 84 tokens", "default", equal),
        ("first audio, both after about 274 tokens", "same_tokens", default),
    ):
        _row(name, our["first_audio"][key], first)


Took = Sequence[Sequence[float]]
"""Of each time: seconds on the clock, and of the processor. A busy machine tells in the first only."""


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:,.1f} ms"


def _rate(seconds: float) -> str:
    return f"{1 / seconds:,.0f} a second"


def _row(what: str, our: Took, their: Took | None, told: Callable[[float], str] = _milliseconds) -> None:
    cells: list[str] = []
    for clock in (0, 1):
        ours_ = statistics.median(one[clock] for one in our)
        if their is None:
            cells += [told(ours_), "", ""]
            continue
        theirs = statistics.median(one[clock] for one in their)
        cells += [told(ours_), told(theirs), f"{theirs / ours_:.1f}"]
    print(f"| {what} | {' | '.join(cells)} |")
