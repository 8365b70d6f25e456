"""Any recording in, hostile ones too."""

import contextlib
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from engine.audio.files import ffmpeg
from engine.audio.files.io import ffmpeg_path, probe, read, read_blocks
from engine.errors import AudioFormatError
from engine.types import Samples
from tests.engine.audio.conftest import MakeFile
from tests.engine.audio.sounds import ffmpeg_children, sine, speech_like

RATE = 22050


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("io") / "speech.wav"
    soundfile.write(path, speech_like(8.0), RATE, subtype="PCM_16")
    return path


def like(found: Samples, wanted: Samples) -> float:
    """Correlation of two sounds at the best of a few milliseconds' shift (codecs delay)."""
    size = len(found) + len(wanted)
    products = np.fft.irfft(np.fft.rfft(found, size) * np.conj(np.fft.rfft(wanted, size)), size)
    near = max(products[:2500].max(), products[-2500:].max())
    return float(near / np.sqrt(np.dot(found, found) * np.dot(wanted, wanted) + 1e-12))


@pytest.mark.parametrize(
    ("name", "arguments", "codec"),
    [
        ("a.flac", [], "flac"),
        ("a.mp3", ["-b:a", "64k"], "mp3"),
        ("a.m4a", [], "aac"),
        ("a.aac", [], "aac"),
        ("a.opus", ["-c:a", "libopus"], "opus"),
        ("a.ogg", ["-c:a", "libvorbis"], "vorbis"),
        ("a.webm", ["-c:a", "libopus"], "opus"),
        ("a.mkv", ["-c:a", "aac"], "aac"),
        ("a.aiff", [], "pcm_s16be"),
        ("a.caf", [], "pcm_s16be"),
        ("a.w64", [], "pcm_s16le"),
        ("a.au", [], "pcm_s16be"),
        ("a.ts", [], "mp2"),
        ("a.avi", ["-c:a", "mp3"], "mp3"),
        ("a.wma", [], "wmav2"),
        ("a24.wav", ["-c:a", "pcm_s24le"], "pcm_s24le"),
        ("af.wav", ["-c:a", "pcm_f32le"], "pcm_f32le"),
        ("au.wav", ["-c:a", "pcm_u8"], "pcm_u8"),
        ("frag.mp4", ["-movflags", "+empty_moov+default_base_moof", "-frag_duration", "200000"], "aac"),
    ],
)
def test_whatever_ffmpeg_reads_is_read(
    name: str, arguments: list[str], codec: str, wav: Path, make_file: MakeFile
) -> None:
    path = make_file(name, "-i", str(wav), *arguments)
    found = read(path, RATE)
    info = probe(path)
    assert info.codec == codec
    assert info.channels == 1
    assert len(found) / RATE == pytest.approx(8.0, abs=0.12)
    assert like(found, speech_like(8.0)) > 0.98
    if info.duration_s is not None:
        assert info.duration_s == pytest.approx(8.0, abs=0.1)


def test_lossless_files_are_read_exactly(wav: Path, make_file: MakeFile) -> None:
    wanted, _ = soundfile.read(wav, dtype="float32")
    assert np.array_equal(read(wav, RATE), wanted)
    assert np.array_equal(read(make_file("a.flac", "-i", str(wav)), RATE), wanted)


def test_gapless_tags_are_honoured(wav: Path, make_file: MakeFile) -> None:
    for name in ("a.mp3", "a.m4a"):
        assert len(read(make_file(name, "-i", str(wav)), RATE)) == 8 * RATE


def test_blocks_are_equal_to_the_whole_and_as_long_as_asked(wav: Path) -> None:
    whole = read(wav, 16000)
    for block_s in (0.033, 0.5, 3.0, 60.0):
        blocks = list(read_blocks(wav, 16000, block_s))
        assert {len(block) for block in blocks[:-1]} <= {round(block_s * 16000)}
        assert 0 < len(blocks[-1]) <= round(block_s * 16000)
        assert all(block.dtype == np.float32 for block in blocks)
        assert np.array_equal(np.concatenate(blocks), whole)


def test_the_sound_of_a_video_keeps_its_place_in_time(make_file: MakeFile, wav: Path) -> None:
    video = make_file(
        "v.mkv",
        *["-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=12", "-itsoffset", "2", "-i", str(wav)],
        *["-c:v", "libx264", "-c:a", "flac"],
    )
    found = read(video, RATE)
    assert np.abs(found[: round(1.9 * RATE)]).max() == 0
    # Its pictures go on longer than its sound: that is not a torn file.
    assert len(found) / RATE == pytest.approx(10.0, abs=0.05)
    assert like(found[2 * RATE :], speech_like(8.0)) > 0.98


def write_channels(path: Path, channels: list[Samples], rate: int, mask: int | None) -> None:
    """A float WAV with a channel mask, or (None) without any word on where the channels belong."""
    data = np.stack(channels, axis=1).astype("<f4").tobytes()
    n = len(channels)
    plain = struct.pack("<HIIHH", n, rate, rate * n * 4, n * 4, 32)
    if mask is None:
        form = struct.pack("<H", 3) + plain
    else:
        guid = bytes.fromhex("0300000000001000800000aa00389b71")
        form = struct.pack("<H", 0xFFFE) + plain + struct.pack("<HHI", 22, 32, mask) + guid
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)


def test_stereo_is_the_mean_of_both_and_never_louder(tmp_path: Path) -> None:
    left, right = sine(300, 1.0, 48000, 0.9), sine(300, 1.0, 48000, 0.9)
    write_channels(tmp_path / "s.wav", [left, right], 48000, 0x3)
    assert np.abs(read(tmp_path / "s.wav", 48000) - left).max() < 1e-6
    write_channels(tmp_path / "l.wav", [left, 0 * right], 48000, 0x3)
    assert np.abs(read(tmp_path / "l.wav", 48000) - left / 2).max() < 1e-6


def test_eight_channels_at_192_khz_mix_by_their_places(tmp_path: Path) -> None:
    tones = [sine(100 * (k + 2), 1.0, 192_000, 0.9) for k in range(8)]
    write_channels(tmp_path / "71.wav", tones, 192_000, 0x63F)
    mono = read(tmp_path / "71.wav", 16000)
    assert len(mono) == 16000
    assert np.abs(mono).max() <= 0.9
    levels = [np.abs(np.fft.rfft(mono))[100 * (k + 2)] / 8000 / 0.9 for k in range(8)]
    left, right, centre, low, back_left, back_right, side_left, side_right = levels
    assert centre > left == pytest.approx(right, abs=0.01)
    assert low < 0.001
    assert back_left == pytest.approx(side_right, abs=0.01) == pytest.approx(back_right, abs=0.01)
    assert left > side_left > 0.08
    assert probe(tmp_path / "71.wav").channels == 8
    assert probe(tmp_path / "71.wav").sample_rate == 192_000


def test_eight_microphones_without_places_count_the_same(tmp_path: Path) -> None:
    tones = [sine(100 * (k + 2), 1.0, 48000, 0.9) for k in range(8)]
    write_channels(tmp_path / "mics.wav", tones, 48000, None)
    mono = read(tmp_path / "mics.wav", 16000)
    for k in range(8):
        assert np.abs(np.fft.rfft(mono))[100 * (k + 2)] / 8000 == pytest.approx(0.9 / 8, rel=0.01)


def test_numbers_that_are_no_sound_do_no_harm(tmp_path: Path) -> None:
    samples = np.array([0.1, np.nan, np.inf, -np.inf, 1e30, -0.1] * 1000, dtype=np.float32)
    write_channels(tmp_path / "n.wav", [samples], 16000, None)
    found = read(tmp_path / "n.wav", 16000)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 16


# What cannot be used, and the sentence for it.


def test_zero_bytes_say_so(tmp_path: Path) -> None:
    (tmp_path / "e.wav").touch()
    for use in (probe, lambda path: read_blocks(path, 16000)):
        with pytest.raises(AudioFormatError, match="empty"):
            use(tmp_path / "e.wav")


@pytest.mark.parametrize(
    "content",
    [
        b"hello, I am a text\n" * 50,
        b"%PDF-1.4\n%\xe2\xe3" + b"x" * 3000,
        b"PK\x03\x04" + b"\0" * 3000,
        b"\0" * 5000,
        b"RIFF",
    ],
)
def test_what_is_not_audio_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lies.mp3"
    path.write_bytes(content)
    with pytest.raises(AudioFormatError, match=r"not audio|no audio track|no sound|cannot be decoded"):
        read(path, 16000)
    with pytest.raises(AudioFormatError):
        probe(path)


def test_random_bytes_end_in_a_sentence_or_in_sound_but_never_hang(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    heads = [
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"fLaC",
        b"OggS",
        b"ID3\x04",
        b"\0\0\0\x20ftypM4A ",
        b"\x1aE\xdf\xa3",
        b"FORM",
    ]
    for number, head in enumerate(heads * 2):
        path = tmp_path / f"{number}"
        path.write_bytes(head + random.bytes(20_000))
        try:
            read(path, 16000)
        except AudioFormatError as error:
            assert str(error).endswith(".")


def test_a_video_without_sound_says_so(make_file: MakeFile) -> None:
    silent = make_file("v.mp4", "-f", "lavfi", "-i", "testsrc=size=64x64:rate=10:duration=2")
    for use in (probe, lambda path: read(path, 16000)):
        with pytest.raises(AudioFormatError, match="no audio track"):
            use(silent)


def test_a_picture_is_not_a_recording(make_file: MakeFile) -> None:
    picture = make_file("p.png", "-f", "lavfi", "-i", "testsrc=size=64x64", "-frames:v", "1")
    with pytest.raises(AudioFormatError):
        read(picture, 16000)


def test_a_recording_without_a_sample_says_so(tmp_path: Path) -> None:
    write_channels(tmp_path / "none.wav", [np.zeros(0, dtype=np.float32)], 16000, None)
    with pytest.raises(AudioFormatError, match="no sound"):
        read(tmp_path / "none.wav", 16000)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("a.wav", []),
        ("a.flac", []),
        ("a.mp3", ["-b:a", "64k"]),
        ("fast.m4a", ["-movflags", "+faststart"]),
        ("a.mkv", ["-c:a", "aac"]),
        ("a.aiff", []),
        ("a.aac", []),
    ],
)
def test_a_file_cut_short_gives_what_it_has_and_then_says_so(
    name: str, arguments: list[str], wav: Path, make_file: MakeFile, tmp_path: Path
) -> None:
    whole = make_file(name, "-i", str(wav), *arguments)
    torn = tmp_path / name
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    kept = np.concatenate(list(read_blocks(torn, RATE, keep_torn=True)))
    assert 3.0 < len(kept) / RATE < 6.0
    heard: list[Samples] = []
    stream = read_blocks(torn, RATE)
    with pytest.raises(AudioFormatError, match="cut short"):
        while True:
            heard.append(next(stream))
    assert np.array_equal(np.concatenate(heard), kept)


def test_an_m4a_without_its_index_says_so(wav: Path, make_file: MakeFile, tmp_path: Path) -> None:
    torn = tmp_path / "t.m4a"
    torn.write_bytes(make_file("a.m4a", "-i", str(wav)).read_bytes()[:-2000])
    for use in (probe, lambda path: read(path, RATE)):
        with pytest.raises(AudioFormatError, match="index at its end"):
            use(torn)


def test_a_streamed_wav_of_unknown_length_is_not_torn(tmp_path: Path) -> None:
    from engine.audio.files.encode import encode_stream

    path = tmp_path / "s.wav"
    path.write_bytes(b"".join(encode_stream([speech_like(3.0)], "wav", RATE)))
    assert len(read(path, RATE)) == 3 * RATE


def test_whole_reads_have_a_limit(wav: Path) -> None:
    with pytest.raises(AudioFormatError, match="longer than 5 seconds"):
        read(wav, RATE, max_s=5.0)


# Files that point elsewhere.


class _Listener(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("extension", ["m3u8", "wav", "mp3", "ts", "txt"])
def test_no_file_makes_ffmpeg_open_another(extension: str, tmp_path: Path, wav: Path) -> None:
    class Listener(_Listener):
        asked: list[str] = []  # noqa: RUF012

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    (tmp_path / "secret.wav").write_bytes(wav.read_bytes())
    web = f"http://127.0.0.1:{server.server_port}"
    hostile = [
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.0,\n{web}/hls.ts\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.0,\nsecret.wav\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9.0,\nfile://{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n",
        f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:9.0,\nconcat:{web}/head|{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{tmp_path}/secret.wav'\n",
        f"ffconcat version 1.0\nfile {web}/concat.wav\n",
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {server.server_port} RTP/AVP 0\n",
        f'<?xml version="1.0"?><MPD type="static" mediaPresentationDuration="PT9S"><Period><AdaptationSet '
        f'mimeType="audio/mp4"><Representation id="a" bandwidth="1"><BaseURL>{web}/dash.mp4</BaseURL>'
        f"</Representation></AdaptationSet></Period></MPD>",
        f"[playlist]\nFile1={web}/pls.mp3\nNumberOfEntries=1\n",
        f"# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:00:000, filepos: 00000000\n{web}\n",
    ]
    try:
        for number, text in enumerate(hostile):
            path = tmp_path / f"h{number}.{extension}"
            path.write_text(text)
            for use in (probe, lambda path: read(path, 16000)):
                with pytest.raises(AudioFormatError):
                    use(path)
    finally:
        server.shutdown()
        server.server_close()
    assert Listener.asked == []


def test_an_mp4_whose_sound_lies_in_another_file_is_refused(tmp_path: Path, wav: Path, make_file: MakeFile) -> None:
    source = make_file("a.m4a", "-i", str(wav)).read_bytes()
    # A data reference that is not "in this file" but an alias to a neighbour.
    marker = source.index(b"url \x00\x00\x00\x01")
    (tmp_path / "x.m4a").write_bytes(source[:marker] + b"alis\x00\x00\x00\x00" + source[marker + 8 :])
    with contextlib.suppress(AudioFormatError):
        assert like(read(tmp_path / "x.m4a", RATE), speech_like(8.0)) > 0.9  # its own sound, or nothing


@pytest.mark.parametrize("name", ["-i.wav", "concat:a|b.wav", "%d.wav", "pipe:0", "data:x,y.wav", "ü ☃\n.wav"])
def test_strange_names_are_only_names(name: str, tmp_path: Path, wav: Path) -> None:
    path = tmp_path / name
    path.write_bytes(wav.read_bytes())
    assert len(read(path, RATE)) == 8 * RATE


def test_no_sentence_names_a_path(tmp_path: Path) -> None:
    path = tmp_path / "x.wav"
    for content in (None, b"", b"nonsense" * 99):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(AudioFormatError) as caught:
            read(path, 16000)
        assert str(tmp_path) not in str(caught.value)
        assert "x.wav" not in str(caught.value)


def test_a_pipe_a_folder_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(AudioFormatError, match="not a file"):
            read(path, 16000)  # of a pipe that nobody writes, or of endless zeros, it would never come back


# What stays behind: nothing.


def test_closing_early_ends_ffmpeg(wav: Path, make_file: MakeFile) -> None:
    long = make_file("long.wav", "-stream_loop", "40", "-i", str(wav))
    for leave in (lambda stream: stream.close(), lambda stream: None):
        stream = read_blocks(long, 16000, 0.1)
        next(stream)
        assert len(ffmpeg_children()) == 1
        leave(stream)
        del stream
        assert ffmpeg_children() == []


def test_a_stream_that_was_never_begun_starts_nothing(wav: Path) -> None:
    stream = read_blocks(wav, 16000)
    assert ffmpeg_children() == []
    del stream


def test_file_descriptors_do_not_add_up(wav: Path) -> None:
    read(wav, 16000)
    process = psutil.Process()
    before = process.num_fds()
    for _ in range(5):
        stream = read_blocks(wav, 16000, 0.1)
        next(stream)
        stream.close()
        probe(wav)
    assert process.num_fds() == before


def test_memory_does_not_grow_with_the_recording(make_file: MakeFile, wav: Path) -> None:
    code = (
        "import resource, sys\nfrom pathlib import Path\nfrom engine.audio.files.io import read_blocks\n"
        "seconds = sum(len(b) for b in read_blocks(Path(sys.argv[1]), 16000)) / 16000\n"
        "print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    peaks: list[int] = []
    for loops, seconds in (("1", 16), ("240", 1928)):
        path = make_file("mem.flac", "-stream_loop", loops, "-i", str(wav))
        run = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        heard, peak = run.stdout.split()
        assert float(heard) == pytest.approx(seconds, abs=1)
        peaks.append(int(peak))
    assert peaks[1] < peaks[0] * 1.15


def test_a_stuck_decoder_is_given_up(
    tmp_path: Path, wav: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A program that answers nothing stands in for an ffmpeg that hangs in a file."""
    stuck = tmp_path / "ffmpeg-stuck"
    stuck.write_text("#!/bin/sh\nexec sleep 100\n")
    stuck.chmod(0o755)
    find: Callable[[], str] = lambda: str(stuck)  # noqa: E731
    monkeypatch.setattr(ffmpeg, "ffmpeg_path", find)
    monkeypatch.setattr(ffmpeg, "STALL_S", 0.3)
    with pytest.raises(AudioFormatError, match="stuck"):
        probe(wav)


def test_ffmpeg_comes_from_the_installation() -> None:
    assert Path(ffmpeg_path()).exists()
