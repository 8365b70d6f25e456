"""`generate_audio_streaming` and `generate_audio_with_callback`: the whole in pieces of the length asked for."""

import warnings
from typing import Any

import numpy as np
import pytest

import engine
from engine.calls.fields import Fields
from engine.calls.speaking import LoadedVoice
from engine.errors import OptionError
from engine.types import Samples

TEXT = "The first sound comes soon."


@pytest.fixture(scope="module")
def whole(orpheus: LoadedVoice) -> Samples:
    [result] = orpheus.generate(TEXT, temperature=0.6)
    return result.samples


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ultra_low_latency": False, "output_chunk_duration_ms": 40},
        {"respect_source_boundaries": True},
        {"respect_source_boundaries": True, "output_chunk_duration_ms": 1000},
    ],
)
def test_joined_they_are_the_whole(orpheus: LoadedVoice, whole: Samples, given: dict[str, Any]) -> None:
    pieces = list(engine.generate_audio_streaming(TEXT, model=orpheus, **given))
    assert all(piece.dtype == np.float32 and piece.ndim == 1 and len(piece) for piece in pieces)
    assert np.array_equal(np.concatenate(pieces), whole)


def test_pieces_have_the_length_asked_for(orpheus: LoadedVoice) -> None:
    def sizes(**given: Any) -> list[int]:
        return [len(piece) for piece in engine.generate_audio_streaming(TEXT, model=orpheus, **given)]

    assert set(sizes(output_chunk_duration_ms=100)[1:-1]) == {2400}
    usual = sizes()
    assert set(usual[1:-1]) == {3600}
    assert set(sizes(streaming_interval=0.2)[1:-1]) == {4800}
    assert usual[0] < 3600, "the first sound is not held back"
    # Three frames of 2048 samples, in pieces of 3600 and what is left.
    apart = sizes(respect_source_boundaries=True)
    assert apart[:1] != [3600]
    assert {3600, 6144 - 3600} <= set(apart)


def test_a_callback_is_told_by_name_in_brackets_or_behind_a_dot(orpheus: LoadedVoice, whole: Samples) -> None:
    heard: list[tuple[Samples, Fields]] = []
    engine.generate_audio_with_callback(TEXT, lambda chunk, metadata: heard.append((chunk, metadata)), model=orpheus)
    assert np.array_equal(np.concatenate([chunk for chunk, _ in heard]), whole)
    assert [metadata["chunk_index"] for _, metadata in heard] == list(range(len(heard)))
    assert [metadata.is_final for _, metadata in heard] == [False] * (len(heard) - 1) + [True]
    last = heard[-1][1]
    assert "total_seconds" in last
    assert set(last.keys()) >= {"chunk_index", "sample_rate", "is_final", "notices"}
    assert last.total_seconds == last["total_seconds"] > 0
    assert heard[0][1].total_seconds is None
    assert last.get("nothing") is None
    with pytest.raises(AttributeError, match="There is no nothing here, but chunk_index"):
        _ = last.nothing
    with pytest.raises(KeyError):
        _ = last["nothing"]


def test_the_last_of_several_pieces_of_a_chunk_is_the_final_one(kokoro: LoadedVoice) -> None:
    told: list[Fields] = []
    engine.generate_audio_with_callback(
        "One.", lambda _, metadata: told.append(metadata), model=kokoro,
        respect_source_boundaries=True, output_chunk_duration_ms=10,
    )  # fmt: skip
    assert [one.is_final_chunk for one in told] == [False] * (len(told) - 1) + [True]
    assert [one.total_seconds is None for one in told] == [True] * (len(told) - 1) + [False]
    assert len(told) > 10


def test_defaults_for_codec_models_are_not_told_of_where_there_is_none(kokoro: LoadedVoice) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(engine.generate_audio_streaming("One.", model=kokoro))


def test_what_a_callback_raises_stops_the_speech(kokoro: LoadedVoice) -> None:
    calls: list[int] = []

    def enough(chunk: Samples, metadata: Fields) -> None:
        calls.append(metadata.chunk_index)
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        engine.generate_audio_with_callback("Many sentences. " * 200, enough, model=kokoro)
    assert calls == [0]
    assert kokoro.pool.call(kokoro.id, lambda _: True)


def test_closing_stops_the_speech(kokoro: LoadedVoice) -> None:
    pieces = engine.generate_audio_streaming("Many sentences. " * 200, model=kokoro)
    next(pieces)
    pieces.close()
    assert list(pieces) == []


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"output_chunk_duration_ms": 1}, "output chunk duration must lie between 10"),
        ({"output_chunk_duration_ms": float("nan")}, "output chunk duration"),
        ({"output_chunk_duration_ms": "150"}, "output chunk duration must be a number"),
        ({"output_chunk_duration_ms": 150, "streaming_interval": 2.0}, "streaming_interval says 2.0 s"),
        ({"respect_source_boundaries": "no"}, "respect_source_boundaries must be True or False"),
        ({"streaming_chunk_tokens": 36}, "multiple of 7, the tokens of a frame; 36 is not. Try 35"),
        ({"chunk_tokens": 35}, "takes no chunk_tokens; did you mean"),
        ({"split_pattern": "x"}, "takes no split_pattern"),
    ],
)
def test_what_cannot_be_is_one_sentence(orpheus: LoadedVoice, given: dict[str, Any], part: str) -> None:
    with pytest.raises(OptionError, match=part):
        list(engine.generate_audio_streaming(TEXT, model=orpheus, **given))
    with pytest.raises(OptionError, match=part):
        engine.generate_audio_with_callback(TEXT, lambda *_: None, model=orpheus, **given)


def test_a_callback_that_cannot_be_called_is_refused(orpheus: LoadedVoice) -> None:
    with pytest.raises(OptionError, match="callback must be a function"):
        engine.generate_audio_with_callback(TEXT, "print", model=orpheus)  # type: ignore[arg-type]
