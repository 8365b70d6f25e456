"""Kokoro tuned to readers that it never heard: how like them it is, how clear, and what it costs.

STUDIO_BENCH_READERS is a folder with a folder of FLAC recordings a reader, as LibriSpeech has them; STUDIO_MODELS_DIR
has the natural set, STUDIO_BENCH_KEEP keeps what was tuned, so that a run goes on where it stopped; STUDIO_BENCH_WHO
names some of the readers. "Norm" is the similarity of the speaker embedding, brought to 0 for the mean of the other
readers and 1 for the clip itself, against two other recordings of the reader.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

KINDS = ("nearest pack", "blend", "tuned")


def main() -> None:
    """Print the table."""
    readers, models = os.environ.get("STUDIO_BENCH_READERS"), os.environ.get("STUDIO_MODELS_DIR")
    if not readers or not models:
        print("Name a folder of readers in STUDIO_BENCH_READERS, and the models' in STUDIO_MODELS_DIR.")
        return
    names = os.environ.get("STUDIO_BENCH_WHO", "").split() or [p.name for p in sorted(Path(readers).iterdir())]
    with tempfile.TemporaryDirectory() as scratch:
        keep = Path(os.environ.get("STUDIO_BENCH_KEEP", scratch))
        told = [one for name in names if (one := _measured(Path(readers), name, Path(models), keep)) is not None]
    _print(told)


def _measured(readers: Path, name: str, models: Path, keep: Path) -> dict[str, Any] | None:
    path = keep / f"{name}.json"
    if not path.is_file():
        where = [str(readers), name, str(models), str(keep)]
        if subprocess.run([sys.executable, "-m", "benchmarks.tuned_one", *where], check=False).returncode:
            return None
    return json.loads(path.read_text(encoding="utf-8"))


def _print(told: list[dict[str, Any]]) -> None:
    print("| reader (pitch) | voice | cosine | norm | spectrum, dB | pitch | length | words wrong | DNSMOS |")
    print("|---" * 9 + "|")
    for one in told:
        for kind in KINDS:
            row = one[kind]
            who = {"nearest pack": one["nearest"], "blend": one["base"]}.get(kind, "")
            quality = "" if row["dnsmos"] is None else f"{row['dnsmos']:.2f}"
            print(
                f"| {one['reader']} ({one['hz']:.0f} Hz) | {kind} {who} | {row['cosine']:.3f} | {row['norm']:.2f} "
                f"| {row['spectrum_db']:.1f} | {row['hz']:.0f} Hz | {row['seconds']:.1f} s "
                f"| {row['wrong']}/{row['words']} | {quality} |"
            )
    if told:
        print("\n| reader | clip | processor | clock | peak memory |\n|---|---|---|---|---|")
        for one in told:
            print(
                f"| {one['reader']} | {one['clip_s']:.1f} s | {one['processor_s']:.0f} s | {one['clock_s']:.0f} s "
                f"| {one['peak_gb']:.1f} GB |"
            )
        mean = {kind: sum(one[kind]["norm"] for one in told) / len(told) for kind in KINDS}
        print("\nMean norm: " + ", ".join(f"{kind} {value:.2f}" for kind, value in mean.items()))


if __name__ == "__main__":
    main()
