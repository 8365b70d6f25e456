from itertools import pairwise

import pytest

from engine.text.segment import TextSegment, prepare
from engine.tts.base import SegmentLimits

LIMITS = SegmentLimits(60, 120, 200)


def cut(text: str, moods: tuple[str, ...] = (), mood: str = "") -> list[TextSegment]:
    return prepare(text, "en", LIMITS, moods=moods, mood=mood)


def said(text: str, moods: tuple[str, ...] = (), mood: str = "") -> list[tuple[str, str]]:
    return [(one.text, one.mood) for one in cut(text, moods, mood)]


def test_a_mood_holds_until_the_next_one_or_the_paragraphs_end():
    assert said("Hello. [calm] Be still. Now. [whisper] Come.\n\nNew.") == [
        ("Hello.", ""),
        ("Be still.", "calm"),
        ("Now.", "calm"),
        ("Come.", "whisper"),
        ("New.", ""),
    ]


@pytest.mark.parametrize("tag", ["[calm]", "<calm>", "[Calm]", "[ calm ]", "<CALM>"])
def test_a_mood_may_be_written_in_either_bracket_and_any_letters(tag: str):
    assert said(f"{tag} Be still.") == [("Be still.", "calm")]
    assert said(f"Hello.{tag}Be still.") == [("Hello.", ""), ("Be still.", "calm")]


@pytest.mark.parametrize("back", ["[/calm]", "</calm>", "[normal]", "<neutral>", "[/angry]"])
def test_a_closing_tag_goes_back_to_the_voices_own_way(back: str):
    assert said(f"[calm] Be still.{back} Go.") == [("Be still.", "calm"), ("Go.", "")]


def test_a_mood_in_the_middle_of_a_sentence_parts_it_with_a_short_pause():
    first, second = cut("He said [whisper] come here.")
    assert (first.text, first.ends, second.text, second.mood) == ("He said", "clause", "come here.", "whisper")
    assert 0 < first.pause_s < 0.25
    assert cut("He spoke. [whisper] Come here.")[0].pause_s == 0.25


def test_lines_of_one_paragraph_share_its_mood():
    assert [mood for _, mood in said("[sad] Roses are red,\nViolets are blue.\n\nAnd so on.")] == ["sad", "sad", ""]


def test_a_mood_that_the_voice_has_is_one_whatever_it_is_called():
    text = "[Very  tired, OK?] I go."
    assert [mood for _, mood in said(text, ("very tired, ok?",))] == ["very tired, ok?"]
    assert [mood for _, mood in said(text)] == ["", ""]  # for any other voice these are words


@pytest.mark.parametrize(
    "text", ["[sic] He said.", "[calm](/kɑːm/) down.", "a<b and c>d.", "<b>bold</b>", "[calm> no."]
)
def test_what_is_no_mood_stays_in_the_text(text: str):
    assert {one.mood for one in cut(text, ("b", "sigh"))} == {""}
    assert cut(text) == cut(text, ("happy",))


def test_a_text_that_goes_on_begins_in_its_mood():
    assert said("And on. [sad] And on.\n\nNew.", mood="calm") == [("And on.", "calm"), ("And on.", "sad"), ("New.", "")]


@pytest.mark.parametrize("text", ["[calm]", "[calm] [sad]\n\n<angry>", "[calm] ..."])
def test_tags_alone_say_nothing(text: str):
    assert cut(text) == []


def test_places_in_the_text_stay_right():
    text = "One. [calm] Two is here. <laugh> [sad] 1984!\n\n  [happy]  Three [tired]"
    segments = cut(text)
    assert [text[slice(*one.span)] for one in segments] == ["One.", "Two is here. <laugh>", "1984!", "Three"]
    assert all(before.span[1] <= after.span[0] for before, after in pairwise(segments))
    assert [one.index for one in segments] == [0, 1, 2, 3]
    assert segments[-1].ends == "paragraph"
