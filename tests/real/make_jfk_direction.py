"""Makes jfk_direction.npy: the direction of jfk.flac's voice, by torch's own LSTM with Resemblyzer's weights.

python tests/real/make_jfk_direction.py resemblyzer/pretrained.pt        (needs torch, soundfile and transformers)
"""

import sys
from pathlib import Path

import numpy as np
import soundfile
import torch
from transformers.audio_utils import mel_filter_bank

HERE = Path(__file__).parent


def main(weights: str) -> None:
    state = torch.load(weights, map_location="cpu", weights_only=True)["model_state"]
    lstm, linear = torch.nn.LSTM(40, 256, 3, batch_first=True), torch.nn.Linear(256, 256)
    lstm.load_state_dict({name[5:]: one for name, one in state.items() if name.startswith("lstm.")})
    linear.load_state_dict({name[7:]: one for name, one in state.items() if name.startswith("linear.")})
    sound, _ = soundfile.read(HERE / "jfk.flac", dtype="float32")
    starts = list(range(0, len(sound) // 160 + 1 - 160 + 78, 77))
    if (len(sound) - starts[-1] * 160) / 25600 < 0.75:
        starts.pop()
    frames = mel(np.pad(sound, (0, max(0, (starts[-1] + 160) * 160 - len(sound)))))
    with torch.no_grad():
        _, (hidden, _) = lstm(torch.from_numpy(np.stack([frames[at : at + 160] for at in starts])))
        found = torch.relu(linear(hidden[-1]))
        middle = (found / found.norm(dim=1, keepdim=True)).mean(0).numpy()
    np.save(HERE / "jfk_direction.npy", middle / np.linalg.norm(middle))


def mel(sound: np.ndarray) -> np.ndarray:
    """The power of 40 bands; the clip is loud enough not to be made louder."""
    bank = mel_filter_bank(201, 40, 0, 8000, 16000, norm="slaney", mel_scale="slaney").astype(np.float32)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(400) / 400)).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(sound, 200), 400)[::160]
    return (np.abs(np.fft.rfft(frames * window)) ** 2).astype(np.float32) @ bank


if __name__ == "__main__":
    main(sys.argv[1])
