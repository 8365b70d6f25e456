"""How good speech sounds to a listener, by a network that was taught it: DNSMOS P.835, overall, from 1 to 5.

Source: Reddy et al. 2022, arXiv:2110.01763; the network and the way to ask it are the package speechmos' (MIT), which
the extra `real` brings. Its own code asks for librosa: not needed for this one of its networks.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import PeerMissing
from engine.audio.resample import resample
from engine.types import Samples

RATE = 16_000
WINDOW = round(9.01 * RATE)
# What the network says -> what listeners said.
TO_LISTENERS = (-0.06766283, 1.11546468, 0.04602535)


def overall(samples: Samples, sample_rate: int) -> float:
    """The mean over windows of nine seconds, one a second; shorter sound is repeated.

    Raises:
        PeerMissing: speechmos or onnxruntime is not installed.
    """
    heard = resample(samples, sample_rate, RATE)
    if not len(heard):
        return 1.0
    while len(heard) < WINDOW:
        heard = np.concatenate([heard, heard])
    starts = range(0, len(heard) - WINDOW + 1, RATE)
    said = [_network().run(None, {"input_1": heard[None, at : at + WINDOW]})[0][0][2] for at in starts]
    return float(np.mean(np.polyval(TO_LISTENERS, said)))


@cache
def _network() -> Any:
    package = find_spec("speechmos")
    if package is None or package.origin is None or find_spec("onnxruntime") is None:
        raise PeerMissing('DNSMOS is not here: pip install "mlx-speech-studio[real]".')
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    file = Path(package.origin).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
