"""A book in one file, looked at with ffmpeg's own eyes."""

import base64
import json
import re
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.audio.files.encode import write_file
from engine.audio.files.ffmpeg import ffmpeg_path
from engine.audio.files.io import probe, read
from engine.audio.files.m4b import BOOK_FORMATS, BookFormat, Chapter, write_book
from engine.audio.files.tags import read_cover
from engine.audio.pcm import quantise
from engine.errors import EngineError, OptionError
from engine.types import Samples
from tests.engine.audio.conftest import MakeFile
from tests.engine.audio.sounds import blocks_of, ffmpeg_children, speech_like

RATE = 22050
SECONDS = 12.0
CHAPTERS = [
    Chapter("Down the Rabbit-Hole", 0.0, 4.25),
    Chapter('The "Pool" of Tears = half; #2 \\ 第二章 ☃', 4.25, 8.5),
    Chapter("  A Caucus-Race\nand a Long Tale ", 8.5, SECONDS),
]
TITLES = ["Down the Rabbit-Hole", 'The "Pool" of Tears = half; #2 \\ 第二章 ☃', "A Caucus-Race and a Long Tale"]
TAGS = {"title": "Alice; in = Wonderland #1 ü", "author": "Lewis\\Carroll", "narrator": "espeak — en-gb"}
PICTURED: list[BookFormat] = ["m4b", "mp3", "flac", "opus"]


@pytest.fixture(scope="module")
def jpeg(make_file: MakeFile) -> bytes:
    return make_file("c.jpg", "-f", "lavfi", "-i", "testsrc=size=120x180", "-frames:v", "1").read_bytes()


@pytest.fixture(scope="module")
def png(make_file: MakeFile) -> bytes:
    return make_file("c.png", "-f", "lavfi", "-i", "testsrc=size=120x180", "-frames:v", "1").read_bytes()


def look(path: Path) -> str:
    """What ffmpeg says of the file."""
    return subprocess.run(
        [ffmpeg_path(), "-hide_banner", "-i", str(path)], capture_output=True, check=False
    ).stderr.decode()


def chapters_of(path: Path) -> list[tuple[float, float, str]]:
    """Start, end and title of each."""
    pattern = r"Chapter #0:\d+: start ([\d.]+), end ([\d.]+)\n(?: +Metadata:\n +title +: (.*)\n)?"
    return [(float(start), float(end), title) for start, end, title in re.findall(pattern, look(path))]


def write(path: Path, format: BookFormat, cover: bytes | None = None, samples: Samples | None = None) -> list[str]:
    sound = blocks_of(speech_like(SECONDS) if samples is None else samples, 7000)
    return write_book(path, sound, RATE, CHAPTERS, **TAGS, cover=cover, format=format)


@pytest.mark.parametrize("format", PICTURED)
def test_chapters_tags_and_cover_are_in_every_container_that_has_places(
    format: BookFormat, tmp_path: Path, jpeg: bytes
) -> None:
    path = tmp_path / f"book.{format}"
    assert write(path, format, cover=jpeg) == []
    said = look(path)
    assert f"title           : {TAGS['title']}" in said
    assert f"album           : {TAGS['title']}" in said
    assert f"artist          : {TAGS['author']}" in said
    assert f": {TAGS['narrator']}" in said
    assert "genre           : Audiobook" in said
    assert re.search(r"Video: mjpeg.*120x180.*\(attached pic\)", said)
    found = chapters_of(path)
    for (start, end, _title), chapter in zip(found, CHAPTERS, strict=True):
        assert start == pytest.approx(chapter.start_s, abs=0.002)
        assert end == pytest.approx(chapter.end_s, abs=0.02)
    assert [title for _, _, title in found] == TITLES
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_flac_and_opus_name_their_chapters_as_players_expect(tmp_path: Path) -> None:
    for format in ("flac", "opus"):
        write(tmp_path / "b", format)  # type: ignore[arg-type]
        data = (tmp_path / "b").read_bytes()
        assert b"CHAPTER002=00:00:04.250" in data
        assert b"CHAPTER001NAME=Down the Rabbit-Hole" in data
        assert f"CHAPTER002NAME={TITLES[1]}".encode() in data


def test_an_m4b_calls_itself_an_audiobook_and_begins_with_its_index(tmp_path: Path, jpeg: bytes) -> None:
    path = tmp_path / "b.m4b"
    write(path, "m4b", cover=jpeg)
    data = path.read_bytes()
    assert data[4:12] == b"ftypM4A "
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    stik = data.index(b"stik")
    assert data[stik + 4 + 16 : stik + 4 + 17] == b"\x02"
    assert b"chpl" in data
    assert jpeg in data


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="no ffprobe on this machine")
def test_ffprobe_agrees(tmp_path: Path, jpeg: bytes) -> None:
    write(tmp_path / "b.m4b", "m4b", cover=jpeg)
    command = ["ffprobe", "-v", "error", "-of", "json", "-show_chapters", "-show_streams", str(tmp_path / "b.m4b")]
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert [chapter["tags"]["title"] for chapter in found["chapters"]] == TITLES
    assert any(stream["disposition"]["attached_pic"] for stream in found["streams"])


@pytest.mark.parametrize("format", list(BOOK_FORMATS))
def test_the_sound_is_whole_to_the_sample(format: BookFormat, tmp_path: Path) -> None:
    samples = speech_like(SECONDS)
    write(tmp_path / "b", format, samples=samples)
    found = read(tmp_path / "b", RATE)
    assert len(found) == len(samples)
    if format in {"flac", "wav"}:
        assert np.array_equal(quantise(found), quantise(samples))
    else:
        assert np.corrcoef(found, samples)[0, 1] > 0.97
    assert probe(tmp_path / "b").duration_s == pytest.approx(SECONDS, abs=0.02)


@pytest.mark.parametrize("format", ["m4b", "flac", "wav"])
def test_blocks_of_any_size_give_the_same_file(format: BookFormat, tmp_path: Path) -> None:
    samples = speech_like(3.0)
    for name, size in (("a", 100), ("b", 22_051), ("c", len(samples))):
        write_book(tmp_path / name, blocks_of(samples, size), RATE, [], **TAGS, format=format)
    first = (tmp_path / "a").read_bytes()
    assert first == (tmp_path / "b").read_bytes() == (tmp_path / "c").read_bytes()


def test_a_png_stays_a_png_and_others_become_one(tmp_path: Path, png: bytes, make_file: MakeFile) -> None:
    assert read_cover(png).data == png  # type: ignore[union-attr]
    for extension in ("gif", "bmp", "webp"):
        other = make_file(f"c.{extension}", "-f", "lavfi", "-i", "testsrc=size=120x180", "-frames:v", "1").read_bytes()
        assert read_cover(other).media_type == "image/png"  # type: ignore[union-attr]
        assert write(tmp_path / "b.m4b", "m4b", cover=other) == []
        assert "Video: png" in look(tmp_path / "b.m4b")


def png_bomb() -> bytes:
    """A few kilobytes that unpack to 100,000 by 100,000 pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "cover",
    [
        b"",
        b"nonsense",
        b"\xff\xd8\xff\xe0" + b"\0" * 500,
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"#EXTM3U\n/etc/passwd",
    ],
)
def test_a_cover_that_is_none_is_left_out_and_said(cover: bytes, tmp_path: Path) -> None:
    notices = write(tmp_path / "b.m4b", "m4b", cover=cover)
    assert notices == (["The cover could not be read as a picture and was left out."] if cover else [])
    assert "Video" not in look(tmp_path / "b.m4b")
    assert len(chapters_of(tmp_path / "b.m4b")) == 3


def test_a_picture_bomb_and_a_torn_picture_are_left_out(jpeg: bytes) -> None:
    assert read_cover(png_bomb()) is None
    assert read_cover(jpeg[:200]) is None
    assert read_cover(b"\xff\xd8\xff" + b"\0" * 21_000_000) is None


def test_an_opus_cover_is_a_picture_block(tmp_path: Path, jpeg: bytes) -> None:
    write(tmp_path / "b.opus", "opus", cover=jpeg)
    data = (tmp_path / "b.opus").read_bytes()
    assert b"METADATA_BLOCK_PICTURE=" + base64.b64encode(struct.pack(">II", 3, 10) + b"imag") in data


def test_what_a_wav_cannot_hold_is_said(tmp_path: Path, jpeg: bytes) -> None:
    (notice,) = write(tmp_path / "b.wav", "wav", cover=jpeg)
    assert "cannot hold chapters or a cover" in notice
    assert write_book(tmp_path / "c.wav", [speech_like(1.0)], RATE, [], **TAGS, format="wav") == []


def test_no_chapters_no_people_and_strange_characters_are_fine(tmp_path: Path) -> None:
    odd = "a\x00b\x07\r\nc \udcff [CHAPTER]\nSTART=5"
    for format in BOOK_FORMATS:
        write_book(tmp_path / "a", [speech_like(1.0)], RATE, [], title="", author="", narrator="", format=format)
        write_book(
            *(tmp_path / "b", [speech_like(1.0)], RATE, [Chapter(odd, 0, 0.5), Chapter("", 0.5, 1.0)]),
            **dict.fromkeys(TAGS, odd),
            format=format,
        )
        if format != "wav":
            assert len(chapters_of(tmp_path / "b")) == 2


def test_hundreds_of_long_chapters_fit(tmp_path: Path) -> None:
    chapters = [Chapter(f"{n} " + "第二章" * 100, n / 50, (n + 1) / 50) for n in range(500)]
    for format in ("m4b", "mp3"):
        write_book(tmp_path / "b", blocks_of(speech_like(10.0), 5000), RATE, chapters, **TAGS, format=format)
        found = chapters_of(tmp_path / "b")
        assert len(found) == 500
        assert found[499][2].startswith("499 第二章")


# Bad ends.


def test_a_failing_voice_leaves_the_old_book_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "b.m4b"
    path.write_bytes(b"old")
    before = set(Path(tempfile_folder()).iterdir())

    def failing() -> Iterator[Samples]:
        yield speech_like(1.0)
        raise EngineError("Stopped.")

    with pytest.raises(EngineError, match="Stopped"):
        write_book(path, failing(), RATE, CHAPTERS, **TAGS)
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["b.m4b"]
    assert ffmpeg_children() == []
    assert not [
        file for file in set(Path(tempfile_folder()).iterdir()) - before if file.name.startswith("studio-book-")
    ]


def tempfile_folder() -> str:
    import tempfile

    return tempfile.gettempdir()


def test_an_unknown_format_is_refused_before_a_sample_is_taken(tmp_path: Path) -> None:
    closed: list[bool] = []

    def never() -> Iterator[Samples]:
        try:
            yield speech_like(1.0)
        finally:
            closed.append(True)

    with pytest.raises(OptionError, match="m4b, mp3"):
        write_book(tmp_path / "b", never(), RATE, [], **TAGS, format="exe")  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", list(BOOK_FORMATS))
def test_a_full_disk_is_a_sentence(format: BookFormat, full_disk: Path) -> None:
    sound = (speech_like(2.0, 48000, 0.9) for _ in range(40))
    with pytest.raises(EngineError, match="disk is full"):
        write_book(full_disk / "b", sound, 48000, CHAPTERS, **TAGS, format=format, bitrate_kbps=256)
    assert list(full_disk.iterdir()) == []


def test_memory_does_not_grow_with_the_book(tmp_path: Path) -> None:
    code = (
        "import resource, sys\nfrom pathlib import Path\nimport numpy as np\n"
        "from engine.audio.files.m4b import Chapter, write_book\n"
        "from engine.audio.master import MasterPlan, apply, measure\n"
        "minutes, noise = int(sys.argv[1]), np.random.default_rng(0).standard_normal(22050)\n"
        "block = noise.astype('f4') * np.float32(.1)\n"
        "sound = lambda: (block for _ in range(60 * minutes))\n"
        "measure(sound(), 22050)\n"
        "write_book(Path(sys.argv[2]), apply(sound(), MasterPlan(6., -3.), 22050), 22050, [], title='t', author='', "
        "narrator='', format='wav')\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks: list[int] = []
    for minutes in (1, 12):
        command = [sys.executable, "-c", code, str(minutes), str(tmp_path / "b")]
        peaks.append(int(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    assert peaks[1] < peaks[0] * 1.1


def test_the_book_and_a_plain_file_hold_the_same_sound(tmp_path: Path) -> None:
    samples = speech_like(5.0)
    write_book(tmp_path / "b.m4b", [samples], RATE, [], **TAGS)
    write_file(tmp_path / "f.m4a", [samples], "m4a", RATE)
    assert np.array_equal(read(tmp_path / "b.m4b", RATE), read(tmp_path / "f.m4a", RATE))
