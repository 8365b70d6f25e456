"""The files of ready voices -> states of the language model, in both formats in which they were released.

Later ones are keys and values, already rotated, of every layer; the first release's are what these are made from.
"""

from pathlib import Path

import mlx.core as mx
import numpy as np

from engine.errors import WeightsError
from engine.nn.processor.host import Floats, seen
from engine.nn.processor.transformer import HostState
from engine.nn.stored.checkpoint import load_file
from engine.tts.pocket_tts.backbone import Backbone

LAYER = "transformer.layers.{}.self_attn"
PROMPT = "audio_prompt"


def read_voice(path: Path, backbone: Backbone) -> HostState:
    """The state that has heard the voice.

    Raises:
        WeightsError: damaged, or made for another release.
    """
    arrays = load_file(path)
    if PROMPT in arrays:
        prefix = seen(arrays[PROMPT])
        prefix = prefix.reshape(-1, prefix.shape[-1])
        if prefix.shape[1] != backbone.transformer.width:
            raise WeightsError(f"The voice {path.stem} was made for another release of Pocket TTS.")
        return backbone.begun(prefix)
    caches: list[Floats] = []
    while f"{LAYER.format(len(caches))}/cache" in arrays:
        name = LAYER.format(len(caches))
        cache = seen(arrays[f"{name}/cache"])
        if cache.ndim != 5 or cache.shape[1] != 1:
            raise WeightsError(f"The voice {path.stem} is damaged. Get the model again.")
        # [2, 1, positions, heads, size]; places that were not used hold no numbers.
        caches.append(cache[:, 0, : _length(arrays, name, path)].transpose(0, 2, 1, 3))
    if not caches or len({cache.shape for cache in caches}) != 1:
        raise WeightsError(f"The voice {path.stem} is damaged. Get the model again.")
    together = np.stack(caches)
    if not backbone.transformer.fits(together):
        raise WeightsError(f"The voice {path.stem} was made for another release of Pocket TTS.")
    if not np.isfinite(together).all():
        raise WeightsError(f"The voice {path.stem} is damaged. Get the model again.")
    return HostState.of(together)


def _length(arrays: dict[str, mx.array], name: str, path: Path) -> int:
    if f"{name}/offset" in arrays:
        return int(np.array(arrays[f"{name}/offset"]).reshape(-1)[0])
    if f"{name}/current_end" in arrays:  # older files say it by how long this is
        return arrays[f"{name}/current_end"].shape[0]
    raise WeightsError(f"The voice {path.stem} does not say how long it is. Get the model again.")
