"""faster-whisper, in a process of its own: writes a recording down against the clock, words with times, greedy.

Run by benchmarks.whisper_real with a peer's Python; knows nothing of this repository.
"""

import json
import resource
import sys
import time

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.audio import decode_audio


def main(model: str, recording: str, threads: int, kind: str) -> dict[str, object]:
    """Load, hear half a second that is not counted, then the recording."""
    ear = WhisperModel(model, device="cpu", compute_type=kind, cpu_threads=threads, local_files_only=True)
    samples = decode_audio(recording)
    list(ear.transcribe(np.zeros(8000, dtype=np.float32), language="en", beam_size=1)[0])
    worked, began = time.process_time(), time.perf_counter()
    segments = list(ear.transcribe(samples, language="en", beam_size=1, word_timestamps=True)[0])
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    text = " ".join(segment.text.strip() for segment in segments)
    return {"seconds": seconds, "cpu_s": cpu_s, "peak_bytes": peak, "text": text}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])))
