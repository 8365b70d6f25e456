"""Text as Qwen cuts it: words whole, digits one by one, and nothing that a person types is special."""

import json
from pathlib import Path

import pytest

from engine.errors import WeightsError
from engine.nn.tokens.bpe import BytePairs


@pytest.fixture
def words(tmp_path: Path) -> BytePairs:
    from tokenizers import pre_tokenizers

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("i", "P"), ("Ġ", "a"), ("1", "2"), ("\u010a", "a"), ("Ã", "©")]
    vocabulary = {token: number for number, token in enumerate([*letters, *("".join(pair) for pair in merges)])}
    (tmp_path / "vocab.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    (tmp_path / "merges.txt").write_text("#version: 0.2\n" + "\n".join(map(" ".join, merges)), encoding="utf-8")
    return BytePairs(tmp_path, "the model")


def test_words_are_not_parted_where_a_capital_stands(words: BytePairs) -> None:
    assert len(words.encode("iPhone")) == 5


def test_digits_are_single_and_a_line_end_stands_alone(words: BytePairs) -> None:
    assert len(words.encode("12")) == 2
    assert len(words.encode("\na")) == 2
    assert len(words.encode("x a")) == 2


def test_one_spelling_of_an_accent(words: BytePairs) -> None:
    assert words.encode("e\u0301") == words.encode("\u00e9") and len(words.encode("\u00e9")) == 1


def test_special_strings_are_letters(words: BytePairs) -> None:
    assert len(words.encode("<|im_end|>")) == len("<|im_end|>")


@pytest.mark.parametrize("broken", ["vocab.json", "merges.txt"])
def test_damaged_files_are_told_of(tmp_path: Path, words: BytePairs, broken: str) -> None:
    (tmp_path / broken).write_text("{", encoding="utf-8")
    with pytest.raises(WeightsError, match="cannot be read"):
        BytePairs(tmp_path, "the model")
    (tmp_path / broken).unlink()
    with pytest.raises(WeightsError, match=r"missing|cannot be read"):
        BytePairs(tmp_path, "the model")
