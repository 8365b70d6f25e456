"""Text to tokens and back, and which tokens make whole characters. The network knows none of this.

Source: OpenAI, whisper/tokenizer.py (MIT), for what is no speech.
"""

import base64
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from engine.errors import WeightsError
from engine.stt.whisper.tokens import SpecialTokens

_BROKEN = "�"
_MAX_BYTES = 64 * 1024**2
_END = "<|endoftext|>"
_SYMBOLS = (
    *'"#()*+/:;<=>@[\\]^_`{|}~「」『』',
    "<<", ">>", "<<<", ">>>", "--", "---", "-(", "-[", "('", '("', "((", "))", "(((", ")))", "[[", "]]", "{{", "}}",
    "♪♪", "♪♪♪",
)  # fmt: skip
_MUSIC = "♩♪♫♬♭♮♯"


class WhisperTokenizer:
    """A vocabulary. Holds no state.

    Args:
        tokenizer: text and tokens; its special tokens are not asked for.
        n_vocab: the rows of the network's embedding.
    """

    def __init__(self, tokenizer: Tokenizer, n_vocab: int) -> None:
        # "<|endoftext|>" in a prompt is thirteen characters.
        tokenizer.encode_special_tokens = True
        self._tokenizer = tokenizer
        self.special = SpecialTokens.of(n_vocab, tokenizer.token_to_id(_END))

    def encode(self, text: str) -> list[int]:
        """Text as tokens, none of them special, whatever a person writes."""
        # A time such as "<|1.00|>" is added to some vocabularies as if it were a plain word.
        return [t for t in self._tokenizer.encode(text, add_special_tokens=False).ids if t < self.special.end]

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of tokens; special ones have none."""
        return self._tokenizer.decode([t for t in tokens if t < self.special.end], skip_special_tokens=False)

    def pieces(self, tokens: Sequence[int]) -> list[tuple[str, list[int]]]:
        """Text tokens in the shortest groups that are whole characters, with their text."""
        whole = self.decode(tokens)
        found: list[tuple[str, list[int]]] = []
        group: list[int] = []
        begin = 0
        for token in tokens:
            group.append(token)
            text = self.decode(group)
            broken = text.find(_BROKEN)
            # A broken character may be in the text itself.
            if broken < 0 or whole[begin + broken : begin + broken + 1] == _BROKEN:
                found.append((text, group))
                begin += len(text)
                group = []
        if group:
            found.append((self.decode(group), group))
        return found

    def not_speech(self) -> list[int]:
        """Tokens of what nobody says: brackets, notes and the like; for a model whose folder does not name them."""
        found = {self.encode(text)[0] for text in (" -", " '") if self.encode(text)}
        for symbol in [*_SYMBOLS, *_MUSIC]:
            for tokens in (self.encode(symbol), self.encode(f" {symbol}")):
                if tokens and (len(tokens) == 1 or symbol in _MUSIC):
                    found.add(tokens[0])
        return sorted(found)


def read_tokenizer(n_vocab: int, *folders: Path) -> WhisperTokenizer:
    """The tokenizer from the first folder that has one: tokenizer.json, vocab.json with merges.txt, or a .tiktoken.

    Raises:
        WeightsError: none has, or it is damaged, or of another vocabulary.
    """
    for folder in folders:
        for name, read in _READERS:
            path = next(iter(sorted(folder.glob(name))), None)
            if path is None:
                continue
            tokenizer = _checked(path, read)
            found = WhisperTokenizer(tokenizer, n_vocab)
            special = found.special
            if special.languages < 0 or special.end < 1:
                raise WeightsError(f"{path.name} is not of this Whisper: its vocabulary is too large for the weights.")
            if tokenizer.get_vocab_size(with_added_tokens=False) > special.end + 1:
                raise WeightsError(f"{path.name} is not of this Whisper: it has more words than the weights.")
            return found
    raise WeightsError(
        "This Whisper's folder has no tokenizer. Put the tokenizer.json of the original model "
        "(openai/whisper-…, of the same size) into it, or choose a conversion with “asr” in its name."
    )


def _checked(path: Path, read: Callable[[Path], Tokenizer]) -> Tokenizer:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise WeightsError(f"{path.name} is too large to be a tokenizer. Get the model again.")
        return read(path)
    except WeightsError:
        raise
    except Exception as exc:  # the library raises bare Exceptions
        raise WeightsError(f"{path.name} is damaged. Get the model again.") from exc


def _whole(path: Path) -> Tokenizer:
    return Tokenizer.from_file(str(path))


def _vocabulary(path: Path) -> Tokenizer:
    return _byte_level(models.BPE.from_file(str(path), str(path.with_name("merges.txt"))))


def _tiktoken(path: Path) -> Tokenizer:
    """OpenAI's own files: a line a token, its bytes in base64 and its rank; the merges are found again."""
    letters = _byte_letters()
    ranks = {base64.b64decode(token): int(rank) for token, rank in map(str.split, path.read_text("ascii").splitlines())}

    def spelled(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    merges: list[tuple[str, str]] = []
    for token in sorted(ranks, key=ranks.__getitem__):
        if len(token) > 1:
            left, right = _halves(token, ranks)
            merges.append((spelled(left), spelled(right)))
    vocabulary = {spelled(token): rank for token, rank in ranks.items()}
    return _byte_level(models.BPE(vocab=vocabulary, merges=merges))


def _halves(token: bytes, ranks: dict[bytes, int]) -> tuple[bytes, bytes]:
    """The two tokens that were merged into this one: all merges of a lower rank done."""
    parts = [token[i : i + 1] for i in range(len(token))]
    while len(parts) > 2:
        joins = [ranks.get(a + b, len(ranks)) for a, b in pairwise(parts)]
        at = min(range(len(joins)), key=joins.__getitem__)
        if joins[at] >= ranks[token]:
            break
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    if len(parts) != 2:
        raise ValueError("no two tokens make this one")
    return parts[0], parts[1]


def _byte_level(model: models.BPE) -> Tokenizer:
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    size = tokenizer.get_vocab_size()
    if tokenizer.token_to_id(_END) is None and size in (50256, 50257):
        tokenizer.add_special_tokens([AddedToken(_END, special=True)])
    return tokenizer


def _byte_letters() -> list[str]:
    """GPT-2's letter for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        letters.setdefault(byte, chr(256 + len(letters) - len(printable)))
    return [letters[byte] for byte in range(256)]


_READERS = (("tokenizer.json", _whole), ("vocab.json", _vocabulary), ("*.tiktoken", _tiktoken))
