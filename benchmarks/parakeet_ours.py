"""Our Parakeet, in a process of its own: hears a recording, hears a live stream. Run by benchmarks.parakeet."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import mlx.core as mx
import numpy as np

from engine.stt.parakeet import load
from engine.stt.parakeet.model import Parakeet
from engine.types import Samples


def main(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """One job."""
    model = load(folder)
    sound = np.load(folder / "sound.npy")
    mx.reset_peak_memory()
    return offline(model, sound, job) if job["mode"] == "offline" else live(model, sound, job)


def offline(model: Parakeet, sound: Samples, job: dict[str, Any]) -> dict[str, Any]:
    """A recording of so many seconds, `repeats` times."""
    samples = sound[: round(job["seconds"] * 16000)]
    times: list[float] = []
    words = 0
    for _ in range(job["repeats"]):
        started = _now()
        words = len(model.recognize([samples], "")[0].words)
        times.append(_now() - started)
    return _with_memory({"seconds": min(times), "words": words})


def live(model: Parakeet, sound: Samples, job: dict[str, Any]) -> dict[str, Any]:
    """Small packets at the end of minute 1 and in minute `minute`; large ones up to there."""
    packet = round(job["packet_s"] * 16000)
    left, right = job["context"]
    with model.stream((left, right), job["depth"], keep_original_attention=not job["local"]) as stream:

        def heard(seconds: float, size: int) -> list[float]:
            times: list[float] = []
            for start in range(0, round(seconds * 16000), size):
                part = np.take(sound, range(start, start + size), mode="wrap")
                started = _now()
                stream.add_audio(part)
                _ = stream.draft_tokens
                times.append(_now() - started)
            return times

        heard(60 - job["measured_s"], 160000)
        before, mel_before = stream.frames_encoded, stream.mel_frames
        first = heard(job["measured_s"], packet)
        work = (stream.frames_encoded - before) / job["measured_s"]
        mel = (stream.mel_frames - mel_before) / job["measured_s"]
        heard(60 * (job["minute"] - 2), 480000)
        late = heard(job["measured_s"], packet)
    return _with_memory(
        {
            "mel_ratio": mel / 100,
            "encoded_per_s": work,
            "first": _times(first),
            "late": _times(late),
        }
    )


def _now() -> float:
    """On a CPU the processor's time, which a busy machine does not stretch."""
    return time.process_time() if mx.default_device().type == mx.DeviceType.cpu else time.perf_counter()


def _times(seconds: list[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {"mean": sum(ordered) / len(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))]}


def _with_memory(found: dict[str, Any]) -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return found | {"peak_bytes": peak, "mlx_peak_bytes": mx.get_peak_memory()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
