"""`studio say` begins to play when what follows will come in time."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.types import AudioChunk, Samples
from studio.cli import say as command
from studio.cli.main import app

RATE = 24_000


class Slow:
    """A pool whose voice tells how long a player should wait."""

    def __init__(self, leads_s: list[float]) -> None:
        self._leads_s = leads_s
        self.made = 0

    def speak(self, model: str, request: Any) -> Iterator[AudioChunk]:
        for at, lead_s in enumerate(self._leads_s):
            self.made += 1
            samples = np.full(RATE // 10, 0.1, np.float32)
            is_final = at == len(self._leads_s) - 1
            yield AudioChunk(samples, RATE, at, is_final, (at, at + 1), ttfa_s=0.1, lead_s=lead_s)

    def close(self) -> None: ...


@pytest.mark.parametrize(
    ("leads_s", "held"), [([0.0, 0.0, 0.0], 1), ([2.0, 1.0, 0.0, 0.0], 3), ([9.0, 9.0, 9.0], 3), ([0.5], 1)]
)
def test_playing_begins_when_the_rest_comes_in_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, leads_s: list[float], held: int
) -> None:
    pool = Slow(leads_s)
    begun_at: list[int] = []
    heard: list[Samples] = []

    def played(samples: Iterator[Samples], sample_rate: int, required: bool) -> Iterator[Samples]:
        begun_at.append(pool.made)
        for block in samples:
            heard.append(block)
            yield block

    monkeypatch.setattr(command, "ModelPool", lambda *_, **__: pool)
    monkeypatch.setattr(command, "_played", played)
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["say", "Hello there.", "--model", "espeak-ng"])
    assert done.exit_code == 0, done.output
    assert begun_at == [held]
    assert len(heard) == len(leads_s)
