"""Byte-level BPE from vocab.json and merges.txt, as Qwen cuts text. Nothing a person types becomes a special token."""

from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from engine.errors import WeightsError

MAX_BYTES = 64 * 1024**2

# Words with the space before them, digits one by one, marks, line ends. Not Mistral's rule, which parts "iPhone".
_QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class BytePairs:
    """Text -> the numbers of its tokens. Holds no state.

    Args:
        folder: a model's, with vocab.json and merges.txt, or with tokenizer.json.
        model: what sentences call the model.

    Raises:
        WeightsError: there are no such files, or they are damaged.
    """

    def __init__(self, folder: Path, model: str) -> None:
        self._tokenizer = _read(folder, model)
        # "<|im_end|>" in a text is ten letters.
        self._tokenizer.encode_special_tokens = True

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, none of them special whatever it spells."""
        return self._tokenizer.encode(text, add_special_tokens=False).ids


def _read(folder: Path, model: str) -> Tokenizer:
    vocabulary, merges, whole = (folder / name for name in ("vocab.json", "merges.txt", "tokenizer.json"))
    parts = [vocabulary, merges] if vocabulary.is_file() and merges.is_file() else [whole]
    try:
        if sum(path.stat().st_size for path in parts) > MAX_BYTES:
            raise WeightsError(f"The tokenizer of {model} is far too large. Get the model again.")
        if parts == [whole]:
            return Tokenizer.from_file(str(whole))
        return _byte_level(models.BPE.from_file(str(vocabulary), str(merges)))
    except WeightsError:
        raise
    except FileNotFoundError as exc:
        raise WeightsError(f"The vocab.json or merges.txt of {model} is missing. Get the model again.") from exc
    except Exception as exc:  # the library raises bare Exceptions for whatever is wrong with the files
        raise WeightsError(f"The vocab.json or merges.txt of {model} cannot be read. Get the model again.") from exc


def _byte_level(model: models.BPE) -> Tokenizer:
    made = Tokenizer(model)
    made.normalizer = normalizers.NFC()
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_QWEN), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    return made
