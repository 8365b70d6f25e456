"""mlx-audio's Kokoro, in a process of its own: speaks phonemes against the clock.

Run by benchmarks.kokoro with a peer's Python; knows nothing of this repository.
"""

import json
import resource
import sys
import time
import types
from pathlib import Path

# Its pipeline imports misaki and that spaCy; the network alone is wanted.
for absent in ("misaki", "misaki.en", "misaki.espeak"):
    sys.modules[absent] = types.ModuleType(absent)
sys.modules["misaki"].en = sys.modules["misaki.en"]
sys.modules["misaki"].espeak = sys.modules["misaki.espeak"]
sys.modules["misaki.en"].MToken = object

import mlx.core as mx  # noqa: E402
import numpy as np  # noqa: E402
from mlx_audio.tts.models.kokoro.kokoro import Model, ModelConfig  # noqa: E402


def main(folder: Path, job: dict) -> dict:
    """Speak each row, `repeats` times over."""
    config = json.loads((folder / "config.json").read_text())
    model = Model(ModelConfig.from_dict(config), repo_id="local")
    with np.load(folder / "weights.npz") as file:
        weights = {
            name.replace("parametrizations.weight.original0", "weight_g").replace(
                "parametrizations.weight.original1", "weight_v"
            ): mx.array(file[name])
            for name in file.files
        }
    model.load_weights(list(model.sanitize(weights).items()), strict=False)
    del weights
    model.eval()
    mx.eval(model.parameters())
    style = mx.array(np.load(folder / "style.npy"))[None]
    letters = {number: letter for letter, number in config["vocab"].items()}
    rows = ["".join(letters[number] for number in row) for row in job["rows"]]
    if job["warm"]:
        mx.eval(model(rows[0][:4], style, 1))
    mx.reset_peak_memory()
    seconds, work, samples = [], [], 0
    for _ in range(job["repeats"]):
        started, worked = time.perf_counter(), time.process_time()
        samples = 0
        for row in rows:
            audio = model(row, style, 1)
            mx.eval(audio)
            samples += audio.size
        seconds.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {
        "seconds": seconds,
        "cpu_s": work,
        "audio_s": samples / 24000,
        "peak_bytes": peak,
        "mlx_peak_bytes": mx.get_peak_memory(),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
