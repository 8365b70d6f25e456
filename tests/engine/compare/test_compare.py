"""A comparison: what is taken, what is measured, what is drawn."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.compare import Progress, Take, measured, picture, takes
from engine.compare.measures import difference
from engine.errors import VoiceError
from engine.pool import ModelPool
from engine.types import Chunking, Samples, Sampling, SpeechRequest
from tests.engine.tts.orpheus.checkpoints import make

TEXT = "One, two, three. The quick brown fox."


@pytest.fixture(scope="module")
def pool() -> Iterator[ModelPool]:
    with ModelPool() as one:
        yield one


def take(samples: Samples, joins: tuple[int, ...] = ()) -> Take:
    return Take("clean", samples, 24000, joins, 0.1, 0.5, 0, ())


def test_the_built_in_voice_streams_what_it_makes_in_one_go_and_has_nothing_to_smooth(pool: ModelPool) -> None:
    steps = list(takes(pool, "espeak-ng", SpeechRequest(TEXT, voice="en-us")))
    taken = [step for step in steps if isinstance(step, Take)]
    assert [one.way for one in taken] == ["whole", "clean", "callback"]
    rows = measured(taken)
    assert [row.max_difference for row in rows] == [0.0, 0.0, 0.0]
    assert [row.longer_by for row in rows] == [0, 0, 0]
    assert rows[0].chunks < rows[1].chunks == rows[2].chunks
    shares = [step.share for step in steps if isinstance(step, Progress)]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] <= 1.0


def test_a_codec_voice_is_taken_in_four_ways_and_its_clean_stream_is_the_whole(pool: ModelPool, tmp_path: Path) -> None:
    folder = str(make(tmp_path))
    request = SpeechRequest(
        TEXT, voice="tara", seed=3, chunking=Chunking(frames_per_chunk=3), sampling=Sampling(max_tokens=105)
    )
    taken = [step for step in takes(pool, folder, request) if isinstance(step, Take)]
    assert [one.way for one in taken] == ["whole", "clean", "smooth", "callback"]
    rows = {row.way: row for row in measured(taken)}
    assert {row.longer_by for row in rows.values()} == {0}
    assert rows["clean"].max_difference < 1e-5
    assert rows["callback"].max_difference == rows["clean"].max_difference
    assert rows["clean"].tokens == rows["whole"].tokens > 0
    assert rows["clean"].chunks > rows["whole"].chunks


def test_closing_a_comparison_frees_the_model(pool: ModelPool) -> None:
    steps = takes(pool, "espeak-ng", SpeechRequest("Many sentences. " * 300))
    while next(steps).share == 0.0:  # type: ignore[union-attr]
        pass
    assert pool.loaded()[0].streams >= 1
    steps.close()  # type: ignore[attr-defined]
    pool.preload("espeak-ng")
    assert pool.loaded()[0].streams == 0


def test_what_cannot_be_spoken_is_not_compared(pool: ModelPool) -> None:
    with pytest.raises(VoiceError, match="nobody"):
        list(takes(pool, "espeak-ng", SpeechRequest(TEXT, voice="nobody")))


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.001, 0.5))
def test_lengths_and_differences_are_counted(more: int, at: int, amount: float) -> None:
    time = np.arange(24000, dtype=np.float32) / 24000
    whole = np.sin(2 * np.pi * 220 * time) / 2
    other = np.concatenate([whole, np.zeros(more, dtype=np.float32)])
    other[at * 300] += np.float32(amount)
    _, row = measured([take(whole), take(other, joins=(at * 300,))])
    assert row.longer_by == more
    assert row.max_difference == pytest.approx(amount, rel=1e-3)
    assert row.rms_difference == pytest.approx(amount / np.sqrt(24000), rel=1e-3)
    assert row.join_step == pytest.approx(abs(other[at * 300] - other[at * 300 - 1]))
    assert row.join_step <= row.largest_step
    assert len(difference(other, whole)) == 24000


def test_the_picture_shows_a_row_for_each_take_and_each_difference() -> None:
    whole = np.sin(np.arange(4800, dtype=np.float32) / 9)
    same = Image.open(io.BytesIO(picture([take(whole), take(whole.copy(), joins=(2400,))])))
    other = Image.open(io.BytesIO(picture([take(whole), take(whole * np.float32(0.9), joins=(2400,))])))
    assert same.format == "PNG"
    assert same.size == other.size == (1040, 400)
    assert same.tobytes() != other.tobytes()
    red = np.array(other.convert("RGB")).astype(int)
    assert ((red[..., 0] - red[..., 2]) > 60).sum() > 500, "a difference is drawn"
    none = np.array(same.convert("RGB")).astype(int)
    assert ((none[..., 0] - none[..., 2]) > 60).sum() == 0
    picture([take(np.zeros(0, dtype=np.float32)), take(np.zeros(0, dtype=np.float32))])
