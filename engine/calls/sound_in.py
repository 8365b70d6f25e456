"""Sound that a program hands over, in whatever array it has -> samples; what is no sound is refused in a sentence."""

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.audio.files.io import read
from engine.errors import AudioFormatError, OptionError
from engine.types import Samples

if TYPE_CHECKING:
    import mlx.core as mx

LOUDEST = 4.0
"""Of full scale. What is louder was never scaled: a clipped recording that was resampled reaches 1.5."""


def samples_of(sound: Any) -> Samples:
    """Mono sound as float32 [n].

    Args:
        sound: an array of NumPy or MLX in any precision of floats, or a list of numbers; one row, from -1 to 1.

    Raises:
        AudioFormatError: another shape, whole numbers, not scaled, or not finite.
    """
    if isinstance(sound, str | bytes | bytearray | memoryview | dict | set) or sound is None:
        raise AudioFormatError(f"Sound is an array of numbers from -1 to 1, not {type(sound).__name__}.")
    try:
        array = np.asarray(_of_mlx(sound) if type(sound).__module__.startswith("mlx.") else sound)
    except (TypeError, ValueError) as exc:
        raise AudioFormatError("Sound is one row of numbers, and this is none.") from exc
    if array.ndim != 1:
        raise AudioFormatError(
            f"Sound is one row of samples, and this has the shape {array.shape}: mix it down to one channel first."
        )
    if array.size == 0:
        return np.zeros(0, dtype=np.float32)
    if np.issubdtype(array.dtype, np.integer):
        raise AudioFormatError(
            f"These samples are whole numbers ({array.dtype}) that nobody scaled: make them lie between -1 and 1 "
            "(16 bits wide ones are divided by 32768)."
        )
    if not np.issubdtype(array.dtype, np.floating):
        raise AudioFormatError(f"Sound is an array of numbers from -1 to 1, not of {array.dtype}.")
    samples = array.astype(np.float32)
    if not np.isfinite(samples).all():
        raise AudioFormatError("This sound has samples that are no numbers (NaN or infinite).")
    loudest = float(np.abs(samples).max())
    if loudest > LOUDEST:
        raise AudioFormatError(
            f"These samples reach {loudest:.0f} where 1 is the loudest: nobody scaled them. Divide them by 32768 "
            "if they were 16 bits wide."
        )
    return samples


def load_audio(path: str | PathLike[str], sample_rate: int = 16_000, dtype: "mx.Dtype | None" = None) -> "mx.array":
    """A whole recording at once, for short ones; hours are better read in blocks (`model.generate(path)` does).

    Args:
        path: a sound or video file of any kind.
        sample_rate: Hz to have it in, whatever it was made in.
        dtype: of the result; float32 when None.

    Returns:
        mx.array [n], mono, from -1 to 1.

    Raises:
        AudioFormatError: no sound, or longer than an hour.
        OptionError: no path.
    """
    import mlx.core as mx

    if not isinstance(path, str | PathLike):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise OptionError(f"A recording is named by its path, not by {type(path).__name__}.")
    whole = mx.array(read(Path(fspath(path)), sample_rate))
    return whole if dtype is None else whole.astype(dtype)


def _of_mlx(sound: Any) -> Any:
    """NumPy has no bfloat16."""
    import mlx.core as mx

    return np.array(sound.astype(mx.float32) if mx.issubdtype(sound.dtype, mx.floating) else sound)
