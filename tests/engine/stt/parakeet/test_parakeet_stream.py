"""A live stream: the same for any packets, exact as deep as promised, flat in work and memory, alone with its state."""

import mlx.core as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import OptionError
from engine.stt.parakeet import load
from engine.stt.parakeet.encoder import Encoder
from engine.stt.parakeet.model import Parakeet
from engine.stt.parakeet.stream import STEP, ParakeetStream
from engine.stt.parakeet.tokens import SentenceRules
from engine.types import Samples


def heard(stream: ParakeetStream, packets: list[Samples]) -> ParakeetStream:
    for packet in packets:
        stream.add_audio(packet)
    stream.finish()
    return stream


@settings(max_examples=10)
@given(cuts=st.lists(st.integers(0, 60000), max_size=12))
def test_any_packets_give_the_same_tokens_from_the_same_frames(tdt: Parakeet, babble: Samples, cuts: list[int]) -> None:
    sound = babble[:60000]
    whole = heard(tdt.stream(), [sound])
    parts = heard(tdt.stream(), np.split(sound, sorted(cuts)))
    assert list(parts.stable_tokens) == list(whole.stable_tokens)
    assert parts.result == whole.result
    assert parts.frames_encoded == whole.frames_encoded
    assert parts.mel_frames == whole.mel_frames == len(sound) // 160


@pytest.mark.parametrize("kind", ["tdt", "rnnt", "ctc"])
def test_drafts_become_stable_and_stable_tokens_stay(kind: str, folders, babble: Samples) -> None:
    stream = load(folders[kind]).stream()
    before: list = []
    drafts = 0
    for start in range(0, 64000, 1600):
        stream.add_audio(babble[start : start + 1600])
        now = list(stream.stable_tokens)
        assert now[: len(before)] == before
        before = now
        drafts += len(stream.draft_tokens)
        last_s = now[-1].start_s if now else 0.0
        assert all(token.start_s >= last_s for token in stream.draft_tokens)
    assert drafts
    stream.finish()
    assert list(stream.stable_tokens)[: len(before)] == before
    assert len(stream.stable_tokens) > len(before) or not stream.draft_tokens
    assert not stream.draft_tokens


@pytest.mark.parametrize(
    ("window", "depth", "is_local"),
    [
        ((20, 3), 1, True),
        ((20, 3), 2, True),
        ((20, 3), 3, True),
        ((0, 0), 3, True),
        ((1, 0), 2, True),
        ((5, 9), 1, True),
        ((200, 40), 3, False),
    ],
)
def test_the_first_layers_are_those_of_the_whole_pass(
    tdt: Parakeet, window: tuple[int, int], depth: int, is_local: bool
) -> None:
    left, right = window
    shallow = Encoder.__new__(Encoder)
    shallow.__dict__.update(tdt.encoder.__dict__)
    shallow.layers = tdt.encoder.layers[:depth]
    shallow.stream_positions = shallow._stream_positions
    mel = np.random.default_rng(3).normal(size=(1, 8 * 40 + 5, 80)).astype(np.float32)
    n = shallow.frames(mel.shape[1])
    whole = np.array(shallow(mx.array(mel), [mel.shape[1]], (left, right) if is_local else None))[0]
    lookahead = depth * (right + 4) if is_local else n
    stream = shallow.stream((left, right), lookahead + STEP, local=is_local)
    final, pending, parts = 0, 0, []
    while (final + pending + STEP) * 8 <= mel.shape[1]:
        count = pending + STEP
        keep = max(0, count - lookahead)
        region = mel[:, final * 8 : (final + count) * 8]
        parts.append(np.array(stream.step(mx.array(region), keep))[0, :keep])
        final, pending = final + keep, count - keep
    parts.append(np.array(stream.step(mx.array(mel[:, final * 8 :]), n - final))[0])
    streamed = np.concatenate(parts)
    assert streamed.shape == whole.shape
    assert np.abs(streamed - whole).max() < 1e-5


def test_work_and_memory_are_the_same_in_every_minute(tdt: Parakeet, babble: Samples) -> None:
    stream = tdt.stream(context_size=(64, 8))
    work, held = [], []
    for _ in range(4):
        before = stream.frames_encoded
        for start in range(0, len(babble), 51200):
            stream.add_audio(babble[start : start + 51200])
        work.append(stream.frames_encoded - before)
        held.append(sum(array.nbytes for array in stream.held()))
    steps = 30 / (STEP * 0.08)
    assert max(work[1:]) - min(work[1:]) <= STEP + stream.lookahead
    assert max(work) <= (steps + 1) * (STEP + stream.lookahead)
    assert len(set(held[1:])) == 1


@pytest.mark.slow
def test_the_last_minute_of_an_hour_costs_what_the_first_does(tdt: Parakeet, babble: Samples) -> None:
    stream = tdt.stream()
    minutes: list[tuple[int, int]] = []
    for _ in range(60):
        before = stream.frames_encoded
        for start in range(0, 2 * len(babble), 48000):
            stream.add_audio(babble[start % len(babble) : start % len(babble) + 48000])
        minutes.append((stream.frames_encoded - before, sum(array.nbytes for array in stream.held())))
    work, held = zip(*minutes[1:], strict=True)
    assert max(work) - min(work) <= STEP + stream.lookahead
    assert len(set(held)) == 1
    assert stream.mel_frames in range(360000 - 2, 360001)


def test_a_long_look_ahead_is_not_paid_for_at_every_word(tdt: Parakeet, babble: Samples) -> None:
    live = tdt.stream(context_size=(64, 60))
    assert live.lookahead == 64
    live.add_audio(babble)
    due = len(babble) / 1280
    assert due < live.frames_encoded < 10 * due
    assert live.finish().segments


def test_two_streams_on_one_model_know_nothing_of_each_other(tdt: Parakeet, babble: Samples) -> None:
    one, other = babble[:48000], babble[100000:148000][::-1].copy()
    alone = [heard(tdt.stream(), [sound]).stable_tokens for sound in (one, other)]
    streams = [tdt.stream(), tdt.stream()]
    for start in range(0, 48000, 3200):
        for stream, sound in zip(streams, (one, other), strict=True):
            stream.add_audio(sound[start : start + 3200])
    for stream, tokens in zip(streams, alone, strict=True):
        stream.finish()
        assert list(stream.stable_tokens) == list(tokens)
    assert list(alone[0]) != list(alone[1])


def test_a_flush_makes_all_stable_and_goes_on_in_the_same_time(tdt: Parakeet, babble: Samples) -> None:
    with tdt.stream() as live:
        live.add_audio(babble[:48000])
        assert live.draft_tokens
        live.flush()
        assert not live.draft_tokens
        assert not live.draft_words
        told = list(live.stable_words)
        assert told
        assert told[-1].end_s <= 3.0
        live.add_audio(babble[48000:112000])
        result = live.finish()
    assert list(live.stable_words)[: len(told)] == told
    assert live.stable_tokens[-1].start_s > 3.0
    assert live.mel_frames == 48000 // 160 + 64000 // 160
    assert result.duration_s == 7.0


def test_cancel_drops_what_is_not_stable(tdt: Parakeet, babble: Samples) -> None:
    live = tdt.stream()
    live.add_audio(babble[:64000])
    stable, frames = list(live.stable_tokens), live.frames_encoded
    live.cancel()
    assert list(live.stable_tokens) == stable
    assert live.frames_encoded == frames
    assert not live.held()
    with pytest.raises(OptionError, match="over"):
        live.add_audio(babble[:100])


def test_leaving_the_block_ends_the_stream(tdt: Parakeet, babble: Samples) -> None:
    with tdt.stream() as live:
        live.add_audio(babble[:16000])
    with pytest.raises(OptionError):
        live.flush()
    assert live.finish() == live.result


def test_sentences_end_where_the_rules_say(tdt: Parakeet, babble: Samples) -> None:
    live = tdt.stream(decoding=SentenceRules(max_words=2))
    live.add_audio(babble[:160000])
    result = live.finish()
    assert len(result.segments) > 2
    assert all(len(segment.words) == 2 for segment in result.segments[:-1])
    assert [word for segment in result.segments for word in segment.words] == list(live.stable_words)


@pytest.mark.parametrize("options", [{"context_size": (-1, 4)}, {"context_size": (4, 10**9)}, {"depth": -1}])
def test_contexts_no_stream_can_have_are_refused(tdt: Parakeet, options: dict) -> None:
    with pytest.raises(OptionError):
        tdt.stream(**options)


@pytest.mark.parametrize("poison", [np.nan, np.inf, -np.inf, 1e38])
def test_broken_numbers_do_no_harm_to_what_follows(tdt: Parakeet, babble: Samples, poison: float) -> None:
    live = tdt.stream()
    bad = babble[:32000].copy()
    bad[5000:5100] = poison
    live.add_audio(bad)
    live.add_audio(np.zeros(0, dtype=np.float32))
    live.add_audio(babble[32000:96000])
    tokens = live.finish()
    assert all(0 < (word.confidence or 0) <= 1 for segment in tokens.segments for word in segment.words)
