"""What plays on which machine, and what a player says of what it cannot do."""

import math
import threading
import wave
from pathlib import Path

import numpy as np
import pytest

from engine.audio.player import AudioStreamPlayer
from engine.audio.player.programs import PROGRAMS
from engine.audio.player.waiting import Waiting
from engine.errors import AudioFormatError, DeviceError, EngineError, OptionError
from tests.engine.audio.player.stand_ins import Put, Speaker, an_empty_path, without_a_device, written

RATE = 24_000
BLOCKS = [np.full(RATE // 10, level, dtype=np.float32) for level in (0.1, 0.2, 0.3)]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    return an_empty_path(tmp_path, monkeypatch)


def play(**asked: int) -> str:
    """What played three tenths of a second."""
    with AudioStreamPlayer(**asked) as player:
        for block in BLOCKS:
            player.enqueue(block)
        return player.output


def test_a_sound_device_is_asked_first_and_as_wanted(monkeypatch: pytest.MonkeyPatch, put: Put) -> None:
    speaker = Speaker(monkeypatch)
    told = put("aplay")
    assert play(sample_rate=RATE, channels=1, buffer_size=480) == "the sound device"
    assert speaker.asked == {"samplerate": RATE, "channels": 1, "blocksize": 480, "dtype": "float32"}
    assert len(speaker.heard()) == 3 * (RATE // 10)
    assert not told.exists()


@pytest.mark.parametrize("name", PROGRAMS)
def test_without_one_a_program_gets_the_samples_through_a_pipe(
    name: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_a_device(monkeypatch)
    told, other = put(name), put("afplay")
    assert play(sample_rate=RATE) == name
    samples = np.frombuffer(told.read_bytes(), "<i2")
    assert np.allclose(samples[:: RATE // 10] / 32768, [0.1, 0.2, 0.3], atol=1e-3)
    assert str(RATE) in told.with_suffix(".words").read_text()
    assert not other.exists()


def test_the_first_of_several_programs_plays_alone(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    Speaker(monkeypatch, refuses=True)
    told = [put(name) for name in PROGRAMS]
    play()
    assert [one.exists() for one in told] == [True, False, False, False, False]


def test_afplay_is_given_a_finished_file_at_last(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_device(monkeypatch)
    told = put("afplay")
    with AudioStreamPlayer(RATE, channels=2) as player:
        assert player.latency_s == math.inf
        player.enqueue(np.stack([BLOCKS[0], BLOCKS[1]], axis=1))
        assert not told.exists()
        player.drain()
    with wave.open(str(told)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (RATE, 2, RATE // 10)
    words = told.with_suffix(".words").read_text().split()
    assert not Path(words[0]).exists()


def test_ffplay_is_not_asked_for_several_channels(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    without_a_device(monkeypatch)
    put("ffplay")
    with pytest.raises(DeviceError, match="Nothing here plays sound"):
        AudioStreamPlayer(channels=2).start()


def test_what_comes_first_is_heard_before_the_rest_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    with AudioStreamPlayer() as player:
        player.enqueue(BLOCKS[0])
        until(lambda: len(speaker.heard()) == len(BLOCKS[0]))
        player.enqueue(BLOCKS[1])
    assert len(speaker.heard()) == 2 * len(BLOCKS[0])


def test_a_pause_holds_back_what_comes_and_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    with AudioStreamPlayer() as player:
        player.enqueue(BLOCKS[0])
        until(lambda: len(speaker.heard()) == len(BLOCKS[0]))
        player.pause()
        player.enqueue(BLOCKS[1])
        before = len(speaker.blocks)
        until(lambda: len(speaker.blocks) > before + 10)
        assert len(speaker.heard()) == len(BLOCKS[0])
        assert player.waiting_s == pytest.approx(0.1)
        player.stop()
        assert len(speaker.heard()) == len(BLOCKS[0]), "what was held back is dropped"


def test_a_program_is_given_nothing_while_it_is_paused(monkeypatch: pytest.MonkeyPatch, put: Put) -> None:
    without_a_device(monkeypatch)
    told = put("aplay")
    with AudioStreamPlayer() as player:
        player.enqueue(BLOCKS[0])
        until(lambda: told.exists() and told.stat().st_size == 2 * len(BLOCKS[0]))
        player.pause()
        player.enqueue(BLOCKS[1])
        threading.Event().wait(0.05)
        assert told.stat().st_size == 2 * len(BLOCKS[0])
    assert told.stat().st_size == 4 * len(BLOCKS[0])


@pytest.mark.parametrize("name", ["", "aplay", "afplay"])
def test_after_a_drain_it_goes_on(name: str, monkeypatch: pytest.MonkeyPatch, put: Put, tmp_path: Path) -> None:
    speaker = Speaker(monkeypatch, refuses=bool(name))
    if name:
        written(tmp_path / "path" / name, f"echo begun >> {tmp_path}/begun; exec /bin/cat > /dev/null")
    with AudioStreamPlayer() as player:
        for _ in range(2):
            for block in BLOCKS:
                player.enqueue(block)
            player.drain()
            player.drain()
    if name:
        assert (tmp_path / "begun").read_text().split() == ["begun"] * 2
    else:
        assert len(speaker.heard()) == 2 * 3 * len(BLOCKS[0])


def test_who_pauses_while_it_drains_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    with AudioStreamPlayer(8000, buffer_size=16) as player:
        player.enqueue(np.full(4000, 0.5))
        drained = threading.Thread(target=player.drain)
        drained.start()
        until(lambda: len(speaker.blocks) > 3)
        player.pause()
        assert player.state == "paused"
        before = len(speaker.blocks)
        until(lambda: len(speaker.blocks) > before + 20)
        assert drained.is_alive()
        player.resume()
        drained.join()
    assert len(speaker.heard()) == 4000


@pytest.mark.parametrize("name", ["", "aplay", "afplay"])
def test_whoever_waits_is_let_go_by_a_stop(
    name: str, monkeypatch: pytest.MonkeyPatch, put: Put, tmp_path: Path
) -> None:
    if name:
        without_a_device(monkeypatch)
        written(tmp_path / "path" / name, f"echo here > {tmp_path}/begun; exec /bin/sleep 600")
    else:
        Speaker(monkeypatch)
    player = AudioStreamPlayer(8000)
    player.start()
    if not name:
        player.pause()
    player.enqueue(np.full(800_000 if name == "aplay" else 800, 0.5))
    waits = threading.Thread(target=player.drain)
    waits.start()
    if name:
        until((tmp_path / "begun").exists)
    player.stop()
    waits.join(60)
    assert not waits.is_alive()


def test_a_full_queue_waits_and_a_stop_lets_go(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting(1, 100, patience_s=600)
    waiting.put(np.zeros((100, 1), np.float32))
    waits = threading.Thread(target=waiting.put, args=(np.ones((50, 1), np.float32),))
    waits.start()
    assert waiting.frames == 100
    waiting.take(60)
    waits.join()
    assert waiting.frames == 90
    waiting.put(np.zeros((10, 1), np.float32))
    waits = threading.Thread(target=waiting.put, args=(np.ones((50, 1), np.float32),))
    waits.start()
    waiting.close()
    waits.join()
    assert waiting.frames == 0


def test_an_output_that_takes_nothing_is_given_up() -> None:
    waiting = Waiting(1, 100, patience_s=0.01)
    waiting.put(np.zeros((100, 1), np.float32))
    with pytest.raises(DeviceError, match="no more sound"):
        waiting.put(np.zeros((1, 1), np.float32))


def test_a_device_that_goes_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    player = AudioStreamPlayer()
    player.start()
    player.enqueue(BLOCKS[0])
    speaker.unplug()
    with pytest.raises(DeviceError, match="went away"):
        player.enqueue(BLOCKS[0])
    with pytest.raises(DeviceError, match="went away"):
        player.drain()
    player.stop()
    assert player.state == "stopped"


@pytest.mark.parametrize("name", ["aplay", "afplay"])
def test_a_program_that_fails_is_told(name: str, put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_a_device(monkeypatch)
    written(tmp_path / "path" / name, "exit 1")
    with pytest.raises(DeviceError, match=f"{name} stopped before the end"), AudioStreamPlayer() as player:
        player.enqueue(BLOCKS[0])


def test_an_error_silences_it_at_once(monkeypatch: pytest.MonkeyPatch, put: Put, tmp_path: Path) -> None:
    without_a_device(monkeypatch)
    written(tmp_path / "path" / "aplay", "exec /bin/sleep 600")
    with pytest.raises(KeyboardInterrupt), AudioStreamPlayer() as player:
        player.enqueue(BLOCKS[0])
        raise KeyboardInterrupt
    assert player.state == "stopped"


def test_it_can_be_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    player = AudioStreamPlayer()
    for _ in range(2):
        player.start()
        player.enqueue(BLOCKS[0])
        player.drain()
        player.stop()
    assert len(speaker.heard()) == 2 * len(BLOCKS[0])
    assert len(speaker.streams) == 2


def test_what_was_enqueued_is_the_callers_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    with AudioStreamPlayer() as player:
        player.pause()
        block = np.full(100, 0.5, np.float32)
        player.enqueue(block)
        block[:] = 0.25
    assert set(speaker.heard()) == {16384}


@pytest.mark.parametrize(
    ("samples", "part"),
    [
        ([math.nan], "NaN"),
        ([1e300], "NaN or infinity"),
        (np.ones(5, np.int16), "32768"),
        (np.ones((5, 2)), r"\[n\]"),
        (["loud"], "floats"),
        ([[0.1], [0.1, 0.2]], "float32"),
    ],
)
def test_what_is_no_sound_is_one_sentence(samples: object, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    with AudioStreamPlayer() as player:
        with pytest.raises(AudioFormatError, match=part):
            player.enqueue(samples)  # type: ignore[arg-type]
        player.enqueue([])
        player.enqueue(np.full(3, 0.5, np.float64))
    assert len(speaker.heard()) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"sample_rate": 0},
        {"channels": 0},
        {"channels": 9},
        {"buffer_size": 0},
        {"buffer_size": 1.5},
        {"channels": True},
    ],
)
def test_what_cannot_be_is_refused(asked: dict[str, int]) -> None:
    with pytest.raises((OptionError, AudioFormatError)):
        AudioStreamPlayer(**asked)


def test_a_machine_without_sound_says_so(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    Speaker(monkeypatch, refuses=True)
    with pytest.raises(DeviceError, match="Nothing here plays sound") as raised:
        AudioStreamPlayer().start()
    assert isinstance(raised.value, EngineError)


def until(condition: object) -> None:
    """Wait for it, generously."""
    assert callable(condition)
    ticks = threading.Event()
    for _ in range(60_000):
        if condition():
            return
        ticks.wait(0.001)
    raise AssertionError("it never came")
