"""Makes the table of traits by which a voice to begin a tuning with is found among Kokoro's 54.

    python examples/make_tuning_table.py KEPT [--models-dir DIR]

KEPT is where `python -m benchmarks voices` kept what every voice said (STUDIO_BENCH_KEEP); the voice encoder must be
here (`studio models get natural`). Some ten seconds of each -> engine/tts/kokoro/tuning/voices.npz.
"""

import argparse
from pathlib import Path

import numpy as np

from engine.audio.resample import resample
from engine.tts.kokoro import table
from engine.tts.kokoro.tuning import base
from engine.tts.kokoro.tuning.sound import HEARD, RATE

PLACE = Path(base.__file__).parent / base.FILE
SENTENCES = (0, 4, 7)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kept", type=Path)
    parser.add_argument("--models-dir", type=Path)
    asked = parser.parse_args()
    embed = base.embedding(asked.models_dir)
    if embed is None:
        raise SystemExit("The voice encoder is not here: studio models get natural brings it.")
    found: list[base.Traits] = []
    for name in table.names():
        with np.load(asked.kept / f"{name}-en.npz") as file:
            said = np.concatenate([file[file.files[at]] for at in SENTENCES])
        found.append(base.traits_of(resample(said, RATE, HEARD), embed))
        print(f"{name}: {len(said) / RATE:.1f} s, {found[-1].hz:.0f} Hz", flush=True)
    np.savez(
        PLACE,
        names=np.array(table.names()),
        directions=np.stack([one.direction for one in found if one.direction is not None]).astype(np.float16),
        spectra=np.stack([one.spectrum for one in found]).astype(np.float16),
        hz=np.array([one.hz for one in found], dtype=np.float32),
    )


if __name__ == "__main__":
    main()
