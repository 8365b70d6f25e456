"""A worker's peak memory and time for ten minutes and for ten hours of recording: neither may grow with its length.

The tiny Parakeet of examples/tiny_parakeet hears a sixty-word talk, over and over, through the real queue: what is
measured is the whole way, upload, decoding by ffmpeg, voice activity, recogniser, text on the disk, six kinds of files.
"""

import importlib
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.book import OWNER, wait
from benchmarks.memory import MIB, Watch
from engine.stt.exports import FORMATS
from studio.library.db import migrate
from studio.library.jobs.options import TranscriptionOptions
from studio.library.library import open_library
from studio.settings import Settings
from workers.supervisor import Supervisor

EXAMPLE = Path(__file__).parent.parent / "examples" / "tiny_parakeet"
RATE = 16_000
MINUTES = (10, 600)
LINES = 40
PAUSE_S = 1.2


def main() -> None:
    """Print one table and the ratio."""
    minute = talk()
    print("| recording | words heard | peak RSS of one worker process | time | faster than real time |")
    print("|---|---|---|---|---|")
    peaks: list[int] = []
    for minutes in MINUTES:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            recording = folder / "talk.flac"
            _write(recording, minute, minutes * 60)
            with Watch() as watch:
                words, took_s = _transcribed(recording, folder / "outputs")
        peaks.append(watch.largest)
        name = f"{minutes} minutes" if minutes < 60 else f"{minutes // 60} hours"
        speed = minutes * 60 / took_s
        print(f"| {name} | {words:,} | {watch.largest / MIB:.0f} MiB | {took_s:.0f} s | {speed:.0f}x |", flush=True)
    print(f"\nRatio long to short: {peaks[-1] / peaks[0]:.2f}")


def talk() -> np.ndarray:
    """Some minutes of sixty words, int16 at 16 kHz."""
    sys.path.insert(0, str(EXAMPLE))
    speech = importlib.import_module("speech")
    pause = np.zeros(round(PAUSE_S * RATE), dtype=np.int16)
    lines = islice(speech.held_out_speeds(LINES, 7), LINES)
    return np.concatenate([part for line in lines for part in (line.samples.astype(np.int16), pause)])


def _write(path: Path, talk: np.ndarray, seconds: int) -> None:
    left = seconds * RATE
    with soundfile.SoundFile(path, "w", RATE, 1, format="FLAC") as out:
        while left > 0:
            out.write(talk[:left])
            left -= len(talk)


def _transcribed(recording: Path, outputs: Path) -> tuple[int, float]:
    """Words heard, and seconds from submitting to done."""
    settings = Settings(outputs=outputs, workers=1)
    migrate(settings.resolved_database_url)
    library = open_library(outputs, settings.resolved_database_url)
    options = TranscriptionOptions(model=str(EXAMPLE / "model"), formats=tuple(FORMATS))
    try:
        with Supervisor(settings, library):
            time.sleep(3)
            began = time.perf_counter()
            job = library.submit_transcription(OWNER, recording, "talk.flac", options)
            wait(library, job.id)
            took_s = time.perf_counter() - began
        return sum(len(segment.words) for segment in library.transcript(OWNER, job.id).segments), took_s
    finally:
        library.close()


if __name__ == "__main__":
    main()
