"""Text -> the tokens Orpheus is prompted with, and how long what follows may become.

    [start of human] begin-of-text "voice: text" [end of text, end of human, start of AI, start of speech] codes...

Source: engine_class.py of canopyai/Orpheus-TTS (Apache-2.0).
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import TextError, WeightsError
from engine.text.tags import find
from engine.tts.orpheus.config import FRAME_RATE

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BEGIN_OF_TEXT = 128000
"""The first token that is no text; what a person types may spell those that follow, and must not become them."""
START_OF_HUMAN = 128259
END_OF_PROMPT = (128009, 128260, 128261, 128257)
CONTEXT = 8192
"""Tokens the model was trained to see at once; longer prompts are refused."""

TOKENIZER_MAX_BYTES = 64 * 1024**2

# The slowest speech we allow for: a slow reader says ten characters a second, and pauses; a sigh takes its time.
_SLOWEST_CHARS_S = 8.0
_GRACE_S = 3.0
_TAG_S = 4.0


class Prompter:
    """Makes prompts with a checkpoint's own tokenizer.

    Raises:
        WeightsError: tokenizer.json is missing or damaged.
    """

    def __init__(self, path: Path) -> None:
        self._tokenizer = _read(path)

    def prompt(self, voice: str, text: str, codes: Sequence[int] = ()) -> list[int]:
        """The tokens before the first that is to be written.

        Args:
            voice: a voice's id.
            text: what is to be said, tags and all.
            codes: tokens of speech already written for the beginning of the text; the rest follows on them.

        Raises:
            TextError: longer than the model can see.
        """
        ids = [START_OF_HUMAN, *self._encode(f"{voice}: {text}"), *END_OF_PROMPT, *codes]
        if len(ids) > CONTEXT // 2:
            raise TextError("This stretch of text is too long for Orpheus to speak at once. Write shorter sentences.")
        return ids

    def opening(self, voice: str) -> list[int]:
        """What every prompt for this voice begins with."""
        return [START_OF_HUMAN, *self._encode(f"{voice}:")]

    def _encode(self, text: str) -> list[int]:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        return [BEGIN_OF_TEXT, *(token for token in ids if token < BEGIN_OF_TEXT)]


def longest(text: str) -> int:
    """The most frames a text may take: about twice what speech needs."""
    tags = [tag for tag in find(text) if tag.kind == "emotion"]
    spoken = len(text) - sum(end - start for start, end in (tag.span for tag in tags))
    return math.ceil((spoken / _SLOWEST_CHARS_S + _GRACE_S + _TAG_S * len(tags)) * FRAME_RATE)


def shared(first: Sequence[int], second: Sequence[int]) -> int:
    """How many tokens two prompts have in common at their beginning."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _read(path: Path) -> "Tokenizer":
    from tokenizers import Tokenizer

    try:
        if path.stat().st_size > TOKENIZER_MAX_BYTES:
            raise WeightsError("Orpheus's tokenizer.json is far too large. Get the model again.")
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
        # "<|eot_id|>" in a text is eleven letters.
        tokenizer.encode_special_tokens = True
        return tokenizer
    except WeightsError:
        raise
    except FileNotFoundError as exc:
        raise WeightsError("Orpheus's tokenizer.json is missing. Get the model again.") from exc
    except Exception as exc:  # the library raises bare Exceptions for whatever is wrong with the file
        raise WeightsError("Orpheus's tokenizer.json cannot be read. Get the model again.") from exc
