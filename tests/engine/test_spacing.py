"""Spaces stand where a text has them, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spacing import join, parted, text_of
from engine.types import Segment, Transcript, Word

WHOLE = [
    "$3.50", "example.com", "well-known", "35%", "1,000,000", "e.g.", "and/or", "'n'", "C'est-à-dire", "U.S.", "7:45",
    "info@example.com", "555-0142", "3°C", "“quoted”", "(quietly),", "«Bonjour!»", "¿Qué?", "l'homme", "rock'n'roll",
    "안녕하세요", "AT&T", "1.000.000", "don't", "Привет,", "مرحبا؟",
]  # fmt: skip


@pytest.mark.parametrize("word", WHOLE)
def test_a_word_with_marks_in_it_is_one_word(word: str) -> None:
    assert [part.text for part in parted(f"so {word} it")] == ["so", word, "it"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("你好，世界！", "你|好，|世|界！"),
        ("用Python写3个iPhone15程序。", "用|Python|写|3|个|iPhone15|程|序。"),
        ("他说“你好”。", "他|说|“你|好”。"),
        ("「はい」きょう、ラーメン。", "「は|い」|きょ|う、|ラー|メ|ン。"),
        ("เมื่อวาน ครับ", "เมื่|อ|วา|น|ค|รั|บ"),
        ("Bonjour ! « Oui », dit-il.", "Bonjour !|« Oui »,|dit-il."),
        ("er sagte »Hallo« dann", "er|sagte|»Hallo«|dann"),
        ("- Yes. - No.", "- Yes.|- No."),
        ("2 + 2 & so", "2|+|2|&|so"),
        ("“", "“"),
        ("", ""),
    ],
)
def test_a_text_parts_as_its_script_lets_it(text: str, words: str) -> None:
    assert "|".join(part.text for part in parted(text)) == words


@given(
    st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z")), max_size=60)
    | st.text("你好。，「」はいーABc $3.5%'\"«»- สวัดี", max_size=40)
)
def test_words_joined_again_are_the_text_and_stand_where_they_say(text: str) -> None:
    parts = parted(text)
    assert text_of(parts) == " ".join(text.split())
    for part in parts:
        assert " ".join(text[part.begin : part.end].split()) == part.text
    assert [again.text for again in parted(" ".join(text.split()))] == [part.text for part in parts]


def test_where_nobody_knows_the_scripts_decide() -> None:
    assert join(["안녕", "하세요"]) == "안녕 하세요"
    assert join(["用", "Python", "写"]) == "用 Python 写"
    assert join(["สวัสดี", "ครับ"]) == "สวัสดีครับ"
    assert join(["Yes.", "", "No."]) == "Yes. No."
    assert text_of([Word("$3", 0, 1), Word(".50", 1, 2)]) == "$3 .50"  # as it was kept before words knew
    assert text_of([Word("用", 0, 1), Word("Python", 1, 2, space_before=False)]) == "用Python"
    assert text_of([Word("你好", 0, 1), Word("世界", 1, 2, space_before=True)]) == "你好 世界"


def test_a_transcript_in_a_script_without_spaces_gains_none() -> None:
    said = ["你好。", "世界。"]
    assert Transcript(tuple(Segment(text, n, n + 1) for n, text in enumerate(said)), "zh", 2.0).text == "你好。世界。"
    words = tuple(Word(char, 0, 1, space_before=False) for char in "Python")
    torn = (Segment("用", 0, 1, (Word("用", 0, 1),)), Segment("Python", 0, 1, words))
    assert Transcript(torn, "zh", 2.0).text == "用Python"
