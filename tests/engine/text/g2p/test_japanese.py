"""Japanese readings become the sounds Kokoro was taught. What Open JTalk says is recorded, so that it is not needed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.g2p.japanese import Japanese, kana_sounds
from engine.text.g2p.token import joined

# pyopenjtalk-plus 0.4.1
RECORDED = {
    "今日は、とても良い天気ですね。": [
        ("今日", "キョー"), ("は", "ワ"), ("、", "、"), ("とても", "トテモ"), ("良い", "ヨイ"), ("天気", "テンキ"),
        ("です", "デス’"), ("ね", "ネ"), ("。", "、"),
    ],
    "「行った」と言った。ABC!": [
        ("「", "「"), ("行っ", "イッ"), ("た", "タ"), ("」", "」"), ("と", "ト"), ("言っ", "イッ"), ("た", "タ"),
        ("。", "、"), ("ＡＢＣ", "エイビーシー"), ("！", "！"),
    ],
    "3時に東京へ。": [
        ("三", "サン"), ("時", "ジ"), ("に", "ニ"), ("東京", "トーキョー"), ("へ", "エ"), ("。", "、"),
    ],
}  # fmt: skip


def recorded(text: str) -> list[dict[str, Any]]:
    return [{"string": string, "pron": pron} for string, pron in RECORDED[text]]


def by_letter(text: str) -> list[dict[str, Any]]:
    return [{"string": letter, "pron": letter} for letter in text if not letter.isspace()]


@pytest.mark.parametrize(
    ("kana", "sounds"),
    # As misaki's cutlet maps them.
    [
        ("キョー", "kʲoː"), ("とうきょう", "toɯkʲoɯ"), ("ガッコー", "ɡaʔkoː"), ("シンブン", "ɕimbɯɴ"),
        ("テンキ", "teŋkʲi"), ("ニッポン", "ɲiʔpoɴ"), ("コンニチワ", "koɲɲiʨiβa"), ("ティー", "tʲiː"),
        ("ファン", "ɸaɴ"), ("ヴァイオリン", "vaioɾʲiɴ"), ("シュッチョー", "ɕɨʔʨoː"), ("クェ", "kᵝe"), ("デス’", "desɨ"),
        ("", ""), ("漢A", ""),
    ],
)  # fmt: skip
def test_kana_sound_as_kokoro_learnt_them(kana: str, sounds: str) -> None:
    assert kana_sounds(kana) == sounds


def test_a_sentence_has_its_words_their_places_and_marks() -> None:
    text = "今日は、とても良い天気ですね。"
    tokens = Japanese(recorded)(text)
    assert joined(tokens) == "kʲoː βa, totemo joi teŋkʲi desɨ ne."
    assert "".join(text[slice(*token.span)] for token in tokens) == text
    assert all(text[slice(*token.span)] == token.text for token in tokens)


def test_a_stopped_breath_joins_its_word_and_quotes_stand_close() -> None:
    assert joined(Japanese(recorded)("「行った」と言った。ABC!")) == "“iʔta” to iʔta. eibʲiːɕiː!"


def test_figures_that_were_read_out_keep_their_place() -> None:
    tokens = Japanese(recorded)("3時に東京へ。")
    assert [token.text for token in tokens if token.is_word] == ["3時", "に", "東京", "へ"]


def test_sounds_typed_by_hand_are_taken() -> None:
    tokens = Japanese(by_letter)("[東京](/toːkʲoː/)へ")
    assert (tokens[0].text, tokens[0].phonemes, tokens[0].span) == ("東京", "toːkʲoː", (1, 3))


@given(st.text(alphabet="あいッンー、。「」カ日本A1 \n", max_size=40))
def test_places_are_in_order_and_inside_whatever_comes(text: str) -> None:
    tokens = Japanese(by_letter)(text)
    spans = [token.span for token in tokens]
    assert spans == sorted(spans)
    assert all(0 <= start <= end <= len(text) for start, end in spans)
