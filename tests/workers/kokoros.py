"""Kokoros with random weights in hexgrad's file layout: a small one, and one of the published size."""

import json
from pathlib import Path

import numpy as np

from tests.engine.tts.kokoro.checkpoints import VOCABULARY, weights, write_torch
from tests.parity.kokoro_weights import CONFIG, draw

PUBLISHED = Path(__file__).parents[1] / "parity" / "fixtures" / "kokoro_published.json"
VOICE = "af_heart"


def small_kokoro(folder: Path) -> Path:
    """The published network's shape at a fraction of its width."""
    arrays = weights()
    arrays["predictor.duration_proj.linear_layer.bias"] -= 1.5  # it need not drawl
    return _written(folder, CONFIG, arrays)


def published_kokoro(folder: Path) -> Path:
    """All of it: the published configuration, 82 million numbers drawn by name, as many bytes as people download."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    arrays = draw({name: tuple(shape) for name, shape in published["shapes"].items()})
    # About three frames of 25 ms for a phoneme, as people speak: the draw would give thirty.
    arrays["predictor.duration_proj.linear_layer.bias"] -= 3.25
    return _written(folder, published["config"], arrays)


def _written(folder: Path, config: dict[str, object], arrays: dict[str, np.ndarray]) -> Path:
    (folder / "voices").mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(config | {"vocab": VOCABULARY}), encoding="utf-8")
    parts: dict[str, dict[str, np.ndarray]] = {}
    for name, array in arrays.items():
        part, _, rest = name.partition(".")
        parts.setdefault(part, {})[f"module.{rest}"] = array
    write_torch(folder / "kokoro-v1_0.pth", parts)
    pack = np.random.RandomState(5).normal(size=(510, 1, 256)).astype(np.float32) * 0.3
    write_torch(folder / "voices" / f"{VOICE}.pt", pack)
    return folder
