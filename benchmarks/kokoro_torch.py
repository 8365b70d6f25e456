"""The reference `kokoro` in torch, in a process of its own: makes the weights, and speaks phonemes against the clock.

Run by benchmarks.kokoro with a peer's Python; knows nothing of this repository.
"""

import json
import resource
import sys
import tempfile
import time
import types
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
# The package imports its pipeline and that spaCy; the network alone is wanted.
for absent in ("kokoro.pipeline", "misaki", "misaki.en", "misaki.espeak"):
    sys.modules[absent] = types.ModuleType(absent)
sys.modules["kokoro.pipeline"].KPipeline = object

import numpy as np  # noqa: E402
import torch  # noqa: E402
from kokoro.model import KModel  # noqa: E402


def network(config: dict) -> KModel:
    """Random weights, voiced, some 4 frames a phoneme."""
    torch.manual_seed(0)
    with tempfile.NamedTemporaryFile(suffix=".pth") as file:
        torch.save({}, file.name)
        model = KModel(repo_id="hexgrad/Kokoro-82M", config=config, model=file.name).eval()
    with torch.no_grad():
        model.predictor.duration_proj.linear_layer.bias.fill_(-2.6)
        model.predictor.F0_proj.bias.fill_(150.0)
        for name, parameter in model.named_parameters():
            if ".alpha" in name:
                parameter.uniform_(0.5, 1.5)
    return model


@torch.no_grad()
def main(folder: Path, job: dict) -> dict:
    """`make` writes the weights; otherwise speak each row, `repeats` times over."""
    config = json.loads((folder / "config.json").read_text())
    model = network(config)
    if job.get("make"):
        state = {name: value.numpy() for name, value in model.state_dict().items() if value.is_floating_point()}
        np.savez(folder / "weights.npz", **state)
        return {"torch": torch.__version__}
    with np.load(folder / "weights.npz") as file:
        model.load_state_dict({name: torch.from_numpy(file[name]) for name in file.files}, strict=False)
    if job["threads"]:
        torch.set_num_threads(job["threads"])
    style = torch.from_numpy(np.load(folder / "style.npy"))[None]
    letters = {number: letter for letter, number in config["vocab"].items()}
    rows = ["".join(letters[number] for number in row) for row in job["rows"]]
    if job["warm"]:
        model(rows[0][:8], style, 1)
    seconds, work, samples = [], [], 0
    for _ in range(job["repeats"]):
        started, worked = time.perf_counter(), time.process_time()
        samples = sum(len(model(row, style, 1)) for row in rows)
        seconds.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"seconds": seconds, "cpu_s": work, "audio_s": samples / 24000, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
