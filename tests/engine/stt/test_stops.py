"""A title's stop ends no sentence; a sentence's does."""

import pytest

from engine.stt.segments import segments_of
from engine.stt.stops import ends_sentence
from engine.types import Word


def words(text: str, pauses_s: float = 0.05) -> list[Word]:
    return [Word(word, n * 0.4, n * 0.4 + 0.4 - pauses_s, space_before=True) for n, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("Mr. Smith met Dr. Jones. They left.", ["Mr. Smith met Dr. Jones.", "They left."]),
        ("At St. Mary's, J. R. R. Tolkien spoke.", ["At St. Mary's, J. R. R. Tolkien spoke."]),
        ("El Sr. García llegó. La Sra. Díaz no.", ["El Sr. García llegó.", "La Sra. Díaz no."]),
        ("Il sig. Rossi e il dott. Verdi.", ["Il sig. Rossi e il dott. Verdi."]),
        ("Fruits, e.g. apples, i.e. Good ones.", ["Fruits, e.g. apples, i.e. Good ones."]),
        ("See No. 5 and p. 12 here. No. Never.", ["See No. 5 and p. 12 here.", "No.", "Never."]),
        ("The U.S. Senate met at 5 p.m. on Monday.", ["The U.S. Senate met at 5 p.m. on Monday."]),
        ("Am 3. Mai war es so.", ["Am 3. Mai war es so."]),
        ("It was in 1969. Then we left.", ["It was in 1969.", "Then we left."]),
        ("“Who goes there?” he said. Nobody.", ["“Who goes there?” he said.", "Nobody."]),
        ("What? Why! Well… Yes.", ["What?", "Why!", "Well…", "Yes."]),
        ("C'est l'homme. «Oui.» Non.", ["C'est l'homme.", "«Oui.»", "Non."]),
    ],
)
def test_segments_end_at_sentences(text: str, segments: list[str]) -> None:
    assert [segment.text for segment in segments_of(words(text))] == segments


def test_a_pause_tells_what_a_stop_alone_does_not() -> None:
    assert [segment.text for segment in segments_of(words("He lives in the U.S. Then he left.", 0.35))] == [
        "He lives in the U.S.",
        "Then he left.",
    ]
    assert not ends_sentence(Word("Mr.", 0, 1), Word("Smith", 1.6, 2))


def test_in_chinese_a_full_stop_ends_a_segment_too() -> None:
    said = [
        Word(char, n * 0.3, n * 0.3 + 0.3, space_before=False) for n, char in enumerate(["你", "好。", "世", "界。"])
    ]
    assert [segment.text for segment in segments_of(said)] == ["你好。", "世界。"]
