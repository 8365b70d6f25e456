"""Our Parakeet beside parakeet-mlx: the same random weights and sound, a recording and a live stream, in turns.

The network has Parakeet's shape at a fraction of its width, so that minutes of live sound are heard in minutes; work is
told in encoder frames too, which do not depend on the machine. STUDIO_BENCH_PARAKEET_FULL=1 takes the published 0.6B
shape for the recording. Each engine runs in a process of its own.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer

HERE = Path(__file__).parent
LIMIT_S = float(os.environ.get("STUDIO_BENCH_LIMIT_S", "900"))
MIB = 1024**2
PACKET_S = 0.1
WORDS = 1024
# Frames in a second of sound that an encoder without look-ahead would compute.
DUE_PER_S = 12.5
SMALL = {"n_layers": 4, "d_model": 256, "n_heads": 8, "subsampling_conv_channels": 64}
FULL = {"n_layers": 24, "d_model": 1024, "n_heads": 8, "subsampling_conv_channels": 256}


def main() -> None:
    """Print the tables."""
    blas = fast_blas()
    print(f"MLX on the CPU with OpenBLAS: {'yes, for both' if blas else 'no'}. Load before: {os.getloadavg()[0]:.1f}.")
    try:
        peer = peer_python(["parakeet-mlx", "mlx[cpu]"])
    except PeerMissing as exc:
        print(exc)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = FULL if os.environ.get("STUDIO_BENCH_PARAKEET_FULL") else SMALL
        _make(folder, peer, blas, size)
        recording = {"mode": "offline", "seconds": 30, "repeats": 3 if size is SMALL else 1}
        print("\n| a recording of 30 s | seconds | peak of MLX |\n|---|---|---|")
        for label, python, script in (
            ("Speech Studio", ours(), "parakeet_ours.py"),
            ("parakeet-mlx", peer, "parakeet_mlx_peer.py"),
        ):
            found = _run(python, script, folder, recording, blas)
            print(f"| {label} | {_offline(found)} |", flush=True)
        if size is SMALL:
            _live(folder, peer, blas)
    print(f"\nLoad after: {os.getloadavg()[0]:.1f}.")


def _live(folder: Path, peer: Path, blas: dict[str, str]) -> None:
    print(
        f"\nLive, packets of {1000 * PACKET_S:.0f} ms; milliseconds of one packet, mean (95th of 100); on a CPU, "
        "of the processor's time\n"
    )
    print(
        "| engine, (left, right) context | mel frames over frames due | encoder frames per second of sound | over due "
        "| minute 1 | minute 20 | peak of MLX |\n|---|---|---|---|---|---|---|"
    )
    live = {"mode": "live", "packet_s": PACKET_S, "measured_s": 4, "depth": 1}
    for label, python, script, context, minute in (
        ("Speech Studio (256, 8), its default", ours(), "parakeet_ours.py", (256, 8), 20),
        ("parakeet-mlx (256, 256), its default", peer, "parakeet_mlx_peer.py", (256, 256), 20),
        ("parakeet-mlx (256, 8)", peer, "parakeet_mlx_peer.py", (256, 8), 20),
        # Its work is too much for a small machine's twenty minutes.
        ("Speech Studio (256, 256), up to minute 3", ours(), "parakeet_ours.py", (256, 256), 3),
    ):
        job = live | {"context": context, "minute": minute, "local": python == ours()}
        found = _run(python, script, folder, job, blas)
        print(f"| {label} | {_row(found)} |", flush=True)


def _run(python: Path, script: str, folder: Path, job: dict[str, Any], env: dict[str, str]) -> dict[str, Any]:
    try:
        return run_peer(python, HERE / script, [str(folder), json.dumps(job)], LIMIT_S, env)
    except PeerMissing as exc:
        return {"failed": str(exc)}


def _offline(found: dict[str, Any]) -> str:
    if "failed" in found:
        return f"{found['failed']} | "
    return f"{found['seconds']:.2f} | {found['mlx_peak_bytes'] / MIB:.0f} MiB"


def _row(found: dict[str, Any]) -> str:
    if "failed" in found:
        return f"{found['failed']} | | | | | "
    work = found["encoded_per_s"]
    times = [f"{1000 * found[part]['mean']:.1f} ms ({1000 * found[part]['p95']:.0f})" for part in ("first", "late")]
    cells = (f"{found['mel_ratio']:.3f}", f"{work:.1f}", f"{work / DUE_PER_S:.1f}", *times)
    return " | ".join((*cells, f"{found['mlx_peak_bytes'] / MIB:.0f} MiB"))


def _make(folder: Path, peer: Path, env: dict[str, str], size: dict[str, int]) -> None:
    """A folder for both: the peer's own random weights, and twenty seconds of something like speech."""
    (folder / "config.json").write_text(json.dumps(_config(size)), encoding="utf-8")
    made = run_peer(peer, HERE / "parakeet_mlx_peer.py", [str(folder), json.dumps({"make": True})], LIMIT_S, env)
    print(f"{made['parameters'] / 1e6:.1f} million parameters, random.")
    random = np.random.default_rng(0)
    time = np.arange(16000 * 40) / 16000
    voice = np.sin(2 * np.pi * np.cumsum(130 + 60 * np.sin(2 * np.pi * 0.7 * time)) / 16000)
    loud = np.repeat(random.uniform(0, 1, size=len(time) // 3200) ** 2, 3200)
    np.save(folder / "sound.npy", (0.3 * voice * loud + 0.05 * loud * random.normal(size=len(time))).astype(np.float32))


def _config(size: dict[str, int]) -> dict[str, Any]:
    width = size["d_model"]
    hidden = 640 if size is FULL else 160
    return {
        "target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
        "model_defaults": {"tdt_durations": [0, 1, 2, 3, 4]},
        "preprocessor": {
            "sample_rate": 16000,
            "normalize": "per_feature",
            "window_size": 0.025,
            "window_stride": 0.01,
            "window": "hann",
            "features": 128,
            "n_fft": 512,
            "dither": 1e-05,
            "pad_to": 0,
            "pad_value": 0.0,
        },
        "encoder": {
            "feat_in": 128,
            "ff_expansion_factor": 4,
            "subsampling_factor": 8,
            "self_attention_model": "rel_pos",
            "subsampling": "dw_striding",
            "conv_kernel_size": 9,
            "pos_emb_max_len": 5000,
            "causal_downsampling": False,
            "use_bias": False,
            "xscaling": False,
            **size,
        },
        "decoder": {
            "blank_as_pad": True,
            "vocab_size": WORDS,
            "prednet": {"pred_hidden": hidden, "pred_rnn_layers": 2},
        },
        "joint": {
            "num_classes": WORDS,
            "vocabulary": [f"▁t{number}" for number in range(WORDS)],
            "jointnet": {
                "joint_hidden": hidden,
                "activation": "relu",
                "encoder_hidden": width,
                "pred_hidden": hidden,
            },
            "num_extra_outputs": 5,
        },
        "decoding": {"model_type": "tdt", "durations": [0, 1, 2, 3, 4], "greedy": {"max_symbols": 10}},
    }


if __name__ == "__main__":
    main()
