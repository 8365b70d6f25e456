"""Capitals within a sentence: words stay words, acronyms are said letter by letter."""

from pathlib import Path

import pytest

from engine.text.g2p.english import English
from engine.text.g2p.lexicon import Lexicon

ENGLISH, LEXICON = English("us"), Lexicon("us")
LISTS = {
    kind: list(dict.fromkeys(word for word in words.split() if word.isalpha()))
    for kind, _, words in (
        line.partition(":")
        for line in Path(__file__).with_name("capitals.txt").read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    )
}


def is_spelled(word: str, sentence: str) -> bool:
    sounds = next(one.phonemes for one in ENGLISH(sentence) if one.text == word)
    letters = LEXICON.spelled(word) or ""
    return sounds.translate(NO_STRESS) == letters.translate(NO_STRESS).replace("ɾ", "T")


NO_STRESS = str.maketrans("", "", "ˈˌ")


@pytest.mark.parametrize("sentence", ["And then {} came to us again.", "Is {} so?"])
@pytest.mark.parametrize("kind", LISTS)
def test_ninety_seven_of_a_hundred_are_told_apart(kind: str, sentence: str) -> None:
    words = LISTS[kind]
    wrong = [word for word in words if is_spelled(word, sentence.format(word)) != (kind == "letters")]
    assert len(wrong) <= 0.03 * len(words), wrong
    assert len(words) >= {"words": 300, "letters": 250, "spoken": 10}[kind]


@pytest.mark.parametrize(
    ("written", "sounds"),
    [
        ("THE KING RESUMED", "ðə kˈɪŋ ɹəzˈumd"),
        ("Two TVs and NGOs", "tˈu tˌivˈiz ænd ˌɛnʤˌiˈOz"),
        ("Is HE so?", "ˌɪz hˈi sˌO ?"),
        ("A TALE OF TWO CITIES", "ɐ tˈAl ˈʌv tˈu sˈɪTiz"),
        ("the US army", "ðə jˌuˈɛs ˈɑɹmi"),
        ("the IT department", "ði ˌItˈi dəpˈɑɹtmənt"),
        ("I did IT.", "ˌI dˈɪd ˈɪt ."),
        ("USA TODAY", "jˌuˌɛsˈA tədˈA"),
        ("HE'S here", "hˈiz hˈɪɹ"),
    ],
)
def test_what_stands_around_them_tells(written: str, sounds: str) -> None:
    assert " ".join(one.phonemes for one in ENGLISH(written)) == sounds
