"""`generate` of a voice: what comes, under which names, and what is said of what cannot be."""

import gc
import math
import threading
from typing import Any

import mlx.core as mx
import numpy as np
import pytest

import engine
from engine.calls.options import UnknownKeyword
from engine.calls.results import Clock
from engine.calls.speaking import LoadedVoice
from engine.errors import EngineError, OptionError, TextError, VoiceError
from engine.types import Chunking, Sampling

TEXT = "Good morning. This is the second sentence, and it is longer than the first."
TWO = "One.\n\nTwo is here."


def test_a_stream_has_the_known_names_beside_ours(kokoro: LoadedVoice) -> None:
    results = list(kokoro.generate(TEXT, voice="af_heart", lang_code="a", stream=True, streaming_interval=0.2))
    assert len(results) > 3
    for at, result in enumerate(results):
        assert isinstance(result.audio, mx.array)
        assert np.array_equal(np.array(result.audio), result.samples)
        is_last = at == len(results) - 1
        assert (result.index, result.is_final, result.is_final_chunk, result.is_streaming_chunk) == (
            at, is_last, is_last, not is_last,
        )  # fmt: skip
        assert (result.total_seconds is not None) == is_last
        assert result.sample_rate == 24000
        assert result.audio_duration == pytest.approx(len(result.samples) / 24000)
        assert result.peak_memory_usage > 0
        assert result.ttfa == result.time_to_first_token > 0
        assert result.audio_samples["samples"] == len(result.samples)
    assert {len(result.samples) for result in results[:-1]} == {4800}
    assert [result.segment_idx for result in results] == sorted(result.segment_idx for result in results)
    last = results[-1]
    assert last.total_seconds is not None
    assert last.total_audio is not None
    assert last.real_time_factor == pytest.approx(last.total_seconds / last.total_audio)
    assert sum(result.processing_time_seconds for result in results) == pytest.approx(last.total_seconds)


def test_tokens_are_counted_for_each_and_for_all(orpheus: LoadedVoice) -> None:
    results = list(orpheus.generate("A paragraph that is spoken aloud.", stream=True, streaming_chunk_tokens=21))
    assert len(results) > 2
    assert sum(result.token_count for result in results) == results[-1].generated_tokens > 100
    assert results[-1].prompt["tokens"] == results[-1].token_count


@pytest.mark.parametrize("length", [{"streaming_interval": 0.1}, {"streaming_chunk_tokens": 14}, {}])
def test_the_chunks_of_a_stream_are_the_whole(orpheus: LoadedVoice, length: dict[str, Any]) -> None:
    [whole] = orpheus.generate("How soon is there sound?", "leo")
    chunks = list(orpheus.generate("How soon is there sound?", "leo", stream=True, **length))
    assert np.array_equal(np.concatenate([chunk.samples for chunk in chunks]), whole.samples)
    assert whole.is_final_chunk
    assert not whole.is_streaming_chunk


def test_without_a_stream_each_paragraph_is_a_result(kokoro: LoadedVoice) -> None:
    one, two = kokoro.generate(TWO)
    assert (TWO[slice(*one.span)], TWO[slice(*two.span)]) == ("One.", "Two is here.")
    assert [(one.segment_idx, one.is_final_chunk), (two.segment_idx, two.is_final_chunk)] == [(0, False), (1, True)]
    assert [TWO[slice(*word.span)] for word in two.words if word.span] == ["Two", "is", "here"]
    assert two.words[0].start_s >= one.duration_s
    [whole] = kokoro.generate(TWO, split_pattern=None)
    assert whole.duration_s > 0
    assert len(list(kokoro.generate("One. Two. Three.", split_pattern=r"\s"))) == 3


@pytest.mark.parametrize(
    ("letter", "tag"),
    [
        ("a", "en-us"),
        ("b", "en-gb"),
        ("e", "es"),
        ("f", "fr-fr"),
        ("h", "hi"),
        ("i", "it"),
        ("p", "pt-br"),
        ("z", "zh"),
    ],
)
def test_letters_and_tags_are_the_same_language(letter: str, tag: str) -> None:
    from engine.calls.names import language
    from engine.defaults.named import tag as known

    assert language(letter, None) == language(letter.upper(), tag) == known(tag)


def test_a_voice_of_kokoros_is_spoken_by_orpheus_itself_and_told(orpheus: LoadedVoice) -> None:
    with pytest.warns(engine.Notice, match="af_heart is a voice of another model, .* tara speaks instead") as told:
        [result] = orpheus.generate("Sound begins early.", "af_heart")
    assert len(told) == 1
    assert told[0].filename == __file__
    assert result.notices == (str(told[0].message),)
    [tara] = orpheus.generate("Sound begins early.", "tara")
    assert np.array_equal(result.samples, tara.samples)
    with pytest.raises(VoiceError, match="It has: tara"):
        list(orpheus.generate("Sound begins early.", "nobody"))


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"temperature": 0.4, "top_p": 0.9}, "temperature and top p"),
        ({"sampling": Sampling(top_k=3)}, "top k"),
        ({"stream": True, "streaming_chunk_tokens": 20}, "streaming chunk tokens"),
        ({"stream": True, "chunking": Chunking(lookback=3)}, "lookback"),
        ({"ref_audio": "voice.wav", "ref_text": "Hello."}, "ref_audio and ref_text"),
        ({"instruct": "whisper"}, "instructions"),
        ({"streaming_interval": 1.0}, "streaming_interval"),
        ({"streaming_chunk_tokens": 35}, "streaming_chunk_tokens"),
    ],
)
def test_what_does_nothing_here_is_told_once(kokoro: LoadedVoice, given: dict[str, Any], part: str) -> None:
    with pytest.warns(engine.Notice, match=part) as told:
        results = list(kokoro.generate(TWO, **given))
    assert len(told) == 1
    assert told[0].filename == __file__
    assert [notice for result in results for notice in result.notices] == [str(told[0].message)]


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ({"speed": math.nan}, "speed must lie"),
        ({"speed": "fast"}, "speed must be a number"),
        ({"speed": 2.5}, "speed must lie between 0.5 and 2"),
        ({"pitch": math.inf}, "pitch"),
        ({"stream": "yes"}, "stream must be True or False"),
        ({"streaming_interval": 0, "stream": True}, "streaming interval must lie"),
        ({"streaming_interval": "2", "stream": True}, "streaming interval must be a number"),
        ({"voice": 3}, "voice must be text"),
        ({"lang_code": "q"}, "no letter for a language"),
        ({"lang_code": 5}, "lang_code must be text"),
        ({"lang_code": "a", "language": "fr"}, "lang_code says a and language says fr, and they mean the same"),
        ({"instruct": "low", "instructions": "high"}, "instructions says high and instruct says low"),
        ({"temperature": 3}, "temperature must lie between 0 and 2"),
        ({"temperature": 0.5, "sampling": Sampling(temperature=0.7)}, "sampling.temperature says 0.7"),
        ({"sampling": {"temperature": 1}}, "sampling must be a Sampling, not dict"),
        ({"chunking": 3, "stream": True}, "chunking must be a Chunking"),
        (
            {"chunking": Chunking(streaming_interval=1.0), "streaming_interval": 0.5, "stream": True},
            "streaming_interval",
        ),
        ({"ultra_low_latency": 1, "stream": True}, "ultra_low_latency must be True or False"),
        ({"seed": 1.5}, "seed must be a whole number"),
        ({"split_pattern": "("}, "regular expression"),
        ({"split_pattern": 3}, "regular expression"),
        ({"split_pattern": r"\s", "stream": True}, "without stream=True"),
        ({"pronunciations": ["Sybil"]}, "list of Pronunciation"),
        ({"prompt": "voice.wav"}, "prompt must be a VoicePrompt"),
    ],
)
def test_what_cannot_be_is_one_sentence_at_once(kokoro: LoadedVoice, given: dict[str, Any], part: str) -> None:
    with pytest.raises(OptionError, match=part) as refused:
        kokoro.generate(TEXT, **given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", [None, b"bytes", 3, "", "  \n "])
def test_what_is_no_text_is_refused(kokoro: LoadedVoice, text: Any) -> None:
    with pytest.raises(TextError):
        kokoro.generate(text)


def test_an_unknown_keyword_is_a_type_error_with_the_nearest_name(kokoro: LoadedVoice) -> None:
    for kind in (UnknownKeyword, OptionError, TypeError, EngineError):
        with pytest.raises(kind, match=r"generate takes no voise; did you mean voice\?"):
            kokoro.generate(TEXT, voise="af_heart")  # type: ignore[call-arg]
    with pytest.raises(UnknownKeyword, match=r"generate takes no zzz; it takes chunking, .* and voice"):
        kokoro.generate(TEXT, zzz=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("is_stream", [True, False])
def test_leaving_early_stops_the_model(kokoro: LoadedVoice, is_stream: bool) -> None:
    with kokoro.generate("Many sentences. " * 200 + TWO, stream=is_stream, streaming_interval=2.0) as results:
        next(results) if is_stream else None
    assert list(results) == []
    assert kokoro.pool.call(kokoro.id, lambda _: True)


@pytest.mark.parametrize("is_stream", [True, False])
def test_closing_on_another_thread_wakes_who_waits(kokoro: LoadedVoice, is_stream: bool) -> None:
    begun, may_go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        begun.set()
        may_go_on.wait(120)

    holder = threading.Thread(target=lambda: kokoro.pool.call(kokoro.id, hold))
    holder.start()
    begun.wait(120)
    results = kokoro.generate("Nobody hears this.", stream=is_stream)
    got: list[Any] = []
    reader = threading.Thread(target=lambda: got.extend(results))
    reader.start()
    results.close()
    reader.join(120)
    assert not reader.is_alive()
    assert got == []
    may_go_on.set()
    holder.join(120)


def test_results_that_are_forgotten_stop_the_model(kokoro: LoadedVoice) -> None:
    results = kokoro.generate("Many sentences. " * 200, stream=True)
    next(results)
    del results
    gc.collect()
    kokoro.pool.call(kokoro.id, lambda _: None)
    assert next(one for one in kokoro.pool.loaded() if one.id == kokoro.id).streams == 0


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "00:00:00.000"), (2.3504, "00:00:02.350"), (3725.9999, "01:02:06.000")]
)
def test_seconds_print_as_a_clock(seconds: float, shown: str) -> None:
    assert f"{Clock(seconds)}" == str(Clock(seconds)) == shown
    assert f"{Clock(seconds):.1f}" == f"{seconds:.1f}"
