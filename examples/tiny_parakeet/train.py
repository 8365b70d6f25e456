"""Train the tiny Parakeet on speech that the studio's own voices make, and say how many words it gets wrong.

    pip install -e ".[reference]"
    python examples/tiny_parakeet/train.py --minutes 60 --out examples/tiny_parakeet/model

It is a test asset and an example: sixty words, synthetic voices. It is no recogniser for people.
"""

import argparse
import json
import math
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import layout
import numpy as np
import speech
import torch
from features import disturbed, log_mel
from network import Shape, TinyParakeet, tdt_loss
from speech import Line
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from vocabulary import LONGEST, WORDS
from word_errors import distance

TESTS = {
    "voices never heard": speech.held_out_voices,
    "speeds never heard": speech.held_out_speeds,
    "a flite voice never heard": speech.held_out_flite,
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A part of the training: short, clean lines show the network what a word is; the rest comes later.

    Attributes:
        until: share of the time at which it ends.
        longest: words a line may have.
        noise_db: the loudest noise beneath the speech; None leaves the lines as they were spoken.
        is_hard: parts of the sound are hidden, and the network looks only so far ahead.
    """

    until: float
    longest: int
    noise_db: float | None
    is_hard: bool = False


LESSONS = (
    Lesson(0.07, 1, None),
    Lesson(0.13, 1, -25),
    Lesson(0.2, 2, -20),
    Lesson(0.3, 4, -15),
    Lesson(1.0, LONGEST, -5, is_hard=True),
)
REFINEMENT = (Lesson(0.3, LONGEST, -12, is_hard=True), Lesson(1.0, LONGEST, -22))
CONTEXTS = (None, None, (64, 16), (32, 8), (32, 4), (16, 2))


def main() -> None:
    """Make the speech, train against the clock, write the model, test it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=60.0, help="how long to train")
    options.add_argument("--lines", type=int, default=7000, help="how many lines to train on")
    options.add_argument("--test-lines", type=int, default=300)
    options.add_argument("--batch", type=int, default=32)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--rate", type=float, default=1.2e-3)
    options.add_argument("--refine", type=Path, help="a folder this script wrote: go on from it, on whole lines only")
    options.add_argument("--out", type=Path, default=Path("outputs/tiny_parakeet"))
    asked = options.parse_args()
    torch.manual_seed(asked.seed)
    lines = list(speech.training(asked.lines, asked.seed))
    tests = {name: list(make(asked.test_lines, asked.seed + 1)) for name, make in TESTS.items()}
    print(
        f"{len(lines)} lines, {sum(len(line.samples) for line in lines) / speech.SAMPLE_RATE / 3600:.1f} h", flush=True
    )

    model = TinyParakeet(Shape(vocabulary=len(WORDS)))
    if asked.refine:
        layout.read(model, asked.refine)
    print(f"{sum(value.numel() for value in model.parameters()) / 1e6:.2f} M parameters", flush=True)
    lessons = REFINEMENT if asked.refine else LESSONS
    chance = random.Random(asked.seed)
    train(model, lines, asked.minutes * 60, asked.batch, asked.rate, chance, asked.out, tests, lessons)
    found = {name: round(word_error_rate(model, some), 4) for name, some in tests.items()}
    live = {name: round(word_error_rate(model, some, (32, 4)), 4) for name, some in tests.items()}
    about = {
        "what": "A test asset and example: sixty English words in synthetic voices. No recogniser for people.",
        "word_error_rate": found,
        "word_error_rate_with_a_context_of_32_and_4_frames": live,
        "test_lines": asked.test_lines,
    }
    layout.write(model, asked.out, about)
    print(json.dumps(about, indent=1))


def train(
    model: TinyParakeet,
    lines: Sequence[Line],
    seconds: float,
    batch: int,
    peak: float,
    chance: random.Random,
    out: Path,
    tests: dict[str, list[Line]],
    lessons: Sequence[Lesson],
) -> None:
    """AdamW on a cosine that ends with the clock; short lines first."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=peak, betas=(0.9, 0.98), weight_decay=1e-3)
    began = said = time.monotonic()
    # What is tested and kept is the average of the last few hundred steps: it wavers less.
    kept = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.997), use_buffers=True)
    losses: list[float] = []
    done, step = 0.0, 0
    for lesson in lessons:
        fitting = [line for line in lines if len(line.words) <= lesson.longest]
        for group in _batches(fitting, batch, chance):
            done = (time.monotonic() - began) / seconds
            if done >= lesson.until:
                break
            step += 1
            rate = peak * min(1.0, step / 200) * max(0.02, 0.5 * (1 + math.cos(math.pi * done)))
            for parameters in optimiser.param_groups:
                parameters["lr"] = rate
            model.train()
            loss = _loss(model, group, chance, lesson)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            kept.update_parameters(model)
            losses.append(float(loss.detach()))
            if time.monotonic() - said > 60:
                few = {name: round(word_error_rate(kept.module, some[:40]), 3) for name, some in tests.items()}
                print(f"{done:5.1%} step {step} loss {np.mean(losses[-100:]):.3f} wrong {few}", flush=True)
                layout.write(kept.module, out, {"what": "unfinished"})
                said = time.monotonic()
    model.load_state_dict(kept.module.state_dict())


def _loss(model: TinyParakeet, group: Sequence[Line], chance: random.Random, lesson: Lesson) -> torch.Tensor:
    sounds = [
        line.samples.astype(np.float32) / 32768
        if lesson.noise_db is None
        else disturbed(line.samples, chance, (-45.0, lesson.noise_db))
        for line in group
    ]
    mel, lengths = log_mel(sounds, shift=chance if lesson.is_hard and chance.random() < 0.5 else None)
    if lesson.is_hard:
        mel = _masked(mel, chance)
    ids = [torch.tensor([WORDS.index(word) for word in line.words]) for line in group]
    counts = torch.tensor([len(one) for one in ids])
    tokens = torch.nn.utils.rnn.pad_sequence(ids, batch_first=True)
    logits, ctc, frames = model(mel, lengths, tokens, chance.choice(CONTEXTS) if lesson.is_hard else None)
    helping = functional.ctc_loss(ctc.transpose(0, 1), tokens, frames, counts, blank=len(WORDS), zero_infinity=True)
    weight = 0.3 if lesson.longest == LONGEST else 1.0
    return tdt_loss(logits, model.shape.durations, tokens, frames, counts) + weight * helping


def _masked(mel: torch.Tensor, chance: random.Random) -> torch.Tensor:
    """SpecAugment (Park et al. 2019): two bands and one stretch of each batch are silenced."""
    mel = mel.clone()
    for _ in range(2):
        low, high = chance.randint(0, 70), chance.randint(0, 12)
        mel[:, :, low : low + high] = 0
    at = chance.randint(0, max(0, mel.shape[1] - 20))
    mel[:, at : at + chance.randint(0, 12)] = 0
    return mel


def _batches(lines: Sequence[Line], size: int, chance: random.Random) -> Iterator[list[Line]]:
    """For ever: lines of like length together, the groups in random order."""
    while True:
        ordered = sorted(lines, key=lambda line: len(line.samples) * chance.uniform(0.8, 1.25))
        groups = [ordered[at : at + size] for at in range(0, len(ordered), size)]
        chance.shuffle(groups)
        yield from groups


def word_error_rate(model: TinyParakeet, lines: Sequence[Line], context: tuple[int, int] | None = None) -> float:
    """Words inserted, left out or taken for others, over words said."""
    model.eval()
    wrong = said = 0
    for at in range(0, len(lines), 50):
        group = lines[at : at + 50]
        mel, lengths = log_mel([line.samples.astype(np.float32) / 32768 for line in group])
        for line, ids in zip(group, model.recognise(mel, lengths, context), strict=True):
            wrong += distance(line.words, [WORDS[one] for one in ids])
            said += len(line.words)
    return wrong / max(1, said)


if __name__ == "__main__":
    main()
