"""Parakeet, NVIDIA's FastConformer recognisers: TDT, RNN-T and CTC, whole recordings in batches and live streams.

`config` and `checkpoint` read a folder, `frontend` normalises mel frames, `subsampling`, `attention` and `encoder` make
encoder frames of them, `transducer` and `ctc` tokens, `tokens` words and sentences; `stream` is a live stream,
`utterance` one turn of it, `model` the recogniser.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.stt.parakeet.model import Parakeet

__all__ = ["load"]


def load(files: Path) -> "Parakeet":
    """Load a checkpoint's folder, on the thread that will use it.

    Raises:
        WeightsError: damaged, or not Parakeet's.
    """
    from engine.stt.parakeet.model import Parakeet

    return Parakeet.from_folder(files)
