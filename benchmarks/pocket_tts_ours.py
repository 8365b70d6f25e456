"""Our Pocket TTS, in a process of its own: speaks against the clock with the weights that the reference made."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from engine.codecs.mimi import canonical
from engine.nn.parts import Parts
from engine.nn.stored.checkpoint import load_arrays
from engine.text.segment import TextSegment
from engine.tts.pocket_tts.backbone import Backbone
from engine.tts.pocket_tts.codec import Codec
from engine.tts.pocket_tts.head import FlowHead
from engine.tts.pocket_tts.model import PocketSynthesizer
from engine.tts.pocket_tts.releases import BY_NAME
from engine.tts.pocket_tts.text import Part, Reader
from engine.tts.pocket_tts.writing import Writer
from engine.types import SpeechRequest

NEVER = 1e9
SEGMENT = TextSegment(0, "words", (0, 5), 0.0, "sentence", range(64))


class Tokens:
    """So many tokens, whatever the text."""

    def __init__(self, count: int) -> None:
        self._part = Part(tuple(range(count)), "", 3)

    def parts(self, text: str) -> list[Part]:
        """One."""
        return [self._part]


def loaded(folder: Path, job: dict[str, Any]) -> PocketSynthesizer:
    """The model, with one voice."""
    release = replace(BY_NAME[job["release"]], threshold=NEVER)
    weights = load_arrays(folder)
    parts = Parts(weights, "it")
    backbone = Backbone(parts, None)
    inner = {name.removeprefix("mimi."): one for name, one in weights.items() if name.startswith("mimi.")}
    model = PocketSynthesizer(
        release,
        cast(Reader, Tokens(job["tokens"])),
        Writer(backbone, FlowHead(parts, release.flow, 1), NEVER),
        Codec(Parts(canonical(inner, 1), "it"), None, None),
        {"her": folder},
        "it",
    )
    prefix = np.random.default_rng(0).standard_normal((job["voice"], backbone.transformer.width), dtype=np.float32)
    model._read["her"] = backbone.begun(prefix)
    return model


def main(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Speak, `repeats` times over."""
    model = loaded(folder, job)
    request = model.check(SpeechRequest("words"))
    found: list[dict[str, Any]] = []
    for _ in range(job["repeats"]):
        begun, worked, first, samples = time.perf_counter(), time.process_time(), None, 0
        for piece in model.synthesize(SEGMENT, request):
            first = time.perf_counter() - begun if first is None else first
            samples += len(piece.samples)
        seconds, work = time.perf_counter() - begun, time.process_time() - worked
        found.append({"first_s": first, "seconds": seconds, "work": work, "sound_s": samples / 24000})
    rows = job["batch"]
    segments = [replace(SEGMENT, index=at, text=f"words {at}") for at in range(rows)]
    begun, worked = time.perf_counter(), time.process_time()
    pieces = model.synthesize_batch(segments, request) if rows else []
    batch = {
        "seconds": time.perf_counter() - begun,
        "work": time.process_time() - worked,
        "sound_s": sum(len(piece.samples) for piece in pieces) / 24000,
    }
    model.close()
    return {"rounds": found, "batch": batch}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.argv[2]))))
