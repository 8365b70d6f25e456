"""Words whose sounds a person wrote, `[word](/phonemes/)`, between text that a language reads itself."""

from collections.abc import Callable, Iterable

from engine.text import tags
from engine.text.g2p.foreign import typed_sounds
from engine.text.g2p.token import Pronounced

Plain = Callable[[str, int, int], Iterable[Pronounced]]
"""Reads text[start:end]."""


def around(text: str, plain: Plain) -> list[Pronounced]:
    """All words and marks of a text, in order: by hand where somebody wrote how, by `plain` elsewhere."""
    done: list[Pronounced] = []
    at = 0
    for tag in tags.find(text):
        if tag.kind == "phonemes":
            done.extend(plain(text, at, tag.span[0]))
            start = tag.span[0] + 1
            sounds = typed_sounds(tag.phonemes.strip())
            done.append(Pronounced(tag.name, (start, start + len(tag.name)), sounds, True, True))
            at = tag.span[1]
    done.extend(plain(text, at, len(text)))
    return done
