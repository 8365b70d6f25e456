"""Every line of examples/known_calls/terminal.md runs, with small models in the place of large ones."""

import importlib.util
import json
import re
import shlex
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import soundfile
from typer.testing import CliRunner, Result

from studio.cli.main import app
from tests.engine.audio.player.stand_ins import Speaker
from tests.engine.tts.kokoro.checkpoints import hexgrad

PROJECT = Path(__file__).parent.parent
PAPER = PROJECT / "examples" / "known_calls" / "terminal.md"
KOKORO = "mlx-community/Kokoro-82M-bf16"
ORPHEUS = "mlx-community/orpheus-3b-0.1-ft-4bit"
WHISPER = "mlx-community/whisper-large-v3-turbo-asr-fp16"


def lines(heading: str) -> list[list[str]]:
    """The words of each line below a heading."""
    part = PAPER.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    block = re.findall(r"```sh\n(.*?)```", part, re.S)[0].replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in block.splitlines()]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A large model's name -> a small one's folder."""
    folder = tmp_path_factory.mktemp("models")
    made: dict[str, str] = {KOKORO: str(hexgrad(folder / "kokoro"))}
    for name, script in ((ORPHEUS, "make_tiny_orpheus"), (WHISPER, "make_tiny_whisper")):
        spec = importlib.util.spec_from_file_location(script, PROJECT / "examples" / f"{script}.py")
        assert spec is not None and spec.loader is not None
        maker: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(maker)
        maker.make(folder / script)
        made[name] = str(folder / script)
    return made


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_OUTPUTS", str(tmp_path / "outputs"))


def ran(words: list[str], small: dict[str, str]) -> Result:
    done = CliRunner().invoke(app, [small.get(word, word) for word in words])
    assert done.exit_code == 0, (words, done.output, done.exception)
    return done


def test_speaking(small: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for words in lines("Speak, and hear it while it is made"):
        speaker = Speaker(monkeypatch)
        ran(words, small)
        assert len(speaker.heard()) > 1000, words
        assert not list(tmp_path.iterdir())


def test_speaking_to_files(small: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    speaker = Speaker(monkeypatch)
    told = [ran(words, small).stderr for words in lines("Speak to files")]
    assert {str(path) for path in Path().glob("*.wav")} == {
        "hello_000.wav",
        "audiobook_chapter1.wav",
        "orpheus_000.wav",
    }
    assert "real-time factor" in told[1]
    assert len(speaker.heard()) <= soundfile.info("orpheus_000.wav").frames  # zeros are no sound to the stand-in
    assert len(speaker.heard()) > 1000


def test_listening(small: dict[str, str]) -> None:
    ran(["say", "One two three.", "--out", "speech.wav"], small)
    streamed, listed, live = (ran(words, small).stdout for words in lines("Listen"))
    assert json.loads(Path("output.json").read_text())
    for line in streamed.splitlines() + listed.splitlines():
        assert json.loads(line).keys() == {"text", "start", "end"}
    assert listed
    assert json.loads(live.splitlines()[-1])["type"] == "complete"


def test_comparing(small: dict[str, str]) -> None:
    ways = ("normal_000", "clean_streaming", "processed_streaming", "callback_streaming")
    alone, codec = lines("Compare")
    ran([*alone, "--out", "alone"], small)
    ran([*codec, "--out", "codec"], small)
    names = {path.name for path in Path("codec").glob("*.wav")}
    assert names == {f"consistent_{way}.wav" for way in ways}
    assert {path.name for path in Path("alone").glob("*.wav")} == names - {"consistent_processed_streaming.wav"}


def test_making_smaller(small: dict[str, str]) -> None:
    for words in lines("Make smaller"):
        assert "8 bits" in ran(words, small).stderr
    assert list(Path("8bit").glob("*.safetensors"))


def test_serving(small: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def served(settings: Any, **how: Any) -> None:
        asked.append({"host": settings.host, "port": settings.port, "model": settings.speak_model, **how})

    for name, function in (("studio.stream_app", "serve_stream"), ("studio.app", "serve")):
        module: Any = ModuleType(name)
        setattr(module, function, served)
        monkeypatch.setitem(sys.modules, name, module)
    for words in lines("Serve"):
        ran(words, small)
    assert [(one["host"], one["port"]) for one in asked] == [("127.0.0.1", 8765)] * 3 + [("127.0.0.1", 8000)]
    assert [one["seen"] is not None for one in asked] == [True, False, False, True]
    assert [one.get("preload") for one in asked] == [True, True, False, None]
    assert asked[1]["model"] == small[ORPHEUS]
