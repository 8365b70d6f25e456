"""Whether a recording is good enough to tune a voice to; if not, why, in a sentence for the person."""

import numpy as np

from engine.audio.resample import resample
from engine.errors import VoiceError
from engine.tts.kokoro.tuning.sound import HEARD
from engine.types import Samples

SPEECH_S = 8.0
LONGEST_S = 30.0
SNR_DB = 18.0
BANDWIDTH_HZ = 5000

_FRAME = HEARD // 100
_AROUND_S = 0.2
_BELOW_DB = 28.0  # under the loud frames: quieter is no speech
_GAP = 60  # frames between words count as speech, and so many of a longer silence


def usable(samples: Samples, sample_rate: int) -> Samples:
    """The speech of a recording, without the silence before and behind it: float32 at HEARD.

    Raises:
        VoiceError: too short, too long, silent, noisy, or of a telephone's bandwidth.
    """
    if samples.ndim != 1 or not len(samples) or not np.isfinite(samples).all():
        raise VoiceError("There is no sound in this recording. Record it again.")
    if len(samples) > LONGEST_S * sample_rate:
        raise VoiceError(f"A voice is tuned to {SPEECH_S:.0f} to {LONGEST_S:.0f} seconds. Choose a shorter stretch.")
    heard = resample(samples.astype(np.float32), sample_rate, HEARD)
    levels = _levels(heard)
    loud = float(np.percentile(levels, 95)) if len(levels) else -120.0
    if loud < -60:
        raise VoiceError("This recording is silent. Record it again, closer to the microphone.")
    speech = np.flatnonzero(levels > loud - _BELOW_DB)
    steps = np.diff(speech)
    seconds = float(1 + np.minimum(steps, _GAP).sum()) / 100
    if seconds < SPEECH_S:
        raise VoiceError(
            f"There are {seconds:.1f} seconds of speech in this recording. A voice is tuned to {SPEECH_S:.0f} at least."
        )
    if loud - float(np.percentile(levels, 5)) < SNR_DB:
        raise VoiceError(
            "There is too much noise or music behind the voice. Record it in a quiet room, or take its cleaned version."
        )
    if sample_rate < HEARD or _top_hz(heard) < BANDWIDTH_HZ:
        raise VoiceError("This recording has a telephone's sound. A voice is tuned to one with the high tones in it.")
    around = round(_AROUND_S * HEARD)
    first, end = int(speech[0]) * _FRAME, (int(speech[-1]) + 1) * _FRAME
    return heard[max(0, first - around) : end + around]


def _levels(heard: Samples) -> np.ndarray:
    """dB of each 10 ms."""
    whole = len(heard) - len(heard) % _FRAME
    return 10 * np.log10(np.square(heard[:whole].reshape(-1, _FRAME)).mean(axis=1) + 1e-12)


def _top_hz(heard: Samples) -> float:
    """Where the long-term spectrum falls for good by 65 dB below its highest."""
    size = 1024
    if len(heard) < size:
        return 0.0
    frames = np.lib.stride_tricks.sliding_window_view(heard, size)[:: size // 2] * np.hanning(size)
    power = 10 * np.log10(np.square(np.abs(np.fft.rfft(frames))).mean(axis=0) + 1e-12)
    return float(np.flatnonzero(power > power.max() - 65)[-1]) * HEARD / size
