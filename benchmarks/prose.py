"""Endless plausible English, so that no segment of a benchmark's book is ever in the cache twice.

A second-order Markov chain over the example book: sentences have real lengths, punctuation and vocabulary, and the same
seed gives the same book on every machine.
"""

import random
import re
from collections import defaultdict
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "examples"


def paragraphs(words: int, seed: int = 1) -> list[str]:
    """About `words` words of prose, in paragraphs of three to seven sentences."""
    chain, starts = _chain(_source_text())
    dice = random.Random(seed)
    made: list[str] = []
    count = 0
    while count < words:
        paragraph = " ".join(_sentence(chain, starts, dice) for _ in range(dice.randint(3, 7)))
        made.append(paragraph)
        count += len(paragraph.split())
    return made


def chapters(words: int, per_chapter: int = 3000, seed: int = 1) -> list[tuple[str, list[str]]]:
    """The same prose as titled chapters."""
    made: list[tuple[str, list[str]]] = []
    for number in range(max(1, round(words / per_chapter))):
        made.append((f"Chapter {number + 1}", paragraphs(per_chapter, seed * 1000 + number)))
    return made


def _source_text() -> str:
    texts = sorted(SOURCE.glob("*.txt"))
    if not texts:
        raise SystemExit("examples/ has no text to learn from.")
    return "\n".join(path.read_text(encoding="utf-8") for path in texts)


def _chain(text: str) -> tuple[dict[tuple[str, str], list[str]], list[tuple[str, str]]]:
    chain: dict[tuple[str, str], list[str]] = defaultdict(list)
    starts: list[tuple[str, str]] = []
    for sentence in re.findall(r"[A-Z][^.!?]{20,300}[.!?]", " ".join(text.split())):
        tokens = sentence.split()
        if len(tokens) < 4:
            continue
        starts.append((tokens[0], tokens[1]))
        for first, second, third in zip(tokens, tokens[1:], tokens[2:], strict=False):
            chain[first, second].append(third)
    return chain, starts


def _sentence(chain: dict[tuple[str, str], list[str]], starts: list[tuple[str, str]], dice: random.Random) -> str:
    first, second = dice.choice(starts)
    tokens = [first, second]
    while len(tokens) < 40 and not tokens[-1].endswith((".", "!", "?")):
        # One word in seven comes from elsewhere, or a short book would only quote itself.
        followers = chain.get((tokens[-2], tokens[-1]))
        if not followers or dice.random() < 1 / 7:
            followers = dice.choice(list(chain.values()))
        tokens.append(dice.choice(followers))
    sentence = " ".join(tokens)
    return sentence if sentence.endswith((".", "!", "?")) else sentence.rstrip(",;:") + "."
