"""The examples of known calls run as they stand, with small models; tests/real runs them with real ones."""

import io
import runpy
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import engine
from engine.audio.files.encode import write_file
from tests.sixty_words import MODEL, SAMPLE_RATE, in_one_go, unheard
from tests.workers.kokoros import small_kokoro

CALLS = Path(__file__).parent.parent / "examples" / "known_calls"


@pytest.fixture(autouse=True)
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    engine.close()


@pytest.fixture(scope="module")
def orpheus(tmp_path_factory: pytest.TempPathFactory) -> str:
    maker = runpy.run_path(str(CALLS.parent / "make_tiny_orpheus.py"))
    return str(maker["make"](tmp_path_factory.mktemp("models") / "orpheus"))


@pytest.fixture(scope="module")
def kokoro(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(small_kokoro(tmp_path_factory.mktemp("models") / "kokoro"))


@pytest.fixture(scope="module")
def said() -> Any:
    """Three lines, their words, and their sound."""
    lines = unheard(3)
    return [word for line in lines for word in line.words], in_one_go(lines)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory, said: Any) -> str:
    path = tmp_path_factory.mktemp("sound") / "said.wav"
    write_file(path, [said[1]], "wav", SAMPLE_RATE)
    return str(path)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs an example in this process, as a program; gives the lines it wrote."""

    def run_it(name: str, *words: str) -> list[str]:
        monkeypatch.setattr(sys, "argv", [name, *words])
        runpy.run_path(str(CALLS / f"{name}.py"), run_name="__main__")
        return [line for line in capsys.readouterr().out.replace("\r", "\n").splitlines() if line]

    return run_it


def test_speech_as_a_stream(run: Any, kokoro: str) -> None:
    lines = run("stream_speech", kokoro)
    assert all(line.startswith("Chunk: ") and line.endswith(" at 24000 Hz") for line in lines[:-1])
    assert lines[-1].startswith("First sound after")


def test_how_soon_there_is_sound(run: Any, orpheus: str) -> None:
    first = [float(line.split()[2]) for line in run("first_sound", orpheus) if "frames" in line]
    assert first[0] > first[1] > 0


def test_a_chapter_in_one_call(run: Any, kokoro: str) -> None:
    lines = run("audiobook_chapter", kokoro)
    assert lines[0].startswith("audiobook_chapter1.wav: ")
    assert lines[-1] == "Audiobook chapter successfully generated!"
    assert soundfile.info("audiobook_chapter1.wav").samplerate == 24000


def test_speech_as_arrays(run: Any, orpheus: str) -> None:
    with pytest.warns(engine.Notice, match="tara speaks instead"):
        lines = run("streaming_arrays", orpheus)
    sizes = [int(line.split()[2]) for line in lines]
    assert len(sizes) > 2
    assert set(sizes[1:-1]) == {3600}


def test_speech_to_a_callback(run: Any, orpheus: str) -> None:
    with pytest.warns(engine.Notice, match="tara speaks instead"):
        lines = run("streaming_callback", orpheus)
    assert [line.partition(":")[0] for line in lines] == [f"Chunk {at}" for at in range(len(lines))]


def test_clean_and_processed(run: Any, orpheus: str) -> None:
    [line] = run("clean_and_processed", orpheus)
    counts = {int(word) for word in line.replace(",", "").split() if word.isdigit()}
    assert len(counts) == 1
    assert counts.pop() > 0


def test_kokoro_by_paragraphs(run: Any, kokoro: str) -> None:
    [line] = run("kokoro_pipeline", kokoro)
    assert line.startswith("The MLX King lives. Let him cook! /")
    assert "kˈɪŋ" in line
    assert soundfile.info("audio.wav").frames > 0


def test_a_model_in_eight_bits(run: Any, kokoro: str) -> None:
    # The small one's own voices are files; the published size speaks with the studio's table.
    (Path("8bit") / "voices").mkdir(parents=True)
    (Path("8bit") / "voices" / "af_heart.pt").write_bytes((Path(kokoro) / "voices" / "af_heart.pt").read_bytes())
    [line] = run("quantize", kokoro)
    assert line.endswith(" from 8 bits")


def test_a_recording_as_it_is_decoded(run: Any, recording: str, said: Any) -> None:
    lines = run("transcribe_stream", recording, str(MODEL))
    assert len(lines) == 3
    assert len(set(lines)) == 1
    assert len(set(lines[0].split()) & set(said[0])) >= 0.8 * len(set(said[0]))


def test_live_recognition_of_a_file(run: Any, recording: str, said: Any) -> None:
    lines = run("live_transcription", recording, str(MODEL))
    assert lines[-1].startswith("Final: ")
    assert len(set(lines[-1].split()) & set(said[0])) >= 0.8 * len(set(said[0]))
    assert sum(line.startswith("Current: ") for line in lines) > 3


def test_final_words_only_grow(run: Any, recording: str) -> None:
    shown = [line for line in run("final_and_draft", recording, str(MODEL)) if line.startswith("Finalized: ")]
    final = [line.removeprefix("Finalized: ").partition(" |")[0] for line in shown]
    assert all(after.startswith(before) for before, after in pairwise(final))
    assert len(set(final)) > 3


def test_sentences_as_told(run: Any, recording: str) -> None:
    lines = run("sentences", recording, str(MODEL))
    new = [line.removeprefix("New sentence: ") for line in lines if line.startswith("New sentence: ")]
    assert len(new) >= 2
    assert all(len(sentence.split()) <= 4 for sentence in new)
    assert any("s: " in line for line in lines)


def test_a_microphone(run: Any, said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = (said[1] * 32767).astype(np.int16).tobytes()
    monkeypatch.setattr(sys, "stdin", type("Microphone", (), {"buffer": io.BytesIO(sound)}))
    lines = run("microphone", str(MODEL))
    assert len(set(lines[-1].split()) & set(said[0])) >= 0.7 * len(set(said[0]))


def test_captions_only_grow(run: Any, recording: str, said: Any) -> None:
    lines = run("captions", recording, str(MODEL))
    partials = [line.removeprefix("partial: ") for line in lines if line.startswith("partial: ")]
    assert partials
    assert all(after.startswith(before) for before, after in pairwise(partials))
    assert len(set(lines[-1].removeprefix("final: ").split()) & set(said[0])) >= 0.8 * len(set(said[0]))


def test_every_example_has_its_test() -> None:
    tested = Path(__file__).read_text(encoding="utf-8")
    assert [path.stem for path in CALLS.glob("*.py") if f'run("{path.stem}"' not in tested] == []
