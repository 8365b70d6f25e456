"""A recording -> what the model needs to sound like it, as arrays to be kept.

With a transcript it goes on after the recording: its codes stand before the first frame, and the codec begins with the
state behind them. Without one the speaker's vector alone is its voice.
"""

from collections.abc import Callable
from dataclasses import dataclass

import mlx.core as mx
import numpy as np

from engine.audio.resample import resample
from engine.codecs.qwen3 import Qwen3Decoder
from engine.codecs.qwen3_encoder import Qwen3Encoder
from engine.errors import VoiceError
from engine.nn.causal import State
from engine.tts.qwen3_tts.config import CODEBOOKS, FRAME_SIZE, SAMPLE_RATE
from engine.tts.qwen3_tts.speaker import SpeakerEncoder
from engine.types import Samples, VoicePrompt, VoiceState

FAMILY, KIND = "qwen3_tts", "recording"

SHORTEST_S, LONGEST_S = 1.0, 30.0
LEAD_IN_S = 0.02
"""Silence that is left before the recording's first sound; more of it would be copied."""
LEAD_OUT_S = 0.5
"""Silence put behind it, so that its last sound does not run on into what is said."""
_QUIET = 0.003
_STEP = 12


@dataclass(frozen=True, slots=True)
class Copied:
    """A recording, ready to sound like.

    Attributes:
        vector: float32 [width].
        codes: int32 [frames, 16]; None without a transcript.
        text: what is said in it; "" without.
        decoder: the codec's state behind it.
    """

    vector: mx.array
    codes: mx.array | None
    text: str
    decoder: State

    @classmethod
    def of(cls, state: VoiceState, width: int, decoder: Qwen3Decoder) -> "Copied":
        """From a state that was kept.

        Raises:
            VoiceError: it was made by another model.
        """
        arrays = state.arrays
        beginning = decoder.begin()
        try:
            vector, codes = mx.array(arrays["vector"]), arrays["codes"]
            behind = [mx.array(arrays[f"decoder_{at:03}"]) for at in range(len(beginning))] if len(codes) else beginning
        except KeyError:
            raise _of_another() from None
        if vector.shape != (width,) or any(a.shape != b.shape for a, b in zip(beginning, behind, strict=True)):
            raise _of_another()
        return cls(vector, mx.array(codes.astype(np.int32)) if len(codes) else None, str(arrays["text"]), behind)


def copied(
    prompt: VoicePrompt, speaker: SpeakerEncoder, encoder: Callable[[], Qwen3Encoder], decoder: Qwen3Decoder
) -> VoiceState:
    """What the model needs of a recording.

    Args:
        prompt: the recording.
        speaker: hears whose voice it is.
        encoder: loads what makes codes of it; asked only where there is a transcript.
        decoder: its state behind the recording is kept.

    Raises:
        VoiceError: too short, too long, or silent.
    """
    samples = heard(prompt)
    vector = speaker(samples)
    codes = np.zeros((0, CODEBOOKS), dtype=np.int16)
    behind: State = []
    text = prompt.text.strip()
    if text:
        silence = np.zeros(round(LEAD_OUT_S * SAMPLE_RATE), dtype=np.float32)
        written = encoder().encode(np.concatenate([samples, silence]))
        behind = decoder.begin()
        for start in range(0, written.shape[0], _STEP):
            sound, behind = decoder.step(written[None, start : start + _STEP], behind)
            mx.eval(sound, behind)
        codes = np.array(written).astype(np.int16)
    arrays = {f"decoder_{at:03}": np.array(array) for at, array in enumerate(behind)}
    said = {"vector": np.array(vector), "codes": codes, "text": np.array(text)}
    return VoiceState(FAMILY, KIND, said | arrays)


def heard(prompt: VoicePrompt) -> Samples:
    """A recording as both encoders hear it: 24 kHz, without the silence before its first sound.

    Raises:
        VoiceError: too short, too long, or silent.
    """
    samples = np.asarray(prompt.samples, dtype=np.float32).reshape(-1)
    seconds = len(samples) / prompt.sample_rate
    if seconds > LONGEST_S:
        raise VoiceError(
            f"This recording has {seconds:.0f} seconds; choose a stretch of 5 to 20 seconds of it to sound like."
        )
    if not np.isfinite(samples).all():
        raise VoiceError("This recording has samples that are no numbers. Record it again.")
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    if not len(loud):
        raise VoiceError("Nothing is heard in this recording. Record it again, closer to the microphone.")
    samples = samples[max(0, int(loud[0]) - round(LEAD_IN_S * prompt.sample_rate)) :]
    if len(samples) < SHORTEST_S * prompt.sample_rate:
        raise VoiceError("This recording is too short to sound like; 5 to 20 seconds of speech do best.")
    return resample(samples, prompt.sample_rate, SAMPLE_RATE)


def frames_of(prompt: VoicePrompt) -> int:
    """About how many frames a recording takes."""
    return round(len(prompt.samples) / prompt.sample_rate * SAMPLE_RATE / FRAME_SIZE)


def _of_another() -> VoiceError:
    return VoiceError("This voice was made ready for another Qwen3-TTS. Give its recording instead.")
