"""Mandarin becomes the sounds Kokoro was taught: misaki's, character for character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("jieba", reason="the extra zh is not installed")
pytest.importorskip("pypinyin", reason="the extra zh is not installed")

from engine.text.g2p.chinese import Chinese
from engine.text.g2p.token import joined

KNOWN = set(';:,.!?—…"()“” ʣʥʦʨᵝꭧaəɤɛɨiɥjklmnŋopsʂtuʊwxyɕʰɚɔɻf→↗↓↘heH')


@pytest.fixture(scope="module")
def chinese() -> Chinese:
    return Chinese(lambda text: f"<{text}>")


@pytest.mark.parametrize(
    ("text", "sounds"),
    # misaki 0.9.4's own output.
    [
        ("今天天气很好，我们去公园吧！", "ʨi→ntʰjɛ→ntʰjɛ→nʨʰi↘ xə↓n xau↓, wo↓mən ʨʰy↘ kʊ→ŋɥɛ↗n pa!"),
        (
            "二零二四年三月，女儿去了绿色的学校；是吗？",
            "ɚ↘li↗ŋɚ↘ sɨ↘njɛ↗n sa→nɥe↘, ny↓ɚ↗ ʨʰy↘ lɤ ly↘sɤ↘ tɤ ɕɥe↗ɕjau↘; ʂɨ↘ ma?",
        ),
        ("重庆的银行行长长大了，还没还钱。", "ꭧʰʊ↗ŋʨʰi↘ŋ tɤ i↗nxa↗ŋxa↗ŋꭧa↓ŋ ꭧa↓ŋta↘ lɤ, xai↗ mei↗ xai↗ ʨʰjɛ↗n."),
        ("嗯，哦，儿子二十岁。", "n↗, ɔ↗, ɚ↗ʦɨ ɚ↘ʂɨ↗swei↘."),
        ("雪月圆云虑吕略掠迥穷翁嗡瓮", "ɕɥe↓ɥe↘ ɥɛ↗ny↗nly↘ ly↓lɥe↘ lɥe↘ ʨjʊ↓ŋ ʨʰjʊ↗ŋ wə→ŋwə→ŋ wə↘ŋ"),
    ],
)
def test_a_sentence_sounds_as_misaki_says_it(chinese: Chinese, text: str, sounds: str) -> None:
    assert joined(chinese(text)) == sounds


def test_english_words_between_are_said_in_english_and_typed_sounds_taken(chinese: Chinese) -> None:
    tokens = chinese("我用iPhone和[银行](/jin/)。")
    assert [(token.text, token.span) for token in tokens if token.is_word] == [
        ("我用", (0, 2)),
        ("iPhone", (2, 8)),
        ("和", (8, 9)),
        ("银行", (10, 12)),
    ]
    assert [token.phonemes for token in tokens if token.text == "银行"] == ["jin"]
    assert "iP" in next(token.phonemes for token in tokens if token.text == "iPhone")


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), max_size=20))
def test_every_character_keeps_its_place_and_only_known_sounds_come(chinese: Chinese, text: str) -> None:
    tokens = chinese(text)
    assert "".join(token.text for token in tokens) == text
    assert all(text[slice(*token.span)] == token.text for token in tokens)
    assert set(joined(tokens)) <= KNOWN | set("lɡpk")


def test_a_long_text_without_any_mark_loses_nothing(chinese: Chinese) -> None:
    text = "今天天气很好我们去公园" * 60
    assert "".join(token.text for token in chinese(text)) == text
