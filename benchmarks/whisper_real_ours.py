"""Our Whisper, in a process of its own: writes a recording down against the clock. Run by benchmarks.whisper_real."""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import soundfile

from engine.pool import ModelPool


def main(model: str, recording: Path) -> dict[str, object]:
    """Load, hear half a second that is not counted, then the recording."""
    samples, rate = soundfile.read(recording, dtype="float32")
    assert rate == 16_000
    with ModelPool() as pool:
        pool.preload(model)
        list(pool.transcribe(model, iter([np.zeros(8000, dtype=np.float32)]), "en"))
        worked, began = time.process_time(), time.perf_counter()
        segments = list(pool.transcribe(model, iter([samples]), "en"))
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    text = " ".join(segment.text for segment in segments)
    return {"seconds": seconds, "cpu_s": cpu_s, "peak_bytes": peak, "text": text}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))
