"""The sixty words the tiny recogniser knows, and random lines of them."""

import random
from pathlib import Path

WORDS = tuple(Path(__file__).with_name("words.txt").read_text(encoding="utf-8").split())
LONGEST = 8


def random_line(chance: random.Random) -> list[str]:
    """One to eight words, short lines as likely as long ones."""
    return chance.choices(WORDS, k=chance.randint(1, LONGEST))


def spoken(words: list[str], chance: random.Random) -> str:
    """The words as a text with the pauses of somebody who dictates: none, a comma's or a full stop's."""
    pauses = chance.choices((" ", ", ", ". "), (6, 3, 1), k=len(words))
    text = "".join(word + pause for word, pause in zip(words, pauses, strict=True))
    return text.rstrip(" ,.") + "."
