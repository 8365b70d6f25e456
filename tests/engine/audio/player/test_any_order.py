"""In whatever order a player is started, fed, paused, resumed, drained and stopped: each sample once, in its place."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from engine.audio.player import AudioStreamPlayer
from engine.errors import OptionError
from tests.engine.audio.player.stand_ins import Heard, Speaker, an_empty_path, without_a_device

MOST_S = 0.05  # so that a queue is full now and then


def in_any_order(heard: Callable[[], Heard], examples: int) -> None:
    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.player = AudioStreamPlayer(8000, buffer_size=64)
            self.given = 0  # since the start
            self.before = len(heard())

        @property
        def sounds(self) -> Heard:
            return heard()[self.before :]

        def is_in_order(self) -> None:
            played = self.sounds
            assert len(played) <= self.given
            assert (played == np.arange(1, len(played) + 1)).all()

        @initialize()
        def begin(self) -> None:
            self.player.start()

        @precondition(lambda self: self.player.state == "stopped")
        @rule()
        def start(self) -> None:
            self.given, self.before = 0, len(heard())
            self.player.start()
            assert self.player.state == "playing"

        @precondition(lambda self: self.player.state != "stopped")
        @rule()
        def start_again(self) -> None:
            state = self.player.state
            self.player.start()
            assert self.player.state == state

        @precondition(lambda self: self.player.state == "stopped")
        @rule()
        def too_soon(self) -> None:
            for nothing in (self.player.pause, self.player.resume, self.player.drain, self.player.stop):
                nothing()
            with pytest.raises(OptionError, match="start"):
                self.player.enqueue([0.5])

        @precondition(lambda self: self.player.state != "stopped")
        @rule(count=st.integers(0, 900))
        def enqueue(self, count: int) -> None:
            self.player.enqueue(np.arange(self.given + 1, self.given + count + 1, dtype=np.float32) / 32768)
            self.given += count

        @precondition(lambda self: self.player.state != "stopped")
        @rule()
        def pause(self) -> None:
            self.player.pause()
            self.is_in_order()

        @precondition(lambda self: self.player.state != "stopped")
        @rule()
        def resume(self) -> None:
            self.player.resume()
            self.is_in_order()

        @precondition(lambda self: self.player.state != "stopped")
        @rule()
        def drain(self) -> None:
            self.player.drain()
            assert self.player.waiting_s == 0
            self.is_in_order()
            assert len(self.sounds) == self.given

        @precondition(lambda self: self.player.state != "stopped")
        @rule()
        def stop(self) -> None:
            self.player.stop()
            assert (self.player.state, self.player.output) == ("stopped", "")
            self.is_in_order()

        def teardown(self) -> None:
            self.player.stop()
            self.is_in_order()

    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=20))


def test_a_sound_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.audio.player.device.Device.most_ahead_s", MOST_S)
    in_any_order(Speaker(monkeypatch).heard, 25)


@pytest.mark.parametrize("name", ["aplay", "afplay"])
def test_a_program(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without_a_device(monkeypatch)
    told = an_empty_path(tmp_path, monkeypatch)(name)
    monkeypatch.setattr("engine.audio.player.programs.Program.most_ahead_s", MOST_S)

    def heard() -> Heard:
        raw = told.read_bytes() if told.exists() else b""
        # A file that is played has a header; all samples here are small.
        return np.frombuffer(b"".join(part for part in parts(raw, name)), "<i2").astype(np.int16)

    def parts(raw: bytes, name: str) -> list[bytes]:
        if name == "aplay":
            return [raw[: len(raw) // 2 * 2]]
        found: list[bytes] = []
        while raw:
            size = int.from_bytes(raw[40:44], "little")
            found.append(raw[44 : 44 + size])
            raw = raw[44 + size :]
        return found

    in_any_order(heard, 6)
