"""Kokoro in onnxruntime, in a process of its own: speaks rows of phonemes against the clock.

Run by benchmarks.start with a peer's Python; knows nothing of this repository.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime


def main(file: Path, job: dict) -> dict:
    """Speak the rows of each text, after a first row that is not counted."""
    began = time.perf_counter()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job["threads"]
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    loaded = time.perf_counter()
    names = {value.name: value for value in session.get_inputs()}
    tokens = "tokens" if "tokens" in names else "input_ids"
    whole = "int" in names["speed"].type

    def speak(row: dict) -> float:
        speed = np.ones(1, dtype=np.int32 if whole else np.float32)
        ids = np.array([[0, *row["ids"], 0]], dtype=np.int64)
        feeds = {tokens: ids, "style": np.array([row["style"]], dtype=np.float32), "speed": speed}
        return session.run(None, feeds)[0].size / 24000

    speak({"ids": job["rows"][0][0]["ids"][:12], "style": job["rows"][0][0]["style"]})
    warmed = time.perf_counter()
    told = []
    for rows in job["rows"]:
        asked, worked = time.perf_counter(), time.process_time()
        pieces = []
        for row in rows:
            sound_s = speak(row)
            pieces.append((time.perf_counter() - asked, sound_s, 0.0))
        told.append({"pieces": pieces, "cpu_s": time.process_time() - worked})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"texts": told, "load_s": loaded - began, "warm_s": warmed - loaded, "peak_bytes": peak}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.stdin.read()))))
