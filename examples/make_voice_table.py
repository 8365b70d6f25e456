"""Makes the table of Kokoro's voices that comes with the studio, and measures how loud each voice is.

    python examples/make_voice_table.py styles PACKS     54 published voices -> engine/tts/kokoro/table/styles.npz
    python examples/make_voice_table.py gains MODEL      each voice's gain -> engine/tts/kokoro/table/loudness.json

PACKS is the folder `voices` of Kokoro-82M v1.0 as hexgrad, mlx-community or the npm package kokoro-js 1.2.1 publish it
(.pt, .safetensors or .bin); MODEL is a Kokoro's folder or id. The second speaks twelve sentences in every voice, about
an hour of a processor; it goes on where it stopped.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.audio.loudness import measure
from engine.nn.stored.checkpoint import load_file
from engine.tts.kokoro.table import loudness, styles

CURVES = 12
PLACE = Path(styles.__file__).parent
ROWS = 510
PAUSE_S = 0.5


def main() -> None:
    """Make what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("what", choices=("styles", "gains"))
    parser.add_argument("source", help="PACKS or MODEL")
    parser.add_argument("--voices", nargs="*", help="measure these again, too")
    asked = parser.parse_args()
    if asked.what == "styles":
        make_styles(published(Path(asked.source)), PLACE / styles.FILE)
    else:
        make_gains(asked.source, PLACE / loudness.FILE, asked.voices)


def published(folder: Path) -> dict[str, np.ndarray]:
    """Each voice's pack, float32 [510, 256]."""
    packs: dict[str, np.ndarray] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".bin":
            packs[path.stem] = np.fromfile(path, dtype="<f4").reshape(ROWS, styles.WIDTH)
        elif path.suffix in (".pt", ".safetensors"):
            (array,) = load_file(path).values()
            packs[path.stem] = np.array(array, dtype=np.float32).reshape(ROWS, styles.WIDTH)
    if not packs:
        raise SystemExit(f"{folder} holds no voices.")
    return packs


def make_styles(packs: dict[str, np.ndarray], out: Path, curves: int = CURVES) -> None:
    """Find the curves that all voices share, and write them with each voice's mix."""
    side_by_side = np.concatenate(list(packs.values()), axis=1).astype(np.float64)
    left, sizes, right = np.linalg.svd(side_by_side, full_matrices=False)
    # A curve's sign is nobody's choice: its largest value is positive, so that the file does not depend on the library.
    left, right = left[:, :curves], right[:curves]
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(curves)])
    shared = (left * signs * math.sqrt(ROWS)).astype(np.float32)
    # Fitted anew to the curves as they are kept.
    mixes = np.linalg.lstsq(shared.astype(np.float64), side_by_side, rcond=None)[0].astype(np.float32)
    mixes = mixes.reshape(curves, len(packs), styles.WIDTH).transpose(1, 0, 2)
    np.savez(out, names=np.array(list(packs)), curves=shared, mixes=np.ascontiguousarray(mixes))
    error = np.stack([shared @ mixes[at] - pack for at, pack in enumerate(packs.values())]).astype(np.float64)
    everyone = np.stack(list(packs.values()))
    print(f"{len(packs)} voices, {curves} curves, {out.stat().st_size / 1e6:.2f} MB")
    print(f"error: {np.sqrt((error**2).mean()):.1e} root mean square, {np.abs(error).max():.1e} the largest")
    print(f"voices from their mean: {(everyone - everyone.mean(axis=0)).std():.3f}")
    print(f"the first value that was left out, of the first: {sizes[curves] / sizes[0]:.1e}")


def make_gains(model: str, out: Path, again: list[str] | None) -> None:
    """Speak the sentences in every voice that has not spoken them all, and write its gain."""
    from engine.pool import ModelPool
    from engine.tts.kokoro.voices import voices

    told: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    with ModelPool() as pool:
        for voice in voices():
            if voice.id in told["over_all_sentences"] and voice.id not in (again or ()):
                continue
            now = loudness.gain_db({voice.id: 1.0})
            level = _level(pool, model, voice.id, told["sentences"])
            told["gain_db"][voice.id] = round(now + told["target_lufs"] - level, 1)
            print(
                f"{voice.id}: {level:.2f} LUFS with {now:+.1f} dB, so {told['gain_db'][voice.id]:+.1f} dB", flush=True
            )
            out.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _level(pool: Any, model: str, voice: str, sentences: list[str]) -> float:
    """Integrated loudness of all sentences, one after the other."""
    from engine.types import SpeechRequest

    blocks: list[np.ndarray] = []
    rate = 0
    for sentence in sentences:
        with pool.speak(model, SpeechRequest(sentence, voice=voice, language="en-us")) as chunks:
            for chunk in chunks:
                blocks.append(chunk.samples)
                rate = chunk.sample_rate
        blocks.append(np.zeros(round(PAUSE_S * rate), dtype=np.float32))
    return measure(blocks, rate).integrated_lufs


if __name__ == "__main__":
    main()
