"""SentencePiece's files of unigram models -> a tokenizer of the library that the studio has.

The file is a protocol buffer; the few fields that decide tokens are read here, and nothing of it is executed.
Source: google/sentencepiece, src/sentencepiece_model.proto (Apache-2.0).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

from engine.errors import WeightsError

SPACE = "▁"
UNKNOWN, UNIGRAM = 2, 1
_PIECE, _TRAINER, _NORMALISER = 1, 2, 3  # fields of the whole
_TEXT, _SCORE, _TYPE = 1, 2, 3  # of a piece
_MODEL_TYPE, _BYTES = 3, 35  # of the trainer's settings
_CHARACTERS, _PREFIX, _SINGLE_SPACES = 2, 3, 4  # of the normaliser's
MOST_BYTES = 64 * 1024**2

Value = int | bytes


def read_sentence_pieces(path: Path) -> Tokenizer:
    """From a file `*.model`.

    Raises:
        WeightsError: missing, damaged, or of another kind than unigram.
    """
    damaged = f"{path.name} is missing or damaged. Get the model again."
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WeightsError(damaged)
        whole = list(_fields(path.read_bytes()))
        pieces = [dict(_fields(_bytes(value))) for number, value in whole if number == _PIECE]
        trainer, normaliser = (
            dict(_fields(next((_bytes(value) for number, value in whole if number == wanted), b"")))
            for wanted in (_TRAINER, _NORMALISER)
        )
        if trainer.get(_MODEL_TYPE, UNIGRAM) != UNIGRAM:
            raise WeightsError(f"{path.name} is no unigram model, which is the only kind that is read.")
        vocabulary = [(_bytes(piece[_TEXT]).decode(), _score(piece)) for piece in pieces]
        unknown = next((at for at, piece in enumerate(pieces) if piece.get(_TYPE) == UNKNOWN), None)
        return _tokenizer(vocabulary, unknown, bool(trainer.get(_BYTES, 0)), normaliser)
    except WeightsError:
        raise
    except Exception as exc:  # the library raises Exception itself
        raise WeightsError(damaged) from exc


def _tokenizer(
    vocabulary: list[tuple[str, float]], unknown: int | None, by_bytes: bool, normaliser: dict[int, Value]
) -> Tokenizer:
    made = Tokenizer(models.Unigram(vocabulary, unknown, by_bytes))
    steps: list[normalizers.Normalizer] = []
    if characters := _bytes(normaliser.get(_CHARACTERS, b"")):
        steps.append(normalizers.Precompiled(characters))
    if normaliser.get(_SINGLE_SPACES, 1):
        steps += [normalizers.Strip(), normalizers.Replace(Regex(" {2,}"), " ")]
    if steps:
        made.normalizer = normalizers.Sequence(steps)
    scheme = "always" if normaliser.get(_PREFIX, 1) else "never"
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    spaces = decoders.Metaspace(replacement=SPACE, prepend_scheme=scheme, split=False)
    made.decoder = decoders.Sequence([decoders.ByteFallback(), spaces]) if by_bytes else spaces
    return made


def _score(piece: dict[int, Value]) -> float:
    raw = piece.get(_SCORE, b"\0\0\0\0")
    return struct.unpack("<f", _bytes(raw))[0]


def _bytes(value: Value) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("a number where bytes are expected")
    return value


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """The fields of one message: number and value; those of fixed length as bytes."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == 2:
            size, at = _varint(data, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + size > len(data):
            raise ValueError("the file ends too early")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without an end")
