"""Phonemes typed for the built-in voice: heard as such, at the right word, and never read out as signs."""

import numpy as np
import pytest

from engine.text.segment import prepare
from engine.tts.espeak import load, phonemes
from engine.tts.espeak.model import EspeakSynthesizer
from engine.tts.espeak.typed import sound_names
from engine.tts.speak import speak
from engine.types import Pronunciation, Samples, SpeechRequest, Word


@pytest.fixture(scope="module")
def voice() -> EspeakSynthesizer:
    return load()


def heard(voice: EspeakSynthesizer, request: SpeechRequest) -> tuple[Samples, list[Word], list[str]]:
    chunks = list(speak(voice, request))
    samples = np.concatenate([chunk.samples for chunk in chunks])
    return samples, [word for chunk in chunks for word in chunk.words], [n for chunk in chunks for n in chunk.notices]


@pytest.mark.parametrize("language", ["en-us", "en-gb"])
@pytest.mark.parametrize("word", ["cheese", "thinking", "measure", "house", "voice", "garden", "yellow"])
def test_the_voices_own_ipa_typed_back_sounds_as_the_word(voice: EspeakSynthesizer, word: str, language: str) -> None:
    plain, _, _ = heard(voice, SpeechRequest(word, voice=language))
    text = f"[{word}](/{phonemes(word, language)}/)"
    typed, words, notices = heard(voice, SpeechRequest(text, voice=language))
    assert np.array_equal(plain, typed)
    assert not notices
    assert [(one.text, one.span) for one in words] == [(word, (0, len(text)))]


def test_a_dictionary_changes_the_sound_and_leaves_the_words_in_their_places(voice: EspeakSynthesizer) -> None:
    text = "We met Sybil, again and again, I say."
    entries = (Pronunciation("Sybil", "sˈaɪbəl"), Pronunciation("I", "ˈaɪ"))
    plain, words, _ = heard(voice, SpeechRequest(text, voice="en-us"))
    other, typed, notices = heard(voice, SpeechRequest(text, voice="en-us", pronunciations=entries))
    assert not notices
    assert len(plain) != len(other)
    assert [text[slice(*word.span or (0, 0))] for word in typed] == [word.text for word in words]
    starts = [word.start_s for word in typed]
    assert starts == sorted(starts)
    assert all(word.end_s > word.start_s for word in typed)


def test_both_ways_of_speaking_give_the_same_sound(voice: EspeakSynthesizer) -> None:
    request = voice.check(SpeechRequest("A [cat](/dˈɔɡ/) [sat](/sˈɪt/) <sigh> here.", voice="en-us"))
    (segment,) = prepare(request.text, "en-us", voice.limits)
    streamed = list(voice.synthesize(segment, request))
    whole = voice.render(segment, request)
    assert np.array_equal(np.concatenate([piece.samples for piece in streamed]), whole.samples)
    assert tuple(word for piece in streamed for word in piece.words) == whole.words


@pytest.mark.parametrize(
    ("text", "language", "notice"),
    [
        ("A [word](/ʘǂ/) here.", "en-us", "cannot say these phonemes: it says “word” in its own way."),
        ("Un [mot](/mo/) ici.", "fr", "takes phonemes in English only: it says “mot” in its own way."),
    ],
)  # fmt: skip
def test_what_it_cannot_say_is_the_word_itself_with_a_notice(
    voice: EspeakSynthesizer, text: str, language: str, notice: str
) -> None:
    _, words, notices = heard(voice, SpeechRequest(text, voice=language))
    assert notices == [f"The built-in voice {notice}"]
    assert len(words) == 3


def test_double_brackets_in_a_text_are_no_command(voice: EspeakSynthesizer) -> None:
    sneaky, _, _ = heard(voice, SpeechRequest("[[_::_]] a [[k'aI]] [b](/bˈiː/).", voice="en-us"))
    plain, _, _ = heard(voice, SpeechRequest("_::_ a k'aI [b](/bˈiː/).", voice="en-us"))
    assert abs(len(sneaky) - len(plain)) < 0.3 * len(plain)


def test_names_of_sounds_never_hold_a_bracket() -> None:
    for typed in ("]]", "[[", "a]]b", "ˈ", "", "  ", "5"):
        assert sound_names(typed) == ""
    assert sound_names("tʃˈeɪndʒ") == sound_names("ʧˈAnʤ") == "tS'eIndZ"
