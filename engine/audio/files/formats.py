"""The formats sound leaves in: names, media types, bitrates, and the rates each codec takes. Knows no encoder."""

from dataclasses import dataclass
from typing import Literal, get_args

from engine.errors import OptionError

FormatName = Literal["wav", "flac", "mp3", "opus", "aac", "m4a", "pcm"]


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """One way to write sound.

    Attributes:
        name: what a request says.
        extension: of its files, with the dot.
        media_type: for HTTP.
        bitrate_kbps: for one channel of speech unless asked otherwise; None for formats that lose nothing.
        sample_rates: Hz its codec takes, ascending; empty when it takes any.
    """

    name: FormatName
    extension: str
    media_type: str
    bitrate_kbps: int | None = None
    sample_rates: tuple[int, ...] = ()

    def codec_rate(self, sample_rate: int) -> int:
        """The rate to encode at: the sound's own, or the next higher one the codec takes, or its highest."""
        if not self.sample_rates or sample_rate in self.sample_rates:
            return sample_rate
        return next((rate for rate in self.sample_rates if rate > sample_rate), self.sample_rates[-1])


_AAC_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 64000, 88200, 96000)
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
# Opus always plays at 48 kHz; these are the rates its encoder listens at.
_OPUS_RATES = (8000, 12000, 16000, 24000, 48000)

FORMATS: dict[FormatName, AudioFormat] = {
    "wav": AudioFormat("wav", ".wav", "audio/wav"),
    "flac": AudioFormat("flac", ".flac", "audio/flac"),
    "mp3": AudioFormat("mp3", ".mp3", "audio/mpeg", 64, _MP3_RATES),
    "opus": AudioFormat("opus", ".opus", "audio/ogg", 32, _OPUS_RATES),
    "aac": AudioFormat("aac", ".aac", "audio/aac", 64, _AAC_RATES),
    "m4a": AudioFormat("m4a", ".m4a", "audio/mp4", 64, _AAC_RATES),
    "pcm": AudioFormat("pcm", ".pcm", "audio/pcm"),
}


def find_format(name: str) -> AudioFormat:
    """The format of that name.

    Raises:
        OptionError: there is none.
    """
    for known in get_args(FormatName):
        if name == known:
            return FORMATS[known]
    raise OptionError(f"There is no audio format {name[:20]!r}. Choose one of: {', '.join(FORMATS)}.")


def check_bitrate(audio_format: AudioFormat, bitrate_kbps: int | None) -> int | None:
    """The bitrate to use: the wish, or the format's own.

    Raises:
        OptionError: out of any codec's range.
    """
    if audio_format.bitrate_kbps is None:
        return None
    if bitrate_kbps is None:
        return audio_format.bitrate_kbps
    if not 8 <= bitrate_kbps <= 320:
        raise OptionError(f"A bitrate of {bitrate_kbps} kbit/s is out of range. Choose 8 to 320.")
    return bitrate_kbps


def codec_arguments(audio_format: AudioFormat, bitrate_kbps: int | None) -> list[str]:
    """ffmpeg's arguments for a codec, the same for a stream, a file and a book."""
    bitrate = ["-b:a", f"{bitrate_kbps}k"]
    match audio_format.name:
        case "aac" | "m4a":
            # On speech the fast coder is 5 times faster than ffmpeg's default two-loop search, and nearer to the
            # original in every band at 48, 64 and 96 kbit/s (measured: segmental SNR 33 dB against 26 dB at 64).
            return ["-c:a", "aac", "-aac_coder", "fast", *bitrate]
        case "opus":
            return ["-c:a", "libopus", "-application", "audio", *bitrate]
        case "mp3":
            return ["-c:a", "libmp3lame", *bitrate]
        case "flac":
            return ["-c:a", "flac"]
        case "wav" | "pcm":
            return ["-c:a", "pcm_s16le"]
