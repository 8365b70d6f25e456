"""One reader of `benchmarks.tuned`, in a process of its own: tuned, kept, heard; told as JSON."""

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import dnsmos
from benchmarks.peers import PeerMissing
from benchmarks.voices import in_a_row, kokoro_here, listener, whisper_here, wrong
from engine import weights
from engine.audio.files.io import read
from engine.audio.resample import resample
from engine.pool import ModelPool
from engine.text.segment import prepare
from engine.tts.kokoro.model import KokoroSynthesizer, load
from engine.tts.kokoro.tuning import base, tune
from engine.tts.kokoro.tuning.pitch import median_of, pitch
from engine.tts.kokoro.tuning.sound import HEARD, long_term
from engine.tts.kokoro.tuning.usable import usable
from engine.tts.prepared import read as read_state
from engine.tts.prepared import write as write_state
from engine.types import Samples, SpeechRequest, VoicePrompt, VoiceState

SENTENCES = (
    "The meeting was moved from Tuesday to Thursday because of the weather.",
    "A narrow road led through the valley to a village that nobody had visited for years.",
    "Scientists discovered that the ancient river once carried more water than the Amazon does today.",
    "He whispered, as if the walls could hear him, that the letter had never arrived.",
)
LONGEST_S = 15.0
KOKORO_RATE = 24_000


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose voice it is to be.

    Attributes:
        clip: what is tuned to.
        others: two other recordings of the same person, which are compared with.
    """

    clip: Samples
    others: tuple[Samples, ...]


def main(folder: Path, name: str, models_dir: Path, keep: Path) -> None:
    """Measure one reader."""
    embed = base.embedding(models_dir)
    if embed is None:
        raise SystemExit("The voice encoder is not here.")
    card, ear = kokoro_here(models_dir), whisper_here(models_dir)
    assert card is not None and ear is not None
    model = weights.folder_of(card, models_dir, offline=True)
    assert model is not None
    reader = reader_of(folder / name)
    directions = _directions(folder, embed, keep / "directions.npz")
    wanted = directions.pop(name)
    told: dict[str, object] = {"reader": name, "clip_s": len(reader.clip) / HEARD, "hz": median_of(pitch(reader.clip))}
    zero = float(np.mean([stranger @ wanted for stranger in directions.values()]))
    one = float(embed(usable(reader.clip, HEARD), HEARD) @ wanted)
    told |= {"zero": zero, "one": one}
    state, cost = tuned(model, reader.clip, models_dir, keep / f"{name}.npz")
    told |= cost
    traits = base.traits_of(usable(reader.clip, HEARD), embed)
    english = {voice: own for voice, own in base.table().items() if voice[0] in "ab"}
    near = {voice: float(np.dot(own.direction, traits.direction)) for voice, own in english.items()}
    nearest = max(near, key=lambda voice: near[voice])
    told |= {"nearest": nearest, "base": state.base}
    speaker = load(model)
    with ModelPool(models_dir=models_dir, offline=True) as pool:
        hear = listener(pool, ear)
        for kind, request in (
            ("nearest pack", SpeechRequest("", voice=nearest)),
            ("blend", SpeechRequest("", voice=state.base)),
            ("tuned", SpeechRequest("", state=state)),
        ):
            parts = [spoken(speaker, sentence, request) for sentence in SENTENCES]
            heard = [resample(part, KOKORO_RATE, HEARD) for part in parts]
            near = float(embed(np.concatenate(heard), HEARD) @ wanted)
            text = hear(in_a_row(parts), "en")
            words = " ".join(SENTENCES)
            apart = long_term(np.concatenate(heard)) - long_term(np.concatenate(reader.others))
            told[kind] = {
                "cosine": near,
                "norm": (near - zero) / (one - zero),
                "spectrum_db": float(np.sqrt(np.mean(np.square(apart)))),
                "hz": median_of(pitch(np.concatenate(heard))),
                "seconds": sum(map(len, parts)) / KOKORO_RATE,
                "wrong": round(wrong(words, text, "en") * len(words.split())),
                "words": len(words.split()),
                "dnsmos": _dnsmos(in_a_row(parts)),
            }
    (keep / f"{name}.json").write_text(json.dumps(told, indent=1), encoding="utf-8")


def reader_of(folder: Path) -> Reader:
    """The longest recording that is not too long, and the two next ones."""
    found = sorted((read(path, HEARD) for path in sorted(folder.glob("*.flac"))), key=len, reverse=True)
    good = [sound for sound in found if len(sound) <= LONGEST_S * HEARD]
    return Reader(good[0], tuple(good[1:3]))


def _directions(folder: Path, embed: base.Embed, path: Path) -> dict[str, base.Array]:
    """Each reader's direction, of the recordings that are compared with."""
    if not path.is_file():
        people = [one for one in sorted(folder.iterdir()) if one.is_dir()]
        told: dict[str, Any] = {one.name: embed(np.concatenate(reader_of(one).others), HEARD) for one in people}
        np.savez(path, **told)
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def tuned(model: Path, clip: Samples, models_dir: Path, path: Path) -> tuple[VoiceState, dict[str, float]]:
    """The voice, kept, and what it cost."""
    told = path.with_suffix(".cost.json")
    kept = read_state(path)
    if kept is not None and told.is_file():
        return kept, json.loads(told.read_text(encoding="utf-8"))
    began, used = time.monotonic(), time.process_time()
    state = tune(
        model,
        VoicePrompt(clip, HEARD),
        "both",
        lambda done, word: print(f"{done:.2f} {word}", file=sys.stderr, flush=True),
        lambda: False,
        lambda early: write_state(path.with_suffix(".early.npz"), early),
        models_dir=models_dir,
    )
    cost = {
        "processor_s": time.process_time() - used,
        "clock_s": time.monotonic() - began,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }
    write_state(path, state)
    told.write_text(json.dumps(cost), encoding="utf-8")
    return state, cost


def spoken(model: KokoroSynthesizer, text: str, how: SpeechRequest) -> Samples:
    """A sentence's sound."""
    request = model.check(SpeechRequest(text, voice=how.voice, state=how.state, language="en-us"))
    told = list(prepare(text, request.language, model.limits))
    return np.concatenate([piece.samples for one in told for piece in model.synthesize(one, request)])


def _dnsmos(sound: Samples) -> float | None:
    try:
        return dnsmos.overall(sound, KOKORO_RATE)
    except PeerMissing:
        return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
