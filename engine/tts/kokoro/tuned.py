"""A voice that was tuned to a recording: a base of the model's own voices, and an offset on each of its halves."""

import numpy as np
import numpy.typing as npt

from engine.errors import VoiceError
from engine.types import VoiceState

FAMILY = "kokoro"
KIND = "tuned"
HALVES = ("timbre", "prosody")

Style = npt.NDArray[np.float32]
"""[style_dim]"""


def state_of(base: str, timbre: Style, prosody: Style) -> VoiceState:
    """A tuned voice.

    Args:
        base: a voice or a blend.
        timbre: what is added to that half, [style_dim]; zeros leave it as the base has it.
        prosody: the same for the other half.
    """
    arrays = {"timbre": timbre.astype(np.float32), "prosody": prosody.astype(np.float32)}
    return VoiceState(FAMILY, KIND, arrays, base)


def refuse_strange(state: VoiceState, width: int) -> None:
    """Raises VoiceError for what is no tuned voice of a model whose halves have so many numbers."""
    if state.family != FAMILY or state.kind != KIND:
        raise VoiceError("This voice was made for another model than Kokoro. Choose the one it was made for.")
    for half in HALVES:
        array = np.asarray(state.arrays.get(half))
        if array.shape != (width,) or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise VoiceError("This tuned voice is damaged or made for another Kokoro. Tune it again.")


def offset_of(state: VoiceState) -> Style:
    """What is added to every row of the base: [2 * style_dim]."""
    return np.concatenate([np.asarray(state.arrays[half], dtype=np.float32) for half in HALVES])
