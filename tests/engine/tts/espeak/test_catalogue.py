"""Which voices there are."""

import pytest

from engine.errors import VoiceError
from engine.tts.espeak import catalogue, voices


def test_us_english_comes_first_and_every_id_is_its_own() -> None:
    found = voices()
    assert found[0].id == "en-us"
    assert len({voice.id for voice in found}) == len(found)


def test_every_language_has_every_timbre() -> None:
    languages, timbres = catalogue.languages(), catalogue.timbres()
    assert len(languages) > 100
    assert len(timbres) > 50
    assert len(voices()) == len(languages) * (len(timbres) + 1)


def test_voices_are_named_for_people() -> None:
    named = {voice.id: voice for voice in voices()}
    assert named["en-us+f3"].name == "English (America), female 3"
    assert named["en-us+f3"].gender == "female"
    assert named["en-us+m3"].gender == "male"
    assert named["fr-fr"].name == "French (France)"
    assert named["en-us"].gender == ""
    # The comma parts a language from its timbre, and nothing else.
    assert all(voice.name.count(", ") == ("+" in voice.id) for voice in voices())


@pytest.mark.parametrize(
    ("asked", "found"),
    [("fr", "fr-fr"), ("en", "en-gb"), ("zh", "cmn"), ("EN_us", "en-us"), ("es-mx", "es-419"), ("pt", "pt")],
)
def test_a_voice_answers_to_its_other_tags(asked: str, found: str) -> None:
    assert catalogue.find(asked)[0].id == found


def test_a_language_finds_the_voice_of_its_more_general_form() -> None:
    assert catalogue.for_language("de-AT").id == "de"
    assert catalogue.for_language("zh-Hans-CN").id == "cmn"


@pytest.mark.parametrize("asked", ["", "+f3", "xx-yy", "en-us+nobody", "en-us+../../x", "../en", "a\0b", "é" * 500])
def test_an_unknown_voice_is_refused_with_a_sentence(asked: str) -> None:
    with pytest.raises(VoiceError) as refusal:
        catalogue.find(asked)
    assert str(refusal.value).endswith((".", "?"))
    assert len(str(refusal.value)) < 250


def test_a_near_miss_is_told_what_was_meant() -> None:
    with pytest.raises(VoiceError, match="fr-fr"):
        catalogue.find("french")
