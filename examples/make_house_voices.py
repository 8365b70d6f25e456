"""Makes the house's own voices of Kokoro: blends and offsets, tuned to readings whose readers gave them to everybody.

    python examples/make_house_voices.py MODEL READERS KEPT --models-dir DIR

MODEL is a Kokoro's folder, READERS a folder of LibriSpeech recordings a reader, KEPT has the tuned voices of
`python -m benchmarks tuned` (STUDIO_BENCH_KEEP); the voice encoder must be here. A voice is no copy of its reader: where
it is more than 0.05 liker than the nearest published voice, by the speaker embedding, only its pace and melody are
taken -> engine/tts/kokoro/house/house.npz.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.tuned_one import SENTENCES, reader_of, spoken
from engine.audio.loudness import measure
from engine.audio.resample import resample
from engine.tts.kokoro import house
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.table import loudness
from engine.tts.kokoro.tuned import offset_of, state_of
from engine.tts.kokoro.tuning import base
from engine.tts.kokoro.tuning.sound import HEARD, RATE
from engine.tts.kokoro.voices import parse
from engine.tts.prepared import read
from engine.types import Samples, SpeechRequest, VoiceState

PLACE = Path(house.__file__).parent / house.FILE
TREES = {"1688": "m_alder", "2414": "m_rowan", "3080": "f_willow", "533": "f_juniper"}
"""Reader -> what the voice is called, behind its language's letter: the reader's name is nobody's business."""
LIKER = 0.05
PAUSE = np.zeros(RATE // 2, dtype=np.float32)


def main() -> None:
    """Choose the halves, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("readers", type=Path)
    parser.add_argument("kept", type=Path)
    parser.add_argument("--models-dir", type=Path)
    asked = parser.parse_args()
    embed = base.embedding(asked.models_dir)
    if embed is None:
        raise SystemExit("The voice encoder is not here: studio models get natural brings it.")
    model = load(asked.model)
    told, offsets = [], []
    for reader, tree in TREES.items():
        whole = read(asked.kept / f"{reader}.npz") or read(asked.kept / f"{reader}.early.npz")
        if whole is None:
            print(f"{reader}: not tuned yet, so there is no {tree}")
            continue
        wanted = embed(np.concatenate(reader_of(asked.readers / reader).others), HEARD)
        stock = {name: own.direction for name, own in base.table().items() if name[0] in "ab"}
        nearest = max(stock, key=lambda name: float(stock[name] @ wanted))
        most = _likeness(model, SpeechRequest("", voice=nearest), embed, wanted) + LIKER
        state, parts = whole, "both halves"
        if not whole.arrays["timbre"].any() or _likeness(model, SpeechRequest("", state=whole), embed, wanted) > most:
            half = parse(whole.base)
            state = state_of(half.spelled, np.zeros(128, dtype=np.float32), whole.arrays["prosody"])
            parts = "pace and melody"
        like = _likeness(model, SpeechRequest("", state=state), embed, wanted)
        if like > most:
            print(f"{reader}: even with its pace and melody alone it is too like its reader; left out")
            continue
        name = parse(state.base).first[0] + tree
        told.append({"name": name, "base": state.base, "gain_db": _gain(model, state)})
        offsets.append(offset_of(state))
        print(f"{name}: {state.base}, {parts}; like its reader {like:.3f}, {nearest} {most - LIKER:.3f}", flush=True)
    np.savez(PLACE, voices=np.array(json.dumps(told)), offsets=np.array(offsets, dtype=np.float32))
    print(f"{PLACE.name}: {PLACE.stat().st_size} bytes")


def _sound(model: KokoroSynthesizer, how: SpeechRequest) -> list[Samples]:
    return [part for sentence in SENTENCES for part in (spoken(model, sentence, how), PAUSE)]


def _likeness(model: KokoroSynthesizer, how: SpeechRequest, embed: base.Embed, wanted: base.Array) -> float:
    return float(embed(resample(np.concatenate(_sound(model, how)), RATE, HEARD), HEARD) @ wanted)


def _gain(model: KokoroSynthesizer, state: VoiceState) -> float:
    """What makes it as loud as the published voices, in dB: its base's gain is in the sound already."""
    now = loudness.gain_db(parse(state.base).timbre)
    return round(
        now + loudness.target_lufs() - measure(_sound(model, SpeechRequest("", state=state)), RATE).integrated_lufs, 1
    )


if __name__ == "__main__":
    main()
