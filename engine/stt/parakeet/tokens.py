"""Tokens -> words -> sentences, each with times and a confidence. Knows pieces of text, not how they were found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.spacing import text_of
from engine.stt.stops import ends_sentence
from engine.types import Segment, Word

SPACE = "▁"  # what SentencePiece writes for one
_SPECIAL = re.compile(r"<\|.*\|>|<unk>|<pad>|<blank>|<s>|</s>")
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Emission:
    """A token as a decoder finds it: at which encoder frame, for how many frames, with which probability."""

    token: int
    frame: int
    duration: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text in time.

    Attributes:
        id: number in the vocabulary.
        text: the piece, " " in front where a word begins.
        start_s, end_s: seconds.
        confidence: the probability the model gave it, 0 to 1.
    """

    id: int
    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True, slots=True)
class SentenceRules:
    """Where a sentence ends, besides at its full stop. None is no rule.

    Attributes:
        max_words: no more words than this.
        silence_gap: seconds of silence after which another sentence begins.
        max_duration: no longer than this many seconds, unless it is one word.
    """

    max_words: int | None = None
    silence_gap: float | None = None
    max_duration: float | None = None


def timed(
    emissions: Sequence[Emission], vocabulary: Sequence[str], frame_s: float, begin_s: float = 0.0
) -> list[Token]:
    """Emissions in seconds and letters; pieces that stand for no letters are left out."""
    tokens: list[Token] = []
    for emission in emissions:
        piece = vocabulary[emission.token]
        if not piece or _SPECIAL.fullmatch(piece):
            continue
        start_s = begin_s + emission.frame * frame_s
        end_s = start_s + max(1, emission.duration) * frame_s
        tokens.append(Token(emission.token, piece.replace(SPACE, " "), start_s, end_s, emission.confidence))
    return tokens


def begins_word(text: str, before: Sequence[Token]) -> bool:
    """Whether a token's text begins a new word behind these tokens of a word; a space alone is none yet."""
    if not any(token.text.strip() for token in before):
        return False
    return text.startswith(" ") or _WITHOUT_SPACES.match(text) is not None


def words_of(tokens: Sequence[Token], end_s: float = float("inf"), *, is_beginning: bool = True) -> list[Word]:
    """Whole words; none begins before the one in front of it has ended, or ends after `end_s`.

    A word is as sure as the least sure of its tokens. What the first token of all begins with (`is_beginning`) says
    nothing of a space.
    """
    groups: list[list[Token]] = []
    for token in tokens:
        if not groups or begins_word(token.text, groups[-1]):
            groups.append([])
        groups[-1].append(token)
    words: list[Word] = []
    for index, group in enumerate(groups):
        text = "".join(token.text for token in group).strip()
        if not text:
            continue
        ends = min(end_s, groups[index + 1][0].start_s if index + 1 < len(groups) else end_s)
        start = min(group[0].start_s, ends)
        stop = max(start, min(group[-1].end_s, ends))
        space = None if is_beginning and not words else group[0].text.startswith(" ")
        words.append(Word(text, start, stop, min(token.confidence for token in group), space_before=space))
    return words


def sentences_of(words: Sequence[Word], rules: SentenceRules) -> list[Segment]:
    """Words grouped into sentences; the last one may still be open."""
    groups: list[list[Word]] = []
    for word in words:
        if not groups or is_over(groups[-1], word, rules):
            groups.append([])
        groups[-1].append(word)
    return [segment_of(group) for group in groups]


def segment_of(words: Sequence[Word]) -> Segment:
    """One segment of all the words; empty text for none."""
    if not words:
        return Segment("", 0.0, 0.0)
    confidence = sum(word.confidence or 0.0 for word in words) / len(words)
    return Segment(text_of(words), words[0].start_s, words[-1].end_s, tuple(words), confidence)


def is_over(sentence: Sequence[Word], following: Word, rules: SentenceRules) -> bool:
    """Whether a sentence has ended when this word follows it."""
    if ends_sentence(sentence[-1], following):
        return True
    if rules.max_words is not None and len(sentence) >= rules.max_words:
        return True
    if rules.silence_gap is not None and following.start_s - sentence[-1].end_s >= rules.silence_gap:
        return True
    return rules.max_duration is not None and following.end_s - sentence[0].start_s > rules.max_duration
