"""What a book file says about itself: title, people, chapters and cover, in the words each container understands.

Makes ffmpeg's metadata text and picture blocks; runs nothing but the conversion of a cover that no player would show.
"""

import base64
import contextlib
import re
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from engine.audio.files.ffmpeg import Ffmpeg, FfmpegFailed

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_SPECIAL = re.compile(r"([=;#\\\n])")
# Titles are for a list on a phone; MP4 keeps one byte for their length, and players cut what is longer anywhere.
_MAX_TITLE_CHARS = 120
_MAX_TITLE_BYTES = 255
_MAX_COVER_BYTES = 20_000_000
# A few kilobytes can unpack into gigabytes of one colour.
_MAX_COVER_PIXELS = 60_000_000
_COVER_SIDE = 2400


@dataclass(frozen=True, slots=True)
class Chapter:
    """One entry of the table of contents; seconds from the beginning of the book, never overlapping."""

    title: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Cover:
    """A picture every player shows."""

    data: bytes
    media_type: str

    @property
    def demuxer(self) -> str:
        """ffmpeg's name for a file of it."""
        return "png_pipe" if self.media_type == "image/png" else "jpeg_pipe"


def read_cover(data: bytes) -> Cover | None:
    """A JPEG or PNG as it is, a GIF, WebP or BMP as a PNG, anything else (or a broken one) None."""
    found = _picture_type(data)
    if found is None or len(data) > _MAX_COVER_BYTES:
        return None
    demuxer, media_type = found
    # Also for those kept as they are: a picture that cannot be decoded would stop the whole book.
    limits = ["-max_pixels:v", f"{_MAX_COVER_PIXELS}", "-protocol_whitelist", "fd,pipe"]
    arguments = ["-loglevel", "error", *limits, "-f", demuxer, "-i", "fd:", "-frames:v", "1"]
    fit = f"scale='min({_COVER_SIDE},iw)':'min({_COVER_SIDE},ih)':force_original_aspect_ratio=decrease"
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        arguments += ["-vf", fit, "-c:v", "png", "-pix_fmt", "rgb24", "-f", "image2pipe", "pipe:1"]
        with contextlib.closing(Ffmpeg(arguments, source=file)) as ffmpeg:
            try:
                png = ffmpeg.wait()
            except FfmpegFailed:
                return None
    if not png:
        return None
    return Cover(data, media_type) if media_type in {"image/jpeg", "image/png"} else Cover(png, "image/png")


def _picture_type(data: bytes) -> tuple[str, str] | None:
    """(ffmpeg's demuxer, media type) by the first bytes."""
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg_pipe", "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png_pipe", "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif_pipe", "image/gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp_pipe", "image/webp"
    if data.startswith(b"BM"):
        return "bmp_pipe", "image/bmp"
    return None


def metadata(tags: dict[str, str], chapters: Sequence[Chapter]) -> str:
    """ffmpeg's own metadata format (`-f ffmetadata`)."""
    lines = [";FFMETADATA1"]
    lines += [f"{key}={_escape(value)}" for key, value in tags.items() if value]
    for number, chapter in enumerate(chapters, start=1):
        start, end = round(chapter.start_s * 1000), round(chapter.end_s * 1000)
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start}", f"END={max(start, end)}"]
        lines.append(f"title={_escape(_title(chapter.title, number))}")
    return "\n".join(lines) + "\n"


def book_tags(title: str, author: str, narrator: str) -> dict[str, str]:
    """The tags that audiobook players look for, by ffmpeg's names; each container takes those it has a place for."""
    return {
        "title": title,
        "album": title,
        "artist": author,
        "album_artist": author,
        # No container has a narrator; players show the composer (MP4, MP3) or the performer (FLAC, Opus) as such.
        "composer": narrator,
        "performer": narrator,
        "genre": "Audiobook",
    }


def chapter_comments(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Chapters as Vorbis comments, for FLAC and Ogg: CHAPTER001=00:00:00.000, CHAPTER001NAME=... (wiki.xiph.org)."""
    comments: dict[str, str] = {}
    for number, chapter in enumerate(chapters, start=1):
        ms = round(chapter.start_s * 1000)
        name = f"CHAPTER{number:03d}"
        comments[name] = f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
        comments[f"{name}NAME"] = _title(chapter.title, number)
    return comments


def picture_comment(cover: Cover) -> dict[str, str]:
    """The cover as a Vorbis comment, for Ogg: FLAC's picture block in base64 (RFC 9639, section 8.8)."""
    media_type = cover.media_type.encode()
    front_cover, unknown_size = 3, struct.pack(">IIII", 0, 0, 0, 0)
    block = struct.pack(">II", front_cover, len(media_type)) + media_type + struct.pack(">I", 0) + unknown_size
    block += struct.pack(">I", len(cover.data)) + cover.data
    return {"METADATA_BLOCK_PICTURE": base64.b64encode(block).decode("ascii")}


def _title(title: str, number: int) -> str:
    title = " ".join(title.split()) or f"Chapter {number}"
    if len(title) <= _MAX_TITLE_CHARS and len(title.encode("utf-8", "replace")) <= _MAX_TITLE_BYTES:
        return title
    start = title[: _MAX_TITLE_CHARS - 1].encode("utf-8", "replace")[: _MAX_TITLE_BYTES - 3]
    # A character cut in two is left out.
    return start.decode("utf-8", "ignore").rstrip() + "…"


def _escape(value: str) -> str:
    # Lone surrogates come out of broken documents and cannot be written.
    clean = (
        _CONTROL.sub(" ", value.replace("\r\n", "\n").replace("\r", "\n")).encode("utf-8", "replace").decode("utf-8")
    )
    return _SPECIAL.sub(r"\\\1", clean)
