"""Our Whisper beside mlx-audio's: the same random weights for the time, the same scripted ear for the work done live.

Each engine runs in a process of its own, in turns. The scripted ear says one word a second, always right, so that what
is counted is what the way of listening costs and loses, and not what a random network babbles.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
from mlx.utils import tree_flatten

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.network import WhisperNetwork

HERE = Path(__file__).parent
ROUNDS = int(os.environ.get("STUDIO_BENCH_ROUNDS", "3"))
LIMIT_S = float(os.environ.get("STUDIO_BENCH_LIMIT_S", "240"))
LIVE_S, TOKENS, BATCH = 45, 48, 4
SIZES = {
    "n_mels": 80,
    "n_audio_ctx": 1500,
    "n_audio_state": 384,
    "n_audio_head": 6,
    "n_audio_layer": 4,
    "n_vocab": 51865,
    "n_text_ctx": 448,
    "n_text_state": 384,
    "n_text_head": 6,
    "n_text_layer": 4,
}  # fmt: skip - whisper-tiny
MIB = 1024**2


def main() -> None:
    """Print the tables."""
    try:
        python = peer_python(["mlx-audio==0.6.2"])
    except PeerMissing as exc:
        print(f"mlx-audio is not to be had: {exc}")
        return
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.safetensors"
        _draw(weights)
        job = {"weights": str(weights), "sizes": SIZES, "tokens": TOKENS, "batch": BATCH, "live_s": LIVE_S}
        sides = {
            "ours": (ours(), HERE / "whisper_ours.py"),
            "mlx-audio 0.6.2": (python, HERE / "whisper_mlx_audio.py"),
        }
        found: dict[str, dict[str, Any]] = {}
        for what in ("counts", *["times"] * ROUNDS):
            for name, (interpreter, script) in sides.items():
                asked = json.dumps(job | {"what": what})
                try:
                    told = run_peer(interpreter, script, [asked], LIMIT_S, fast_blas())
                except PeerMissing as exc:
                    print(f"{name}: {exc}")
                    continue
                _keep_best(found.setdefault(name, {}), told)
    _print_counts(found)
    _print_times(found)


def _draw(path: Path) -> None:
    network = WhisperNetwork(WhisperConfig(**SIZES))
    chance = np.random.default_rng(0)
    drawn: dict[str, mx.array] = {}
    for name, array in tree_flatten(network.parameters()):
        noise = chance.standard_normal(array.shape, dtype=np.float32)
        if array.ndim == 1:
            noise = noise * 0.1 + (1.0 if name.endswith("weight") else 0.0)
        else:
            noise /= np.sqrt(np.prod(array.shape[1:]))
        drawn[name] = mx.array(noise.astype(np.float32))
    mx.save_safetensors(str(path), drawn)


def _keep_best(kept: dict[str, Any], told: dict[str, Any]) -> None:
    for name, value in told.items():
        is_time = name.endswith("_s")
        kept[name] = min(kept[name], value) if is_time and name in kept else kept.get(name, value)


def _print_counts(found: dict[str, dict[str, Any]]) -> None:
    print(f"Live, {LIVE_S} s of speech without a pause, one word a second, a scripted ear that is always right:\n")
    print("| | answers | seconds encoded | decoder passes | words lost |")
    print("|---|---|---|---|---|")
    for name, told in found.items():
        for label, count in told.get("live", {}).items():
            print(
                f"| {name}, {label} | {count['encoder_passes']} | {count['encoded_s']:.0f} | {count['decoder_passes']} "
                f"| {count['lost']} of {LIVE_S} |"
            )
    print(f"\nEncoder passes for one doubted window (six temperatures): {_each(found, 'fallback_encodes')}.\n")


def _print_times(found: dict[str, dict[str, Any]]) -> None:
    rows = (
        ("mel of 30 s", "mel_s", 1000, "ms"),
        ("encoder, 30 s", "encode_s", 1, "s"),
        (f"decoder, {TOKENS} tokens", "decode_s", 1, "s"),
        ("a 30 s window, the three together", "window_s", 1, "s"),
        (f"{BATCH} windows of a long file", "batch_s", 1, "s"),
        ("peak of MLX's memory, one window", "peak_bytes", 1 / MIB, "MiB"),
        (f"the same, {BATCH} windows", "batch_peak_bytes", 1 / MIB, "MiB"),
    )
    print(
        f"The same random weights of whisper-tiny's shape, best of {ROUNDS} (processor time where there is no GPU):\n"
    )
    print(f"| | {' | '.join(found)} |")
    print(f"|---|{'---|' * len(found)}")
    for label, key, scale, unit in rows:
        cells = [f"{told[key] * scale:.2f} {unit}" if key in told else "" for told in found.values()]
        print(f"| {label} | {' | '.join(cells)} |")
    same = [told.get("said") for told in found.values()]
    print(f"\nBoth say the same tokens: {len({json.dumps(said) for said in same}) == 1}.")


def _each(found: dict[str, dict[str, Any]], key: str) -> str:
    return ", ".join(f"{name} {told[key]}" for name, told in found.items() if key in told)


if __name__ == "__main__":
    main()
