"""The floor under an audiobook made with espeak-ng: its own program writing one WAV, and one ffmpeg AAC encode."""

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from engine.audio.files.io import ffmpeg_path


@dataclass(frozen=True, slots=True)
class Floor:
    """Wall seconds of the two steps, and the seconds of sound they made."""

    speech_s: float
    encode_s: float
    audio_s: float

    @property
    def total_s(self) -> float:
        """One after the other, as anybody would run them."""
        return self.speech_s + self.encode_s


def measure(text: Path, folder: Path, bitrate_kbps: int = 64) -> Floor:
    """Run both programs on the whole text."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise SystemExit("The floor needs the espeak-ng program: apt install espeak-ng, or brew install espeak-ng.")
    wav, m4a = folder / "floor.wav", folder / "floor.m4a"
    started = time.perf_counter()
    subprocess.run([program, "-v", "en-us", "-f", str(text), "-w", str(wav)], check=True)
    speech_s = time.perf_counter() - started
    audio_s = (wav.stat().st_size - 44) / 2 / 22050
    line = [ffmpeg_path(), "-v", "error", "-y", "-i", str(wav), "-c:a", "aac", "-b:a", f"{bitrate_kbps}k", str(m4a)]
    started = time.perf_counter()
    subprocess.run(line, check=True)
    encode_s = time.perf_counter() - started
    wav.unlink()
    m4a.unlink()
    return Floor(speech_s, encode_s, audio_s)
