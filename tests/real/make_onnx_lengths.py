"""Makes onnx_lengths.json: how long the ONNX export of the same weights says some rows of phonemes are.

python tests/real/make_onnx_lengths.py kokoro-v1.0.int8.onnx        (needs onnxruntime, and the natural set here)
"""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime

from benchmarks.voices import kokoro_here
from engine import weights
from engine.text.segment import prepare
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.voices import parse
from engine.types import SpeechRequest

SENTENCES = (
    ("af_heart", "en-us", "Hi."),
    ("af_heart", "en-us", "The quick brown fox jumps over the lazy dog."),
    ("af_heart", "en-us", "It was the best of times, it was the worst of times; it was the age of wisdom."),
    ("am_michael", "en-us", "Where did you leave the keys, and who has the other pair?"),
    ("bf_emma", "en-gb", "A narrow path led down to the river, where the children were playing."),
    ("ef_dora", "es", "El pan todavía estaba caliente cuando nos sentamos a la mesa."),
    ("ff_siwis", "fr-fr", "Un chemin étroit descendait jusqu'à la rivière."),
    ("if_sara", "it", "Il pane era ancora caldo quando ci siamo seduti a tavola."),
    ("pf_dora", "pt-br", "O pão ainda estava quente quando nos sentamos à mesa."),
)


def main() -> None:
    """Write the file beside this one."""
    card = kokoro_here(None)
    folder = weights.folder_of(card, None) if card is not None else None
    if folder is None:
        sys.exit("Kokoro is not on this machine: studio models get natural")
    model = load(folder)
    packs = Packs(folder, 256)
    session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
    told = []
    for voice, language, text in SENTENCES:
        ids = row_of(model, text, voice, language)
        feeds = {
            "tokens": np.array([[0, *ids, 0]], dtype=np.int64),
            "style": packs.style(parse(voice), len(ids))[None],
            "speed": np.ones(1, dtype=np.float32),
        }
        inputs = {value.name: value for value in session.get_inputs()}
        if "tokens" not in inputs:
            feeds["input_ids"] = feeds.pop("tokens")
        if "int" in inputs["speed"].type:
            feeds["speed"] = np.ones(1, dtype=np.int32)
        samples = session.run(None, feeds)[0].size
        told.append({"voice": voice, "text": text, "ids": list(ids), "samples": samples})
    written = "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in told) + "\n]\n"
    Path(__file__).with_name("onnx_lengths.json").write_text(written, encoding="utf-8")


def row_of(model: KokoroSynthesizer, text: str, voice: str, language: str) -> tuple[int, ...]:
    """The phonemes of a text of one row."""
    request = model.check(SpeechRequest(text, voice=voice, language=language))
    whole = replace(model.limits, first_chars=400, target_chars=400, grows=False)
    (segment,) = prepare(text, request.language, whole)
    (row,) = model._plan(segment, request).rows  # pyright: ignore[reportPrivateUsage]
    return row.ids


if __name__ == "__main__":
    main()
