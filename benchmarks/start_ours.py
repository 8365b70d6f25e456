"""Our Kokoro, in a process of its own: speaks texts piece by piece against the clock, or reads them for its peers.

Run by benchmarks.start.
"""

import json
import resource
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from engine.text.g2p import English
from engine.text.g2p.foreign import TIE
from engine.text.segment import prepare
from engine.tts.base import SegmentLimits
from engine.tts.espeak import phonemes
from engine.tts.kokoro import load
from engine.tts.kokoro.config import KokoroConfig
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.script import rows
from engine.tts.kokoro.voices import parse
from engine.tts.pace import Pace
from engine.tts.speak import speak
from engine.types import SpeechRequest

VOICE, LANGUAGE = "af_heart", "en-us"


def main(folder: Path, job: dict[str, Any]) -> dict[str, Any]:
    """Speak each text: [seconds since asked, seconds of sound, the lead that is told] of every piece."""
    if "read" in job:
        return {"rows": [_read(folder, text) for text in job["read"]]}
    began = time.perf_counter()
    model = load(folder)
    loaded = time.perf_counter()
    pace = Pace()
    for _ in speak(model, SpeechRequest(job["warm"], voice=VOICE), None, pace):
        pass
    warmed = time.perf_counter()
    told: list[dict[str, Any]] = []
    for text in job["texts"]:
        asked, worked = time.perf_counter(), time.process_time()
        pieces = [
            (time.perf_counter() - asked, len(chunk.samples) / chunk.sample_rate, chunk.lead_s)
            for chunk in speak(model, SpeechRequest(text, voice=VOICE), None, pace)
            if len(chunk.samples)
        ]
        told.append({"pieces": pieces, "cpu_s": time.process_time() - worked})
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"texts": told, "load_s": loaded - began, "warm_s": warmed - loaded, "peak_bytes": peak}


def _read(folder: Path, text: str) -> list[dict[str, Any]]:
    """A text as the reference reads it: a row a line, of 510 phonemes at most, each with its style."""
    config = KokoroConfig.read(folder / "config.json")
    packs, longest = Packs(folder, 2 * config.style_dim), config.bert.max_position_embeddings - 2
    reader = English("us", partial(_ipa, LANGUAGE))
    found: list[dict[str, Any]] = []
    for line in text.splitlines():
        spoken = " ".join(segment.text for segment in prepare(line, LANGUAGE, SegmentLimits(4000, 4000, 4000)))
        for row in rows(reader(spoken), config.vocab, longest):
            style = packs.style(parse(VOICE), len(row.ids)).reshape(-1).tolist()
            found.append({"ids": list(row.ids), "style": style})
    return found


def _ipa(language: str, text: str) -> str:
    return phonemes(text, language, TIE)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), json.loads(sys.stdin.read()))))
