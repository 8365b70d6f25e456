"""Makes fixtures/snac.npz (weights, codes, samples) from the reference package: `pip install -e ".[reference]"`."""

from pathlib import Path

import numpy as np
import torch
from snac import SNAC

CONFIG = {
    "sampling_rate": 24000,
    "encoder_dim": 4,
    "encoder_rates": [2, 4, 8, 8],
    "decoder_dim": 32,
    "decoder_rates": [8, 8, 4, 2],
    "attn_window_size": None,
    "codebook_size": 64,
    "codebook_dim": 8,
    "vq_strides": [4, 2, 1],
    "noise": True,
    "depthwise": True,
}
FRAMES = 6


def main() -> None:
    """Write the fixture."""
    torch.manual_seed(0)
    model = SNAC(**CONFIG).eval()
    dice = np.random.default_rng(0)
    codes = [dice.integers(0, CONFIG["codebook_size"], size=(1, FRAMES * k)) for k in (1, 2, 4)]
    speech = (0.2 * np.sin(np.arange(9000) * 0.05) * np.sin(np.arange(9000) * 0.0007)).astype(np.float32)
    arrays: dict[str, np.ndarray] = {f"weights.{k}": v.numpy() for k, v in model.state_dict().items()}
    with torch.no_grad():
        arrays["silent"] = _decode(model, codes, lambda n: np.zeros(n, dtype=np.float32))
        arrays["noisy"] = _decode(model, codes, lambda n: np.sin(np.arange(n) * 0.7).astype(np.float32))
        arrays["speech"] = speech
        for index, encoded in enumerate(model.encode(torch.from_numpy(speech)[None, None])):
            arrays[f"encoded.{index}"] = encoded.numpy()
    for index, code in enumerate(codes):
        arrays[f"codes.{index}"] = code
    np.savez_compressed(Path(__file__).parent / "fixtures" / "snac.npz", **arrays)


def _decode(model: SNAC, codes: list[np.ndarray], noise: object) -> np.ndarray:
    """Decode with every draw of noise replaced by noise(n) in the reference's own shape."""
    drawn = torch.randn
    torch.randn = lambda shape, **_: torch.from_numpy(noise(int(np.prod(shape)))).reshape(shape)  # type: ignore[operator]
    try:
        return model.decode([torch.from_numpy(code) for code in codes]).numpy().ravel()
    finally:
        torch.randn = drawn


if __name__ == "__main__":
    main()
