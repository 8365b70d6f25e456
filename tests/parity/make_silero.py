"""Makes fixtures/silero.npz, a few seconds of sound and what Silero itself says of them; see make_snac.py.

Needs silero-vad and torch, and a WAV at 16 kHz with speech in it (`studio say "..." --out speech.wav`, resampled). The
reference gets the 16-bit weights that the studio has. Run: python -m tests.parity.make_silero speech.wav
"""

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
import torch

SECONDS = 3
STEP = 512


@torch.no_grad()
def main(path: str) -> None:
    """Write the fixture."""
    torch.set_num_threads(1)
    package = find_spec("silero_vad")
    assert package is not None
    assert package.origin is not None
    model = torch.jit.load(str(Path(package.origin).parent / "data" / "silero_vad.jit"))
    for name, value in model.state_dict().items():
        if ("conv" in name or "basis" in name or name.endswith("decoder.2.weight")) and not name.endswith("bias"):
            value.copy_(value.half().float())
    speech, rate = soundfile.read(path, dtype="float32")
    assert rate == 16000
    chance = np.random.default_rng(0)
    time = np.arange(16000) / 16000
    sound = np.concatenate(
        [
            np.zeros(4000),
            speech[: SECONDS * 16000],
            0.1 * chance.normal(size=16000),
            0.3 * np.sin(2 * np.pi * (200 + 800 * time) * time),
            speech[:16000] + 0.05 * chance.normal(size=16000),
        ]
    )
    sound = np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)
    sound = sound[: len(sound) // STEP * STEP]
    heard = torch.from_numpy(sound.astype(np.float32) / 32768)
    model.reset_states()
    said = [float(model(heard[at : at + STEP][None], 16000)) for at in range(0, len(heard), STEP)]
    np.savez_compressed(
        Path(__file__).parent / "fixtures" / "silero.npz",
        sound=sound,
        probabilities=np.array(said, dtype=np.float32),
    )


if __name__ == "__main__":
    main(sys.argv[1])
