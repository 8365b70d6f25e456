"""Our Kokoro, in a process of its own: speaks phonemes or a text against the clock. Run by benchmarks.kokoro."""

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from engine.nn.stored.checkpoint import load_arrays
from engine.text.segment import prepare
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.model import load
from engine.tts.kokoro.network import Kokoro
from engine.tts.kokoro.voices import parse
from engine.tts.speak import speak
from engine.types import SpeechRequest


def main(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Speak the rows together, `repeats` times over; or a text, up to its first sound; or a text with real weights."""
    if "say" in job:
        return _say(folder, job)
    if "text" in job:
        model = load(folder)
        for _ in speak(model, SpeechRequest("Hello.")):
            pass
        firsts: list[float] = []
        work: list[float] = []
        audio_s = 0.0
        for _ in range(job["repeats"]):
            stream = speak(model, SpeechRequest(job["text"]))
            started, worked = time.perf_counter(), time.process_time()
            chunk = next(chunk for chunk in stream if len(chunk.samples))
            firsts.append(time.perf_counter() - started)
            work.append(time.process_time() - worked)
            audio_s = len(chunk.samples) / chunk.sample_rate
            stream.close()  # type: ignore[attr-defined]
        return {"seconds": firsts, "cpu_s": work, "audio_s": audio_s, "peak_bytes": _resident()}
    network = Kokoro(KokoroConfig.read(folder / "config.json"), load_arrays(folder))
    style = np.load(folder / "style.npy")
    rows: list[list[int]] = job["rows"]
    styles, speeds, seeds = np.stack([style] * len(rows)), [1.0] * len(rows), list(range(len(rows)))
    if job["warm"]:
        network([rows[0][:8]], styles[:1], [1.0], [0])
    mx.reset_peak_memory()
    seconds: list[float] = []
    work: list[float] = []
    samples = 0
    for _ in range(job["repeats"]):
        started, worked = time.perf_counter(), time.process_time()
        samples = sum(len(one.samples) for one in network(rows, styles, speeds, seeds))
        seconds.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
    return {
        "seconds": seconds,
        "cpu_s": work,
        "audio_s": samples / 24000,
        "peak_bytes": _resident(),
        "mlx_peak_bytes": mx.get_peak_memory(),
    }


def _say(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """The network over a text's rows, as the peers are asked, and the whole way from the text to its first sound."""
    model = load(folder)
    request = model.check(SpeechRequest(job["say"], voice=job["voice"]))
    for _ in speak(model, request):
        pass
    told = prepare(job["say"], request.language, model.limits)
    rows = [row for segment in told for row in model._plan(segment, request).rows]
    styles = np.stack([model._packs.style(parse(job["voice"]), len(row.ids)) for row in rows])
    ids, speeds, seeds = [row.ids for row in rows], [1.0] * len(rows), list(range(len(rows)))
    seconds: list[float] = []
    work: list[float] = []
    firsts: list[float] = []
    samples = 0
    for _ in range(job["repeats"]):
        started, worked = time.perf_counter(), time.process_time()
        samples = sum(len(one.samples) for one in model._network(ids, styles, speeds, seeds))
        seconds.append(time.perf_counter() - started)
        work.append(time.process_time() - worked)
        started = time.perf_counter()
        next(chunk for chunk in speak(model, request) if len(chunk.samples))
        firsts.append(time.perf_counter() - started)
    return {
        "seconds": seconds,
        "cpu_s": work,
        "first_s": firsts,
        "audio_s": samples / 24000,
        "peak_bytes": _resident(),
        "rows": [{"ids": one, "style": style.tolist()} for one, style in zip(ids, styles, strict=True)],
    }


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
