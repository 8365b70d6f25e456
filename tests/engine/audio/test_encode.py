"""Samples out: one container a stream, the same bytes for any chunks, and files that are whole."""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.audio.files.containers import mp3_frame_bytes
from engine.audio.files.encode import FORMATS, encode_stream, open_encoder, write_file
from engine.audio.files.ffmpeg import Ffmpeg
from engine.audio.files.formats import FormatName
from engine.audio.files.io import probe, read
from engine.audio.pcm import quantise
from engine.errors import AudioFormatError, EngineError, GenerationError, OptionError
from engine.types import Samples
from tests.engine.audio.sounds import blocks_of, cut, ffmpeg_children, sine, speech_like

RATE = 22050
CONTAINERS = [name for name in FORMATS if name != "pcm"]
LOSSLESS = ["wav", "flac"]
# Samples that a codec adds at the ends of a stream, whose container cannot say so: at most two frames and a priming.
PADDING = 3 * 1152


def snr_db(found: Samples, wanted: Samples) -> float:
    """How near, at the best alignment within a codec's delay."""
    size = len(found) + len(wanted)
    products = np.fft.irfft(np.fft.rfft(found, size) * np.conj(np.fft.rfft(wanted, size)), size)
    shift = int(products[:4000].argmax())
    length = min(len(found) - shift, len(wanted))
    error = found[shift : shift + length] - wanted[:length]
    return float(10 * np.log10(np.dot(wanted, wanted) / np.dot(error, error)))


@pytest.mark.parametrize("format", CONTAINERS)
def test_a_stream_is_one_container_that_sounds_like_its_samples(format: FormatName, tmp_path: Path) -> None:
    samples = speech_like(6.0)
    path = tmp_path / f"s{FORMATS[format].extension}"
    data = b"".join(encode_stream(blocks_of(samples, 1000), format, RATE))
    path.write_bytes(data)
    found = read(path, RATE)
    if format in LOSSLESS:
        assert np.array_equal(quantise(found), quantise(samples))
    else:
        assert 0 <= len(found) - len(samples) <= PADDING
        assert snr_db(found, samples) > 8
    # One header, not one a chunk.
    for mark in (b"RIFF", b"fLaC", b"OpusHead", b"ftyp", b"moov"):
        assert data.count(mark) <= 1


@pytest.mark.parametrize("format", list(FORMATS))
def test_chunks_of_any_size_give_the_same_bytes(format: FormatName) -> None:
    samples = speech_like(2.0)
    wanted = b"".join(encode_stream([samples], format, RATE))
    for size in (441, 5000, 22050):
        assert b"".join(encode_stream(blocks_of(samples, size), format, RATE)) == wanted


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["wav", "flac", "mp3", "pcm"]), st.lists(st.integers(0, 3000), max_size=15))
def test_uneven_and_empty_chunks_give_the_same_bytes(format: FormatName, sizes: list[int]) -> None:
    samples = speech_like(0.7)
    wanted = b"".join(encode_stream([samples], format, RATE))
    assert b"".join(encode_stream(cut(samples, sizes), format, RATE)) == wanted


@pytest.mark.parametrize("format", list(FORMATS))
def test_the_first_bytes_come_with_the_first_samples(format: FormatName) -> None:
    """Not once the stream has ended: 250 ms of speech must be enough for every format."""
    samples = speech_like(0.25)
    encoder = open_encoder(format, RATE)
    try:
        first = encoder.feed(samples)
    finally:
        encoder.close()
    assert len(first) > 80


@pytest.mark.parametrize("format", list(FORMATS))
def test_what_was_fed_comes_out_before_more_is_fed(format: FormatName) -> None:
    """A slow model's second chunk comes late; the first must not wait for it. At most 150 ms may be held back."""
    encoder = open_encoder(format, RATE)
    whole = open_encoder(format, RATE)
    try:
        fed = b"".join(encoder.feed(chunk) for chunk in blocks_of(speech_like(3.0), RATE // 2))
        complete = whole.feed(speech_like(3.0)) + whole.finish()
        held_s = 3.0 * (1 - len(fed) / len(complete))
    finally:
        encoder.close()
        whole.close()
    # FLAC holds a block of 4096 samples.
    assert held_s < (0.25 if format == "flac" else 0.15)


@pytest.mark.parametrize("format", list(FORMATS))
def test_feeding_never_waits_in_vain(format: FormatName, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder's delay is known, so that small chunks are not slowed by waiting for frames that cannot come yet."""
    samples, ready = speech_like(4.0), Ffmpeg.ready
    in_vain: list[float] = []

    def patient(process: Ffmpeg, wait_s: float = 0.0) -> bytes:
        output = ready(process, 60.0 if wait_s else 0.0)
        in_vain.extend([wait_s] if wait_s and not output else [])
        return output

    monkeypatch.setattr(Ffmpeg, "ready", patient)
    encoder = open_encoder(format, RATE)
    try:
        encoder.feed(samples[:RATE])
        in_vain.clear()  # the first block finds out what the encoder holds back
        for chunk in blocks_of(samples[RATE:], 300):
            encoder.feed(chunk)
        encoder.finish()
    finally:
        encoder.close()
    assert in_vain == []


@pytest.mark.parametrize("format", CONTAINERS)
@pytest.mark.parametrize("rate", [8000, 24000, 37800, 96000])
def test_every_rate_is_played_at_its_own_pitch(format: FormatName, rate: int, tmp_path: Path) -> None:
    path = tmp_path / f"t{FORMATS[format].extension}"
    path.write_bytes(b"".join(encode_stream(blocks_of(sine(1000, 1.5, rate), 4000), format, rate)))
    found = read(path, 16000)
    assert len(found) / 16000 == pytest.approx(1.5, abs=0.35 if rate == 8000 else 0.2)
    assert np.argmax(np.abs(np.fft.rfft(found[4000:20000]))) == pytest.approx(1000, abs=2)


def test_a_streamed_wav_says_that_its_length_is_unknown() -> None:
    data = b"".join(encode_stream([np.zeros(100, dtype=np.float32)], "wav", RATE))
    assert len(data) == 44 + 200
    assert struct.unpack_from("<I", data, 4)[0] == struct.unpack_from("<I", data, 40)[0] == 0xFFFFFFFF


def test_a_stream_of_nothing_is_still_a_file(tmp_path: Path) -> None:
    data = b"".join(encode_stream([], "wav", RATE))
    assert data[:4] == b"RIFF"
    assert len(data) == 44


def test_a_streamed_mp3_begins_with_sound_and_not_with_an_empty_frame() -> None:
    data = b"".join(encode_stream(blocks_of(sine(500, 1.0, RATE), 500), "mp3", RATE))
    length = mp3_frame_bytes(data)
    assert length > 0
    assert mp3_frame_bytes(data[length:]) > 0
    assert any(data[4:length])
    assert b"Info" not in data[:200]


@pytest.mark.parametrize("format", CONTAINERS)
def test_a_file_has_its_true_length(format: FormatName, tmp_path: Path) -> None:
    samples = speech_like(5.0)
    path = tmp_path / f"f{FORMATS[format].extension}"
    assert write_file(path, blocks_of(samples, 3000), format, RATE) == len(samples)
    found = read(path, RATE)
    if format == "aac":  # ADTS has no place for it
        assert 0 <= len(found) - len(samples) <= PADDING
    else:
        assert len(found) == len(samples)
        assert probe(path).duration_s == pytest.approx(5.0, abs=0.02)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_wav_and_flac_files_hold_exactly_the_samples(tmp_path: Path) -> None:
    samples = speech_like(2.0)
    for format in LOSSLESS:
        write_file(tmp_path / format, blocks_of(samples, 777), format, RATE)
        found, rate = soundfile.read(tmp_path / format, dtype="int16")
        assert rate == RATE
        assert np.array_equal(found, quantise(samples))


@pytest.mark.parametrize(
    ("format", "low", "high"), [("mp3", 32, 96), ("aac", 32, 96), ("m4a", 32, 96), ("opus", 16, 64)]
)
def test_bitrates_are_kept(format: FormatName, low: int, high: int, tmp_path: Path) -> None:
    samples = speech_like(10.0)
    sizes: list[tuple[int, int]] = []
    for kbps in (low, high):
        streamed = len(b"".join(encode_stream(blocks_of(samples, 5000), format, RATE, bitrate_kbps=kbps)))
        write_file(tmp_path / "f", blocks_of(samples, 5000), format, RATE, bitrate_kbps=kbps)
        filed = (tmp_path / "f").stat().st_size
        # ffmpeg's AAC overshoots at low rates, and a stream's small pages and fragments cost some.
        assert kbps * 1250 * 0.5 < filed < kbps * 1250 * 1.5
        assert filed * 0.95 < streamed < filed + 10 * 2400
        sizes.append((streamed, filed))
    assert sizes[1][0] > 1.3 * sizes[0][0]
    assert sizes[1][1] > 1.3 * sizes[0][1]


# Bad use, and early ends.


def test_unknown_formats_rates_and_bitrates_are_refused_at_the_call(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Choose one of: wav, flac"):
        encode_stream([], "exe", RATE)
    with pytest.raises(AudioFormatError, match="sample rate"):
        encode_stream([], "mp3", 0)
    for kbps in (0, -1, 5000):
        with pytest.raises(OptionError, match="bitrate"):
            open_encoder("mp3", RATE, bitrate_kbps=kbps)
    with pytest.raises(OptionError):
        write_file(tmp_path / "x", [], "exe", RATE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", list(FORMATS))
def test_broken_samples_are_refused_and_nothing_is_left(format: FormatName, tmp_path: Path) -> None:
    def broken() -> Iterator[Samples]:
        yield speech_like(0.2)
        yield np.array([0.0, np.nan], dtype=np.float32)

    with pytest.raises(AudioFormatError):
        list(encode_stream(broken(), format, RATE))
    with pytest.raises(AudioFormatError):
        write_file(tmp_path / "x", broken(), format, RATE)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", list(FORMATS))
def test_closing_early_frees_the_encoder_and_the_source(format: FormatName) -> None:
    closed: list[bool] = []

    def endless() -> Iterator[Samples]:
        try:
            while True:
                yield speech_like(0.3)
        finally:
            closed.append(True)

    stream = encode_stream(endless(), format, RATE)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert closed == [True]
    assert ffmpeg_children() == []


def test_an_encoder_that_is_forgotten_takes_its_ffmpeg_along() -> None:
    encoder = open_encoder("opus", RATE)
    encoder.feed(speech_like(0.2))
    assert len(ffmpeg_children()) == 1
    del encoder
    assert ffmpeg_children() == []


def test_an_error_in_the_source_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.m4a"
    path.write_bytes(b"the old one")

    def failing() -> Iterator[Samples]:
        yield speech_like(0.5)
        raise GenerationError("The voice made no sound.")

    for format in FORMATS:
        with pytest.raises(GenerationError, match="no sound"):
            write_file(path, failing(), format, RATE)
    assert path.read_bytes() == b"the old one"
    assert [file.name for file in tmp_path.iterdir()] == ["x.m4a"]


@pytest.mark.parametrize("format", list(FORMATS))
def test_a_full_disk_is_a_sentence(format: FormatName, tmp_path: Path, full_disk: Path) -> None:
    with pytest.raises(EngineError, match=r"disk is full|could not be (written|encoded)") as caught:
        write_file(full_disk / "x", (speech_like(1.0, 48000, 0.9) for _ in range(60)), format, 48000, bitrate_kbps=320)
    assert str(full_disk) not in str(caught.value)
    assert list(full_disk.iterdir()) == []


def test_a_killed_encoder_is_a_sentence() -> None:
    encoder = open_encoder("aac", RATE)
    encoder.feed(speech_like(0.2))
    import psutil

    for pid in ffmpeg_children():
        psutil.Process(pid).kill()
    with pytest.raises(GenerationError, match="encoder stopped"):
        for _ in range(100):
            encoder.feed(speech_like(0.5))
    encoder.close()
