"""Rows of phonemes: nothing is lost, none is too long, they part where a reader would breathe."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.text.g2p import English, Pronounced
from engine.tts.kokoro.script import rows, unknown
from engine.tts.kokoro.silence import trimmed
from tests.engine.tts.kokoro.checkpoints import VOCABULARY

LETTERS = {number: letter for letter, number in VOCABULARY.items()}
tokens = st.lists(
    st.tuples(st.text(alphabet="abdˈə,.…ʘ", max_size=12), st.booleans(), st.booleans()).map(
        lambda it: Pronounced("w", (0, 1), it[0], it[1], it[2])
    ),
    max_size=60,
)


@given(tokens, st.integers(3, 40))
def test_every_known_sound_is_in_some_row_in_order_and_no_row_is_too_long(
    given_tokens: list[Pronounced], longest: int
) -> None:
    made = rows(given_tokens, VOCABULARY, longest)
    assert all(0 < len(row.ids) <= longest for row in made)
    said = "".join(LETTERS[number] for row in made for number in row.ids).replace(" ", "")
    assert said == "".join(token.phonemes for token in given_tokens).replace("ʘ", "")
    for row in made:
        places = [(word.start, word.end) for word in row.words]
        assert places == sorted(places)
        assert all(0 <= start <= end <= len(row.ids) for start, end in places)


def test_a_long_text_parts_at_its_full_stops_and_keeps_every_word() -> None:
    text = "The old man went down to the sea, and looked. " * 40
    made = rows(English("us")(text), VOCABULARY, 510)
    assert len(made) >= 2
    assert all(LETTERS[row.ids[-1]] == "." and row.ends_phrase for row in made)
    assert sum(len(row.words) for row in made) == len(text.split())


def test_a_text_without_any_mark_parts_between_words() -> None:
    made = rows(English("us")("and they sang " * 120), VOCABULARY, 510)
    assert sum(len(row.words) for row in made) == 360
    assert {word.token.text for row in made for word in row.words} == {"and", "they", "sang"}


def test_sounds_without_a_space_for_longer_than_a_row_are_not_cut_off() -> None:
    made = rows([Pronounced("x", (0, 1), "a" * 1234, True, False)], VOCABULARY, 510)
    assert sum(len(row.ids) for row in made) == 1234
    assert sum(len(row.words) for row in made) == 1


def test_words_follow_their_sounds_in_time() -> None:
    row = rows(English("us")("I see the sea."), VOCABULARY, 510)[0]
    durations = np.full(len(row.ids) + 2, 4)
    words = list(row.times(durations, 0.025, 0.0, 99.0))
    assert [word.text for word in words] == ["I", "see", "the", "sea"]
    assert words[0].start_s == 0.1  # behind the silent first token
    assert all(a.end_s <= b.start_s for a, b in pairwise(words))
    cut = list(row.times(durations, 0.025, -0.1, 0.5))
    assert cut[0].start_s == 0.0 and all(word.end_s <= 0.5 for word in cut)


def test_strange_sounds_are_named_once() -> None:
    assert unknown([Pronounced("x", (0, 1), "aʘbʘǃ c", True, False)], VOCABULARY) == "ʘǃ"


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(0, 2000))
def test_silence_is_cut_at_both_ends_and_speech_never(before: int, after: int, spoken: int) -> None:
    sound = np.concatenate([np.zeros(before), np.full(spoken, 0.5), np.zeros(after)]).astype(np.float32)
    cut, front = trimmed(sound, before, before + spoken, 24000)
    assert len(cut) <= len(sound)
    if spoken:
        margin = round(0.015 * 24000)
        assert front == max(0, before - margin)
        assert len(cut) == min(before, margin) + spoken + min(after, margin)
        assert cut[0] == 0 or len(cut) == 1
        assert abs(float(cut[-1])) < 1e-6 or len(cut) == 1
