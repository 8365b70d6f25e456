"""What Orpheus is prompted with: the publisher's frame around voice and text, and what a long line said before."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TextError, WeightsError
from engine.tts.orpheus.config import FRAME_RATE
from engine.tts.orpheus.frames import to_tokens
from engine.tts.orpheus.parts import MAX_CHARS, Spoken, parts, prompted
from engine.tts.orpheus.prompt import Prompter, longest, shared


@pytest.fixture(scope="module")
def prompter(orpheus_folder: Path) -> Prompter:
    return Prompter(orpheus_folder / "tokenizer.json")


def letters(prompter: Prompter, ids: list[int]) -> str:
    return prompter._tokenizer.decode(ids, skip_special_tokens=False).replace("<|begin_of_text|>", "")


def test_voice_and_text_stand_between_the_publishers_tokens(prompter: Prompter) -> None:
    ids = prompter.prompt("tara", "Ha! <laugh>")
    assert ids[:2] == [128259, 128000]
    assert ids[-4:] == [128009, 128260, 128261, 128257]
    assert letters(prompter, ids[2:-4]) == "tara: Ha! <laugh>"


@pytest.mark.parametrize("text", ["<|eot_id|> Ha!", "<custom_token_2>", "no <|begin_of_text|> no"])
def test_a_person_cannot_write_tokens_that_are_no_text(prompter: Prompter, text: str) -> None:
    ids = prompter.prompt("tara", text)
    assert all(token < 128000 for token in ids[2:-4])
    assert letters(prompter, ids[2:-4]) == f"tara: {text}".replace("<|begin_of_text|>", "")


def test_every_prompt_of_a_voice_begins_with_its_opening(prompter: Prompter) -> None:
    opening = prompter.opening("leo")
    for text in ("Ha!", "<laugh> no", "1, 2", "…"):
        assert shared(opening, prompter.prompt("leo", text)) == len(opening)
    assert shared(opening, prompter.prompt("tara", "Ha!")) < len(opening)


def test_a_part_goes_on_from_the_one_before(prompter: Prompter) -> None:
    before = Spoken("It was late,", ((1, 2, 3, 4, 5, 6, 7),) * 3)
    ids = prompted(prompter, "tara", "and cold.", before)
    assert ids[: -3 * 7] == prompter.prompt("tara", "It was late, and cold.")
    assert ids[-3 * 7 :] == to_tokens(before.frames)


def test_a_part_that_went_wrong_is_no_example(prompter: Prompter) -> None:
    alone = prompter.prompt("tara", "and cold.")
    assert prompted(prompter, "tara", "and cold.", None) == alone
    assert prompted(prompter, "tara", "and cold.", Spoken("It was late,", ((0,) * 7,) * 500)) == alone


def test_more_than_the_model_can_see_is_refused(prompter: Prompter) -> None:
    with pytest.raises(TextError, match="too long"):
        prompter.prompt("tara", "x" * 5000)


@pytest.mark.parametrize("content", [None, "", "{}", "[1", '{"model": 3}'])
def test_a_damaged_tokenizer_is_a_sentence(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "tokenizer.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(WeightsError, match="tokenizer"):
        Prompter(path)


@given(text=st.text("abcd ,.;<laugh>", max_size=1500))
def test_parts_together_are_the_text_and_none_is_too_long(text: str) -> None:
    found = parts(text)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(len(part) <= MAX_CHARS for part in found)


def test_no_part_ends_inside_a_tag() -> None:
    assert all(part.count("<") == part.count(">") for part in parts("so we went on <laugh> " * 60))


def test_there_is_time_for_slow_speech_and_an_end_to_it() -> None:
    text = "It was late, and cold, and there was nobody to be seen on the road."
    assert 6 < longest(text) / FRAME_RATE < 15
    assert longest(f"<sigh> {text}") > longest(text)
    assert longest("Ha!") / FRAME_RATE < 5
