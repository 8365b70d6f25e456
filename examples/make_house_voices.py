"""Makes the house's own voices of Kokoro: blends with an offset, tuned to readings that were given to everybody.

    python examples/make_house_voices.py MODEL READERS KEPT --models-dir DIR [--only NAME …]

MODEL is a Kokoro's folder, READERS a folder of LibriSpeech recordings a reader, KEPT keeps what was tuned, so that a
run goes on where it stopped; the voice encoder must be here. A blend of the best published voices is given a reader's
pace and melody: that half alone is tuned, and the timbre is nobody's. A voice that is more than 0.05 liker its reader
than the nearest published one, by the speaker embedding, is left out -> engine/tts/kokoro/house/house.npz.
"""

import argparse
import json
from dataclasses import dataclass
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
from engine.tts.kokoro.tuning.clip import clip_of
from engine.tts.kokoro.tuning.fitting import Watch
from engine.tts.kokoro.tuning.from_recording import frozen
from engine.tts.kokoro.tuning.preference import preferences
from engine.tts.kokoro.tuning.prosody_fit import fit_prosody
from engine.tts.kokoro.tuning.sound import HEARD, RATE
from engine.tts.kokoro.tuning.usable import usable
from engine.tts.kokoro.tuning.words import listener
from engine.tts.kokoro.voices import described, parse
from engine.tts.prepared import read, write
from engine.types import Samples, SpeechRequest, VoiceState

PLACE = Path(house.__file__).parent / house.FILE
LIKER = 0.05
PAUSE = np.zeros(RATE // 2, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Plan:
    """A voice to be made.

    Attributes:
        reader: whose pace and melody; the name is nobody's business.
        blend: whose sound.
    """

    reader: str
    blend: str


PLANS = {
    "af_willow": Plan("3080", "af_heart:0.5+af_aoede:0.3+af_bella:0.2"),
    "am_alder": Plan("1688", "am_michael:0.6+am_fenrir:0.4"),
    "bf_juniper": Plan("367", "bf_emma:0.6+af_nicole:0.1+bf_isabella:0.3"),
    "bm_rowan": Plan("2414", "bm_george:0.5+bm_fable:0.3+am_puck:0.2"),
}
"""Named after trees, by the published voices' pattern: none of their names."""


def main() -> None:
    """Tune, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("readers", type=Path)
    parser.add_argument("kept", type=Path)
    parser.add_argument("--models-dir", type=Path)
    parser.add_argument("--only", nargs="*", default=list(PLANS), help="make these and write no file")
    asked = parser.parse_args()
    embed = base.embedding(asked.models_dir)
    if embed is None:
        raise SystemExit("The voice encoder is not here: studio models get natural brings it.")
    for name in asked.only:
        if not (asked.kept / f"{name}.json").is_file():
            _make(name, asked.model, asked.readers, asked.kept, asked.models_dir, embed)
    if set(asked.only) == set(PLANS):
        _write(asked.kept)


def _make(name: str, model: Path, readers: Path, kept: Path, models_dir: Path | None, embed: base.Embed) -> None:
    reader = reader_of(readers / PLANS[name].reader)
    state = read(kept / f"{name}.npz") or _tuned(name, model, usable(reader.clip, HEARD), models_dir)
    write(kept / f"{name}.npz", state)
    speaker = load(model)
    sound = np.concatenate([part for one in SENTENCES for part in (_said(speaker, one, state), PAUSE)])
    wanted = embed(np.concatenate(reader.others), HEARD)
    gain = loudness.gain_db(parse(state.base).timbre) + loudness.target_lufs() - measure([sound], RATE).integrated_lufs
    like = float(embed(resample(sound, RATE, HEARD), HEARD) @ wanted)
    told = {"name": name, "base": state.base, "gain_db": round(gain, 1), "like": like, "wanted": wanted.tolist()}
    (kept / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")


def _tuned(name: str, model: Path, heard: Samples, models_dir: Path | None) -> VoiceState:
    blend, language = parse(PLANS[name].blend), described(name).language
    text = listener(language, models_dir)(heard, HEARD)
    speaker = load(model)
    clip = clip_of(speaker, heard, text, language, blend)
    _, likely = preferences(speaker.packs, list(base.table()))
    del speaker
    watch = Watch(lambda done, _: print(f"{name} {done:.0%}", flush=True), lambda: False)
    prosody = fit_prosody(frozen(model).prosody, clip, likely, watch)
    return state_of(blend.spelled, np.zeros_like(prosody), prosody)


def _said(model: KokoroSynthesizer, text: str, state: VoiceState) -> Samples:
    return spoken(model, text, SpeechRequest("", state=state))


def _write(kept: Path) -> None:
    told: list[dict[str, object]] = []
    offsets: list[np.ndarray] = []
    for name in PLANS:
        one, state = json.loads((kept / f"{name}.json").read_text(encoding="utf-8")), read(kept / f"{name}.npz")
        near = max((float(np.dot(own.direction, one["wanted"])), other) for other, own in base.table().items())
        print(f"{name}: like its reader {one['like']:.3f}, {near[1]} {near[0]:.3f}, {one['gain_db']:+.1f} dB")
        if state is None or one["like"] >= near[0] + LIKER:
            print("  left out")
            continue
        told.append({key: one[key] for key in ("name", "base", "gain_db")})
        offsets.append(offset_of(state))
    np.savez(PLACE, voices=np.array(json.dumps(told)), offsets=np.array(offsets, dtype=np.float32))
    print(f"{PLACE.name}: {PLACE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
