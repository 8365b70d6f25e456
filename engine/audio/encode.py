"""Samples -> bytes of one valid container a stream, in wav, flac, mp3, opus, aac, m4a or pcm. Knows no tags or chapters.

Which encoder a format has was decided by its first bytes (100 ms of speech fed at once, median of 20): libsndfile inside
this process for flac and mp3 (1 and 2 ms), one ffmpeg a stream for opus, aac and m4a (15 to 20 ms; libsndfile holds Opus
back a whole second). WAV and PCM need no encoder.
"""

import contextlib
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import soundfile

from engine.audio.containers import AdtsFrames, FrameCounter, Mp4Fragments, OggPages, mp3_frame_bytes
from engine.audio.ffmpeg import STALL_S, Ffmpeg, FfmpegFailed
from engine.audio.formats import (
    FORMATS,
    AudioFormat,
    FormatName,
    check_bitrate,
    codec_arguments,
    find_format,
)
from engine.audio.pcm import check_samples, encode_pcm16, quantise
from engine.audio.resample import StreamingResampler, check_rate
from engine.audio.wav import HEADER_BYTES, header
from engine.audio.wholefile import no_room, whole_file
from engine.errors import EngineError, GenerationError
from engine.types import Samples

__all__ = ["FORMATS", "AudioFormat", "Encoder", "FormatName", "encode_stream", "open_encoder", "write_file"]

# Moving the index of a 300 MB file to its front is the longest that ffmpeg is silent while it finishes.
_FINISH_S = 600.0


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


def open_encoder(format: str, sample_rate: int, *, bitrate_kbps: int | None = None) -> Encoder:
    """Begin a stream.

    Args:
        format: a name in FORMATS.
        sample_rate: Hz of the samples to come. Codecs that cannot do it get them resampled.
        bitrate_kbps: for the lossy formats; None takes the format's own.

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
            return _Plain(header(sample_rate))
        case "flac" | "mp3":
            return _Sndfile(audio_format, sample_rate, bitrate)
        case "opus" | "aac" | "m4a":
            return _FfmpegEncoder(audio_format, sample_rate, bitrate)


def encode_stream(
    chunks: Iterable[Samples], format: str, sample_rate: int, *, bitrate_kbps: int | None = None
) -> Iterator[bytes]:
    """Encode samples as they come; closing the iterator frees the encoder and closes `chunks` if it can be closed.

    Yields:
        bytes: never empty.

    Raises:
        OptionError, AudioFormatError: at the call, as `open_encoder`.
        GenerationError: the encoder gave up.
    """
    return _encode(chunks, open_encoder(format, sample_rate, bitrate_kbps=bitrate_kbps))


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
    path: Path, blocks: Iterable[Samples], format: str, sample_rate: int, *, bitrate_kbps: int | None = None
) -> int:
    """Encode into a file that is there whole or not at all, with its true length in its header.

    Args:
        path: where; its folder exists.
        blocks: float32 [n] each; never held together.
        format: a name in FORMATS.
        sample_rate: Hz.
        bitrate_kbps: for the lossy formats; None takes the format's own.

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
                return _write_plain(temporary, blocks, sample_rate if audio_format.name == "wav" else None)
            case "flac":
                return _write_flac(temporary, blocks, sample_rate)
            case "mp3" | "opus" | "aac" | "m4a":
                # MP3 too: ffmpeg's LAME settings are 4 times faster than libsndfile's.
                return _write_ffmpeg(temporary, blocks, audio_format, sample_rate, bitrate)


def close_blocks(blocks: Iterable[Samples]) -> None:
    """Close a generator of samples, so that what feeds it is freed now."""
    if isinstance(blocks, Generator):
        blocks.close()


def raw_input(sample_rate: int) -> list[str]:
    """ffmpeg's arguments to take 16-bit mono samples from us, unexamined."""
    return [
        *["-protocol_whitelist", "pipe", "-probesize", "32", "-analyzeduration", "0"],
        *["-f", "s16le", "-ar", f"{sample_rate}", "-ch_layout", "mono", "-i", "pipe:0"],
    ]


def feed_ffmpeg(ffmpeg: Ffmpeg, blocks: Iterable[Samples], resampler: StreamingResampler) -> int:
    """Hand a whole stream to an ffmpeg that writes a file, and wait for its end.

    Returns:
        The number of samples taken from `blocks`.

    Raises:
        EngineError: ffmpeg could not write (disk full), or gave up.
    """
    count = 0
    try:
        for block in blocks:
            count += len(block)
            ffmpeg.write(encode_pcm16(resampler.feed(block)))
        ffmpeg.write(encode_pcm16(resampler.finish()))
        ffmpeg.wait(_FINISH_S)
    except FfmpegFailed as exc:
        raise encoder_error(exc) from exc
    return count


def encoder_error(exc: FfmpegFailed) -> EngineError:
    """Why ffmpeg stopped encoding, as a sentence."""
    if "No space left on device" in exc.messages or "Disk quota exceeded" in exc.messages:
        return no_room()
    if exc.is_stuck:
        return GenerationError(f"The sound could not be encoded: the encoder did nothing for {STALL_S:g} s. Try again.")
    return GenerationError("The sound could not be encoded: the encoder stopped. Try again, or choose another format.")


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


class _Sink:
    """A file for libsndfile of which only the beginning-to-end part is kept: it goes back to mend headers at its end."""

    def __init__(self) -> None:
        self._position = 0
        self._end = 0
        self._ready = bytearray()

    def write(self, data: Any) -> int:
        piece = bytes(data)
        if self._position == self._end:
            self._ready += piece
            self._end += len(piece)
        self._position += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + (0, self._position, self._end)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def read(self, _: int = -1) -> bytes:
        return b""

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        data = bytes(self._ready)
        self._ready.clear()
        return data


class _Sndfile:
    """FLAC and MP3 by libsndfile. A streamed FLAC says that its length is unknown; both play everywhere."""

    def __init__(self, audio_format: AudioFormat, sample_rate: int, bitrate_kbps: int | None) -> None:
        self._resampler = StreamingResampler(sample_rate, audio_format.codec_rate(sample_rate))
        self._sink = _Sink()
        self._file = _open_sndfile(self._sink, audio_format, sample_rate, bitrate_kbps)
        # LAME begins with an empty frame, to be filled with the length at the end. Nobody can go back in a stream, and
        # played it would be 26 to 72 ms of silence before the first sound.
        self._has_placeholder = audio_format.name == "mp3"
        self._start = b""

    def feed(self, samples: Samples) -> bytes:
        _write_samples(self._file, self._resampler.feed(samples))
        return self._take()

    def finish(self) -> bytes:
        _write_samples(self._file, self._resampler.finish())
        self._file.close()
        return self._take()

    def close(self) -> None:
        self._file.close()

    def _take(self) -> bytes:
        data = self._sink.take()
        if not self._has_placeholder:
            return data
        self._start += data
        length = mp3_frame_bytes(self._start)
        if len(self._start) < max(4, length):
            return b""
        self._has_placeholder = False
        return self._start[length:]


def _open_sndfile(
    target: Any, audio_format: AudioFormat, sample_rate: int, bitrate_kbps: int | None
) -> soundfile.SoundFile:
    rate = audio_format.codec_rate(sample_rate)
    options: dict[str, Any] = {"format": "FLAC", "subtype": "PCM_16"}
    if audio_format.name == "mp3":
        # libsndfile takes a share of the codec's range of bitrates instead of a bitrate.
        lowest, highest = (32, 320) if rate >= 32000 else (8, 160 if rate >= 16000 else 64)
        wish = min(max(bitrate_kbps or lowest, lowest), highest)
        level = 1.0 - (wish - lowest) / (highest - lowest)
        options = {
            "format": "MP3",
            "subtype": "MPEG_LAYER_III",
            "bitrate_mode": "CONSTANT",
            "compression_level": level,
        }
    try:
        return soundfile.SoundFile(target, "w", samplerate=rate, channels=1, **options)
    except soundfile.LibsndfileError as exc:
        raise GenerationError(
            f"{audio_format.name.upper()} cannot be written at {rate} Hz. Choose another format."
        ) from exc


def _write_samples(file: soundfile.SoundFile, samples: Samples) -> None:
    check_samples(samples)
    if not len(samples):
        return
    try:
        file.write(quantise(samples))
    except soundfile.LibsndfileError as exc:
        raise no_room() from exc


class _FfmpegEncoder:
    """Opus in Ogg, AAC in ADTS, AAC in fragmented MP4, by one ffmpeg a stream."""

    # Longest wait for ffmpeg to start, and later for the frames of one feed.
    _START_S = 0.5
    _FEED_S = 0.1
    # ffmpeg takes raw samples in packets of 1/10 s. Told a low rate, which a filter puts right for nothing, it takes
    # packets of 256 samples: 80 ms less before the first byte.
    _INPUT_RATE = 4000
    _PACKET = 256

    def __init__(self, audio_format: AudioFormat, sample_rate: int, bitrate_kbps: int | None) -> None:
        rate = audio_format.codec_rate(sample_rate)
        self._resampler = StreamingResampler(sample_rate, rate)
        container: list[str]
        self._counter: FrameCounter
        match audio_format.name:
            case "opus":
                container, self._counter = ["-page_duration", "20000", "-f", "ogg"], OggPages()
                self._frame_size = rate // 50
            case "aac":
                container, self._counter = ["-f", "adts"], AdtsFrames()
                self._frame_size = 1024
            case _:
                # Every frame its own fragment: a player may begin after 50 ms of sound, for a third more bytes.
                flags = "+empty_moov+default_base_moof+frag_every_frame+skip_trailer"
                container, self._counter = ["-movflags", flags, "-f", "mp4"], Mp4Fragments()
                self._frame_size = 1024
        arguments = codec_arguments(audio_format, bitrate_kbps or 64)
        self._ffmpeg = Ffmpeg(
            [
                *["-loglevel", "error", "-fflags", "nobuffer", *raw_input(self._INPUT_RATE), "-threads", "1"],
                *["-af", f"asetrate={rate}", *arguments, "-bitexact"],
                *["-flush_packets", "1", *container, "pipe:1"],
            ]
        )
        self._fed = 0
        # Samples that ffmpeg holds back: the codec looks ahead, the MP4 writer wants the next frame's time. Learned when
        # it proves more (another ffmpeg), so that no feed waits in vain twice.
        self._held = {"aac": 1024, "m4a": 2048}.get(audio_format.name, self._frame_size + rate // 150)
        self._finished = False

    def feed(self, samples: Samples) -> bytes:
        ready = self._resampler.feed(samples)
        self._fed += len(ready)
        started = self._counter.frames > 0
        try:
            self._ffmpeg.write(encode_pcm16(ready))
            output = self._ffmpeg.ready()
            self._counter.add(output)
            while self._counter.frames < (expected := self._expected()):
                more = self._ffmpeg.ready(self._FEED_S if started else self._START_S)
                self._counter.add(more)
                output += more
                if not more:
                    self._held += max(0, expected - self._counter.frames) * self._frame_size
        except FfmpegFailed as exc:
            self.close()
            raise encoder_error(exc) from exc
        return output

    def _expected(self) -> int:
        """Frames that must come out for what was fed, sooner or later."""
        return (self._fed - self._fed % self._PACKET - self._held) // self._frame_size

    def finish(self) -> bytes:
        if self._finished:
            return b""
        self._finished = True
        try:
            self._ffmpeg.write(encode_pcm16(self._resampler.finish()))
            return self._ffmpeg.wait()
        except FfmpegFailed as exc:
            raise encoder_error(exc) from exc
        finally:
            self.close()

    def close(self) -> None:
        self._ffmpeg.close()


def _write_plain(path: Path, blocks: Iterable[Samples], wav_rate: int | None) -> int:
    count = 0
    with path.open("wb") as file:
        if wav_rate:
            file.write(header(wav_rate))
        for block in blocks:
            count += len(block)
            file.write(encode_pcm16(block))
        if wav_rate:
            file.seek(0)
            file.write(header(wav_rate, 2 * count))
            assert file.tell() == HEADER_BYTES
    return count


def _write_flac(path: Path, blocks: Iterable[Samples], sample_rate: int) -> int:
    count = 0
    with path.open("wb+") as target, _open_sndfile(target, FORMATS["flac"], sample_rate, None) as file:
        for block in blocks:
            count += len(block)
            _write_samples(file, block)
    return count


def _write_ffmpeg(
    path: Path, blocks: Iterable[Samples], audio_format: AudioFormat, sample_rate: int, bitrate_kbps: int | None
) -> int:
    container = {"mp3": ["-f", "mp3"], "opus": ["-f", "ogg"], "aac": ["-f", "adts"]}.get(
        audio_format.name, ["-movflags", "+faststart", "-f", "ipod"]
    )
    rate = audio_format.codec_rate(sample_rate)
    with contextlib.closing(
        Ffmpeg(
            [
                *["-loglevel", "error", *raw_input(rate), "-threads", "1"],
                *codec_arguments(audio_format, bitrate_kbps or 64),
                *["-bitexact", *container, "-y", f"file:{path}"],
            ]
        )
    ) as ffmpeg:
        return feed_ffmpeg(ffmpeg, blocks, StreamingResampler(sample_rate, rate))
