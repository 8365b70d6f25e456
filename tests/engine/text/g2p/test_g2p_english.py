"""English words, their forms and their company. words.csv is what misaki 0.9.4's dictionary and rules say of each."""

import csv
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.text.g2p import English
from engine.text.g2p.foreign import TIE, english_sounds
from engine.text.g2p.stress import balance, emphasise, lift, weaken
from engine.text.g2p.token import joined
from engine.tts.espeak import phonemes

US = English("us", lambda word: phonemes(word, "en-us", TIE))
GB = English("gb", lambda word: phonemes(word, "en-gb", TIE))
# What the published model was taught, and nothing else may come out (but for the marks).
US_LETTERS = set("AIOWYbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧˈˌθᵊᵻTɐ")
GB_LETTERS = set("AIQWYabdfhijklmnpstuvwzðŋɑɒɔəɛɜɡɪɹʃʊʌʒʤʧˈˌːθᵊTɐ")
MARKS = set(";:,.!?—…()“” ")

with (Path(__file__).parent / "words.csv").open(encoding="utf-8") as file:
    WORDS = list(csv.DictReader(file))


def us(text: str) -> str:
    return joined(US(text))


def test_words_and_their_forms_are_said_as_the_voice_was_taught_them() -> None:
    assert len(WORDS) > 130
    silent = {"us": English("us"), "gb": English("gb")}
    wrong = [
        (row["word"], dialect, row[dialect], got)
        for row in WORDS
        for dialect, reader in silent.items()
        if (got := joined(reader(row["word"]))) != row[dialect]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        ("I read the paper yesterday.", "ɹˈɛd"),
        ("Please read it to me.", "ɹˈid"),
        ("She had read every page.", "ɹˈɛd"),
        ("They can read.", "ɹˈid"),
        ("Did you read it?", "ɹˈid"),
        ("Will she read it?", "ɹˈid"),
        ("I read every day.", "ɹˈid"),
        ("The letter was read aloud.", "ɹˈɛd"),
        ("We live here.", "lˈɪv"),
        ("A live broadcast began.", "lˈIv"),
        ("Where do you live?", "lˈɪv"),
        ("People who live there know.", "lˈɪv"),
        ("Nine lives are enough.", "lˈIvz"),
        ("He lives alone.", "lˈɪvz"),
        ("The wind was cold.", "wˈɪnd"),
        ("They wind the rope.", "wˈInd"),
        ("The road will wind down the hill.", "wˈInd"),
        ("He broke the record.", "ɹˈɛkəɹd"),
        ("She will record a song.", "ɹəkˈɔɹd"),
        ("They present the prize.", "pɹizˈɛnt"),
        ("At present he is away.", "pɹˈɛzᵊnt"),
        ("The lead pipe burst.", "lˈɛd"),
        ("They lead the way.", "lˈid"),
        ("It was made of lead.", "lˈɛd"),
        ("A tear fell.", "tˈɪɹ"),
        ("She began to tear the paper.", "tˈɛɹ"),
        ("Close the door.", "klˈOz"),
        ("It is close to here.", "klˈOs"),
        ("A close friend came.", "klˈOs"),
        ("What is the use?", "jˈus"),
        ("You can use it.", "jˈuz"),
        ("I used to swim.", "jˈust"),
        ("He used a knife.", "jˈuzd"),
        ("They object to it.", "əbʤˈɛkt"),
        ("A strange object lay there.", "ˈɑbʤəkt"),
        ("He bowed.", "bˈWd"),
        ("Do not desert me.", "dəzˈɜɹt"),
        ("A desert is dry.", "dˈɛzəɹt"),
        ("They were content.", "kəntˈɛnt"),
        ("The content of the book.", "kˈɑntɛnt"),
        ("A minute passed.", "mˈɪnət"),
        ("A minute detail.", "mInˈut"),
        ("She wound the clock.", "wˈWnd"),
        ("The wound healed.", "wˈund"),
        ("Prices will increase.", "ɪnkɹˈis"),
        ("An increase of pay.", "ˈɪnkɹˌis"),
        ("Perfect your art.", "pəɹfˈɛkt"),
        ("Excuse me.", "ɪkskjˈuz"),
        ("That is no excuse.", "ɪkskjˈus"),
        ("Separate the eggs.", "sˈɛpəɹˌAt"),
        ("Two separate rooms.", "sˈɛpəɹət"),
        ("The estimate was low.", "ˈɛstəmət"),
        ("They house the poor.", "hˈWz"),
        ("A permit is needed.", "pˈɜɹmɪt"),
        ("Permit me.", "pəɹmˈɪt"),
        ("They protest.", "pɹətˈɛst"),
        ("The protest grew.", "pɹˈOtˌɛst"),
        ("They rebel.", "ɹəbˈɛl"),
        ("I suspect him.", "səspˈɛkt"),
        ("Fresh produce.", "pɹˈOdˌus"),
    ],
)
def test_words_spelled_alike_are_told_apart_by_their_company(text: str, sound: str) -> None:
    assert sound in us(text).rstrip(".!?").split()


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("The apple and the pear.", "ði ˈæpᵊl ænd ðə pˈɛɹ."),
        ("I want to eat.", "ˌI wˈɑnt tʊ ˈit."),
        ("I want to go.", "ˌI wˈɑnt tə ɡˌO."),
        ("He said that it was so.", "hˌi sˈɛd ðæt ɪt wʌz sˌO."),
        ("That man is tall.", "ðˈæt mˈæn ɪz tˈɔl."),
        ("Give me that book.", "ɡˈɪv mˌi ðˈæt bˈʊk."),
        ("Come in.", "kˈʌm ˈɪn."),
        ("An hour, a hat.", "ɐn ˈWəɹ, ɐ hˈæt."),
        ("“Well,” she said — quietly…", "“wˈɛl,” ʃi sˈɛd — kwˈIətli…"),
        ("NASA and the FBI, U.S. agents", "nˈæsə ænd ði ˌɛfbˌiˈI, jˌuˈɛs ˈAʤᵊnts"),
        ("STOP RIGHT THERE", "stˈɑp ɹˈIt ðˈɛɹ"),
        ("[tomato](/təmˈɑːtO/) soup", "təmˈɑtO sˈup"),  # American Kokoro knows no length marks
        ("well-known café", "wˌɛlnˈOn kæfˈA"),
    ],
)
def test_little_words_bend_to_what_follows(text: str, sounds: str) -> None:
    assert us(text) == sounds


def test_unknown_words_come_from_the_fallback_in_the_voices_letters() -> None:
    for word in ("zorbiflex", "Grzegorz", "thwacksome", "Łódź", "Nguyen", "x1z9", "snorkelwacker", "Hvaldimir"):
        for reader, letters in ((US, US_LETTERS), (GB, GB_LETTERS)):
            sounds = joined(reader(word))
            assert sounds and set(sounds) <= letters, (word, sounds)


def test_british_is_not_american() -> None:
    assert joined(GB("The car can't go past the bath.")) == "ðə kˈɑː kˈɑːnt ɡˌQ pˈɑːst ðə bˈɑːθ."
    assert us("The car can't go past the bath.") == "ðə kˈɑɹ kˈænt ɡˌO pˈæst ðə bˈæθ."


@given(st.text(max_size=60))
def test_any_text_keeps_its_order_and_gives_only_letters_the_voice_knows(text: str) -> None:
    reader = English("us")
    tokens = reader(text)
    spans = [token.span for token in tokens]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    typed_by_hand = "](/" in text
    assert typed_by_hand or set(joined(tokens)) <= US_LETTERS | MARKS
    assert all(text[slice(*token.span)] == token.text for token in tokens)


def test_stress_is_given_and_taken() -> None:
    assert weaken("tˈɛstˌɪŋ") == "tˌɛstɪŋ"
    assert emphasise("ænd") == "ˈænd" and emphasise("ˌænd") == "ˈænd" and emphasise("st") == "st"
    assert lift("wɪð") == "wˌɪð" and lift("tˈu") == "tˈu"
    assert balance(["wˈɛl", "nˈOn"]) == ["wˌɛl", "nˈOn"]
    assert balance(["sˈʌn"]) == ["sˈʌn"]


def test_ipa_in_the_voices_letters() -> None:
    assert english_sounds("t^ʃˈe^ɪnd^ʒ", False) == "ʧˈAnʤ"
    assert english_sounds("nˈɜːs", False) == "nˈɜɹs" and english_sounds("nˈɜːs", True) == "nˈɜːs"
    assert english_sounds("ɡˈo^ʊ", False) == "ɡˈO" and english_sounds("ɡˈə^ʊ", True) == "ɡˈQ"
    assert english_sounds("(en)ˈa^ɪ(fr)", False) == "ˈI"
