"""How many words a live stream gets wrong, and what the better pass at the pause is worth.

For a Parakeet's folder (STUDIO_BENCH_PARAKEET, else what examples/tiny_parakeet made): the same held-out lines heard
whole, by streams of several contexts, and as utterances whose pause brings the whole pass.
"""

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from engine.stt.parakeet import load
from engine.stt.parakeet.model import Parakeet
from engine.stt.parakeet.utterance import HOLD_S
from engine.types import Samples, Word

EXAMPLE = Path(__file__).parent.parent / "examples" / "tiny_parakeet"
LINES = 120
SEED = 4
PACKET = 1600
CONTEXTS = ((256, 0), (256, 4), (256, 8), (256, 16), (32, 4), (32, 8))


def main() -> None:
    """Print the table."""
    folder = Path(os.environ.get("STUDIO_BENCH_PARAKEET", EXAMPLE / "model"))
    if not (folder / "config.json").is_file():
        print("No model to listen with: name a Parakeet's folder in STUDIO_BENCH_PARAKEET.")
        return
    sys.path.insert(0, str(EXAMPLE))
    speech, word_errors = importlib.import_module("speech"), importlib.import_module("word_errors")

    lines = [
        (np.concatenate((np.zeros(4000), line.samples / 32768, np.zeros(8000))).astype(np.float32), line.words)
        for make in (speech.held_out_voices, speech.held_out_speeds)
        for line in islice(make(LINES // 2, SEED), LINES // 2)
    ]
    model = load(folder)
    print(f"{len(lines)} lines, {sum(len(words) for _, words in lines)} words, voices and speeds held out\n")
    print("| heard | words wrong |\n|---|---|")
    ways: list[tuple[str, Callable[[Samples], Sequence[Word]]]] = [
        ("whole, at once", lambda sound: model.recognize([sound], "")[0].words),
        *((f"stream, context {context}", _stream(model, context)) for context in CONTEXTS),
        (f"utterance: stable after {HOLD_S:.0f} s, the rest at the pause", lambda sound: _utterance(model, sound)),
    ]
    for name, hear in ways:
        wrong = sum(word_errors.distance(words, [word.text.lower() for word in hear(sound)]) for sound, words in lines)
        print(f"| {name} | {wrong / sum(len(words) for _, words in lines):.1%} |", flush=True)


def _stream(model: Parakeet, context: tuple[int, int]) -> Callable[[Samples], Sequence[Word]]:
    def hear(sound: Samples) -> Sequence[Word]:
        with model.stream(context) as live:
            for start in range(0, len(sound), PACKET):
                live.add_audio(sound[start : start + PACKET])
            live.finish()
        return live.stable_words

    return hear


def _utterance(model: Parakeet, sound: Samples) -> Sequence[Word]:
    utterance = model.utterance("")
    for start in range(0, len(sound), PACKET):
        utterance.add(sound[start : start + PACKET])
    return utterance.finish()


if __name__ == "__main__":
    main()
