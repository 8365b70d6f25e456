"""A person's own pronunciations: what they match, what is said instead, and that the way back to the text holds."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import OptionError
from engine.text import tags
from engine.text.g2p import English
from engine.text.normalised import Normalised
from engine.text.pronunciation import Dictionary, checked, dictionary
from engine.text.segment import TextSegment, prepare
from engine.tts.base import SegmentLimits
from engine.types import Pronunciation

LIMITS = SegmentLimits(first_chars=60, target_chars=180, max_chars=400)


def cut(text: str, *entries: Pronunciation, language: str = "en-us") -> list[TextSegment]:
    return prepare(text, language, LIMITS, said=dictionary(entries, language))


def said(text: str, *entries: Pronunciation, language: str = "en-us") -> str:
    return " ".join(segment.text for segment in cut(text, *entries, language=language))


def test_phonemes_stand_where_the_word_stood() -> None:
    assert said("I met Sybil today.", Pronunciation("Sybil", "sˈɪbəl")) == "I met [Sybil](/sˈɪbəl/) today."


def test_phonemes_do_not_make_a_sentence_longer_than_it_is_heard() -> None:
    text = "Sybil met Sybil and Sybil in the garden of Sybil. " * 3
    entry = Pronunciation("Sybil", "sˈɪbəl")
    assert [one.span for one in cut(text, entry)] == [one.span for one in prepare(text, "en-us", LIMITS)]


def test_a_respelling_is_read_instead_and_leads_back_to_the_word() -> None:
    text = "Dr. Who lives in New York, in 1984."
    (segment,) = cut(text, Pronunciation("new york", respelling="Noo Yawk"))
    at = segment.text.index("Noo Yawk")
    assert segment.text == "Doctor Who lives in Noo Yawk, in nineteen eighty-four."
    for word in ("Noo", "Yawk"):
        start = segment.text.index(word, at)
        assert text[slice(*segment.to_source(start, start + len(word)))] == "New York"


def test_respellings_with_figures_are_spoken() -> None:
    assert said("R2D2!", Pronunciation("R2D2", respelling="Artoo D 2")) == "Artoo D two!"


def test_the_longest_phrase_wins_then_the_first_entry() -> None:
    entries = (
        Pronunciation("York", respelling="one"),
        Pronunciation("New York", respelling="two"),
        Pronunciation("York", respelling="three"),
    )
    assert said("New York, York.", *entries) == "two, one."


def test_capitals_matter_only_where_asked() -> None:
    assert said("It it IT.", Pronunciation("IT", respelling="eye tee", match_case=True)) == "It it eye tee."
    assert said("Gif GIF gif.", Pronunciation("gif", respelling="jif")) == "jif jif jif."


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("They live in Rome.", "verb"),
        ("I want to live.", "verb"),
        ("It was a live show.", "adjective"),
        ("The show is live.", "adjective"),
        ("She will record it.", "verb"),
        ("This is a record.", "noun"),
        ("He opened the door slowly.", "adverb"),
    ],
)
def test_a_part_of_speech_is_told_from_the_words_around(text: str, part: str) -> None:
    word = next(word for word in ("live", "record", "slowly") if word in text)
    for wanted in ("noun", "verb", "adjective", "adverb"):
        spoken = said(text, Pronunciation(word, respelling="xyz", part_of_speech=wanted))  # type: ignore[arg-type]
        assert ("xyz" in spoken) == (wanted == part), (wanted, spoken)


def test_possessives_keep_their_ending_and_other_words_are_left_alone() -> None:
    entry = Pronunciation("Alex", "ˈælɪks")
    assert said("Alex’s dog, Alexander, O'Alex and Alex.", entry) == (
        "[Alex's](/ˈælɪksᵻz/) dog, Alexander, O'Alex and [Alex](/ˈælɪks/)."
    )
    assert said("Can't you, can?", Pronunciation("can", respelling="ken")) == "Can't you, ken?"


def test_what_is_typed_in_the_text_goes_before_the_dictionary() -> None:
    assert said("A [Sybil](/x/) Sybil.", Pronunciation("Sybil", "y")) == "A [Sybil](/x/) [Sybil](/y/)."


def test_an_entry_is_for_its_language_and_those_within_it() -> None:
    entry = Pronunciation("chat", respelling="shah", language="fr")
    assert said("Un chat.", entry, language="fr-fr") == "Un shah."
    assert said("A chat.", entry) == "A chat."


def test_words_are_found_in_scripts_without_spaces() -> None:
    assert (
        said("私は東京に住む。", Pronunciation("東京", respelling="とうきょう"), language="ja")
        == "私はとうきょうに住む。"
    )


def test_a_word_with_both_is_respelled_where_phonemes_cannot_be_had() -> None:
    assert said("Sybil.", Pronunciation("Sybil", "sˈɪbəl", "Sigh bull")) == "[Sigh bull](/sˈɪbəl/)."


def test_plain_ipa_reaches_the_voice_in_its_own_letters() -> None:
    us = {token.text: token.phonemes for token in English("us")("[a](/ˈtʃeɪ.ndʒɝ/) [b](/gɹˈoʊ/)")}
    assert us == {"a": "ˈʧAnʤɜɹ", "b": "ɡɹˈO"}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (Pronunciation(""), "needs the word"),
        (Pronunciation("!?"), "no word"),
        (Pronunciation("a" * 60, "a"), "60 characters"),
        (Pronunciation("[x](", "a"), "cannot stand there"),
        (Pronunciation("x\x00", "a"), "cannot stand there: U+0000"),
        (Pronunciation("x", "a/b"), "cannot stand there: /"),
        (Pronunciation("x", "5"), "“5” is no sound"),
        (Pronunciation("x", "ˈˌ"), "no sound in them"),
        (Pronunciation("x", respelling="..."), "cannot be read aloud"),
        (Pronunciation("x"), "phonemes or a respelling"),
        (Pronunciation("x", "a", language="no such!"), "language tag"),
        (Pronunciation("x", "a", part_of_speech="thing"), "part of speech"),  # type: ignore[arg-type]
        (Pronunciation("x", "a", part_of_speech="noun", language="fr"), "English only"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence_and_left_out_of_a_dictionary(
    entry: Pronunciation, sentence: str
) -> None:
    with pytest.raises(OptionError) as refused:
        checked(entry)
    assert sentence in str(refused.value)
    assert not Dictionary([entry], "en-us")("x a ! [x](")


def test_slashes_around_phonemes_are_quotes() -> None:
    assert checked(Pronunciation(" New  York ", "/njˈuː/")) == Pronunciation("New York", "njˈuː")
    assert checked(Pronunciation("x", "[a]", language="EN_us")) == Pronunciation("x", "a", language="en-us")


def test_sounds_in_brackets_are_sounds() -> None:
    assert checked(Pronunciation("car", "/kɑː(r)/")).phonemes == "kɑːr"
    assert [(tag.name, tag.phonemes) for tag in tags.find("a [car](/kɑː(r)/) and [b](/((x)/)")] == [("car", "kɑːr")]


@pytest.mark.parametrize(
    "typed", ["[word](//)", "[word](/a/b/)", f"[word](/{'a' * 130}/)", "[word](/ˈa/)", "[word](/a(b)/)", "[word](/ /)"]
)
def test_typed_phonemes_are_never_read_out_as_signs(typed: str) -> None:
    spoken = said(f"A {typed} x.")
    words, _ = tags.take_out(Normalised.untouched(spoken), (), False)
    assert words.text == "A word x."


def test_ten_thousand_hostile_entries_cost_no_more_than_the_text() -> None:
    entries = tuple(
        Pronunciation(word, respelling="x")
        for n in range(2500)
        for word in (f"(a+)+{n}", f"word{n}", f"{'a ' * (n % 25)}b", f".*{n}\\")
    )
    book = "a a a a a a a a word7 (a+)+9 " * 2000
    began = time.process_time()
    made = Dictionary(entries, "en-us")
    edits = made(book)
    # Catastrophic would be minutes; this is a second on a slow machine.
    assert time.process_time() - began < 30
    assert len(edits) >= 2000


WORDS = st.text(st.sampled_from("abAB'’ -.+[](/)é東é\u0301\n"), max_size=8)
ENTRIES = st.lists(
    st.builds(
        Pronunciation,
        word=WORDS,
        phonemes=st.sampled_from(["", "ˈa", "bə/", "tʃ"]),
        respelling=st.sampled_from(["", "la la", "2", "["]),
        match_case=st.booleans(),
        part_of_speech=st.sampled_from(["", "noun", "verb"]),
        language=st.sampled_from(["", "en", "fr"]),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(text=st.text(st.sampled_from("abAB'’ -.+[](/)<>é東\u0301\n,19"), max_size=60), entries=ENTRIES)
def test_edits_are_in_order_and_every_segment_leads_back_into_the_text(text: str, entries: list[Pronunciation]) -> None:
    made = Dictionary(entries, "en-us")
    end = 0
    for edit in made(text):
        assert end <= edit.start < edit.end <= len(text)
        end = edit.end
    last = 0
    for segment in prepare(text, "en-us", LIMITS, said=made):
        assert last <= segment.span[0] <= segment.span[1] <= len(text)
        last = segment.span[1]
        for start in range(len(segment.text)):
            begin, finish = segment.to_source(start, start + 1)
            assert segment.span[0] <= begin <= finish <= segment.span[1]


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=80))
def test_a_dictionary_without_a_match_changes_nothing(text: str) -> None:
    plain = prepare(text, "en-us", LIMITS)
    assert prepare(text, "en-us", LIMITS, said=Dictionary([Pronunciation("qzxqzx", "a")], "en-us")) == plain
