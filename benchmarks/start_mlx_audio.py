"""mlx-audio's Kokoro, in a process of its own: speaks rows of phonemes against the clock.

Run by benchmarks.start with a peer's Python; knows nothing of this repository.
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
from mlx_audio.tts.models.kokoro.kokoro import Model, ModelConfig  # noqa: E402


def main(folder: Path, job: dict) -> dict:
    """Speak the rows of each text, after a first row that is not counted; stop when the time is up."""
    began = time.perf_counter()
    config = json.loads((folder / "config.json").read_text())
    model = Model(ModelConfig.from_dict(config), repo_id="local")
    weights = {}
    for file in sorted(folder.glob("*.safetensors")):
        weights |= mx.load(str(file))
    weights = {
        name.replace("parametrizations.weight.original0", "weight_g").replace(
            "parametrizations.weight.original1", "weight_v"
        ): value.astype(mx.float32)
        for name, value in weights.items()
    }
    model.load_weights(list(model.sanitize(weights).items()), strict=False)
    model.eval()
    mx.eval(model.parameters())
    loaded = time.perf_counter()
    letters = {number: letter for letter, number in config["vocab"].items()}

    def speak(row: dict) -> float:
        audio = model("".join(letters[number] for number in row["ids"]), mx.array([row["style"]]), 1)
        mx.eval(audio)
        return audio.size / 24000

    told, warmed = [], loaded
    for rows in job["rows"]:
        asked, worked = time.perf_counter(), time.process_time()
        pieces = []
        for row in rows:
            sound_s = speak(row)
            pieces.append((time.perf_counter() - asked, sound_s, 0.0))
            if time.perf_counter() - loaded > job["limit_s"]:
                break
        told.append({"pieces": pieces, "cpu_s": time.process_time() - worked, "whole": len(pieces) == len(rows)})
        if time.perf_counter() - loaded > job["limit_s"]:
            break
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"texts": told, "load_s": loaded - began, "warm_s": warmed - loaded, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.stdin.read()))))
