"""A segment's text -> what the model is given: prepared as in its training, in parts of at most fifty tokens.

Without these preparations words are dropped or said twice. Each part is spoken anew from the voice; parts do not hear
one another. Source: `pocket_tts` 4.0.1, models/text_chunking.py (MIT).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tokenizers import Tokenizer

from engine.errors import WeightsError
from engine.nn.tokens.sentence_pieces import read_sentence_pieces
from engine.tts.pocket_tts.releases import Release

MAX_TOKENS = 50
TERMINAL, WEAK, CLOSERS = ".!?…", ",;:-–—", "\"'”’)]»"
SHORT, FEW = 4, 5  # words
SPACES = " " * 8


@dataclass(frozen=True, slots=True)
class Part:
    """What is spoken at once.

    Attributes:
        ids: tokens.
        text: as it was given to the tokenizer.
        after: frames that are still spoken after the one that says it is the end.
    """

    ids: tuple[int, ...]
    text: str
    after: int


class Reader:
    """Makes parts of texts.

    Args:
        tokenizer: the release's.
        release: which preparations it needs.
    """

    def __init__(self, tokenizer: Tokenizer, release: Release) -> None:
        self._tokenizer = tokenizer
        self._release = release
        self._sentence_ends = frozenset(self._encode(".!...?")[1:])
        self._commas = frozenset(self._encode(",;:")[1:])

    def parts(self, text: str) -> list[Part]:
        """All of a text, in order; none where nothing of it is left."""
        whole = prepared(text, self._release)
        if not whole.strip():
            return []
        return [self._part(chunk) for chunk in self._chunks(whole.strip())]

    def _part(self, chunk: str) -> Part:
        text = prepared(chunk, self._release)
        after = self._release.frames_after
        # A word is a word as the model is given it, before its end was mended.
        if after is None:
            after = (3 if len(cleaned(chunk, self._release).split()) <= SHORT else 1) + 2
        return Part(tuple(self._encode(text)), text, after)

    def _chunks(self, text: str) -> list[str]:
        """At the ends of sentences, a sentence that is too long at commas, and what is still too long at words."""
        pieces: list[tuple[int, str]] = []
        for count, sentence in self._cut(text, self._sentence_ends, decimals=True):
            if count <= MAX_TOKENS:
                pieces.append((count, sentence))
                continue
            for size, clause in self._cut(sentence, self._commas):
                pieces += [(size, clause)] if size <= MAX_TOKENS else self._by_words(clause)
        chunks: list[str] = []
        held = 0
        for count, piece in pieces:
            if chunks and held + count <= MAX_TOKENS:
                chunks[-1] += f" {piece}"
                held += count
            else:
                chunks.append(piece)
                held = count
        return [chunk.strip() for chunk in chunks if chunk.strip()]

    def _cut(self, text: str, ends: Collection[int], decimals: bool = False) -> list[tuple[int, str]]:
        """Cut behind runs of some tokens; numbers of tokens and texts. A period between digits is no end.

        The reference makes texts of tokens again, in which characters that it does not know are lost.
        """
        found = self._tokenizer.encode(text, add_special_tokens=False)
        edges, after_end = [(0, 0)], False
        for at, (token, (place, _)) in enumerate(zip(found.ids, found.offsets, strict=True)):
            is_end = token in ends
            if after_end and not is_end and not (decimals and _is_decimal(text, place)):
                edges.append((at, place))
            after_end = is_end
        edges.append((len(found.ids), len(text)))
        return [
            (behind - at, text[place:end].strip())
            for (at, place), (behind, end) in pairwise(edges)
            if behind > at and text[place:end].strip()
        ]

    def _by_words(self, text: str) -> list[tuple[int, str]]:
        """The reference speaks what has no comma at once, and skips words of it."""
        pieces: list[tuple[int, str]] = []
        for word in text.split():
            joined = f"{pieces[-1][1]} {word}" if pieces else word
            size = len(self._encode(prepared(joined, self._release)))
            if pieces and size <= MAX_TOKENS:
                pieces[-1] = (size, joined)
            else:
                pieces.append((len(self._encode(word)), word))
        return pieces

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids


def _is_decimal(text: str, at: int) -> bool:
    return text[at - 1 : at] == "." and text[at - 2 : at - 1].isdigit() and text[at : at + 1].isdigit()


def cleaned(text: str, release: Release) -> str:
    """Without characters that the model was never shown."""
    text = text.strip()
    if release.replaced:
        text = " ".join(text.translate(str.maketrans(dict(release.replaced))).split())
        # Where a quotation mark is gone, “Hi?, she said” has one mark too many.
        text = re.sub(r"([.!?…])\s*[,;:]", r"\1", text)
    text = text.replace("\n", " ").replace("\r", " ").replace("  ", " ")
    return text.replace(";", ",") if release.no_semicolons else text


def prepared(text: str, release: Release) -> str:
    """As the model was trained on: a capital at its beginning, an end at its end."""
    text = cleaned(text, release)
    if not text:
        return ""
    if not text[0].isupper():
        text = text[0].upper() + text[1:]
    text = ended(text)
    return SPACES + text if release.short_padded and len(text.split()) < FEW else text


def ended(text: str) -> str:
    """With a sentence's end: a weaker mark becomes a period, and nothing gets one."""
    core = text.rstrip(CLOSERS + " ")
    if not core or core[-1] in TERMINAL:
        return text
    if core[-1] in WEAK:
        return f"{core.rstrip(WEAK + ' ')}.{text[len(core) :].strip()}"
    return f"{text}."


def read_tokenizer(path: Path) -> Tokenizer:
    """From tokenizer.json or SentencePiece's tokenizer.model.

    Raises:
        WeightsError: missing or damaged.
    """
    if path.suffix == ".model":
        return read_sentence_pieces(path)
    try:
        return Tokenizer.from_file(str(path))
    except Exception as exc:  # the library raises Exception itself
        raise WeightsError(f"{path.name} is missing or damaged. Get the model again.") from exc
