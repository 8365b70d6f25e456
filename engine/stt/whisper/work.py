"""What a Whisper has done so far: figures for benchmarks and tests."""

from dataclasses import dataclass


@dataclass(slots=True)
class Work:
    """Passes of the two halves, whatever their batch, and mel frames that were encoded."""

    encoder_passes: int = 0
    encoder_frames: int = 0
    decoder_passes: int = 0
