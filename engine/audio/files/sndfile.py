"""FLAC and MP3 streams by libsndfile, inside this process: the first bytes come after a millisecond."""

from pathlib import Path
from typing import Any

import soundfile

from engine.audio.files.containers import mp3_frame_bytes
from engine.audio.files.formats import AudioFormat
from engine.audio.files.provenance import SOFTWARE, Provenance, id3, read
from engine.audio.files.wholefile import no_room
from engine.audio.pcm import check_samples, quantise
from engine.audio.resample import StreamingResampler
from engine.errors import GenerationError
from engine.types import Samples


class SndfileEncoder:
    """FLAC and MP3 by libsndfile. A streamed FLAC says that its length is unknown; both play everywhere."""

    def __init__(
        self,
        audio_format: AudioFormat,
        sample_rate: int,
        bitrate_kbps: int | None,
        made_by: Provenance | None = None,
    ) -> None:
        self._resampler = StreamingResampler(sample_rate, audio_format.codec_rate(sample_rate))
        self._sink = _Sink()
        self._file = _open(self._sink, audio_format, sample_rate, bitrate_kbps)
        # LAME begins with an empty frame, to be filled with the length at the end. Nobody can go back in a stream, and
        # played it would be 26 to 72 ms of silence before the first sound.
        self._has_placeholder = audio_format.name == "mp3"
        self._start = b""
        self._tag = id3(made_by) if audio_format.name == "mp3" else b""
        if audio_format.name == "flac":
            describe(self._file, made_by)

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
        return self._tag + self._start[length:]


def describe(file: soundfile.SoundFile, made_by: Provenance | None) -> None:
    """Say in a FLAC file that is open and empty where its sound comes from."""
    if made_by is not None:
        file.comment = made_by.comment
        file.software = SOFTWARE
        if made_by.licence:
            file.license = made_by.licence


def told(path: Path) -> Provenance | None:
    """What a file of ours says of where its sound comes from."""
    try:
        with soundfile.SoundFile(path) as file:
            return read(str(file.comment or ""))
    except (OSError, soundfile.LibsndfileError):
        return None


def _open(target: Any, audio_format: AudioFormat, sample_rate: int, bitrate_kbps: int | None) -> soundfile.SoundFile:
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


class _Sink:
    """A file for libsndfile that keeps what is appended: at its end libsndfile goes back to mend headers."""

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
