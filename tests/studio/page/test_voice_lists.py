"""What the pickers list: the model's own order or the alphabet's, a person's blends, facts to search by."""

from studio.page.voices import OwnChoice, voice_list

KOKORO = "hexgrad/Kokoro-82M"


def test_voices_of_few_come_the_best_first_and_tell_what_is_known_of_them() -> None:
    voices = voice_list(KOKORO)
    assert voices.voices[0] == ("Heart (American English) · female · grade A", "af_heart")
    assert ("Dora (Spanish) · es · female", "ef_dora") in voices.voices
    assert voices.default == "af_heart"
    assert len(voices.timbres) == 1


def test_voices_of_a_hundred_languages_stand_in_the_alphabets_order_english_first() -> None:
    names = [name for name, _ in voice_list("espeak-ng").voices]
    english = [name for name in names if name.startswith("English")]
    assert names == sorted(english, key=str.casefold) + sorted(set(names) - set(english), key=str.casefold)


def test_a_persons_blends_stand_before_the_models_voices_and_can_be_chosen() -> None:
    own = [OwnChoice("Evening", "Evening", "your blend"), OwnChoice("af_heart", "af_heart", "your blend")]
    voices = voice_list(KOKORO, "Evening", own)
    assert voices.voices[0] == ("Evening · your blend", "Evening")
    assert voices.default == "Evening"
    assert [value for _, value in voices.voices].count("af_heart") == 1
    assert voice_list(KOKORO, "Evening").default == "af_heart"
