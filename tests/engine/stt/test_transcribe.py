"""Recordings to segments."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.errors import OptionError
from engine.stt.base import Guidance, Recognizer
from engine.stt.pocketsphinx.model import PocketSphinx
from engine.stt.transcribe import transcribe
from engine.types import Samples, Segment, Word

RATE = 16000
SENTENCES = ("The children were playing in the garden.", "Please call me tomorrow morning and bring the books.")


def blocks(samples: Samples, size: int = RATE) -> Iterator[Samples]:
    for begin in range(0, len(samples), size):
        yield samples[begin : begin + size]


class Counting(Recognizer):
    """Not an ear but a ruler: every region is one word, its length."""

    sample_rate = RATE
    languages = ("en-us",)
    max_region_s = 5.0

    def __init__(self) -> None:
        self.longest = 0

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        self.longest = max([self.longest, *map(len, regions)])
        return [
            Segment(str(len(samples)), 0.0, len(samples) / RATE, (Word(str(len(samples)), 0.0, len(samples) / RATE),))
            for samples in regions
        ]

    def utterance(self, language: str) -> Any:
        raise AssertionError("a recording has no utterances")

    def close(self) -> None: ...


def test_segments_stand_where_their_speech_does(ears: PocketSphinx, said: Any) -> None:
    sound = said(*SENTENCES)
    segments = list(transcribe(ears, blocks(sound)))
    assert len(segments) == 2
    assert "children" in segments[0].text
    assert "morning" in segments[1].text
    one, two = segments
    assert 0.5 < one.start_s < 1.1
    assert one.end_s < two.start_s
    assert two.end_s == pytest.approx(len(sound) / RATE - 0.8, abs=0.4)
    for segment in segments:
        assert segment.words[0].start_s == segment.start_s
        assert segment.words[-1].end_s == segment.end_s


def test_a_resumed_recording_keeps_its_clock(said: Any) -> None:
    sound = said(*SENTENCES)
    whole = list(transcribe(Counting(), blocks(sound)))
    later = list(transcribe(Counting(), blocks(sound), start_s=100.0))
    assert [round(segment.start_s - 100, 6) for segment in later] == [round(s.start_s, 6) for s in whole]
    assert later[0].words[0].start_s == later[0].start_s


def test_a_segment_leaves_before_the_next_is_read(said: Any) -> None:
    sound = np.concatenate([said(*SENTENCES), said(*SENTENCES)])
    read = 0

    def counted() -> Iterator[Samples]:
        nonlocal read
        for block in blocks(sound, 1600):
            read += len(block)
            yield block

    next(transcribe(Counting(), counted()))
    assert read < len(sound) / 2


def test_the_size_of_the_blocks_changes_nothing(said: Any) -> None:
    sound = said(*SENTENCES)
    assert list(transcribe(Counting(), blocks(sound, 333))) == list(transcribe(Counting(), [sound]))


def test_no_region_is_longer_than_the_model_takes(said: Any) -> None:
    model = Counting()
    list(transcribe(model, blocks(np.concatenate([said(SENTENCES[1], pause_s=0.05)] * 4))))
    assert model.longest <= 5.0 * RATE


def test_silence_gives_no_segments(ears: PocketSphinx, not_speech: dict[str, Samples]) -> None:
    assert list(transcribe(ears, not_speech.values())) == []


def test_a_region_without_words_is_no_segment(said: Any) -> None:
    class Deaf(Counting):
        def recognize(self, regions: Any, language: str) -> list[Segment]:
            return [replace(segment, text="") for segment in super().recognize(regions, language)]

    assert list(transcribe(Deaf(), [said(*SENTENCES)])) == []


def test_an_unknown_language_is_refused_before_anything_is_read(ears: PocketSphinx) -> None:
    def never() -> Iterator[Samples]:
        raise AssertionError("read")
        yield

    with pytest.raises(OptionError):
        next(transcribe(ears, never(), "fr"))


def test_memory_stays_the_same_however_long_the_recording(said: Any) -> None:
    sound = said(*SENTENCES)

    def peak(times: int) -> int:
        tracemalloc.start()
        for _ in transcribe(Counting(), (block for _ in range(times) for block in blocks(sound))):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(4) < 1.3 * peak(2) + 100_000


class Hearty(Counting):
    """Takes several regions at once, and notes how much."""

    batch_s = 6.0
    max_region_s = 1.5

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def recognize(self, regions: Any, language: str) -> list[Segment]:
        if len(regions):
            self.batches.append(sum(map(len, regions)))
        return super().recognize(regions, language)


def test_a_model_that_likes_batches_gets_them_and_says_the_same_in_the_same_order(said: Any) -> None:
    sound = np.concatenate([said(*SENTENCES) for _ in range(3)])
    together, single = Hearty(), Hearty()
    single.batch_s = 0.0
    heard = list(transcribe(together, blocks(sound)))
    assert heard == list(transcribe(single, blocks(sound)))
    assert len(together.batches) < len(single.batches) / 2
    # The first is small: something to read soon.
    assert together.batches[0] <= 1.5 * RATE < 3 * RATE < max(together.batches) <= 6 * RATE


def test_batches_do_not_hold_more_the_longer_the_recording_is(said: Any) -> None:
    sound = said(*SENTENCES)
    model = Hearty()
    list(transcribe(model, (block for _ in range(8) for block in blocks(sound))))
    assert max(model.batches) <= 6 * RATE


def test_a_model_without_guidance_says_so_before_anything_is_read() -> None:
    def never() -> Iterator[Samples]:
        raise AssertionError("read")
        yield

    for guidance in (Guidance(translates=True), Guidance(prompt="Dr. Smith"), Guidance(hotwords=("Kokoro",))):
        with pytest.raises(OptionError, match="cannot"):
            next(transcribe(Counting(), never(), guidance=guidance))
    assert list(transcribe(Counting(), [], guidance=Guidance())) == []


def test_silence_counts_as_listened_to_and_undecided_speech_does_not(said: Any) -> None:
    silence = np.zeros(60 * RATE, dtype=np.float32)
    told: list[float] = []
    assert list(transcribe(Counting(), blocks(silence), listened=told.append, start_s=5.0)) == []
    assert told == sorted(told)
    assert told[-1] == 65.0
    assert len(told) >= 60

    class Slow(Counting):
        batch_s = 60.0  # all of it at once, when it has been read to its end

        def recognize(self, regions: Any, language: str) -> list[Segment]:
            if regions:
                waited_from.append(told[-1])
            return super().recognize(regions, language)

    told.clear()
    waited_from: list[float] = []
    sound = said(*SENTENCES)
    segments = list(
        transcribe(Slow(), blocks(np.concatenate([sound, silence[: 3 * RATE]]), 1600), listened=told.append)
    )
    assert waited_from[0] <= segments[0].start_s + 0.5
    assert told[-1] == pytest.approx(len(sound) / RATE + 3, abs=0.01)
