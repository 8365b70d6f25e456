"""Sound at even intervals, whatever the pieces are."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OptionError
from engine.text.segment import TextSegment
from engine.tts import pauses
from engine.tts.base import SegmentLimits, SpeechPiece, Synthesizer
from engine.tts.intervals import at_intervals
from engine.tts.speak import speak
from engine.types import AudioChunk, Chunking, Samples, Sampling, SpeechRequest, Voice, Word

RATE = 1000


def stream(sizes: Sequence[int], words: Sequence[int] = ()) -> Iterator[AudioChunk]:
    """Chunks of these many samples, each sample its own number, with words that begin at these."""
    ends = list(accumulate(sizes))
    for number, (size, end) in enumerate(zip(sizes, ends, strict=True)):
        samples = np.arange(end - size, end, dtype=np.float32)
        begun = tuple(Word(str(at), at / RATE, (at + 1) / RATE) for at in words if end - size <= at < end)
        is_last = number == len(sizes) - 1
        whole_s = ends[-1] / RATE if is_last else None
        notices = (f"notice {number}",)
        yield AudioChunk(
            samples, RATE, number, is_last, (number, number + 1), begun, number, audio_s=whole_s, notices=notices
        )


@given(
    sizes=st.lists(st.integers(0, 400), max_size=12),
    last=st.integers(1, 400),
    interval=st.integers(1, 500),
    words=st.lists(st.integers(0, 400), max_size=5, unique=True).map(sorted),
    at_once=st.booleans(),
)
def test_nothing_is_lost_and_every_chunk_has_its_length(
    sizes: list[int], last: int, interval: int, words: list[int], at_once: bool
) -> None:
    pieces = list(stream([*sizes, last], words))
    chunks = list(at_intervals(iter(pieces), interval / RATE, 0.0, at_once))
    np.testing.assert_array_equal(
        np.concatenate([chunk.samples for chunk in chunks]), np.arange(sum(sizes) + last, dtype=np.float32)
    )
    assert [chunk.index for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.is_final for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    lengths = [len(chunk.samples) for chunk in chunks]
    assert 1 <= lengths[-1] <= interval
    even = lengths[1:-1] if at_once else lengths[:-1]
    assert all(length == interval for length in even)
    assert [word for chunk in chunks for word in chunk.words] == [word for piece in pieces for word in piece.words]
    for chunk, end in zip(chunks, accumulate(lengths), strict=True):
        begin = end - len(chunk.samples)
        assert all(begin <= round(word.start_s * RATE) < end for word in chunk.words)
    assert [note for chunk in chunks for note in chunk.notices] == [note for piece in pieces for note in piece.notices]
    assert chunks[-1].audio_s == pieces[-1].audio_s


def test_a_span_covers_all_that_sounds() -> None:
    first, last = at_intervals(stream([30, 30, 30, 10]), 0.08, 0.0)
    assert (first.span, last.span) == ((0, 3), (2, 4))


def test_the_first_sound_waits_for_nobody_who_asks_for_it_at_once() -> None:
    pieces = stream([30, 30, 30, 10])
    assert len(next(at_intervals(pieces, 0.08, 0.0, first_at_once=True)).samples) == 30
    assert len(next(at_intervals(stream([300, 10]), 0.08, 0.0, first_at_once=True)).samples) == 80, "and is no longer"


class Hummer(Synthesizer):
    """A tenth of a second for each letter, in one piece."""

    name = "Hummer"
    sample_rate = RATE
    voices = (Voice("one", "One", "en-us"),)
    limits = SegmentLimits(100, 100, 100)

    def check(self, request: SpeechRequest) -> SpeechRequest:
        return request

    def synthesize(self, segment: TextSegment, request: SpeechRequest) -> Iterator[SpeechPiece]:
        yield SpeechPiece(np.ones(100 * len(segment.text), dtype=np.float32))


TEXT = "One two three. Four five."


def spoken(**how: object) -> list[AudioChunk]:
    return list(speak(Hummer(), replace(SpeechRequest(TEXT), **how)))  # type: ignore[arg-type]


def joined(chunks: Sequence[AudioChunk]) -> Samples:
    return np.concatenate([chunk.samples for chunk in chunks])


@pytest.mark.parametrize("interval_s", [0.01, 0.3, 1.0, 2.0, 60.0])
def test_every_family_keeps_the_interval(interval_s: float) -> None:
    chunks = spoken(chunking=Chunking(streaming_interval=interval_s))
    assert {chunk.duration_s for chunk in chunks[:-1]} <= {interval_s}
    assert 0 < chunks[-1].duration_s <= interval_s
    np.testing.assert_array_equal(joined(chunks), joined(spoken()))


@pytest.mark.parametrize("interval_s", [0, -1, float("nan"), float("inf"), 121, 10**400, True, "1"])
def test_an_interval_that_is_none_is_refused(interval_s: object) -> None:
    with pytest.raises(OptionError, match="streaming interval"):
        spoken(chunking=Chunking(streaming_interval=interval_s))  # type: ignore[arg-type]


def test_the_last_chunk_is_short_silence_and_never_empty() -> None:
    for pause_s in (0.0, 0.05, 30.0):
        final = spoken(sentence_pause_s=pause_s, paragraph_pause_s=pause_s)[-1]
        assert final.is_final
        assert not final.samples.any()
        assert pauses.LEAST_END_S <= final.duration_s <= pauses.END_S


def test_pauses_are_shorter_for_whoever_speaks_faster() -> None:
    lengths = {speed: len(joined(spoken(speed=speed, sentence_pause_s=1.0))) for speed in (0.5, 1.0, 2.0)}
    assert (lengths[0.5] - lengths[1.0], lengths[1.0] - lengths[2.0]) == (1000, 500)


def test_what_means_nothing_to_a_voice_is_told_once() -> None:
    asked = spoken(sampling=Sampling(temperature=0.5, top_k=3), chunking=Chunking(streaming_chunk_tokens=21), seed=7)
    told = "Hummer has no use for temperature, top k, streaming chunk tokens and seed, so they were left out."
    assert [notice for chunk in asked for notice in chunk.notices] == [told]
    assert not any(chunk.notices for chunk in spoken(chunking=Chunking(streaming_interval=1.0, ultra_low_latency=True)))
