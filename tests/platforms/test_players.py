"""`studio say` plays with what the machine has: afplay on a Mac, one of five programs elsewhere, or it says so."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from engine.errors import OptionError
from studio.cli import say
from studio.cli.say import PLAYERS

RATE = 22050
BLOCKS = [np.full(RATE // 10, level, dtype=np.float32) for level in (0.1, 0.2, 0.3)]
Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a player on an otherwise empty PATH that keeps what it is given, and its own words."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def make(name: str) -> Path:
        told = tmp_path / name
        script = f'echo "$@" > {told}.words; if [ -f "$1" ]; then /bin/cat "$1" > {told}; else /bin/cat > {told}; fi'
        (folder / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (folder / name).chmod(0o755)
        return told

    return make


def on(monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    monkeypatch.setattr(say, "sys", SimpleNamespace(platform=system, stdout=sys.stdout))


def played() -> list[float]:
    return [round(float(block[0]), 1) for block in say._played(iter(BLOCKS), RATE, required=True)]


def test_a_mac_plays_a_file_with_afplay(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    told, other = put("afplay"), put("ffplay")
    on(monkeypatch, "darwin")
    assert played() == [0.1, 0.2, 0.3]
    samples, rate = soundfile.read(told)
    assert (len(samples), rate) == (3 * (RATE // 10), RATE)
    assert told.with_suffix(".words").read_text().strip().endswith("speech.wav")
    assert not other.exists()


def test_a_mac_without_afplay_takes_what_there_is(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    told = put("play")
    on(monkeypatch, "darwin")
    assert played() == [0.1, 0.2, 0.3]
    assert told.stat().st_size == 2 * 3 * (RATE // 10)


@pytest.mark.parametrize("name", PLAYERS)
def test_elsewhere_a_player_gets_the_samples_through_a_pipe(
    name: str, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = put(name)
    put("afplay")
    on(monkeypatch, "linux")
    assert played() == [0.1, 0.2, 0.3]
    samples = np.frombuffer(told.read_bytes(), "<i2")
    assert np.allclose(samples[:: RATE // 10] / 32767, [0.1, 0.2, 0.3], atol=1e-3)
    assert str(RATE) in told.with_suffix(".words").read_text()


def test_the_first_of_several_players_plays_alone(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [put(name) for name in PLAYERS]
    on(monkeypatch, "linux")
    played()
    assert [one.exists() for one in told] == [True, False, False, False, False]


@pytest.mark.parametrize("system", ["darwin", "linux"])
def test_without_any_player_a_sentence_says_what_to_do(system: str, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, system)
    with pytest.raises(OptionError, match="--out"):
        played()
    assert len(list(say._played(iter(BLOCKS), RATE, required=False))) == 3


def test_a_player_that_hangs_up_costs_no_sound(put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "path" / "aplay").write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    (tmp_path / "path" / "aplay").chmod(0o755)
    on(monkeypatch, "linux")
    long = [np.zeros(1 << 20, dtype=np.float32)] * 3
    assert len(list(say._played(iter(long), RATE, required=True))) == 3
