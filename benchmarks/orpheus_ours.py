"""Our Orpheus, in a process of its own: the measurements of benchmarks.orpheus_mlx_audio. Run by benchmarks.orpheus."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np

from engine.codecs.schedule import schedule
from engine.nn.sampling import Sampling
from engine.text.segment import TextSegment
from engine.tts.orpheus import load
from engine.tts.orpheus.decoding import CADENCE, Decoding
from engine.tts.orpheus.frames import CODE_BASE, CODEBOOK_SIZE, SLOTS, Frame
from engine.tts.orpheus.model import OrpheusSynthesizer
from engine.tts.orpheus.writing import Line, write
from engine.types import Chunking, SpeechRequest

TEXT = "Hello world."
Took = tuple[float, float]
"""Seconds on the clock, and of the processor."""


def now() -> Took:
    """To measure from."""
    return time.perf_counter(), time.process_time()


def since(started: Took, count: int = 1) -> Took:
    """How long each of so many took."""
    clock, processor = now()
    return (clock - started[0]) / count, (processor - started[1]) / count


def main(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """All measurements that are asked for."""
    model = load(folder, {"snac_24khz": folder / "snac_24khz"})
    frames = _frames(job["tokens"])
    whole = np.concatenate(_decoded(model, frames, Chunking(frames_per_chunk=1500, first_frames_per_chunk=1500))[0])
    found: dict[str, Any] = {"whole_length": len(whole) / job["due"], "streams": []}
    for interval in job["intervals"]:
        for mode in ("clean", "smooth"):
            chunks, _ = _decoded(model, frames, Chunking(mode=mode, streaming_interval=interval))
            sound = np.concatenate(chunks)
            n = min(len(sound), len(whole))
            found["streams"].append(
                {
                    "interval": interval,
                    "mode": mode,
                    "length": len(sound) / job["due"],
                    "difference": float(np.abs(sound[:n] - whole[:n]).max()),
                }
            )
    size = job["long_frames_per_chunk"]
    chunking = Chunking(frames_per_chunk=size, first_frames_per_chunk=size)
    found["chunk_seconds"] = _decoded(model, _frames(job["long"]), chunking)[1]
    found["seconds_per_token"] = [_writing(model, 1, job["write"]) for _ in range(job["repeats"])]
    found["batch_seconds_per_token"] = [_writing(model, 8, job["write"]) for _ in range(job["repeats"])]
    found["first_audio"] = {
        name: [_first(model, chunking) for _ in range(job["repeats"])]
        for name, chunking in (
            ("default", Chunking()),
            ("ultra_low_latency", Chunking(ultra_low_latency=True)),
            ("same_tokens", Chunking(frames_per_chunk=40, first_frames_per_chunk=39)),
        )
    }
    return found


def _frames(tokens: list[int]) -> list[Frame]:
    codes = np.array(tokens).reshape(-1, SLOTS) - CODE_BASE - np.arange(SLOTS) * CODEBOOK_SIZE
    return [tuple(row) for row in codes.tolist()]


def _decoded(model: OrpheusSynthesizer, frames: list[Frame], chunking: Chunking) -> tuple[list[np.ndarray], list[Took]]:
    """The chunks of given codes, and the seconds each took."""
    decoding = Decoding(model._snac, schedule(chunking, CADENCE), 0, model._codec_stream)  # pyright: ignore[reportPrivateUsage]
    chunks: list[np.ndarray] = []
    seconds: list[Took] = []
    started = now()
    for frame in frames:
        samples = decoding.add(frame)
        if samples is not None:
            chunks.append(np.array(samples))
            seconds.append(since(started))
            started = now()
    chunks.append(np.array(decoding.finish()))
    return chunks, seconds


def _writing(model: OrpheusSynthesizer, rows: int, tokens: int) -> Took:
    """Seconds a token of so many lines at once, from the first token on."""
    prompt = model._prompter.prompt("tara", "Hello world, this is a test.")  # pyright: ignore[reportPrivateUsage]
    lines = [Line(prompt, -(-tokens // SLOTS), seed) for seed in range(rows)]
    events = write(model._llama, lines, Sampling())  # pyright: ignore[reportPrivateUsage]
    next(events)
    count, started = 0, now()
    for _, event in events:
        count += SLOTS if isinstance(event, tuple) else 0
    return since(started, count)


def _first(model: OrpheusSynthesizer, chunking: Chunking) -> Took:
    """Seconds from asking to the first sound."""
    segment = TextSegment(0, TEXT, (0, len(TEXT)), 0.0, "sentence", range(len(TEXT) + 1))
    started = now()
    request = model.check(SpeechRequest(TEXT, voice="tara", chunking=chunking))
    stream = model.synthesize(segment, request)
    next(piece for piece in stream if len(piece.samples))
    took = since(started)
    stream.close()  # type: ignore[attr-defined]
    return took


if __name__ == "__main__":
    mx.random.seed(0)
    print(json.dumps(main(Path(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))))
