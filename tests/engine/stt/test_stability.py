"""When a live word becomes certain."""

from hypothesis import given
from hypothesis import strategies as st

from engine.stt.stability import LocalAgreement, common_prefix, folded
from engine.types import Word


def words(text: str, each_s: float = 0.3) -> list[Word]:
    return [Word(word, n * each_s, (n + 1) * each_s) for n, word in enumerate(text.split())]


def told(found: object) -> str:
    return " ".join(word.text for word in found)  # type: ignore[attr-defined]


def test_a_word_is_stable_when_answers_agree() -> None:
    agreement = LocalAgreement(agreements=2)
    assert agreement.update(words("the cat"), 0.6).stable == ()
    hypothesis = agreement.update(words("the cat sat"), 0.9)
    assert told(hypothesis.stable) == "the cat"
    assert told(hypothesis.draft) == "sat"


def test_a_word_near_the_newest_sound_waits() -> None:
    agreement = LocalAgreement(agreements=2, lag_s=0.5)
    agreement.update(words("the cat sat"), 0.9)
    assert told(agreement.update(words("the cat sat"), 1.0).stable) == "the"


def test_case_and_punctuation_are_no_disagreement() -> None:
    agreement = LocalAgreement(agreements=2)
    agreement.update(words("the cat"), 0.6)
    assert told(agreement.update(words("The cat, sat"), 0.9).stable) == "The cat,"


def test_what_is_stable_stays_when_the_last_answer_differs() -> None:
    agreement = LocalAgreement(agreements=2)
    agreement.update(words("the cat sat"), 0.9)
    agreement.update(words("the cat sat"), 0.9)
    assert told(agreement.finish(words("a hat sat down there"))) == "the cat sat down there"


def test_without_answers_nothing_is_stable() -> None:
    agreement = LocalAgreement()
    assert agreement.stable == ()
    assert agreement.finish([]) == ()


def test_a_common_prefix_ends_at_the_first_difference() -> None:
    assert told(common_prefix([words("a b c"), words("a b d"), words("a b")])) == "a b"
    assert common_prefix([words("a"), []]) == []


def test_folding_keeps_words_of_signs() -> None:
    assert folded("Don't!") == "dont"
    assert folded("...") == "..."


@given(
    answers=st.lists(st.lists(st.sampled_from(["one", "two", "three", "four", "five"]), max_size=6), max_size=12),
    agreements=st.integers(1, 4),
)
def test_stable_words_only_ever_grow(answers: list[list[str]], agreements: int) -> None:
    agreement = LocalAgreement(agreements)
    before: tuple[Word, ...] = ()
    for n, answer in enumerate(answers):
        stable = agreement.update(words(" ".join(answer)), 0.3 * n).stable
        assert stable[: len(before)] == before
        before = stable
    last = words(" ".join(answers[-1])) if answers else []
    assert agreement.finish(last)[: len(before)] == before
