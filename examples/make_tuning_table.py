"""Makes the table of traits by which a voice to begin a tuning with is found among Kokoro's 54.

    python examples/make_tuning_table.py MODEL [--models-dir DIR]

MODEL is a Kokoro's folder; the voice encoder must be here (`studio models get natural`). Every voice says two
sentences, four minutes of a core -> engine/tts/kokoro/tuning/voices.npz.
"""

import argparse
from pathlib import Path

import numpy as np

from engine.audio.resample import resample
from engine.tts.kokoro import table
from engine.tts.kokoro.model import load
from engine.tts.kokoro.table import loudness
from engine.tts.kokoro.tuning import base
from engine.tts.kokoro.tuning.sound import HEARD, RATE
from engine.tts.kokoro.voices import parse

PLACE = Path(base.__file__).parent / base.FILE
SENTENCES = (0, 4)


def main() -> None:
    """Speak, measure, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--models-dir", type=Path)
    asked = parser.parse_args()
    embed = base.embedding(asked.models_dir)
    if embed is None:
        raise SystemExit("The voice encoder is not here: studio models get natural brings it.")
    model = load(asked.model)
    rows = [model.rows_of(loudness.sentences()[at], "en-us")[0].ids for at in SENTENCES]
    found: list[base.Traits] = []
    for name in table.names():
        said = [model.network([ids], model.packs.style(parse(name), len(ids))[None], [1.0], [0])[0] for ids in rows]
        sound = resample(np.concatenate([one.samples for one in said]), RATE, HEARD)
        found.append(base.traits_of(sound, embed))
        print(f"{name}: {len(sound) / HEARD:.1f} s, {found[-1].hz:.0f} Hz", flush=True)
    np.savez(
        PLACE,
        names=np.array(table.names()),
        directions=np.stack([one.direction for one in found if one.direction is not None]).astype(np.float16),
        spectra=np.stack([one.spectrum for one in found]).astype(np.float16),
        hz=np.array([one.hz for one in found], dtype=np.float32),
    )


if __name__ == "__main__":
    main()
