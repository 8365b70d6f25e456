"""A small random Kokoro at the published rates, 600 samples a frame, and recordings of people who are not there."""

import json
from pathlib import Path

import mlx.core as mx
import numpy as np

from engine.types import Samples
from tests.engine.tts.kokoro.checkpoints import FIXTURE, VOCABULARY, packs
from tests.parity.kokoro_weights import CONFIG, draw

RATES, KERNELS = [10, 6], [20, 12]
RATE = 16_000


def kokoro(folder: Path) -> Path:
    """config.json, weights, voices/."""
    (folder / "voices").mkdir(parents=True)
    network = CONFIG["istftnet"] | {"upsample_rates": RATES, "upsample_kernel_sizes": KERNELS}
    told = CONFIG | {"istftnet": network, "vocab": VOCABULARY}
    (folder / "config.json").write_text(json.dumps(told), encoding="utf-8")
    with np.load(FIXTURE) as file:
        shapes = json.loads(bytes(file["shapes"]))
    for at, kernel in enumerate(KERNELS):
        shapes[f"decoder.generator.ups.{at}.weight_v"][2] = kernel
    shapes["decoder.generator.noise_convs.0.weight"][2] = 2 * RATES[1]
    weights = {name: mx.array(array) for name, array in draw(shapes).items() if ".norm." not in name}
    mx.save_safetensors(str(folder / "kokoro-v1_0.safetensors"), weights)
    for name, pack in packs().items():
        mx.save_safetensors(str(folder / "voices" / f"{name}.safetensors"), {"voice": mx.array(pack)})
    return folder


def voice(seconds: float, hz: float = 140.0, noise: float = 0.0003, seed: int = 0) -> Samples:
    """Syllables of a buzz with two formants, gaps between them, float32 at RATE."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    pitch = hz * (1 + 0.1 * np.sin(2 * np.pi * 0.4 * t))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    tones = 1 / (1 + ((np.arange(1, 50) * hz - 600) / 300) ** 2) + 0.4 / (
        1 + ((np.arange(1, 50) * hz - 1900) / 400) ** 2
    )
    sound = sum(tone * np.sin((n + 1) * phase) for n, tone in enumerate(tones) if (n + 1) * hz < 7000)
    syllables = np.clip(1.5 * np.sin(2 * np.pi * 2.2 * t), 0, 1) * (np.sin(2 * np.pi * 0.31 * t) > -0.85)
    hiss = 0.05 * random.normal(size=len(t)) * (np.sin(2 * np.pi * 2.2 * t) < -0.8)
    return (0.15 * sound * syllables + hiss * 0.3 + noise * random.normal(size=len(t))).astype(np.float32)
