"""A cached segment is exactly what was spoken, or it is not there."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.types import Word
from studio.library.narration.segments import SegmentCache, segment_key

SOUND = {"model": "espeak-ng", "request": {"voice": "en-us", "speed": 1.0}, "segment": {"text": "Hello."}}


@settings(max_examples=40, deadline=None)
@given(
    samples=arrays.arrays(np.float32, st.integers(0, 3000), elements=st.floats(-1.5, 1.5, width=32)),
    rate=st.sampled_from([8000, 16000, 22050, 24000, 44100]),
    words=st.lists(
        st.tuples(st.text(max_size=9), st.floats(0, 9), st.none() | st.tuples(st.integers(0, 9), st.integers(0, 9)))
    ),
)
def test_what_is_read_is_what_was_given_back_when_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    samples: np.ndarray,
    rate: int,
    words: list[tuple[str, float, tuple[int, int] | None]],
) -> None:
    cache = SegmentCache(tmp_path_factory.mktemp("cache"))
    said = tuple(Word(text, round(at, 4), round(at, 4) + 1, span=span) for text, at, span in words)
    fresh = cache.write("ab" * 32, samples, rate, said)
    kept = cache.read("ab" * 32)
    assert kept is not None
    assert kept.sample_rate == rate
    assert np.array_equal(kept.samples, fresh.samples)
    assert [(w.text, w.span) for w in kept.words] == [(w.text, w.span) for w in said]
    # 16 bits hold -1 and not quite +1.
    assert np.abs(kept.samples - samples.clip(-1, 32767 / 32768)).max(initial=0) <= 0.5 / 32768 + 1e-6


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_torn_or_altered_file_is_not_a_segment(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    cache = SegmentCache(tmp_path_factory.mktemp("cache"))
    key = "cd" * 32
    cache.write(key, np.linspace(-1, 1, 500, dtype=np.float32), 22050, (Word("a", 0.0, 0.1),))
    whole = cache.path(key).read_bytes()
    if data.draw(st.booleans()):
        torn = whole[: data.draw(st.integers(0, len(whole) - 1))]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        torn = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    cache.path(key).write_bytes(torn)
    assert cache.read(key) is None
    assert not cache.path(key).exists()  # so that the next worker speaks it again


def test_a_segment_that_was_never_spoken_is_not_there(tmp_path: Path) -> None:
    assert SegmentCache(tmp_path).read("ef" * 32) is None


@pytest.mark.parametrize("name", list(SOUND))
def test_whatever_decides_the_sound_decides_the_key(name: str) -> None:
    changed = SOUND | {name: "something else"}
    assert segment_key(changed) != segment_key(SOUND)
    assert segment_key(dict(reversed(SOUND.items()))) == segment_key(SOUND)


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = SegmentCache(tmp_path)

    def full(self: Path, data: bytes) -> int:
        with open(self, "wb") as half:
            half.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    from studio.library.errors import StorageError

    with pytest.raises(StorageError, match="disk is full"):
        cache.write("ab" * 32, np.ones(100, dtype=np.float32), 22050, ())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
