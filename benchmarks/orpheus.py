"""Our Orpheus beside mlx-audio's: the same small random weights and the same codes, each in a process of its own.

What streaming gives and costs does not depend on what is said, so random codes serve. The Llama has two layers of 256
channels and the real vocabulary, SNAC is narrow: ratios are of this size, and of a processor.
"""

import importlib.util
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer

HERE = Path(__file__).parent
FRAMES = 60
LONG_CHUNKS, LONG_FRAMES = 200, 4
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
        "write": 210,
        "repeats": 3,
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
    print("| what | ours | mlx-audio | ratio |")
    print("|---|---|---|---|")
    for name, at in (("a chunk of 4 frames, the first", 0), (f"chunk {LONG_CHUNKS}", LONG_CHUNKS - 1)):
        _row(name, _around(our["chunk_seconds"], at), _around(their["chunk_seconds"], at) if their else None, "s")
    _row("tokens a second, one line", _middle(our["tokens_per_second"]), _of(their, "tokens_per_second"), "tok/s")
    _row(
        "tokens a second, eight lines (theirs: one after the other)",
        _middle(our["batch_tokens_per_second"]),
        _of(their, "tokens_per_second"),
        "tok/s",
    )
    default, equal = [*their["first_audio"].values()] if their else [None, None]
    for name, key, theirs in (
        ("first audio, both as they come", "default", default),
        ("first audio, ours with ultra_low_latency", "ultra_low_latency", default),
        ("first audio, both after 84 tokens", "default", equal),
        ("first audio, both after about 274 tokens", "same_tokens", default),
    ):
        _row(name, _middle(our["first_audio"][key]), None if theirs is None else _middle(theirs), "s")


def _row(what: str, ours_: float, theirs: float | None, unit: str) -> None:
    if theirs is None:
        print(f"| {what} | {_figure(ours_, unit)} | | |")
        return
    ratio = ours_ / theirs if unit == "tok/s" else theirs / ours_
    print(f"| {what} | {_figure(ours_, unit)} | {_figure(theirs, unit)} | {ratio:.1f} |")


def _figure(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if unit == "tok/s" else f"{value * 1000:,.1f} ms"


def _middle(values: list[float]) -> float:
    return statistics.median(values)


def _of(found: dict[str, Any] | None, name: str) -> float | None:
    return None if found is None else _middle(found[name])


def _around(seconds: list[float], at: int) -> float:
    """A chunk's time, and its neighbours': one alone may have been disturbed. The very first has to warm up."""
    low = max(1, min(at - 2, len(seconds) - 5))
    return statistics.median(seconds[low : low + 5])
