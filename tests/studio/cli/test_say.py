"""`studio say` begins to play when what follows will come in time, and writes what it plays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner, Result

from engine.errors import DeviceError, OptionError
from engine.types import AudioChunk, SpeechRequest
from studio.cli import say as command
from studio.cli.main import app
from studio.cli.saying import played as playing
from tests.engine.audio.player.stand_ins import Put, Speaker, an_empty_path, without_a_device, written

RATE = 24_000


class Slow:
    """A pool whose voice tells how long a player should wait, and remembers what it was asked."""

    def __init__(self, leads_s: list[float], spans: list[int] | None = None) -> None:
        self._leads_s = leads_s
        self._spans = spans or [0] * len(leads_s)
        self.made = 0
        self.asked: SpeechRequest | None = None

    def speak(self, model: str, request: Any) -> Iterator[AudioChunk]:
        self.asked = request
        last = len(self._leads_s) - 1
        for at, lead_s in enumerate(self._leads_s):
            self.made += 1
            samples = np.full(RATE // 10, 0.1 * (at + 1), np.float32)
            start = self._spans[at]
            yield AudioChunk(
                samples, RATE, at, at == last, (start, start + 1), ttfa_s=0.1, lead_s=lead_s, tokens=7 * (at + 1),
                tokens_per_second=70.0, audio_s=0.1 * (last + 1) if at == last else None,
                wall_s=0.2 if at == last else None, notices=("It cannot sigh.",) if at == 0 else (),
            )  # fmt: skip

    def __enter__(self) -> "Slow":
        return self

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def say(monkeypatch: pytest.MonkeyPatch, pool: Slow, *words: str) -> Result:
    monkeypatch.setattr(command, "ModelPool", lambda *_, **__: pool)
    return CliRunner().invoke(app, ["say", *words, "--model", "espeak-ng"])


@pytest.mark.parametrize(
    ("leads_s", "held"), [([0.0, 0.0, 0.0], 1), ([2.0, 1.0, 0.0, 0.0], 3), ([9.0, 9.0, 9.0], 3), ([0.5], 1)]
)
def test_playing_begins_when_the_rest_comes_in_time(
    monkeypatch: pytest.MonkeyPatch, leads_s: list[float], held: int
) -> None:
    pool, speaker = Slow(leads_s), Speaker(monkeypatch)
    begun_at: list[int] = []

    class Player(playing.AudioStreamPlayer):
        def start(self) -> None:
            begun_at.append(pool.made)
            super().start()

    monkeypatch.setattr(playing, "AudioStreamPlayer", Player)
    done = say(monkeypatch, pool, "Hello there.")
    assert done.exit_code == 0, done.output
    assert begun_at == [held]
    assert len(speaker.heard()) == len(leads_s) * RATE // 10
    assert speaker.asked["samplerate"] == RATE


def test_what_is_played_goes_to_the_file_too(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    done = say(monkeypatch, Slow([0.0, 0.0]), "Hello.", "--play", "--out", "a.wav")
    assert done.exit_code == 0, done.output
    samples, _ = soundfile.read("a.wav", dtype="int16")
    assert (samples == speaker.heard()).all()


def test_a_file_alone_is_not_played(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    assert say(monkeypatch, Slow([0.0]), "Hello.", "--out", "a.wav", "--stream").exit_code == 0
    assert not speaker.streams


def test_a_player_that_hangs_up_costs_no_sound_in_the_file_and_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without_a_device(monkeypatch)
    an_empty_path(tmp_path, monkeypatch)
    written(tmp_path / "path" / "aplay", "exit 1")
    done = say(monkeypatch, Slow([0.0] * 20), "Hello.", "--play", "--out", "a.wav")
    assert len(soundfile.read("a.wav")[0]) == 20 * RATE // 10
    assert "aplay stopped before the end" in done.stderr


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    without_a_device(monkeypatch)
    return an_empty_path(tmp_path, monkeypatch)


def test_without_anything_that_plays_a_sentence_names_the_way_out(monkeypatch: pytest.MonkeyPatch, put: Put) -> None:
    done = say(monkeypatch, Slow([0.0]), "Hello.")
    assert isinstance(done.exception, DeviceError)
    assert "--out" in str(done.exception)
    assert str(done.exception).count("Nothing here plays sound") == 1


def test_a_prefix_gives_a_file_a_paragraph(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "One. Two.\n\nThree."
    done = say(monkeypatch, Slow([0.0] * 3, [0, 5, text.index("Three")]), text, "--file_prefix", "hello")
    assert done.exit_code == 0, done.output
    assert [len(soundfile.read(f"hello_00{at}.wav")[0]) for at in (0, 1)] == [2 * RATE // 10, RATE // 10]
    assert "hello_000.wav is written.\nhello_001.wav is written." in done.stderr


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--file-prefix", "hello", "--join"), "hello.wav"),
        (("--file_prefix", "hello", "--join_audio", "--audio_format", "flac"), "hello.flac"),
        (("--join-audio",), "audio.wav"),
        (("--format", "mp3"), "audio_000.mp3"),
        (("--file-prefix", "p", "--output_path", "made/here"), "made/here/p_000.wav"),
        (("--out", "whole", "--format", "ogg"), "whole.opus"),
    ],
)
def test_the_names_of_files(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], name: str) -> None:
    done = say(monkeypatch, Slow([0.0]), "Hello.", *words)
    assert done.exit_code == 0, done.output
    assert [str(path) for path in Path().rglob("*.*")] == [name]


def test_with_stream_a_prefix_is_played_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    done = say(monkeypatch, Slow([0.0, 0.0]), "Hello.", "--file-prefix", "p", "--real_streaming")
    assert done.exit_code == 0, done.output
    assert len(speaker.heard()) == 2 * RATE // 10
    assert len(soundfile.read("p_000.wav")[0]) == 2 * RATE // 10


def test_every_option_reaches_the_voice(monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write("me.wav", np.full(2400, 0.1), 24_000)
    pool = Slow([0.0])
    done = say(
        monkeypatch, pool, "--text", "Hello.", "--lang_code", "b", "--speed", "1.4", "--pitch", "1.1", "--instruct",
        "softly", "--ref_audio", "me.wav", "--ref_text", "Me.", "--temperature", "0.6", "--seed", "7",
        "--streaming_chunk_tokens", "35", "--ultra_low_latency", "--output-path", "a.wav",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    asked = pool.asked
    assert asked is not None and asked.prompt is not None
    assert (asked.text, asked.language, asked.speed, asked.pitch) == ("Hello.", "en-gb", 1.4, 1.1)
    assert (asked.instructions, asked.seed, asked.sampling.temperature) == ("softly", 7, 0.6)
    assert (asked.prompt.text, asked.prompt.sample_rate, len(asked.prompt.samples)) == ("Me.", 24_000, 2400)
    assert (asked.chunking.streaming_chunk_tokens, asked.chunking.ultra_low_latency) == (35, True)
    say(monkeypatch, pool, "Hello.", "--streaming_interval=1.5", "--out", "a.wav")
    assert pool.asked is not None and pool.asked.chunking.streaming_interval == 1.5


def test_verbose_has_a_line_a_chunk_and_a_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    done = say(monkeypatch, Slow([0.0, 0.0]), "Hello.", "--verbose", "--out", "a.wav")
    assert done.stderr.splitlines()[-4:] == [
        "It cannot sigh.",
        "chunk 0: 0.100 s, first sound after 100 ms, 7 tokens, 70.0 tokens/s",
        "chunk 1: 0.100 s, first sound after 100 ms, 14 tokens, 70.0 tokens/s",
        "0.20 s of speech in 0.20 s, real-time factor 1.00, first sound after 100 ms, 14 tokens, 70.0 tokens/s",
    ]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("Hello.", "--text", "Goodbye."), "TEXT and --text"),
        (("Hello.", "--language", "a", "--lang-code", "b"), "--language and --lang-code"),
        (("Hello.", "--lang_code", "a", "--language=b"), "--lang_code and --language"),
        (("Hello.", "-o", "a.wav", "--output_path", "b.wav"), "-o and --output_path"),
        (("Hello.", "--join", "--no_join_audio"), "--join and --no_join_audio"),
        (("Hello.", "--streaming-interval", "nan"), "streaming interval"),
        (("Hello.", "--streaming-interval", "0"), "streaming interval"),
        (("Hello.", "--streaming-interval", "4000"), "streaming interval"),
        (("Hello.", "--chunk-tokens", "-7"), "token"),
        (("Hello.", "--temperature", "nan"), "temperature"),
        (("Hello.", "--temperature", "2.5"), "temperature"),
        (("Hello.", "--seed", "-1"), "seed"),
        (("Hello.", "--ref-audio", "nowhere.wav"), "nowhere.wav"),
        (("Hello.", "--ref-text", "Me."), "--ref-audio"),
        (("Hello.", "--file-prefix", "folder"), "folder is a folder"),
        (("Hello.", "--file-prefix", "folder/"), "is a folder"),
        (("Hello.", "--file-prefix", "nowhere/a"), "does not exist"),
        (("Hello.", "--file-prefix", "a", "--out", "a.txt"), "cannot be a folder"),
        (("Hello.", "--file-prefix", "a", "--out", "-"), "not both"),
        (("Hello.", "--out", "a.wav", "--no-join"), "--file-prefix"),
        (("Hello.", "--out", "a.wav", "--format", "mp3"), "--format says mp3"),
        (("Hello.", "--format", "exe"), "exe"),
        (("Hello.", "--out", "folder", "--format", "wav"), "cannot be written"),
        (("Hello.", "--out", "x" * 300 + "/a.wav"), "does not exist"),
        ((), "nothing to say"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], part: str
) -> None:
    Path("folder").mkdir()
    Path("a.txt").touch()
    pool = Slow([0.0])
    done = say(monkeypatch, pool, *words)
    assert done.exit_code != 0
    assert part in str(done.exception)
    assert pool.asked is None
    assert sorted(path.name for path in Path().iterdir()) == ["a.txt", "folder"]


def test_the_same_value_twice_is_no_contradiction(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("Hello.", "--text", "Hello.", "--language", "a", "--lang_code", "a", "--out", "a.wav")
    words = (*words, "--stream", "--real_streaming", "--speed", "1.5", "--speed", "1")
    assert say(monkeypatch, Slow([0.0]), *words).exit_code == 0


def test_a_folder_that_may_not_be_written_to_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.cli.saying.written.os.access", lambda *_: False)
    done = say(monkeypatch, Slow([0.0]), "Hello.", "--file-prefix", "a")
    assert isinstance(done.exception, OptionError)
    assert "may not write" in str(done.exception)


def test_the_nearest_name_is_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    done = say(monkeypatch, Slow([0.0]), "Hello.", "--streaming_intervall", "2")
    assert done.exit_code == 2
    assert "--streaming-interval" in done.stderr


def test_a_voice_that_cannot_copy_says_so() -> None:
    soundfile.write("me.wav", np.full(2400, 0.1), 24_000)
    done = CliRunner().invoke(app, ["say", "Hello.", "--ref_audio", "me.wav", "--model", "espeak-ng", "--out", "a.wav"])
    assert "cannot copy a recorded voice" in str(done.exception)
    assert not Path("a.wav").exists()
