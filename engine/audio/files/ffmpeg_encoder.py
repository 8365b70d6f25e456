"""One ffmpeg a stream or file: how it is fed, when its bytes are due, what its end means."""

import contextlib
from collections.abc import Iterable
from pathlib import Path

from engine.audio.files.containers import AdtsFrames, FrameCounter, Mp4Fragments, OggPages
from engine.audio.files.ffmpeg import STALL_S, Ffmpeg, FfmpegFailed
from engine.audio.files.formats import AudioFormat, codec_arguments
from engine.audio.files.provenance import Provenance, ffmpeg_tags, mp4_box
from engine.audio.files.wholefile import no_room
from engine.audio.pcm import encode_pcm16
from engine.audio.resample import StreamingResampler
from engine.errors import EngineError, GenerationError
from engine.types import Samples

# Moving the index of a 300 MB file to its front is the longest that ffmpeg is silent while it finishes.
_FINISH_S = 600.0

_FILES = {
    "opus": ["-f", "ogg"],
    "aac": ["-f", "adts"],
    "m4a": ["-movflags", "+faststart", "-f", "ipod"],
    "mp3": ["-id3v2_version", "3", "-f", "mp3"],  # the version every player reads
}


class FfmpegEncoder:
    """Opus in Ogg, AAC in ADTS, AAC in fragmented MP4, by one ffmpeg a stream."""

    # Longest wait for ffmpeg to start, and later for the frames of one feed.
    _START_S = 0.5
    _FEED_S = 0.1
    # ffmpeg takes raw samples in packets of 1/10 s. Told a low rate, which a filter puts right for nothing, it takes
    # packets of 256 samples: 80 ms less before the first byte.
    _INPUT_RATE = 4000
    _PACKET = 256

    def __init__(
        self,
        audio_format: AudioFormat,
        sample_rate: int,
        bitrate_kbps: int | None,
        made_by: Provenance | None = None,
    ) -> None:
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
        arguments = codec_arguments(audio_format, bitrate_kbps)
        if audio_format.name != "aac":
            arguments += ffmpeg_tags(made_by)
        self._end = mp4_box(made_by) if audio_format.name == "m4a" else b""
        self._ffmpeg = Ffmpeg(
            [
                *["-loglevel", "error", "-fflags", "nobuffer", *raw_input(self._INPUT_RATE), "-threads", "1"],
                *["-af", f"asetrate={rate}", *arguments, "-fflags", "+bitexact"],
                *["-flush_packets", "1", *container, "pipe:1"],
            ]
        )
        self._fed = 0
        # Samples that ffmpeg holds back: the codec looks ahead, the MP4 writer wants the next frame's time. Learned
        # when it proves more (another ffmpeg), so that no feed waits in vain twice.
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
            return self._ffmpeg.wait() + self._end
        except FfmpegFailed as exc:
            raise encoder_error(exc) from exc
        finally:
            self.close()

    def close(self) -> None:
        self._ffmpeg.close()


def write_with_ffmpeg(
    path: Path,
    blocks: Iterable[Samples],
    audio_format: AudioFormat,
    sample_rate: int,
    bitrate_kbps: int | None,
    made_by: Provenance | None = None,
) -> int:
    """A whole FLAC, MP3, Opus, AAC or M4A file; the number of samples taken."""
    container = _FILES.get(audio_format.name, ["-f", audio_format.name])
    rate = audio_format.codec_rate(sample_rate)
    with contextlib.closing(
        Ffmpeg(
            [
                *["-loglevel", "error", *raw_input(rate), "-threads", "1"],
                *codec_arguments(audio_format, bitrate_kbps),
                *(ffmpeg_tags(made_by) if audio_format.name != "aac" else []),
                *["-fflags", "+bitexact", *container, "-y", f"file:{path}"],
            ]
        )
    ) as ffmpeg:
        count = feed_ffmpeg(ffmpeg, blocks, StreamingResampler(sample_rate, rate))
    if audio_format.name == "m4a":
        append(path, mp4_box(made_by))
    return count


def append(path: Path, data: bytes) -> None:
    """Put bytes at a file's end."""
    if data:
        with path.open("ab") as file:
            file.write(data)


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
