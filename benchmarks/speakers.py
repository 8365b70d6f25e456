"""How well the voice encoder tells people apart: equal error rates, and the threshold that consent uses.

    python -m benchmarks.speakers --folder audio_data/librispeech_test-other

The folder holds recordings as LibriSpeech names them, `<speaker>-<chapter>-<number>.flac`; resemble-ai/Resemblyzer
has ten speakers with ten each. Needs the voice encoder of the natural set.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.audio.files.io import read_blocks
from engine.audio.resample import resample
from engine.types import Samples
from engine.voices import embedding
from engine.voices.sound import RATE

Numbers = npt.NDArray[np.float64]
RECORDING_S, SENTENCE_S = 12.0, 6.0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--folder", type=Path, required=True, help="recordings by speakers")
    parser.add_argument("--models-dir", type=Path, default=None, help="where models are; this machine's cache else")
    options = parser.parse_args()
    clips = _clips(options.folder)
    if not clips:
        parser.error("there are no flac files in this folder")
    _equal_error_rates(clips, options.models_dir)
    _consent(clips, options.models_dir)


def _clips(folder: Path) -> dict[str, list[Samples]]:
    found: dict[str, list[Samples]] = {}
    for path in sorted(folder.rglob("*.flac")):
        found.setdefault(path.name.partition("-")[0], []).append(np.concatenate(list(read_blocks(path, RATE))))
    return found


def _equal_error_rates(clips: dict[str, list[Samples]], models_dir: Path | None) -> None:
    print(
        "| seconds | clips | speakers | same, mean | same, 5 % below | others, mean | others, 5 % above | equal error |"
    )
    print("|---" * 8 + "|")
    for seconds in (1.6, 3.0, 6.0):
        whose: list[str] = []
        found: list[embedding.Direction] = []
        for speaker, sounds in clips.items():
            for sound in sounds:
                if len(sound) >= seconds * RATE:
                    whose.append(speaker)
                    found.append(embedding.embed(_middle(sound, seconds), RATE, models_dir))
        alike = np.stack(found) @ np.stack(found).T
        above = np.triu_indices(len(whose), 1)
        is_same = np.array(whose)[above[0]] == np.array(whose)[above[1]]
        same, other = alike[above][is_same].astype(float), alike[above][~is_same].astype(float)
        rate, at = _equal(same, other)
        print(
            f"| {seconds} | {len(whose)} | {len(set(whose))} | {same.mean():.3f} | {np.percentile(same, 5):.3f} "
            f"| {other.mean():.3f} | {np.percentile(other, 95):.3f} | {rate:.1%} at {at:.3f} |",
            flush=True,
        )


def _consent(clips: dict[str, list[Samples]], models_dir: Path | None) -> None:
    """A recording of 12 s against a sentence of 6 s of another clip, as it is and through worse lines."""
    recordings = {speaker: list(_recordings(sounds)) for speaker, sounds in clips.items()}
    known = {
        speaker: [(used, embedding.embed(sound, RATE, models_dir)) for used, sound in sounds]
        for speaker, sounds in recordings.items()
    }
    print(f"\n{RECORDING_S:.0f} s against {SENTENCE_S:.0f} s; the share of other people let in, of the same refused:\n")
    print("| sentence | pairs: same, others | equal error | " + " | ".join(f"{at:.2f}" for at in THRESHOLDS) + " |")
    print("|---" * (3 + len(THRESHOLDS)) + "|")
    for name, worsen in LINES.items():
        same: list[float] = []
        other: list[float] = []
        for speaker, sounds in clips.items():
            for number, sound in enumerate(sounds):
                if len(sound) < 4 * RATE:
                    continue
                heard = embedding.embed(worsen(_middle(sound, SENTENCE_S)), RATE, models_dir)
                for whose, directions in known.items():
                    alike = [embedding.similarity(heard, one) for used, one in directions if number not in used]
                    if whose == speaker:
                        same.extend(alike)
                    else:
                        other.extend(embedding.similarity(heard, one) for _, one in directions)
        one, two = np.array(same), np.array(other)
        rate, at = _equal(one, two)
        cells = " | ".join(f"{(two >= bound).mean():.1%}, {(one < bound).mean():.1%}" for bound in THRESHOLDS)
        print(f"| {name} | {len(one)}, {len(two)} | {rate:.1%} at {at:.3f} | {cells} |", flush=True)


def _recordings(sounds: Sequence[Samples]) -> "list[tuple[set[int], Samples]]":
    """12 s each, put together from clips that stand beside one another, and which these are."""
    found: list[tuple[set[int], Samples]] = []
    for first in range(0, len(sounds), 2):
        used: set[int] = set()
        whole = np.zeros(0, dtype=np.float32)
        for number in range(first, first + len(sounds)):
            if len(whole) >= RECORDING_S * RATE:
                break
            used.add(number % len(sounds))
            whole = np.concatenate([whole, sounds[number % len(sounds)]])
        found.append((used, whole[: round(RECORDING_S * RATE)]))
    return found


def _middle(sound: Samples, seconds: float) -> Samples:
    length = min(len(sound), int(seconds * RATE))
    begin = (len(sound) - length) // 2
    return sound[begin : begin + length]


def _equal(same: Numbers, other: Numbers) -> tuple[float, float]:
    """The equal error rate, and the bound it is at."""
    bounds = np.sort(np.concatenate([same, other]))
    let_in = np.array([(other >= bound).mean() for bound in bounds])
    refused = np.array([(same < bound).mean() for bound in bounds])
    at = int(np.argmin(np.abs(let_in - refused)))
    return float(let_in[at] + refused[at]) / 2, float(bounds[at])


def _noisy(sound: Samples) -> Samples:
    noise = np.random.default_rng(0).normal(size=len(sound))
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    return (sound + noise * np.sqrt(power / 100)).astype(np.float32)


def _telephone(sound: Samples) -> Samples:
    return resample(resample(sound, RATE, 8000), 8000, RATE)


def _in_a_room(sound: Samples) -> Samples:
    time_s = np.arange(int(0.5 * RATE)) / RATE
    echo = np.random.default_rng(0).normal(size=len(time_s)) * 10 ** (-3 * time_s / 0.4)
    echo *= 0.7 / np.sqrt(np.square(echo).sum())
    echo[0] = 1.0
    length = len(sound) + len(echo) - 1
    return np.fft.irfft(np.fft.rfft(sound, length) * np.fft.rfft(echo, length), length)[: len(sound)].astype(np.float32)


THRESHOLDS = (0.60, 0.65, 0.68, 0.70, 0.72, 0.75, 0.80)
LINES: dict[str, Callable[[Samples], Samples]] = {
    "as it is": lambda sound: sound,
    "noise 20 dB below": _noisy,
    "through a telephone": _telephone,
    "in a room": _in_a_room,
}

if __name__ == "__main__":
    main()
