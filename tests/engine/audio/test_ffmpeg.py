"""A running ffmpeg: it can neither hang its caller nor outlive it."""

import contextlib

import pytest

from engine.audio.files import ffmpeg
from engine.audio.files.ffmpeg import Ffmpeg, FfmpegFailed
from tests.engine.audio.sounds import ffmpeg_children

COPY = ["-loglevel", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-i", "pipe:0", "-f", "s16le", "pipe:1"]


def test_more_than_any_pipe_holds_goes_through_without_anybody_reading() -> None:
    """A megabyte in before a byte is taken out: with plain pipes both sides would wait for ever."""
    data = bytes(range(256)) * 16_384
    with contextlib.closing(Ffmpeg(COPY)) as process:
        process.write(data)
        out = process.ready()
        assert out + process.wait() == data


def test_its_last_words_are_known_when_it_goes() -> None:
    with contextlib.closing(Ffmpeg(["-i", "pipe:0", "-c:a", "no-such-codec", "-f", "wav", "pipe:1"])) as process:
        with pytest.raises(FfmpegFailed) as caught:
            for _ in range(200):
                process.write(b"\0" * 100_000)
            process.wait()
        assert "no-such-codec" in caught.value.messages or "Invalid data" in caught.value.messages


def test_one_that_says_too_much_does_not_fill_the_memory() -> None:
    noisy = ["-loglevel", "trace", "-f", "lavfi", "-i", "anullsrc", "-t", "60", "-f", "null", "-"]
    with contextlib.closing(Ffmpeg(noisy)) as process:
        process.wait()
        assert len(process.messages) <= 32_768


def test_one_that_does_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.2)
    with contextlib.closing(Ffmpeg(COPY)) as process:
        with pytest.raises(FfmpegFailed) as caught:
            process.read()  # it waits for input, we for output
        assert caught.value.is_stuck


def test_close_may_come_at_any_time_and_twice() -> None:
    process = Ffmpeg(COPY)
    process.write(b"\0" * 1000)
    assert len(ffmpeg_children()) == 1
    process.close()
    process.close()
    assert ffmpeg_children() == []
