"""A kept clip cut, faded and joined to others. What is neither faded nor resampled keeps its samples, bit for bit.

pydub works on 16-bit samples, as clips are kept. It does not encode here: it would have ffmpeg write whole files.
"""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from engine.audio.files.io import read_blocks
from engine.audio.pcm import Pcm16, dequantise, quantise
from engine.errors import OptionError
from engine.types import Samples

MOST_S = 1800.0
"""It is held in memory as a whole: 90 MB at 24 kHz, and twice that while it changes."""

BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of clips.

    Attributes:
        start_s: where the sound begins, in seconds of the joined clips.
        end_s: where it ends; 0 is the end.
        fade_in_s: so long it swells.
        fade_out_s: so long it dies away.
        pause_s: silence between two clips.
    """

    start_s: float = 0.0
    end_s: float = 0.0
    fade_in_s: float = 0.0
    fade_out_s: float = 0.0
    pause_s: float = 0.0


def edited(paths: Sequence[Path], edit: Edit) -> tuple[Iterator[Samples], int]:
    """Clips one after the other, cut and faded.

    Args:
        paths: sound files of one channel, at least one. The first one's rate is the rate of all.
        edit: what becomes of them.

    Returns:
        Blocks of float32 [n], and their rate in Hz.

    Raises:
        OptionError: nothing is left, or more than MOST_S before it is cut.
    """
    rate = int(soundfile.info(paths[0]).samplerate)
    pause_s = edit.pause_s * (len(paths) - 1)
    if sum(soundfile.info(path).duration for path in paths) + pause_s > MOST_S:
        raise OptionError(f"Clips of more than {MOST_S / 60:.0f} minutes together cannot be cut or joined.")
    sound = _segment(_frames(paths[0], rate), rate)
    for path in paths[1:]:
        if edit.pause_s:
            sound = sound.append(_segment(np.zeros(round(edit.pause_s * rate), np.int16), rate), crossfade=0)
        sound = sound.append(_segment(_frames(path, rate), rate), crossfade=0)
    first, last = round(edit.start_s * rate), round(edit.end_s * rate) or None
    sound = sound.get_sample_slice(first, last)
    if not sound.frame_count():
        raise OptionError("Nothing is left of the clip: it ends before it begins, or begins after its end.")
    if swells_ms := min(round(edit.fade_in_s * 1000), len(sound)):
        sound = sound.fade_in(swells_ms)
    if dies_ms := min(round(edit.fade_out_s * 1000), len(sound)):
        sound = sound.fade_out(dies_ms)
    return _blocks(np.frombuffer(sound.raw_data, np.int16)), rate


def _blocks(frames: Pcm16) -> Iterator[Samples]:
    for at in range(0, len(frames), BLOCK):
        yield dequantise(frames[at : at + BLOCK])


def _frames(path: Path, rate: int) -> Pcm16:
    """int16 [n]; of another rate resampled well, which pydub would do by straight lines."""
    with soundfile.SoundFile(path) as file:
        if file.samplerate == rate:
            return np.frombuffer(file.buffer_read(dtype="int16"), np.int16)
    return np.concatenate([*map(quantise, read_blocks(path, rate)), np.zeros(0, np.int16)])


def _segment(frames: Pcm16, rate: int) -> Any:
    return _audio_segment()(data=frames.tobytes(), sample_width=2, frame_rate=rate, channels=1)


@cache
def _audio_segment() -> Any:
    with warnings.catch_warnings():
        # It warns of an ffmpeg that is not on the PATH, and is asked for nothing that needs one.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
    return AudioSegment
