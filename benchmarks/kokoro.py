"""Our Kokoro beside mlx-audio's and the reference in torch: the same random full-size weights and phonemes, in turns.

Each engine runs in a process of its own. A case that an engine would not finish in STUDIO_BENCH_LIMIT_S seconds (900)
is told as such. The peers have no batches for Kokoro: for them a batch is one row after the other.
STUDIO_BENCH_THREADS=1 binds all to one thread; then their processor seconds can be compared on a machine that is busy
with other things. STUDIO_BENCH_KOKORO names a folder of real weights, which are spoken first (benchmarks.kokoro_real);
STUDIO_BENCH_KOKORO_ONLY_REAL=1 leaves the random ones out.
"""

import json
import os
import statistics
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from benchmarks import kokoro_real
from benchmarks.peers import PeerMissing, fast_blas, ours, peer_python, run_peer

HERE = Path(__file__).parent
LIMIT_S = float(os.environ.get("STUDIO_BENCH_LIMIT_S", "900"))
THREADS = int(os.environ.get("STUDIO_BENCH_THREADS", "0"))
ROUNDS = 2
CASES = ((16, 1), (16, 8), (60, 1), (60, 8), (500, 1))  # phonemes, rows
LETTERS = 178  # of the published network
GIB = 1024**3
TEXT = (
    "The wind and the sun were disputing which was the stronger, when a traveller came along the road, wrapped in a "
    "warm cloak. They agreed that the one who first made him take it off should be the stronger of the two. "
)
PHONEMES = "aæɑɐbdeəɛɜɪifɡhjklmnŋoɔpɹsʃtθðuʊʌvwzʒʧʤˈˌː ,.;:!?—…“”AIOWYᵊᵻɾTʔx"
CONFIG: dict[str, Any] = {
    "istftnet": {
        "upsample_rates": [10, 6],
        "upsample_kernel_sizes": [20, 12],
        "gen_istft_n_fft": 20,
        "gen_istft_hop_size": 5,
        "resblock_kernel_sizes": [3, 7, 11],
        "resblock_dilation_sizes": [[1, 3, 5]] * 3,
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": LETTERS,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
}


@dataclass
class Engine:
    """Who speaks.

    Attributes:
        name: for the table.
        script: run by `python`.
        env: added to its environment.
        times: case -> seconds, of all rounds.
        work: case -> seconds of processors, of all rounds.
        last: case -> what it said last.
        failed: case -> why it has no figure.
    """

    name: str
    python: Path
    script: Path
    env: Mapping[str, str]
    times: dict[Any, list[float]] = field(default_factory=dict[Any, list[float]])
    work: dict[Any, list[float]] = field(default_factory=dict[Any, list[float]])
    last: dict[Any, dict[str, Any]] = field(default_factory=dict[Any, dict[str, Any]])
    failed: dict[Any, str] = field(default_factory=dict[Any, str])

    def run(self, case: Any, folder: Path, job: dict[str, Any]) -> None:
        """Once; a case that failed is not tried again."""
        if case in self.failed:
            return
        try:
            said = run_peer(self.python, self.script, [str(folder), json.dumps(job)], LIMIT_S, self.env)
        except PeerMissing as exc:
            self.failed[case] = str(exc)
            return
        self.times.setdefault(case, []).extend(said["seconds"])
        self.work.setdefault(case, []).extend(said["cpu_s"])
        self.last[case] = said

    def seconds(self, case: Any) -> float | None:
        """The median."""
        return statistics.median(self.times[case]) if case in self.times else None

    def cpu_s(self, case: Any) -> float | None:
        """The median of the processors' seconds."""
        return statistics.median(self.work[case]) if case in self.work else None


def main() -> None:
    """Print the tables: of real weights where they are named, then of random ones."""
    kokoro_real.main()
    if os.environ.get("STUDIO_BENCH_KOKORO_ONLY_REAL"):
        return
    blas = fast_blas()
    print(
        f"MLX on the CPU with OpenBLAS: {'yes, for both' if blas else 'no'}. Threads: {THREADS or 'as many as cores'}."
    )
    print(f"Load before: {os.getloadavg()[0]:.1f}.")
    bound = {"OPENBLAS_NUM_THREADS": str(THREADS), "OMP_NUM_THREADS": str(THREADS)} if THREADS else {}
    torch = peer_python(["torch", "transformers", "loguru", "huggingface_hub"], without_dependencies=["kokoro"])
    engines = [
        Engine("Speech Studio", ours(), HERE / "kokoro_ours.py", blas | bound),
        Engine("kokoro, torch", torch, HERE / "kokoro_torch.py", bound),
    ]
    try:
        theirs = peer_python(["mlx-audio", "mlx[cpu]"])
        engines.append(Engine("mlx-audio", theirs, HERE / "kokoro_mlx_audio.py", blas | bound))
    except PeerMissing as exc:
        print(exc)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, torch)
        random = np.random.default_rng(0)
        for case in CASES:
            n, count = case
            rows = [random.integers(1, LETTERS - 1, size=n).tolist() for _ in range(count)]
            repeats = 2 if n * count <= 60 else 1
            for at in range(ROUNDS if n * count <= 128 else 1):
                for engine in engines:
                    slow = engine.name == "mlx-audio"
                    if slow and (at or count > 1 or _too_long(engine, case, engines[0])):
                        continue
                    job = {"rows": rows, "repeats": 1 if slow else repeats, "warm": not slow, "threads": THREADS}
                    engine.run(case, folder, job)
            _row(case, engines)
        text = (TEXT * 20)[:2000]
        engines[0].run("first", folder, {"text": text, "repeats": 3})
        first, work = engines[0].seconds("first"), engines[0].cpu_s("first")
        print(f"\nFirst sound of a 2,000-character text: {_s(first)}, {_s(work)} of processors.")
        print("The peers' first sound is their first whole row of up to 510 phonemes: see their 500.")
        print(f"Load after: {os.getloadavg()[0]:.1f}.")
    for engine in engines:
        for case, why in engine.failed.items():
            print(f"- {engine.name} {case}: {why}")


def _too_long(engine: Engine, case: tuple[int, int], us: Engine) -> bool:
    """Whether at its pace so far an engine would not be done in time; that is noted."""
    paced = engine.seconds(CASES[0])
    if paced is None or case not in us.last:
        return CASES[0] in engine.failed
    expected = paced * us.last[case]["audio_s"] / engine.last[CASES[0]]["audio_s"]
    if expected > LIMIT_S:
        engine.failed[case] = f"not run; at its pace with {CASES[0][0]} phonemes it would take {expected:.0f} s"
    return expected > LIMIT_S


def _row(case: tuple[int, int], engines: list[Engine]) -> None:
    if case == CASES[0]:
        names = " | ".join(engine.name for engine in engines)
        print("\nSeconds per second of audio (seconds; seconds of processors; peak resident memory)\n")
        print(f"| phonemes x rows | {names} | to torch, clock | to torch, processors |")
        print("|---" * (len(engines) + 3) + "|")
    cells: list[str] = []
    for engine in engines:
        seconds = engine.seconds(case)
        if seconds is None:
            cells.append("no figure" if case in engine.failed else "-")
            continue
        said = engine.last[case]
        peak = f"{said['peak_bytes'] / GIB:.2f} GiB"
        cells.append(f"{seconds / said['audio_s']:.2f} ({_s(seconds)}; {_s(engine.cpu_s(case))}; {peak})")
    ratios = [
        f"{mine / theirs:.2f}" if mine and theirs else "-"
        for mine, theirs in (
            (engines[0].seconds(case), engines[1].seconds(case)),
            (engines[0].cpu_s(case), engines[1].cpu_s(case)),
        )
    ]
    print(f"| {case[0]} x {case[1]} | {' | '.join((*cells, *ratios))} |", flush=True)


def _s(seconds: float | None) -> str:
    return "no figure" if seconds is None else f"{seconds:.2f} s"


def _make(folder: Path, torch: Path) -> None:
    """A checkpoint for all three: the reference's own random weights."""
    vocabulary = {letter: number for number, letter in enumerate(PHONEMES, start=1)}
    vocabulary |= {chr(0x4E00 + number): number for number in range(len(PHONEMES) + 1, LETTERS)}
    (folder / "config.json").write_text(json.dumps(CONFIG | {"vocab": vocabulary}), encoding="utf-8")
    random = np.random.default_rng(1)
    np.save(folder / "style.npy", (random.normal(size=256) * 0.3).astype(np.float32))
    run_peer(torch, HERE / "kokoro_torch.py", [str(folder), json.dumps({"make": True})])
    with np.load(folder / "weights.npz") as file:
        mx.save_safetensors(
            str(folder / "kokoro-v1_0.safetensors"), {name: mx.array(file[name]) for name in file.files}
        )
    (folder / "voices").mkdir()
    pack = (random.normal(size=(510, 1, 256)) * 0.3).astype(np.float32)
    mx.save_safetensors(str(folder / "voices" / "af_heart.safetensors"), {"voice": mx.array(pack)})


if __name__ == "__main__":
    main()
