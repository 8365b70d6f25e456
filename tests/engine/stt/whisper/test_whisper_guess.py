"""A guess at the text makes a window quicker and never says another text."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.stt.agreement import AgreedUtterance
from engine.stt.base import Recognizer, last
from engine.stt.whisper.decode import DecodeOptions
from engine.stt.whisper.model import Whisper, load
from engine.stt.whisper.windows import Piece, Window
from engine.types import Samples, Segment, Word

TRIED = 300  # text tokens


@pytest.fixture(scope="module", params=[True, False], ids=["with times", "without times"])
def hearing(request: pytest.FixtureRequest, tiny: Any) -> Whisper:
    """It says the likeliest, and says it long."""
    return load(tiny()).with_options(
        DecodeOptions(
            doubts=None, language="en", temperatures=(0.0,), with_stamps=request.param, max_tokens=12, silence=2.0
        )
    )


@pytest.fixture(scope="module")
def sound(sounds: list[Samples]) -> Samples:
    return sounds[0]


def tokens_of(hearing: Whisper, sound: Samples, guess: Sequence[int] = ()) -> tuple[tuple[int, ...], float, float, int]:
    """What is said, how sure, how likely silence is; and how many passes it took."""
    window = Window([Piece(0, 0, 0, sound)])
    state = hearing._encode(window, hearing._frames)  # pyright: ignore[reportPrivateUsage]
    options = replace(hearing._options, guess=tuple(guess))  # pyright: ignore[reportPrivateUsage]
    before = hearing.work.decoder_passes
    (one,) = last(hearing._decoder.decode(state, options, [7], [2.0]))  # pyright: ignore[reportPrivateUsage]
    return one.tokens, one.logprob, one.no_speech, hearing.work.decoder_passes - before


@given(data=st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_guess_gives_the_same_text_and_the_same_certainty(hearing: Whisper, sound: Samples, data: Any) -> None:
    said, logprob, no_speech, _ = tokens_of(hearing, sound)
    right = [token for token in said if token < hearing._tokenizer.special.end]  # pyright: ignore[reportPrivateUsage]
    kept = data.draw(st.integers(0, len(right)), label="tokens that are right")
    wrong = data.draw(st.lists(st.integers(0, TRIED), max_size=15), label="tokens that may be wrong")
    again, same, silence, _ = tokens_of(hearing, sound, [*right[:kept], *wrong])
    assert again == said
    assert same == pytest.approx(logprob, abs=1e-4)
    assert silence == pytest.approx(no_speech, abs=1e-5)


def test_a_right_guess_takes_few_passes(hearing: Whisper, sound: Samples) -> None:
    said, _, _, passes = tokens_of(hearing, sound)
    end = hearing._tokenizer.special.end  # pyright: ignore[reportPrivateUsage]
    right = [token for token in said if token < end]
    assert len(right) >= 4
    again, _, _, fewer = tokens_of(hearing, sound, right)
    assert again == said
    assert passes >= len(said)
    # One for the guess, and one for each time the model puts in, and for the end.
    assert fewer <= 2 + len(said) - len(right)


def test_words_that_are_expected_change_nothing(tiny: Any, sounds: list[Samples]) -> None:
    whisper = load(tiny()).with_options(DecodeOptions(doubts=None, temperatures=(0.0,), silence=2.0))
    plain = whisper.recognize([sounds[0]], "en")
    words = plain[0].words
    others = [[Word(text, 0.0, 0.0) for text in texts] for texts in (["nothing", "of", "it"], ["\0", "é", "  "])]
    for expected in ([], words, words[:2], *others):
        assert close_to(whisper.expecting(expected, "en").recognize([sounds[0]], "en"), plain)
    batch = whisper.recognize(sounds[:3], "en")
    assert close_to(whisper.expecting(words, "en").recognize(sounds[:3], "en"), batch)


def test_live_words_are_the_same_with_and_without_guesses(tiny: Any) -> None:
    class Plain(Recognizer):
        """The same ear, that is not told what to guess."""

        def __init__(self, model: Whisper) -> None:
            self._model = model
            self.sample_rate, self.max_region_s = model.sample_rate, model.max_region_s

        def recognize(self, regions: Sequence[Samples], language: str) -> list[Segment]:
            return self._model.recognize(regions, language)

        def recognize_draft(self, regions: Sequence[Samples], language: str) -> list[Segment]:
            return self._model.recognize_draft(regions, language)

        def expecting(self, words: Sequence[Word], language: str, before: Sequence[Word] = ()) -> Whisper:
            return self._model.following(before)

    chance = np.random.default_rng(4)
    sound = (0.1 * chance.normal(size=5 * 16000)).astype(np.float32)
    said: list[list[str]] = []
    passes: list[int] = []
    for make in (lambda model: model, Plain):
        model = load(tiny()).with_options(DecodeOptions(doubts=None, temperatures=(0.0,), silence=2.0, max_tokens=10))
        utterance = AgreedUtterance(make(model), "en", clock=lambda: 0.0)
        for at in range(0, len(sound), 1600):
            utterance.add(sound[at : at + 1600])
        said.append([word.text for word in utterance.finish()])
        passes.append(model.work.decoder_passes)
    assert said[0] == said[1]
    assert said[0]
    # Of noise a random network says another thing each time; how much is saved on speech, a benchmark counts.
    assert passes[0] <= passes[1]


def close_to(one: list[Segment], other: list[Segment]) -> bool:
    return [(segment.text, [word.text for word in segment.words]) for segment in one] == [
        (segment.text, [word.text for word in segment.words]) for segment in other
    ]
