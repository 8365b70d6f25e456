"""Words that are spelled alike and sound unlike, told apart by the words around them.

The table has, for each sense, words that stand right before it, right behind it, and anywhere near it. Where no sense
has more for it than the others, nobody knows by this, and the grammar around the word decides (`roles`).
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, cast

NEAR_WORDS = 8
"""How far "near" reaches to either side."""
RIGHT_BESIDE, SOMEWHERE_NEAR = 3, 1


class _Cues(NamedTuple):
    before: frozenset[str]
    after: frozenset[str]
    near: frozenset[str]


def sense(words: Sequence[str], at: int) -> str | None:
    """The role that the words around `words[at]` tell, "DEFAULT" for no special one; None where they are silent.

    Args:
        words: the tokens of the text around it, lower case; marks stand as themselves.
        at: which of them.
    """
    senses = _table().get(words[at])
    if senses is None:
        return None
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    near = {*words[max(0, at - NEAR_WORDS) : at], *words[at + 1 : at + 1 + NEAR_WORDS]}
    scores = {
        role: RIGHT_BESIDE * ((before in cues.before) + (after in cues.after)) + SOMEWHERE_NEAR * len(near & cues.near)
        for role, cues in senses.items()
    }
    best = max(scores, key=lambda role: scores[role])
    others = [score for role, score in scores.items() if role != best]
    return best if scores[best] > max(others, default=0) else None


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, _Cues]]:
    written = json.loads(Path(__file__).with_name("homographs.json").read_text(encoding="utf-8"))
    table = cast("dict[str, dict[str, dict[str, str]]]", written)
    return {
        word: {
            role: _Cues(*(frozenset(cues.get(kind, "").split()) for kind in _Cues._fields))
            for role, cues in senses.items()
        }
        for word, senses in table.items()
    }
