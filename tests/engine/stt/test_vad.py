"""Turns and regions of speech, in packets of any size."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audio.resample import resample
from engine.stt.silero import STEP
from engine.stt.vad import STEP_S, SpeechDetector, SpeechPart, VadOptions, quietest, regions
from engine.types import Samples

RATE = 16000
SENTENCES = (
    "The children were playing in the garden.",
    "Please call me tomorrow morning.",
    "Then the rain began to fall.",
)


def packets(samples: Samples, sizes: list[int]) -> Iterator[Samples]:
    at = index = 0
    while at < len(samples):
        size = sizes[index % len(sizes)]
        yield samples[at : at + size]
        at, index = at + size, index + 1


def heard(samples: Samples, sizes: list[int]) -> list[SpeechPart]:
    detector = SpeechDetector()
    parts = [part for packet in packets(samples, sizes) for part in detector.feed(packet)]
    return [*parts, *detector.finish()]


def test_each_sentence_is_a_region_that_holds_it_whole(said: Any) -> None:
    sound = said(*SENTENCES)
    found = list(regions([sound]))
    assert len(found) == 3
    for start_s, samples in found:
        assert samples.dtype == np.float32
        begin = round(start_s * RATE)
        assert np.array_equal(samples, sound[begin : begin + len(samples)])
    # Nothing loud is left outside.
    inside = np.zeros(len(sound), dtype=bool)
    for start_s, samples in found:
        inside[round(start_s * RATE) : round(start_s * RATE) + len(samples)] = True
    assert np.abs(sound[~inside]).max() < 0.02
    # Nor is silence swallowed whole: 0.8 s lie between two sentences, half a second of it may be padding.
    assert inside.sum() < len(sound) - 0.8 * RATE


def test_what_is_no_speech_is_no_region(not_speech: dict[str, Samples]) -> None:
    for name, sound in not_speech.items():
        assert list(regions([sound])) == [], name


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 20_000), min_size=1, max_size=5))
def test_the_size_of_the_packets_changes_nothing(said: Any, sizes: list[int]) -> None:
    sound = said(*SENTENCES[:2], pause_s=0.7)
    whole, parts = heard(sound, [len(sound)]), heard(sound, [max(sizes[0], 64), *sizes[1:]])
    assert [(part.start, part.begins, part.ends_at) for part in parts] == [
        (part.start, part.begins, part.ends_at) for part in whole
    ]
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(parts, whole, strict=True))


def test_parts_of_a_turn_join_without_a_gap(said: Any) -> None:
    at = None
    turns = 0
    for part in heard(said(*SENTENCES), [777]):
        if part.begins:
            turns += 1
        elif at is not None and len(part.samples):
            assert part.start == at
        at = None if part.ends_at is not None else part.start + len(part.samples)
    assert turns == 3
    assert at is None


def test_speech_that_goes_on_to_the_end_is_ended_by_it(said: Any) -> None:
    sound = said(SENTENCES[0])
    cut = sound[: round(1.7 * RATE) + 137]
    ((start_s, samples),) = regions([cut])
    assert round(start_s * RATE) + len(samples) == len(cut)


def test_a_click_is_no_turn(not_speech: dict[str, Samples], said: Any) -> None:
    word = said("Yes.", pause_s=0.6)
    assert len(list(regions([np.concatenate((not_speech["clicks"], word))]))) == 1


def test_long_speech_is_parted_where_it_is_quietest(said: Any) -> None:
    without_pause = np.concatenate([said(*SENTENCES, pause_s=0.1)] * 3)
    options = VadOptions(max_speech_duration_s=6.0)
    found = list(regions(packets(without_pause, [1600]), options=options))
    assert len(found) >= 3
    assert all(len(samples) <= 6.0 * RATE for _, samples in found)
    for (start_s, samples), (next_s, _) in pairwise(found):
        if next_s == pytest.approx(start_s + len(samples) / RATE):
            edge = round(next_s * RATE)
            assert np.abs(without_pause[edge - 200 : edge + 200]).max() < 0.1


def test_another_sample_rate_gives_the_same_turns(said: Any) -> None:
    sound = said(*SENTENCES)
    at_16 = list(regions([sound]))
    at_24 = list(regions(packets(resample(sound, RATE, 24000), [2400]), sample_rate=24000))
    assert len(at_24) == len(at_16)
    for (one_s, one), (other_s, other) in zip(at_16, at_24, strict=True):
        assert other_s == pytest.approx(one_s, abs=2 * STEP_S)
        assert len(other) / 24000 == pytest.approx(len(one) / RATE, abs=3 * STEP_S)


class Loud:
    """Takes for speech whatever is not silent, in place of the network."""

    def probabilities(self, samples: Samples) -> Samples:
        return (np.abs(samples).reshape(-1, STEP).max(axis=1) > 0).astype(np.float32)


@pytest.mark.parametrize("pad_ms", [32, 96, 320])
def test_a_turn_ends_one_pad_behind_its_last_sound(monkeypatch: pytest.MonkeyPatch, pad_ms: int) -> None:
    monkeypatch.setattr("engine.stt.vad.SileroNetwork", Loud)
    before, speech = 50 * STEP, 60 * STEP
    sound = np.concatenate([np.zeros(before), np.full(speech, 0.5), np.zeros(3 * RATE)]).astype(np.float32)
    detector = SpeechDetector(RATE, VadOptions(speech_pad_ms=pad_ms, min_silence_duration_ms=640))
    parts = [*detector.feed(sound), *detector.finish()]
    pad = round(pad_ms / 1000 * RATE)
    assert [part.start for part in parts if part.begins] == [before - pad]
    assert [part.ends_at for part in parts if part.ends_at is not None] == [before + speech + pad]
    (region,) = regions([sound], RATE, VadOptions(speech_pad_ms=pad_ms, min_silence_duration_ms=640))
    assert len(region[1]) == speech + 2 * pad


def test_nothing_in_gives_nothing_out() -> None:
    assert list(regions([])) == []
    assert list(regions([np.zeros(0, np.float32), np.zeros(7, np.float32)])) == []


def test_the_quietest_place_is_found() -> None:
    sound = np.ones(RATE, dtype=np.float32)
    sound[12_000:13_600] = 0
    assert 12_000 <= quietest(sound, RATE) <= 13_600
