"""`transcribe_stream`: sound in, final words and drafts out, over a Parakeet and over others."""

from dataclasses import replace
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

import engine
from engine import Beam, DecodingConfig, Greedy, SentenceConfig
from engine.calls.hearing import LoadedRecogniser
from engine.calls.transcriber import Transcriber
from engine.errors import AudioFormatError, OptionError
from engine.pool import ModelPool
from engine.types import Samples

Said = tuple[list[str], Samples]


@pytest.fixture(scope="module")
def simple(pool: ModelPool, parakeet: LoadedRecogniser) -> LoadedRecogniser:
    """A recogniser that is no Parakeet, as far as anybody is told."""
    return LoadedRecogniser(replace(parakeet.card, family="simple"), pool)


def fed(transcriber: Transcriber, sound: Any, size: int = 16000) -> None:
    for at in range(0, len(sound), size):
        transcriber.add_audio(sound[at : at + size])


@pytest.mark.parametrize("dtype", [mx.float32, mx.bfloat16])
def test_words_while_sound_comes(parakeet: LoadedRecogniser, said: Said, dtype: mx.Dtype) -> None:
    with parakeet.transcribe_stream(context_size=(256, 8)) as transcriber:
        # In the middle of a word, so that not all is final.
        fed(transcriber, mx.array(said[1][:64000]).astype(dtype))
        result, final, draft = transcriber.result, transcriber.finalized_tokens, transcriber.draft_tokens
    assert len(set(result.text.split()) & set(said[0])) >= 4
    assert result.tokens == (*final, *draft)
    assert final
    assert draft
    for token in result.tokens:
        assert token.duration == pytest.approx(token.end - token.start)
        assert 0 <= (token.confidence or 0) <= 1
        assert token.id >= 0
    assert "".join(token.text for token in result.tokens).strip() == result.text


def test_final_tokens_stay(parakeet: LoadedRecogniser, said: Said) -> None:
    before: list[str] = []
    with parakeet.transcribe_stream(context_size=(256, 8)) as transcriber:
        for at in range(0, len(said[1]), 4000):
            transcriber.add_audio(said[1][at : at + 4000])
            now = [token.text for token in transcriber.finalized_tokens]
            assert now[: len(before)] == before
            before = now
        assert [token.text for token in transcriber.finish().tokens][: len(before)] == before
        assert transcriber.draft_tokens == []


def test_the_size_of_the_packets_changes_nothing(parakeet: LoadedRecogniser, said: Said) -> None:
    def text(size: int) -> str:
        with parakeet.transcribe_stream(context_size=(128, 128)) as transcriber:
            fed(transcriber, said[1], size)
            return transcriber.finish().text

    assert text(800) == text(1600) == text(16000)


@pytest.mark.parametrize("given", [{"depth": 2}, {"depth": 99}, {"keep_original_attention": True}, {"language": "en"}])
def test_every_parameter_reaches_the_stream(parakeet: LoadedRecogniser, said: Said, given: dict[str, Any]) -> None:
    with parakeet.transcribe_stream((256, 4), **given) as transcriber:
        fed(transcriber, said[1][:32000])
        assert transcriber.finish().text


@pytest.mark.parametrize("name", ["parakeet", "simple"])
def test_sentences_end_where_they_are_told(
    request: pytest.FixtureRequest, parakeet: LoadedRecogniser, said: Said, name: str
) -> None:
    model: Any = request.getfixturevalue(name)
    config = DecodingConfig(decoding=Greedy(), sentence=SentenceConfig(max_words=2))
    with model.transcribe_stream(decoding_config=config) as transcriber:
        fed(transcriber, said[1])
        sentences = transcriber.finish().sentences
    assert len(sentences) > 2
    assert all(len(sentence.text.split()) <= 2 for sentence in sentences)
    with parakeet.transcribe_stream(decoding_config=DecodingConfig(sentence=SentenceConfig(silence_gap=0.5))) as one:
        fed(one, said[1])
        assert len(one.finish().sentences) == 3


@pytest.mark.parametrize("name", ["parakeet", "simple"])
def test_what_was_heard_outlives_the_with(request: pytest.FixtureRequest, said: Said, name: str) -> None:
    model: Any = request.getfixturevalue(name)
    with model.transcribe_stream() as transcriber:
        fed(transcriber, said[1])
        shown = transcriber.result.text
    assert transcriber.result.text == shown != ""
    with pytest.raises(OptionError, match="over"):
        transcriber.add_audio(said[1][:100])
    transcriber.close()
    assert transcriber.finish().text == shown


def test_over_the_built_in_recogniser(pool: ModelPool, said: Said) -> None:
    with engine.load("pocketsphinx", pool=pool) as built_in:
        assert isinstance(built_in, LoadedRecogniser)
        with built_in.transcribe_stream() as transcriber:
            fed(transcriber, said[1][:28000])
            assert transcriber.finish().text


def test_over_another_model_tokens_are_words(simple: LoadedRecogniser, said: Said) -> None:
    with simple.transcribe_stream() as transcriber:
        fed(transcriber, said[1])
        heard = transcriber.finish()
        final = transcriber.finalized_tokens
    assert "".join(token.text for token in final).strip() == heard.text
    assert [token.text.strip() for token in final] == heard.text.split()
    with pytest.warns(engine.Notice, match="left out context_size and depth: its attention has no such window") as told:
        simple.transcribe_stream(context_size=(1, 1), depth=2).close()
    assert told[0].filename == __file__


@pytest.mark.parametrize("name", ["parakeet", "simple"])
@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"decoding_config": DecodingConfig(Beam())}, "There is no beam search here"),
        ({"decoding_config": DecodingConfig("greedy")}, "decoding must be Greedy"),  # type: ignore[arg-type]
        ({"decoding_config": DecodingConfig(sentence=3)}, "sentence must be a SentenceConfig"),  # type: ignore[arg-type]
        ({"decoding_config": Greedy()}, "decoding_config must be a DecodingConfig, not Greedy"),
        ({"context_size": 256}, "two whole numbers"),
        ({"context_size": (1, 2, 3)}, "two whole numbers"),
        ({"context_size": (1.5, 2)}, "context_size must be whole numbers"),
        ({"depth": 1.5}, "depth must be whole numbers"),
        ({"depth": True}, "depth must be whole numbers"),
        ({"keep_original_attention": 1}, "True or False"),
        ({"language": "fr"}, "fr"),
    ],
)
def test_what_no_stream_can_have(request: pytest.FixtureRequest, name: str, given: dict[str, Any], part: str) -> None:
    model: Any = request.getfixturevalue(name)
    with pytest.raises(OptionError, match=part):
        model.transcribe_stream(**given)


@pytest.mark.parametrize("given", [{"context_size": (-1, 8)}, {"context_size": (256, 5000)}, {"depth": -1}])
def test_a_context_out_of_bounds(parakeet: LoadedRecogniser, given: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="frames on each side"):
        parakeet.transcribe_stream(**given)


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "3"])
def test_a_sentence_of_no_such_length(wrong: Any) -> None:
    with pytest.raises(OptionError, match="max_words must be"):
        SentenceConfig(max_words=wrong)
    if wrong != 1.5:
        with pytest.raises(OptionError, match="silence_gap must be"):
            SentenceConfig(silence_gap=wrong)
    with pytest.raises(OptionError, match="max_duration must be"):
        SentenceConfig(max_duration=float("nan"))


@pytest.mark.parametrize("name", ["parakeet", "simple"])
@pytest.mark.parametrize("wrong", [np.zeros((2, 100), np.float32), np.full(100, 900, np.int16), np.full(100, 900.0)])
def test_what_is_no_sound_is_refused_and_the_stream_goes_on(
    request: pytest.FixtureRequest, name: str, wrong: Any, said: Said
) -> None:
    model: Any = request.getfixturevalue(name)
    with model.transcribe_stream() as transcriber:
        with pytest.raises(AudioFormatError):
            transcriber.add_audio(wrong)
        fed(transcriber, said[1][:64000])
        assert transcriber.finish().text
