"""What a model made of a recording is made once, kept, and found again; a damaged file is made anew."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.tts import prepared
from engine.tts.prepared import PreparedVoices
from engine.types import VoicePrompt, VoiceState


class Maker:
    """Counts what it makes."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, prompt: VoicePrompt) -> VoiceState:
        self.made += 1
        return VoiceState("tiny", "clone", {"mean": np.array([prompt.samples.mean()])}, "base")


def prompt(value: float, states: Path | None = None) -> VoicePrompt:
    return VoicePrompt(np.full(8, value, dtype=np.float32), 16_000, "One.", states)


def test_a_recording_is_made_ready_once() -> None:
    make = Maker()
    voices = PreparedVoices("tiny 1", make)
    assert voices.of(prompt(0.5)) is voices.of(prompt(0.5))
    voices.of(prompt(0.25))
    assert make.made == 2


def test_the_disk_keeps_it_for_the_next_process_and_for_this_model_alone(tmp_path: Path) -> None:
    made = PreparedVoices("tiny 1", Maker()).of(prompt(0.5, tmp_path / "states"))
    make = Maker()
    found = PreparedVoices("tiny 1", make).of(prompt(0.5, tmp_path / "states"))
    assert make.made == 0
    assert (found.family, found.kind, found.base) == (made.family, made.kind, made.base) == ("tiny", "clone", "base")
    np.testing.assert_array_equal(found.arrays["mean"], made.arrays["mean"])
    PreparedVoices("tiny 2", make).of(prompt(0.5, tmp_path / "states"))
    PreparedVoices("tiny 1", make).of(replace(prompt(0.5, tmp_path / "states"), text="Two."))
    assert make.made == 2


@pytest.mark.parametrize("damage", [b"", b"not an archive", b"PK\x03\x04 torn"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    PreparedVoices("tiny 1", Maker()).of(prompt(0.5, tmp_path))
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage)
    make = Maker()
    assert PreparedVoices("tiny 1", make).of(prompt(0.5, tmp_path)).arrays["mean"][0] == 0.5
    assert make.made == 1


def test_a_folder_that_cannot_be_written_is_no_reason_not_to_speak(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert PreparedVoices("tiny 1", Maker()).of(prompt(0.5, tmp_path / "file" / "states")).arrays["mean"][0] == 0.5


def test_memory_holds_only_the_latest() -> None:
    make = Maker()
    voices = PreparedVoices("tiny 1", make)
    for number in range(prepared.MOST + 1):
        voices.of(prompt(number / 100))
    voices.of(prompt(0.0))
    assert make.made == prepared.MOST + 2
