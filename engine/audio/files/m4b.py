"""A stream of samples -> one book file with chapters, tags and cover, in one pass of one ffmpeg. Knows no book.

M4B is the home format: AAC with chapters that Apple Books and every audiobook player show. MP3, FLAC, Opus and WAV
carry as much as their containers can; what they cannot is said.
"""

import contextlib
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from engine.audio.files.encode import close_blocks
from engine.audio.files.ffmpeg import Ffmpeg
from engine.audio.files.ffmpeg_encoder import append, feed_ffmpeg, raw_input
from engine.audio.files.formats import FORMATS, AudioFormat, check_bitrate, codec_arguments
from engine.audio.files.provenance import Provenance, bext_tags, ffmpeg_tags, mp4_box
from engine.audio.files.tags import (
    Chapter,
    Cover,
    book_tags,
    chapter_comments,
    metadata,
    picture_comment,
    read_cover,
)
from engine.audio.files.wholefile import whole_file
from engine.audio.resample import StreamingResampler, check_rate
from engine.errors import OptionError
from engine.types import Samples

__all__ = ["BOOK_FORMATS", "BookFormat", "Chapter", "write_book"]

BookFormat = Literal["m4b", "mp3", "flac", "opus", "wav"]

# What each book format sounds like inside.
BOOK_FORMATS: dict[BookFormat, AudioFormat] = {
    "m4b": FORMATS["m4a"],
    "mp3": FORMATS["mp3"],
    "flac": FORMATS["flac"],
    "opus": FORMATS["opus"],
    "wav": FORMATS["wav"],
}


def write_book(
    path: Path,
    blocks: Iterable[Samples],
    sample_rate: int,
    chapters: Sequence[Chapter],
    *,
    title: str,
    author: str,
    narrator: str,
    cover: bytes | None = None,
    format: BookFormat = "m4b",
    bitrate_kbps: int | None = None,
    made_by: Provenance | None = None,
) -> list[str]:
    """Write a whole book; the file is there complete or not at all, and memory does not grow with it.

    Args:
        path: where; its folder exists.
        blocks: float32 [n] each; closed at the end if it is a generator.
        sample_rate: Hz.
        chapters: known before the first block; in order.
        title: of the book.
        author: one line.
        narrator: the voice's name.
        cover: JPEG or PNG (GIF, WebP and BMP are converted).
        format: the container.
        bitrate_kbps: for the lossy formats; None takes the format's own.
        made_by: where the sound comes from, where a model made it.

    Returns:
        Sentences about what could not be kept (a broken cover, chapters in a WAV); usually none.

    Raises:
        OptionError: no such format, or a bitrate out of range.
        AudioFormatError: not samples, or a rate out of range.
        EngineError: the disk is full or refuses.
    """
    with contextlib.ExitStack() as stack:
        stack.callback(close_blocks, blocks)
        if format not in BOOK_FORMATS:
            raise OptionError(
                f"There is no book format {str(format)[:20]!r}. Choose one of: {', '.join(BOOK_FORMATS)}."
            )
        audio_format = BOOK_FORMATS[format]
        check_rate(sample_rate)
        rate = audio_format.codec_rate(sample_rate)
        picture, notices = _fitting(format, chapters, cover)
        texts = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="studio-book-")))
        temporary = stack.enter_context(whole_file(path))
        arguments = [
            *["-loglevel", "error", *raw_input(rate), "-threads", "1"],
            *_describe(texts, format, chapters, picture, book_tags(title, author, narrator)),
            *codec_arguments(audio_format, check_bitrate(audio_format, bitrate_kbps)),
            *ffmpeg_tags(made_by),
            *_container(format, made_by),
            *["-fflags", "+bitexact", "-y", f"file:{temporary}"],
        ]
        ffmpeg = stack.enter_context(contextlib.closing(Ffmpeg(arguments)))
        feed_ffmpeg(ffmpeg, blocks, StreamingResampler(sample_rate, rate))
        if format == "m4b":
            append(temporary, mp4_box(made_by))
    return notices


def _fitting(format: BookFormat, chapters: Sequence[Chapter], cover: bytes | None) -> tuple[Cover | None, list[str]]:
    """The cover that will be in the file, and what will not."""
    notices: list[str] = []
    if format == "wav":
        if cover or chapters:
            notices.append("A WAV file cannot hold chapters or a cover; choose M4B, MP3, FLAC or Opus for them.")
        return None, notices
    picture = read_cover(cover) if cover else None
    if cover and picture is None:
        notices.append("The cover could not be read as a picture and was left out.")
    return picture, notices


def _describe(
    folder: Path, format: BookFormat, chapters: Sequence[Chapter], cover: Cover | None, tags: dict[str, str]
) -> list[str]:
    """ffmpeg's arguments for tags, chapters and cover, whose files are written into `folder`."""
    if format == "wav":
        chapters = []
    if format == "m4b":
        tags = tags | {"media_type": "2"}  # "audiobook": Apple Books then remembers the place
    if format in {"flac", "opus"}:
        tags = tags | chapter_comments(chapters)
        chapters = []
    if format == "opus" and cover:
        tags, cover = tags | picture_comment(cover), None
    text = folder / "metadata.txt"
    text.write_text(metadata(tags, chapters), encoding="utf-8")
    arguments = ["-protocol_whitelist", "file", "-f", "ffmetadata", "-i", f"file:{text}"]
    if cover:
        picture = folder / "cover"
        picture.write_bytes(cover.data)
        arguments += ["-protocol_whitelist", "file", "-f", cover.demuxer, "-i", f"file:{picture}"]
        arguments += ["-map", "0:a", "-map", "2:v", "-c:v", "copy", "-disposition:v:0", "attached_pic"]
        arguments += ["-metadata:s:v", "title=Cover", "-metadata:s:v", "comment=Cover (front)"]
    else:
        arguments += ["-map", "0:a"]
    return [*arguments, "-map_metadata", "1", "-map_chapters", "1"]


def _container(format: BookFormat, made_by: Provenance | None) -> list[str]:
    match format:
        case "m4b":
            # The index in front: a browser plays a 300 MB book before it has it all.
            return ["-movflags", "+faststart", "-f", "ipod"]
        case "mp3":
            # 2.3: the version every player reads; it has chapters too.
            return ["-id3v2_version", "3", "-f", "mp3"]
        case "flac":
            return ["-f", "flac"]
        case "opus":
            return ["-f", "ogg"]
        case "wav":
            return [*bext_tags(made_by), "-rf64", "auto", "-f", "wav"]
