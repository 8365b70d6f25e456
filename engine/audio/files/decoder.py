"""One hostile file being decoded by ffmpeg at its own rate and mixed down to mono. Knows no blocks and no resampling.

ffmpeg gets the file as an open descriptor and may open nothing else (`-protocol_whitelist fd,pipe`), and only
demuxers of self-contained recordings may look at it, so that a playlist, a concat script or a picture list is
refused whatever it points to.
"""

import os
import re
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from engine.audio.files.ffmpeg import Ffmpeg, FfmpegFailed
from engine.audio.resample import check_rate
from engine.errors import AudioCutShort, AudioFormatError
from engine.types import Samples

# Containers that hold their sound themselves. Not here: hls, dash, concat, image lists, sdp, imf and other formats
# whose files are instructions to open further files, and whatever is a device or a script.
_DEMUXERS = (
    "aac,ac3,ac4,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,dts,dtshd,eac3,flac,flv,iff,ircam,loas,matroska,mlp,mov,"
    "mp3,mpc,mpc8,mpeg,mpegts,mxf,nistsphere,nut,ogg,oma,qcp,qoa,rm,rso,sox,tak,truehd,tta,voc,w64,wav,wtv,wv,xwma"
)
_MAX_CHANNELS = 64
# Float files may hold anything; beyond 24 dB over full scale it is not sound.
_MAX_SAMPLE = 16.0
# More than any book or meeting; a few bytes can stand for years of silence.
_MAX_HOURS = 100
# A stream may end this much before its header's promise (priming, rounding) without being torn.
_TORN_S = 1.0
_TORN_SHARE = 0.02

_DURATION = re.compile(r"^\[info\]   Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_CODEC = re.compile(r"^\[info\]   Stream #0:\d+[^:]*: Audio: (\w+)", re.MULTILINE)
_STREAM = re.compile(r"^\[info\]   Stream #0:\d+.*?: (Audio|Video): ", re.MULTILINE)


def check_file(path: Path) -> None:
    """Refuse what is not a file with something in it.

    Raises:
        AudioFormatError: not there, empty, a folder, a pipe or a device.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as exc:
        raise AudioFormatError("The recording is not there any more. Choose it again.") from exc
    # A pipe or a device would keep us waiting for ever.
    if not stat.S_ISREG(status.st_mode):
        raise AudioFormatError("That is not a file with a recording in it. Choose an audio or video file.")
    if status.st_size == 0:
        raise AudioFormatError("The file is empty (0 bytes). Export or upload the recording again.")


class Decoder:
    """One file being decoded: ffmpeg writes its native rate and channels as a WAV stream, whose header we read."""

    def __init__(self, path: Path, seconds: float | None = None) -> None:
        check_file(path)
        self._path = path
        self._limit = ["-t", f"{seconds}"] if seconds is not None else []
        self._ffmpeg: Ffmpeg | None = None
        self._source: IO[bytes] | None = None
        self._pending = b""
        self._weights: npt.NDArray[np.float32] = np.ones(1, dtype=np.float32)
        self._decoded = 0
        self.sample_rate = 0
        self.channels = 0

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        if self._ffmpeg is not None:
            self._ffmpeg.close()
        if self._source is not None:
            self._source.close()

    @property
    def codec(self) -> str:
        found = _CODEC.search(self._messages)
        return found.group(1) if found else "unknown"

    @property
    def duration_s(self) -> float | None:
        """The container's word for it; None without one."""
        # From the size and the bitrate of its beginning: true of constant bitrates only.
        if "Estimating duration" in self._messages and not self.codec.startswith(("pcm", "mp3")):
            return None
        found = _DURATION.search(self._messages)
        return int(found.group(1)) * 3600 + int(found.group(2)) * 60 + float(found.group(3)) if found else None

    @property
    def _messages(self) -> str:
        assert self._ffmpeg is not None
        return self._ffmpeg.messages

    def open(self) -> None:
        """Start ffmpeg and read what it makes of the file. Raises AudioFormatError: it is no sound that can be read."""
        try:
            # O_NONBLOCK: should a pipe take the file's place meanwhile, opening it must not wait for a writer.
            self._source = os.fdopen(os.open(self._path, os.O_RDONLY | os.O_NONBLOCK), "rb")
        except OSError as exc:
            raise AudioFormatError("The recording cannot be opened. Choose it again.") from exc
        self._ffmpeg = Ffmpeg(
            [
                *["-loglevel", "level+info", "-protocol_whitelist", "fd,pipe", "-format_whitelist", _DEMUXERS],
                # No recording needs a quarter of a gigabyte at once; a header that says so lies.
                *["-max_alloc", f"{1 << 28}"],
                # 0: a file that does not say where its channels belong must not be taken for a cinema.
                *["-max_streams", "256", "-guess_layout_max", "0", "-i", "fd:"],
                *["-vn", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1", *self._limit],
                # Where a video's sound begins late or has a hole, silence keeps the times of all that follows true.
                *["-af", "aresample=async=1:first_pts=0"],
                *["-c:a", "pcm_f32le", "-fflags", "+bitexact", "-f", "wav", "pipe:1"],
            ],
            source=self._source,
        )
        try:
            self._read_header()
        except FfmpegFailed as exc:
            raise AudioFormatError(_sentence(exc.messages, exc.is_stuck)) from exc

    def samples(self) -> Iterator[Samples]:
        """float32 [n] mono at the file's own rate, in pieces of whatever size ffmpeg hands over.

        Raises:
            AudioFormatError: damaged so that ffmpeg gives up, or longer than any recording.
        """
        assert self._ffmpeg is not None
        frame = 4 * self.channels
        data = self._pending
        try:
            while True:
                whole = len(data) - len(data) % frame
                if whole:
                    frames = np.frombuffer(data[:whole], dtype="<f4").reshape(-1, self.channels)
                    self._decoded += len(frames)
                    if self._decoded > _MAX_HOURS * 3600 * self.sample_rate:
                        raise AudioFormatError(f"The recording is longer than {_MAX_HOURS} hours. Cut it into parts.")
                    yield self._mono(frames)
                more = self._ffmpeg.read()
                if not more:
                    break
                data = data[whole:] + more
            self._ffmpeg.wait()
        except FfmpegFailed as exc:
            raise AudioFormatError(_sentence(exc.messages, exc.is_stuck)) from exc

    def check_end(self, keep_torn: bool) -> None:
        """After the last sample: was there sound, and all of it?

        Raises:
            AudioFormatError: there was none.
            AudioCutShort: it ends before it should, and `keep_torn` is not set.
        """
        if self._decoded == 0:
            raise AudioFormatError("The file holds no sound at all. Export or upload the recording again.")
        if keep_torn or not self._is_torn():
            return
        minutes, seconds = divmod(int(self._decoded / self.sample_rate), 60)
        where = f"it stops in the middle, after {minutes}:{seconds:02d}"
        raise AudioCutShort(f"The recording is cut short: {where}. Export or upload it again.")

    def _is_torn(self) -> bool:
        messages = self._messages
        if "Ignoring maximum wav data size" in messages:  # a streamed WAV, whose header never knew its length
            return False
        if "Estimating duration" in messages:
            return "Packet corrupt" in messages
        # The container's length is that of its longest stream: with pictures in it, it says nothing about the sound.
        promised = self.duration_s if _STREAM.findall(_input_part(messages)) == ["Audio"] else None
        decoded_s = self._decoded / self.sample_rate
        if promised is not None and promised - decoded_s > max(_TORN_S, _TORN_SHARE * promised):
            return True
        return "partial file" in messages or "File ended prematurely" in messages

    def _mono(self, frames: npt.NDArray[np.float32]) -> Samples:
        mono = frames[:, 0] if self.channels == 1 else frames @ self._weights
        mono = np.nan_to_num(mono, nan=0.0, posinf=0.0, neginf=0.0)
        return np.clip(mono, -_MAX_SAMPLE, _MAX_SAMPLE, out=mono)

    def _read_header(self) -> None:
        """Parse RIFF up to the data chunk."""
        assert self._ffmpeg is not None
        data = self._more(12)
        offset, found = 12, False
        while True:
            data = self._more(offset + 8, data)
            name, size = struct.unpack_from("<4sI", data, offset)
            offset += 8
            if name == b"data":
                break
            data = self._more(offset + size, data)
            if name == b"fmt ":
                self._read_format(data[offset : offset + size])
                found = True
            offset += size + size % 2
        if not found:
            raise AudioFormatError(_NOT_AUDIO)
        self._pending = data[offset:]

    def _more(self, length: int, data: bytes = b"") -> bytes:
        """`data` with at least `length` bytes, or the sentence that says why there are not so many."""
        assert self._ffmpeg is not None
        while len(data) < length:
            more = self._ffmpeg.read()
            if not more:
                self._ffmpeg.wait()
                raise FfmpegFailed(self._messages)
            data += more
        return data

    def _read_format(self, chunk: bytes) -> None:
        tag, self.channels, self.sample_rate = struct.unpack_from("<HHI", chunk)
        mask = struct.unpack_from("<I", chunk, 20)[0] if tag == 0xFFFE and len(chunk) >= 24 else 0
        if not 1 <= self.channels <= _MAX_CHANNELS:
            raise AudioFormatError(f"The recording has {self.channels} channels; at most {_MAX_CHANNELS} can be read.")
        check_rate(self.sample_rate)
        self._weights = _downmix(self.channels, mask)


# Bits of a WAV channel mask, and how loud each place is in one loudspeaker (ITU-R BS.775, halves for the surrounds).
_PLACES = {
    0x1: 0.7071, 0x2: 0.7071,                # front left, right
    0x4: 1.0, 0x8: 0.0,                      # centre; low frequencies are not speech and overload the mix
    0x10: 0.5, 0x20: 0.5,                    # back left, right
    0x40: 0.7071, 0x80: 0.7071, 0x100: 0.5,  # front left and right of centre, back centre
    0x200: 0.5, 0x400: 0.5,                  # side left, right
}  # fmt: skip


def _downmix(channels: int, mask: int) -> npt.NDArray[np.float32]:
    """Weights [channels] that sum to 1, so that nothing can clip."""
    places = [1 << bit for bit in range(32) if mask >> bit & 1]
    weights = [_PLACES.get(place, 0.5) for place in places]
    if channels <= 2 or len(places) != channels or sum(weights) == 0:
        weights = [1.0] * channels
    return np.asarray(weights, dtype=np.float32) / np.float32(sum(weights))


_NOT_AUDIO = "The file is not audio or video that can be read. Try WAV, MP3, M4A, FLAC, OGG, MP4 or MKV."


def _input_part(messages: str) -> str:
    """What ffmpeg says of the file, without what it says of its own output."""
    return messages.partition("\n[info] Stream mapping:")[0]


def _sentence(messages: str, is_stuck: bool) -> str:
    """ffmpeg's messages as one sentence."""
    if is_stuck:
        return "The recording could not be decoded: the decoder got stuck in it. Convert it to WAV and try again."
    if "moov atom not found" in messages:
        return "The recording is cut short: the index at its end is missing. Export or upload it again."
    streams = _STREAM.findall(_input_part(messages))
    if "Audio" not in streams and (streams or "does not contain any stream" in messages):
        return "The file has no audio track. Choose one with sound in it."
    if streams:
        return "The sound in the file cannot be decoded: it is damaged, or its format is not known. Convert it to WAV."
    return _NOT_AUDIO
