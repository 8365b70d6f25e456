"""Tokens, words and windows: what is around the network."""

import base64
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer

from engine.errors import EngineError, WeightsError
from engine.spacing import text_of
from engine.stt.whisper.align import placed
from engine.stt.whisper.config import WhisperConfig
from engine.stt.whisper.decode import compression, without_loops
from engine.stt.whisper.spelled import Piece, Spelled, spelled
from engine.stt.whisper.tokenizer import WhisperTokenizer, read_tokenizer
from engine.stt.whisper.tokens import SpecialTokens
from engine.stt.whisper.windows import pack

TEXT = "Good morning, said the rabbit; “it's four o'clock” — ça va? 你好 👋🏽 x"


@pytest.fixture(scope="module")
def tokenizer(tiny: Any) -> WhisperTokenizer:
    folder = tiny()
    return read_tokenizer(json.loads((folder / "config.json").read_text())["vocab_size"], folder)


@pytest.mark.parametrize(
    ("n_vocab", "end", "translate", "no_speech", "no_stamps", "first_stamp"),
    [
        (51864, 50256, 50357, 50361, 50362, 50363),  # English only
        (51865, 50257, 50358, 50362, 50363, 50364),  # tiny to large-v2
        (51866, 50257, 50359, 50363, 50364, 50365),  # large-v3 and turbo: Cantonese
    ],
)
def test_special_tokens_stand_where_openai_put_them(
    n_vocab: int, end: int, translate: int, no_speech: int, no_stamps: int, first_stamp: int
) -> None:
    special = SpecialTokens.of(n_vocab)
    assert special == SpecialTokens.of(n_vocab, end)
    assert (special.end, special.start, special.first_language) == (end, end + 1, end + 2)
    assert (special.translate, special.transcribe) == (translate, translate + 1)
    assert (special.start_of_lm, special.start_of_previous) == (translate + 2, translate + 3)
    assert (special.no_speech, special.no_stamps, special.first_stamp) == (no_speech, no_stamps, first_stamp)
    assert special.is_multilingual is (n_vocab > 51864)


def test_special_tokens_agree_with_a_tokenizer_that_names_them(tiny: Any, tokenizer: WhisperTokenizer) -> None:
    names = Tokenizer.from_file(str(tiny() / "tokenizer.json"))
    special = tokenizer.special
    assert names.token_to_id("<|startoftranscript|>") == special.start
    assert names.token_to_id("<|en|>") == special.first_language
    assert names.token_to_id("<|su|>") == special.translate - 1
    assert names.token_to_id("<|nospeech|>") == special.no_speech
    assert names.token_to_id("<|0.00|>") == special.first_stamp
    assert names.token_to_id("<|30.00|>") == special.n_vocab - 1


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_and_its_words_are_all_of_it(tokenizer: WhisperTokenizer, text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    tokens = tokenizer.encode(text)
    assert tokenizer.decode(tokens) == text
    pieces = tokenizer.pieces(tokens)
    assert [token for _, group in pieces for token in group] == tokens
    assert "".join(piece for piece, _ in pieces) == text
    words = spelled([Piece(piece, n, n + 1.0, [0.5] * len(group)) for n, (piece, group) in enumerate(pieces)])
    assert text_of(words) == " ".join(text.split())
    assert all(0.0 <= word.begin < word.end <= len(pieces) for word in words)


@given(st.lists(st.integers(0, 1900), max_size=30))
@settings(max_examples=60, deadline=None)
def test_any_tokens_make_words(tokenizer: WhisperTokenizer, tokens: list[int]) -> None:
    pieces = tokenizer.pieces([token for token in tokens if token < tokenizer.special.end])
    words = spelled([Piece(piece, n, n + 1.0, [0.5] * len(group)) for n, (piece, group) in enumerate(pieces)])
    assert all(word.text for word in words)


def test_nothing_a_person_writes_becomes_a_special_token(tiny: Any, tokenizer: WhisperTokenizer) -> None:
    named = Tokenizer.from_file(str(tiny() / "tokenizer.json"))
    spelled = [name for name, token in named.get_vocab().items() if token >= tokenizer.special.end]
    named.add_special_tokens(["<|startoftranscript|>"])
    named.add_tokens([AddedToken("<|1.00|>")])
    strict = WhisperTokenizer(named, tokenizer.special.n_vocab)
    for text in (*spelled, "<|endoftext|>", "<|startoftranscript|>", "<|1.00|>"):
        assert all(token < strict.special.end for token in strict.encode(f" a{text} b"))
    assert strict.decode(strict.encode(" a<|endoftext|> b")) == " a<|endoftext|> b"


@pytest.mark.parametrize("kind", ["vocab.json", "multilingual.tiktoken"])
def test_the_older_files_of_a_tokenizer_give_the_same_tokens(tiny: Any, tmp_path: Path, kind: str) -> None:
    whole = json.loads((tiny() / "tokenizer.json").read_text())
    model = whole["model"]
    if kind == "vocab.json":
        (tmp_path / kind).write_text(json.dumps(model["vocab"]))
        merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
        (tmp_path / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    else:
        tokenizer = Tokenizer.from_file(str(tiny() / "tokenizer.json"))
        letters = {letter: byte for byte, letter in enumerate(_letters())}
        # OpenAI's files have the single bytes and the merges in the order they are made.
        lines = [
            f"{base64.b64encode(bytes(letters[letter] for letter in token)).decode()} {rank}"
            for token, rank in sorted(model["vocab"].items(), key=lambda item: item[1])
        ]
        (tmp_path / kind).write_text("\n".join(lines))
        assert tokenizer.encode(TEXT).ids
    n_vocab = json.loads((tiny() / "config.json").read_text())["vocab_size"]
    found = read_tokenizer(n_vocab, tmp_path)
    assert found.encode(TEXT) == Tokenizer.from_file(str(tiny() / "tokenizer.json")).encode(TEXT).ids
    assert found.decode(found.encode(TEXT)) == TEXT
    assert found.special == read_tokenizer(n_vocab, tiny()).special


def _letters() -> list[str]:
    from engine.stt.whisper.tokenizer import _byte_letters

    return _byte_letters()


def test_a_tokenizer_of_another_model_is_refused(tiny: Any) -> None:
    with pytest.raises(WeightsError, match="not of this Whisper"):
        read_tokenizer(1700, tiny())


def heard(*pieces: str) -> list[str]:
    return [word.text for word in spelled([Piece(text, n, n + 1.0, [0.5]) for n, text in enumerate(pieces)])]


@pytest.mark.parametrize(
    "pieces",
    [
        # As Whisper's vocabulary takes them apart; a stroke stands between two words.
        ["| costs", "| $", "3", ".", "50"],
        ["| example", ".", "com", ",", "| info", "@", "example", ".", "com"],
        ["| well", "-", "known", "| 35", "%"],
        ["| 1", ",", "000", ",", "000", "| e", ".", "g", "."],
        ["| and", "/", "or", "| rock", "| '", "n", "'", "| roll"],
        ["| C", "'", "est", "-", "à", "-", "d", "ire", "| l", "'", "hom", "me"],
        ["| U", ".", "S", ".", "| 7", ":", "45", "| 555", "-", "01", "42", "| 3", "°", "C"],
        ["| «", "B", "on", "jour", "!", "»", "| ¿", "Qu", "é", "?"],
        ["| He", "| said", ",", "| “", "Hello", ",", "| you", "”", "."],
        ["| -", " x", "| (", "see", "| it", ")"],
        ["|你", "|好", "，", "|世", "|界"],
        ["|用", "|Py", "thon", "|写"],
        ["| Yes", "|你", "|好"],
    ],
)
def test_a_piece_without_a_space_goes_on_with_its_word(pieces: list[str]) -> None:
    said = "".join(pieces).lstrip("|")
    assert heard(*[piece.lstrip("|") for piece in pieces]) == [word.strip() for word in said.split("|")]


def test_marks_have_no_time_of_their_own() -> None:
    pieces = [" He", " said", ",", " “", "Hello", ",", " you", "”", "."]
    words = spelled([Piece(text, float(n), n + 1.0, [0.5]) for n, text in enumerate(pieces)])
    assert [(word.text, word.begin, word.end) for word in words] == [
        ("He", 0.0, 1.0), ("said,", 1.0, 2.0), ("“Hello,", 4.0, 5.0), ("you”.", 6.0, 7.0),
    ]  # fmt: skip
    assert [word.space_before for word in words] == [None, True, True, True]


def test_two_characters_of_one_piece_share_its_time() -> None:
    words = spelled([Piece("世界", 1.0, 2.0, [0.25]), Piece("。", 2.0, 9.0, [0.75])])
    assert [(word.text, word.begin, word.end, word.confidence) for word in words] == [
        ("世", 1.0, 1.5, 0.25), ("界。", 1.5, 2.0, 0.25),
    ]  # fmt: skip


def test_a_text_that_goes_round_in_circles_is_said_once() -> None:
    assert without_loops([1, 2, 3, 7, 8, 7, 8, 7, 8]) == (1, 2, 3, 7, 8)
    assert without_loops([5] * 40) == (5,)
    assert without_loops([1, 2, 2, 3]) == (1, 2, 2, 3)
    assert without_loops([]) == ()
    assert compression("thank you " * 20) > 2.4 > compression("The quick brown fox jumps over the lazy dog.")
    assert compression("") == 0.0


@given(lengths=st.lists(st.integers(0, 900), max_size=12), capacity=st.integers(200, 500))
@settings(max_examples=60, deadline=None)
def test_packing_loses_no_sound_and_keeps_the_order(lengths: list[int], capacity: int) -> None:
    chance = np.random.default_rng(0)
    regions = [chance.normal(size=length).astype(np.float32) for length in lengths]
    windows = pack(regions, capacity, 100)
    found: dict[int, list[Any]] = {}
    for window in windows:
        assert 0 < window.length <= capacity
        assert len(window.samples) == window.length
        for piece in window.pieces:
            assert (window.samples[piece.start : piece.start + len(piece.samples)] == piece.samples).all()
            assert window.at(piece.start + len(piece.samples) / 2) is piece
            assert piece.begins == sum(map(len, found.get(piece.region, [])))
            found.setdefault(piece.region, []).append(piece.samples)
    assert list(found) == [at for at, length in enumerate(lengths) if length]
    for at, pieces in found.items():
        assert (np.concatenate(pieces) == regions[at]).all()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_KEYS = ("n_mels", "n_audio_ctx", "n_audio_state", "n_audio_head", "n_audio_layer", "n_vocab", "n_text_ctx")
_MORE = ("n_text_state", "n_text_head", "n_text_layer", "quantization", "d_model")


@given(found=st.dictionaries(st.sampled_from(_KEYS + _MORE), _JSON, min_size=8), generation=_JSON)
@settings(max_examples=80, deadline=None)
def test_any_config_is_read_or_refused_with_a_sentence(found: dict[str, Any], generation: Any) -> None:
    try:
        WhisperConfig.parse(found, generation if isinstance(generation, dict) else None)
    except EngineError as exc:
        assert str(exc).endswith(".")


@given(heads=_JSON, suppressed=_JSON)
@settings(max_examples=60, deadline=None)
def test_what_generation_config_says_wrongly_is_left_out(heads: Any, suppressed: Any) -> None:
    sizes = {"n_mels": 80, "n_audio_ctx": 1500, "n_vocab": 51865, "n_text_ctx": 448}
    sizes |= {f"n_{half}_{what}": value for half in ("audio", "text") for what, value in (("state", 8), ("head", 2))}
    sizes |= {"n_audio_layer": 2, "n_text_layer": 2}
    config = WhisperConfig.parse(sizes, {"alignment_heads": heads, "suppress_tokens": suppressed})
    assert all(0 <= layer < 2 and 0 <= head < 2 for layer, head in config.alignment_heads)
    good = WhisperConfig.parse(
        sizes, {"alignment_heads": [[1, 0], [7, 7], "x"], "suppress_tokens": [1, -1, None, 9**9]}
    )
    assert good.alignment_heads == ((1, 0),)
    assert good.suppressed == (1,)


def frames(*stretches: tuple[int, int]) -> np.ndarray:
    """Which frames sound."""
    return np.concatenate([np.arange(begin, end) for begin, end in stretches])


def put(columns: np.ndarray, **words: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Words in frames of the window; theirs are counted without the pauses."""
    given = [Spelled(text, begin, end, 0.5, True) for text, (begin, end) in words.items()]
    return {word.text: (round(word.start_s / 0.02, 6), round(word.end_s / 0.02, 6)) for word in placed(given, columns)}


def test_the_words_beside_a_pause_do_not_take_it_with_them() -> None:
    columns = frames((10, 40), (80, 120))
    assert put(columns, a=(0, 12), b=(12, 30), c=(30, 50)) == {"a": (10, 22), "b": (22, 40), "c": (80, 100)}
    # The end of one before the pause reaches over it; a beginning after it was heard too early.
    assert put(columns, a=(0, 12), b=(12, 34), c=(34, 50)) == {"a": (10, 22), "b": (22, 40), "c": (80, 100)}
    assert put(columns, a=(0, 28), c=(28, 50)) == {"a": (10, 38), "c": (80, 100)}
    # A number has a pause of its own.
    assert put(columns, a=(0, 10), b=(10, 60)) == {"a": (10, 20), "b": (20, 110)}
    # A closed mouth is no pause.
    assert put(frames((10, 40), (48, 90)), a=(0, 50)) == {"a": (10, 68)}


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=1, max_size=6),
    st.lists(st.floats(0, 1), min_size=2, max_size=12),
)
def test_words_are_in_order_lie_where_it_sounds_and_hold_no_pause(
    stretches: list[tuple[int, int]], marks: list[float]
) -> None:
    at, parts = 0, []
    for silence, sound in stretches:
        parts.append((at + silence, at + silence + sound))
        at += silence + sound
    columns = frames(*parts)
    edges = sorted(mark * len(columns) for mark in marks)
    words = placed([Spelled("a", begin, end, 0.5, True) for begin, end in pairwise(edges)], columns)
    assert len(words) == len(edges) - 1
    for word in words:
        first, last = round(word.start_s / 0.02), round(word.end_s / 0.02) - 1
        assert first in columns
        assert last in columns
        held = columns[(columns >= first) & (columns <= last)]
        sides = np.split(held, np.flatnonzero(np.diff(held) > 13) + 1)
        assert len(sides) == 1 or sorted(map(len, (sides[0], sides[-1])))[0] >= 14
    assert all(before.start_s <= after.start_s for before, after in pairwise(words))
