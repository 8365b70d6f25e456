"""Languages said by espeak-ng, a phrase at a time, with a sound for every word."""

import pytest

from engine.text.g2p.foreign import TIE, other_sounds
from engine.text.g2p.others import Other
from engine.text.g2p.token import joined
from engine.tts.espeak import phonemes

# Those of the published config.json.
LETTERS = set(
    "abcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲᵻᵊʣʦAIOQSWY\u0303;:,.!?—…()“” "
)


def reader(voice: str) -> Other:
    return Other(lambda text: phonemes(text, voice, TIE))


@pytest.mark.parametrize(
    ("voice", "text", "words"),
    [
        ("es", "Hola, ¿qué tal? El niño duerme.", ["Hola", "qué", "tal", "El", "niño", "duerme"]),
        ("fr-fr", "L’été, c’est « long » ; oui !", ["L’été", "c’est", "long", "oui"]),
        ("hi", "नमस्ते दुनिया, आप कैसे हैं।", ["नमस्ते", "दुनिया", "आप", "कैसे", "हैं"]),
        ("it", "Buongiorno a tutti: come va?", ["Buongiorno", "a", "tutti", "come", "va"]),
        ("pt-br", "Olá mundo, tudo bem com você?", ["Olá", "mundo", "tudo", "bem", "com", "você"]),
    ],
)
def test_every_word_has_sounds_the_voice_knows(voice: str, text: str, words: list[str]) -> None:
    tokens = reader(voice)(text)
    assert [token.text for token in tokens if token.is_word] == words
    assert all(token.phonemes for token in tokens if token.is_word)
    assert set(joined(tokens)) <= LETTERS, set(joined(tokens)) - LETTERS
    assert all(text[slice(*token.span)] == token.text for token in tokens)


def test_marks_keep_their_place() -> None:
    assert joined(reader("es")("Hola, ¿qué tal?")) == "ˈola, kˈe tˈal?"
    assert joined(reader("hi")("ठीक।")).endswith(".")


def test_words_that_run_together_share_their_sounds() -> None:
    run_together = Other(lambda _: "ab cdef")
    shared = {token.text: token.phonemes for token in run_together("un deux trois")}
    assert "".join(shared.values()).replace(" ", "") == "abcdef"
    assert list(shared) == ["un", "deux", "trois"]
    apart = Other(lambda _: "a b c d")
    assert [token.phonemes for token in apart("one two")] == ["a b", "c d"]


def test_sounds_typed_by_hand_are_kept() -> None:
    assert joined(reader("it")("Ciao [Nguyen](/ŋwɪn/)!")) == "ʧˈao ŋwɪn!"


def test_ipa_in_the_voices_letters() -> None:
    assert other_sounds("t^sˈa^ɪt") == "ʦˈIt"
    assert other_sounds("lə-") == "lə"
