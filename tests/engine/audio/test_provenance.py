import json
import struct
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile

from engine.audio.files import sndfile
from engine.audio.files.encode import FORMATS, encode_stream, write_file
from engine.audio.files.ffmpeg import ffmpeg_path
from engine.audio.files.formats import FormatName
from engine.audio.files.io import read as read_sound
from engine.audio.files.m4b import BOOK_FORMATS, BookFormat, Chapter, write_book
from engine.audio.files.provenance import DIGITAL_SOURCE_TYPE, SOFTWARE, Provenance, read, wav_chunks, xmp

RATE = 24_000
MADE_BY = Provenance("Kokoro; 82M", "Änna «x»\n=1 \ud800", "cloned", "CC-BY-NC-4.0")
READ = Provenance("Kokoro, 82M", "Änna «x» =1", "cloned", "CC-BY-NC-4.0")
SOUND = (0.3 * np.sin(np.arange(24_000) / 20)).astype(np.float32)
SAYING: list[FormatName] = ["wav", "flac", "mp3", "opus", "m4a"]


def told(path: Path) -> list[tuple[str, str]]:
    """What ffmpeg, which is not ours, reads in a file: names and values, the container's and the stream's."""
    found = subprocess.run([ffmpeg_path(), "-hide_banner", "-i", str(path)], capture_output=True, check=False)
    lines = found.stderr.decode("utf-8", "replace").splitlines()
    pairs = [line.partition(":") for line in lines if line.startswith("    ")]
    return [(name.strip(), value.strip()) for name, _, value in pairs]


def check(path: Path, named: bool) -> None:
    pairs = told(path)
    assert READ in [read(value) for name, value in pairs if name == "comment"], pairs
    if named:
        assert ("digital_source_type", DIGITAL_SOURCE_TYPE) in pairs
        assert {("software", SOFTWARE), ("model", "Kokoro, 82M"), ("voice_kind", "cloned")} <= set(pairs)
        assert {("voice", "Änna «x» =1"), ("licence", "CC-BY-NC-4.0")} <= set(pairs)


@pytest.mark.parametrize("format", SAYING)
def test_a_file_says_that_it_is_synthetic(format: FormatName, tmp_path: Path):
    path = tmp_path / f"a{FORMATS[format].extension}"
    write_file(path, [SOUND], format, RATE, made_by=MADE_BY)
    check(path, named=format in {"flac", "mp3", "opus"})
    assert len(read_sound(path, RATE)) == len(SOUND)


@pytest.mark.parametrize("format", SAYING)
def test_a_stream_says_so_too(format: FormatName, tmp_path: Path):
    path = tmp_path / f"a{FORMATS[format].extension}"
    path.write_bytes(b"".join(encode_stream([SOUND[:5_000], SOUND[5_000:]], format, RATE, made_by=MADE_BY)))
    check(path, named=format in {"mp3", "opus"})
    assert len(read_sound(path, RATE)) >= len(SOUND)


@pytest.mark.parametrize("format", list(BOOK_FORMATS))
def test_a_book_says_so_beside_its_own_tags(format: BookFormat, tmp_path: Path):
    path = tmp_path / f"a.{format}"
    marks = [Chapter("One", 0, 1)]
    write_book(path, [SOUND], RATE, marks, title="T", author="A", narrator="N", format=format, made_by=MADE_BY)
    check(path, named=format in {"flac", "mp3", "opus"})
    assert {("title", "T"), ("artist", "A")} <= set(told(path))


@pytest.mark.parametrize("format", ["aac", "pcm"])
def test_what_has_no_place_for_it_is_as_it_was(format: FormatName, tmp_path: Path):
    for name, made_by in (("a", None), ("b", MADE_BY)):
        write_file(tmp_path / name, [SOUND], format, RATE, made_by=made_by)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("format", list(FORMATS))
def test_no_sample_changes(format: FormatName, tmp_path: Path):
    if format == "pcm":
        return
    sounds = []
    for made_by in (None, MADE_BY):
        path = tmp_path / "a"
        write_file(path, [SOUND], format, RATE, made_by=made_by)
        sounds.append(read_sound(path, RATE))
    np.testing.assert_array_equal(*sounds)


def test_a_broadcast_wave_has_its_three_chunks(tmp_path: Path):
    path = tmp_path / "a.wav"
    write_file(path, [SOUND], "wav", RATE, made_by=MADE_BY)
    data = path.read_bytes()
    chunks, at = {}, 12
    while at < len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        chunks[name] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    assert list(chunks) == [b"fmt ", b"bext", b"LIST", b"_PMX", b"data"] and at == len(data)
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    assert len(chunks[b"bext"]) == 602
    assert DIGITAL_SOURCE_TYPE.encode() in chunks[b"bext"][:256]
    assert chunks[b"bext"][256:288].rstrip(b"\0") == SOFTWARE.encode()
    assert ElementTree.fromstring(chunks[b"_PMX"].decode().split("?>", 1)[1].rsplit("<?", 1)[0]) is not None
    assert len(chunks[b"data"]) == 2 * len(SOUND)
    assert soundfile.info(path).frames == len(SOUND)


@pytest.mark.parametrize("is_stream", [False, True])
def test_an_mp4_file_has_the_iptcs_word_as_xmp(is_stream: bool, tmp_path: Path):
    path = tmp_path / "a.m4a"
    if is_stream:
        path.write_bytes(b"".join(encode_stream([SOUND], "m4a", RATE, made_by=MADE_BY)))
    else:
        write_file(path, [SOUND], "m4a", RATE, made_by=MADE_BY)
    found = subprocess.run(
        [ffmpeg_path(), "-v", "error", "-export_xmp", "1", "-i", str(path), "-f", "ffmetadata", "-"],
        capture_output=True,
        check=True,
    )
    assert f'DigitalSourceType\\="{DIGITAL_SOURCE_TYPE}"' in found.stdout.decode()


def test_a_comment_is_read_as_it_was_written():
    for one in (READ, Provenance("M"), Provenance("M: x", "a: b", "tuned")):
        assert read(one.comment) == one
    for other in ("", "Hello; voice kind: stock", READ.comment.replace("cloned", "stolen"), json.dumps({})):
        assert read(other) is None


def test_a_kept_flac_is_read_back(tmp_path: Path):
    path = tmp_path / "a.flac"
    with soundfile.SoundFile(path, "w", RATE, 1, format="FLAC", subtype="PCM_16") as file:
        sndfile.describe(file, MADE_BY)
        file.write(SOUND)
    assert sndfile.told(path) == READ
    assert sndfile.told(tmp_path / "none") is None


def test_nothing_is_written_of_what_nobody_made():
    assert wav_chunks(None) == b""
    assert xmp(Provenance("<&>", '"')).count(b"&lt;&amp;&gt;") == 1
