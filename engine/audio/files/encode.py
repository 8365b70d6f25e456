"""Samples -> bytes of one valid container a stream, in wav, flac, mp3, opus, aac, m4a or pcm.

What the container says about itself is `engine.audio.files.provenance`; AAC and PCM have no place for it.

Which encoder a format has was decided by its first bytes (100 ms of speech fed at once, median of 20): libsndfile
inside this process for flac and mp3 (1 and 2 ms), one ffmpeg a stream for opus, aac and m4a (15 to 20 ms;
libsndfile holds Opus back a whole second). WAV and PCM need no encoder.
"""

import contextlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from engine.audio.files.ffmpeg_encoder import FfmpegEncoder, write_with_ffmpeg
from engine.audio.files.formats import FORMATS, AudioFormat, FormatName, check_bitrate, find_format
from engine.audio.files.provenance import Provenance, wav_chunks
from engine.audio.files.sndfile import SndfileEncoder
from engine.audio.files.wav import header
from engine.audio.files.wholefile import whole_file
from engine.audio.pcm import encode_pcm16
from engine.audio.resample import check_rate
from engine.types import Samples

__all__ = [
    "FORMATS",
    "AudioFormat",
    "Encoder",
    "FormatName",
    "encode_pcm16",
    "encode_stream",
    "open_encoder",
    "write_file",
]


class Encoder(Protocol):
    """One stream being encoded. All that `feed` and `finish` return, joined, is one valid file. Not thread-safe."""

    def feed(self, samples: Samples) -> bytes:
        """Take the next float32 [n] and return the bytes that are ready, possibly none.

        Raises:
            AudioFormatError: not samples.
            GenerationError: the encoder gave up.
        """
        ...

    def finish(self) -> bytes:
        """The stream has ended: return its last bytes."""
        ...

    def close(self) -> None:
        """Free everything, finished or not. May be called more than once."""
        ...


def open_encoder(
    format: str, sample_rate: int, *, bitrate_kbps: int | None = None, made_by: Provenance | None = None
) -> Encoder:
    """Begin a stream.

    Args:
        format: a name in FORMATS.
        sample_rate: Hz of the samples to come. Codecs that cannot do it get them resampled.
        bitrate_kbps: for the lossy formats; None takes the format's own.
        made_by: where the sound comes from, where a model made it.

    Raises:
        OptionError: no such format, or a bitrate out of range.
        AudioFormatError: a sample rate out of range.
    """
    audio_format = find_format(format)
    check_rate(sample_rate)
    bitrate = check_bitrate(audio_format, bitrate_kbps)
    match audio_format.name:
        case "pcm":
            return _Plain(b"")
        case "wav":
            return _Plain(header(sample_rate, None, wav_chunks(made_by)))
        case "flac" | "mp3":
            return SndfileEncoder(audio_format, sample_rate, bitrate, made_by)
        case "opus" | "aac" | "m4a":
            return FfmpegEncoder(audio_format, sample_rate, bitrate, made_by)


def encode_stream(
    chunks: Iterable[Samples],
    format: str,
    sample_rate: int,
    *,
    bitrate_kbps: int | None = None,
    made_by: Provenance | None = None,
) -> Iterator[bytes]:
    """Encode samples as they come; closing the iterator frees the encoder and closes `chunks` if it can be closed.

    Yields:
        bytes: never empty.

    Raises:
        OptionError, AudioFormatError: at the call, as `open_encoder`.
        GenerationError: the encoder gave up.
    """
    return _encode(chunks, open_encoder(format, sample_rate, bitrate_kbps=bitrate_kbps, made_by=made_by))


def _encode(chunks: Iterable[Samples], encoder: Encoder) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            if data := encoder.feed(chunk):
                yield data
        if data := encoder.finish():
            yield data
    finally:
        encoder.close()
        close_blocks(chunks)


def write_file(
    path: Path,
    blocks: Iterable[Samples],
    format: str,
    sample_rate: int,
    *,
    bitrate_kbps: int | None = None,
    made_by: Provenance | None = None,
) -> int:
    """Encode into a file that is there whole or not at all, with its true length in its header.

    Args:
        path: where; its folder exists.
        blocks: float32 [n] each; never held together.
        format: a name in FORMATS.
        sample_rate: Hz.
        bitrate_kbps: for the lossy formats; None takes the format's own.
        made_by: where the sound comes from, where a model made it.

    Returns:
        The number of samples taken.

    Raises:
        OptionError, AudioFormatError: as `open_encoder`.
        EngineError: the disk is full or refuses.
    """
    audio_format = find_format(format)
    check_rate(sample_rate)
    bitrate = check_bitrate(audio_format, bitrate_kbps)
    with whole_file(path) as temporary, contextlib.ExitStack() as stack:
        stack.callback(close_blocks, blocks)
        match audio_format.name:
            case "pcm" | "wav":
                return _write_plain(temporary, blocks, sample_rate if audio_format.name == "wav" else None, made_by)
            case "flac" | "mp3" | "opus" | "aac" | "m4a":
                # For files ffmpeg is twice as fast as libsndfile in FLAC and four times in MP3, and reports full disks.
                return write_with_ffmpeg(temporary, blocks, audio_format, sample_rate, bitrate, made_by)


def close_blocks(blocks: Iterable[Samples]) -> None:
    """Close a generator of samples, so that what feeds it is freed now."""
    if isinstance(blocks, Generator):
        blocks.close()


class _Plain:
    """PCM, and WAV: the header, then samples."""

    def __init__(self, start: bytes) -> None:
        self._start = start

    def feed(self, samples: Samples) -> bytes:
        data = self._start + encode_pcm16(samples)
        self._start = b""
        return data

    def finish(self) -> bytes:
        data, self._start = self._start, b""
        return data

    def close(self) -> None:
        pass


def _write_plain(path: Path, blocks: Iterable[Samples], wav_rate: int | None, made_by: Provenance | None) -> int:
    count, chunks = 0, wav_chunks(made_by)
    with path.open("wb") as file:
        if wav_rate:
            file.write(header(wav_rate, None, chunks))
        for block in blocks:
            count += len(block)
            file.write(encode_pcm16(block))
        if wav_rate:
            file.seek(0)
            file.write(header(wav_rate, 2 * count, chunks))
    return count
