"""Tags are found, survive normalisation and segmentation, and leave with a word of explanation."""

import pytest

from engine import registry
from engine.text.normalise import normalise
from engine.text.normalised import Normalised
from engine.text.segment import for_voice, prepare, segments
from engine.text.tags import EMOTIONS, find, take_out
from engine.tts.base import SegmentLimits
from engine.tts.espeak.model import _DOABLE


def test_every_kind_of_tag_is_found_in_order() -> None:
    found = list(find("<laugh> say [tomato](/təˈmɑːtəʊ/) <b>now</b> <Sigh> <whisper>"))
    assert [(tag.kind, tag.name) for tag in found] == [
        ("emotion", "laugh"),
        ("phonemes", "tomato"),
        ("markup", "b"),
        ("markup", "b"),
        ("emotion", "sigh"),
        ("emotion", "whisper"),
    ]
    assert found[1].phonemes == "təˈmɑːtəʊ"


@pytest.mark.parametrize("text", ["a < b > c", "<3", "[see](http://x.y)", "1 <2> 3", "<>", "<a b>", "no tags"])
def test_what_only_looks_like_a_tag_is_none(text: str) -> None:
    assert not [tag for tag in find(text) if tag.kind != "markup"]


@pytest.mark.parametrize("emotion", sorted(EMOTIONS))
@pytest.mark.parametrize("language", ["en-us", "de", "ja", "hi"])
def test_emotions_survive_in_every_language(emotion: str, language: str, roomy: SegmentLimits) -> None:
    text = f"Ha 5 <{emotion}> ok. <{emotion}>"
    assert normalise(text, language).text.count(f"<{emotion}>") == 2
    assert sum(segment.text.count(f"<{emotion}>") for segment in prepare(text, language, roomy)) == 2


def test_inline_phonemes_survive_even_with_figures_in_them(roomy: SegmentLimits) -> None:
    (segment,) = prepare("Say [No. 5](/ni5 xɑu214/) now", "en-us", roomy)
    assert segment.text == "Say [No. 5](/ni5 xɑu214/) now"


def test_a_tag_is_never_cut_apart() -> None:
    text = "word " * 10 + "<chuckle> [thing](/θɪŋ and more/) " + "word " * 10
    for ceiling in range(40, 80):
        joined = [segment.text for segment in prepare(text, "en", SegmentLimits(20, 30, ceiling))]
        assert any("<chuckle>" in piece for piece in joined)
        assert any("[thing](/θɪŋ and more/)" in piece for piece in joined)


def test_a_lone_tag_joins_its_sentence(roomy: SegmentLimits) -> None:
    texts = [segment.text for segment in prepare("<sigh> Well. I see. <laugh>", "en", roomy)]
    assert texts == ["<sigh> Well.", "I see. <laugh>"]


def test_a_text_of_one_tag_is_one_segment(roomy: SegmentLimits) -> None:
    (segment,) = prepare("<laugh>", "en", roomy)
    assert (segment.text, segment.span) == ("<laugh>", (0, 7))


def test_a_voice_without_tags_gets_plain_words_and_the_person_a_notice(roomy: SegmentLimits) -> None:
    text = "Oh <laugh> no, [tomato](/təˈmɑːtəʊ/)! <laugh>"
    (segment,) = prepare(text, "en", roomy)
    spoken, notices = for_voice(segment)
    assert spoken is not None
    assert spoken.text == "Oh no, tomato!"
    assert len(notices) == 2
    assert "<laugh>" in notices[0] and "tomato" in notices[1]
    start, end = spoken.to_source(7, 13)
    assert "tomato" in text[start:end] and spoken.span == segment.span
    assert list(spoken.offsets) == sorted(spoken.offsets)


def test_a_voice_with_some_tags_keeps_those() -> None:
    words, notices = take_out(Normalised.untouched("<laugh> hi <sigh> [a](/b/)"), {"laugh"}, phonemes=True)
    assert words.text == "<laugh> hi [a](/b/)"
    assert notices == ("This voice cannot do <sigh>: it was left out.",)


def test_a_segment_of_tags_alone_leaves_nothing_to_say(roomy: SegmentLimits) -> None:
    (segment,) = prepare("<gasp> <yawn>", "en", roomy)
    assert for_voice(segment)[0] is None
    assert len(for_voice(segment)[1]) == 2
    assert for_voice(segment, {"gasp", "yawn"})[0] == segment


def test_formatting_is_dropped_without_a_word(roomy: SegmentLimits) -> None:
    (segment,) = prepare('<p class="x">Hello <b>there</b><br/></p>', "en", roomy)
    assert segment.text == "Hello there"
    assert for_voice(segment) == (segment, ())


def test_each_speaking_family_declares_tags_that_the_palette_has() -> None:
    cards = registry.cards("speak")
    assert all(set(card.tags) <= set(EMOTIONS) for card in cards)
    assert {card.family: card.tags for card in cards} == {
        "espeak": ("sigh",),
        "kokoro": (),
        "orpheus": EMOTIONS,
        "pocket_tts": (),
        "qwen3_tts": (),
    }
    assert registry.find("espeak-ng").tags == _DOABLE


def test_a_tag_survives_normalisation_and_segmentation_and_decides_the_sound(roomy: SegmentLimits) -> None:
    text = "Dr. Smith paid $5 <laugh> for 3 apples. <sigh> It was 1999! What <gasp>?"
    plain = text.replace("<gasp>", "<yawn>")
    spoken = [segment.text for segment in segments(text, "en-us", roomy)]
    assert [tag.name for line in spoken for tag in find(line)] == ["laugh", "sigh", "gasp"]
    other = [segment.text for segment in segments(plain, "en-us", roomy)]
    assert spoken != other, "another tag is another segment, with a place of its own in the cache"
