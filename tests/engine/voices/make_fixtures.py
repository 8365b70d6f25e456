"""Made by torch 2: a tiny network of the voice encoder's kind, what it makes of two windows, and a file in torch's old
format. python tests/engine/voices/make_fixtures.py
"""

from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch

DATA = Path(__file__).with_name("data")


def main() -> None:
    torch.manual_seed(0)
    lstm = torch.nn.LSTM(5, 8, 3, batch_first=True)
    linear = torch.nn.Linear(8, 6)
    frames = torch.randn(2, 30, 5)
    with torch.no_grad():
        _, (hidden, _) = lstm(frames)
        out = torch.relu(linear(hidden[-1]))
        out = out / out.norm(dim=1, keepdim=True)
    state = OrderedDict(
        [(f"lstm.{name}", value) for name, value in lstm.state_dict().items()]
        + [(f"linear.{name}", value) for name, value in linear.state_dict().items()]
    )
    np.savez(
        DATA / "tiny.npz", frames=frames.numpy(), out=out.numpy(), **{name: one.numpy() for name, one in state.items()}
    )
    whole = {"step": 7, "model_state": state, "optimizer_state": {"state": {0: {"exp_avg": torch.ones(3)}}}}
    torch.save(whole, DATA / "old.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    main()
