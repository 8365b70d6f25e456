"""A person's pronunciations in Kokoro: what is said is what was asked for, and words stay where they stand."""

import numpy as np
import pytest

from engine.tts.kokoro import load
from engine.tts.kokoro.model import KokoroSynthesizer
from engine.tts.speak import speak
from engine.types import Pronunciation, Samples, SpeechRequest
from tests.engine.tts.kokoro.checkpoints import hexgrad


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> KokoroSynthesizer:
    return load(hexgrad(tmp_path_factory.mktemp("models") / "Kokoro-82M"))


def heard(model: KokoroSynthesizer, text: str, *entries: Pronunciation) -> tuple[Samples, list[str], list[str]]:
    chunks = list(speak(model, SpeechRequest(text, pronunciations=entries)))
    words = [text[slice(*word.span)] for chunk in chunks for word in chunk.words if word.span]
    return np.concatenate([chunk.samples for chunk in chunks]), words, [n for chunk in chunks for n in chunk.notices]


def test_phonemes_of_the_dictionary_are_those_typed_in_the_text(model: KokoroSynthesizer) -> None:
    typed, _, _ = heard(model, "We met [Sybil](/sˈɪbəl/) there.")
    kept, words, notices = heard(model, "We met Sybil there.", Pronunciation("sybil", "/sˈɪbəl/"))
    plain, _, _ = heard(model, "We met Sybil there.")
    assert np.array_equal(typed, kept)
    assert not np.array_equal(plain, kept)
    assert words == ["We", "met", "Sybil", "there"]
    assert notices == []


def test_a_respelling_is_read_by_the_same_rules_as_text(model: KokoroSynthesizer) -> None:
    kept, words, _ = heard(model, "A dog ran.", Pronunciation("dog", respelling="cat"))
    plain, _, _ = heard(model, "A cat ran.")
    assert np.array_equal(kept, plain)
    assert words == ["A", "dog", "ran"]


def test_plain_ipa_is_understood_and_strange_sounds_are_named(model: KokoroSynthesizer) -> None:
    usual, _, notices = heard(model, "[x](/tʃˈeɪndʒ/).")
    assert notices == []
    assert len(usual) > 0
    _, _, notices = heard(model, "x.", Pronunciation("x", "ʘa"))
    assert notices == ["This voice does not know the sounds “ʘ”: they were left out."]
