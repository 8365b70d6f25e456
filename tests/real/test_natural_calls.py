"""The examples of known calls with the natural set: they speak, and what they say is understood."""

import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import soundfile

import engine
from engine import weights
from engine.registry import ModelCard

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(900)]

CALLS = Path(__file__).parents[2] / "examples" / "known_calls"
JFK = str(Path(__file__).parent / "jfk.flac")
ASKED = "ask not what your country can do for you"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Iterator[Callable[..., list[str]]]:
    monkeypatch.chdir(tmp_path)

    def run_it(name: str, *words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", [name, *words])
        runpy.run_path(str(CALLS / f"{name}.py"), run_name="__main__")
        return [line for line in capsys.readouterr().out.replace("\r", "\n").splitlines() if line]

    yield run_it
    engine.close()


@pytest.fixture(scope="session")
def whisper_folder(ear: ModelCard, models_dir: Path) -> str:
    return str(weights.folder_of(ear, models_dir, offline=True))


def plain(text: str) -> str:
    return " ".join("".join(letter for letter in text.casefold() if letter.isalpha() or letter == " ").split())


def test_speech_as_a_stream(run: Callable[..., list[str]], kokoro_folder: Path) -> None:
    lines = run("stream_speech", str(kokoro_folder))
    assert lines[0] == "Chunk: 48000 samples at 24000 Hz"
    assert "First sound after" in lines[-1]


@pytest.mark.parametrize("name", ["audiobook_chapter", "kokoro_pipeline"])
def test_what_is_written_to_a_file_is_understood(
    run: Callable[..., list[str]], kokoro_folder: Path, whisper_folder: str, name: str
) -> None:
    run(name, str(kokoro_folder))
    [file] = Path().glob("*.wav")
    assert soundfile.info(file).samplerate == 24000
    heard = plain(engine.load(whisper_folder).generate(file, language="en").text)
    said = "the universe was created or the simulation was booted up" if name == "audiobook_chapter" else "let him cook"
    assert said in heard


def test_eight_bits_are_a_model_and_understood(
    run: Callable[..., list[str]], kokoro_folder: Path, whisper_folder: str
) -> None:
    if (kokoro_folder / "voices").exists():
        pytest.skip("this Kokoro's voices are files, which the example does not copy")
    run("quantize", str(kokoro_folder))
    [path] = engine.generate_audio("Hello from a small model. How are you today?", "8bit", "af_heart", verbose=False)
    heard = plain(engine.load(whisper_folder).generate(path, language="en").text)
    assert heard == "hello from a small model how are you today"


def test_a_recording_as_it_is_decoded(run: Callable[..., list[str]], whisper_folder: str) -> None:
    lines = run("transcribe_stream", JFK, whisper_folder)
    assert len(lines) == 3
    assert all(ASKED in plain(line) for line in lines)


def test_captions(run: Callable[..., list[str]], whisper_folder: str) -> None:
    lines = run("captions", JFK, whisper_folder)
    assert lines[-1].startswith("final: ")
    assert "your country can do for you" in plain(lines[-1])
