"""onnxruntime's Kokoro (thewh1teagle's export), in a process of its own: speaks phonemes against the clock.

Run by benchmarks.kokoro_real with a peer's Python; knows nothing of this repository.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime


def main(graph: Path, job: dict) -> dict:
    """Speak each row, `repeats` times over."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    session = onnxruntime.InferenceSession(str(graph), options)

    def speak(row: dict) -> int:
        given = {
            "tokens": np.array([[0, *row["ids"], 0]], dtype=np.int64),
            "style": np.array([row["style"]], dtype=np.float32),
            "speed": np.ones(1, dtype=np.float32),
        }
        return session.run(None, given)[0].size

    speak(job["rows"][0])
    seconds, work, samples = [], [], 0
    for _ in range(job["repeats"]):
        started, worked = time.perf_counter(), time.process_time()
        samples = sum(speak(row) for row in job["rows"])
        seconds.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"seconds": seconds, "cpu_s": work, "audio_s": samples / 24000, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
