"""`studio models quantize`: a model in fewer bits, from a folder or from what was downloaded, that speaks again."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from engine.errors import EngineError, ModelNotDownloaded, ModelNotFound, OptionError, WeightsError
from engine.pool import ModelPool
from engine.types import SpeechRequest
from studio.cli.models import app
from tests.engine.tts.kokoro.checkpoints import hexgrad

HUB_ID = "hexgrad/Kokoro-82M"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hexgrad(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STUDIO_MODELS_DIR", str(tmp_path / "hub"))
    monkeypatch.setenv("STUDIO_OUTPUTS", str(tmp_path / "outputs"))


def quantize(*words: str) -> str:
    """What the command tells; its errors are raised."""
    run = CliRunner().invoke(app, ["quantize", *words])
    if run.exception is not None:
        raise run.exception
    return run.stderr


def test_a_folder_becomes_smaller_and_speaks_through_the_pool(whole: Path) -> None:
    told = quantize(str(whole), "--bits", "8", "--group-size", "32")
    out = Path("tiny-8bit")
    assert "8 bits" in told
    assert str(out) in told
    with ModelPool() as pool:
        chunks = list(pool.speak(str(out), SpeechRequest("Good morning.")))
    samples = np.concatenate([chunk.samples for chunk in chunks])
    assert len(samples) > 1000
    assert np.isfinite(samples).all()
    with pytest.raises(WeightsError, match="quantised already"):
        quantize(str(out), "--bits", "4")


def test_a_downloaded_model_is_found_by_its_id(whole: Path, tmp_path: Path) -> None:
    repo = tmp_path / "hub" / "models--hexgrad--Kokoro-82M"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text("c" * 40)
    shutil.copytree(whole, repo / "snapshots" / ("c" * 40))
    told = quantize(HUB_ID, "--bits", "4", "--group-size", "32", "--out", "small/kokoro")
    assert "4 bits" in told
    out = tmp_path / "small" / "kokoro"
    assert (out / "config.json").is_file()
    assert sorted(path.name for path in (out / "voices").iterdir()) == sorted(
        path.name for path in (whole / "voices").iterdir()
    )
    with pytest.raises(OptionError, match="exists already"):
        quantize(HUB_ID, "--out", "small/kokoro")


@pytest.mark.parametrize(
    ("words", "error", "sentence"),
    [
        (("nobody/nothing",), ModelNotFound, "nobody/nothing"),
        ((HUB_ID,), ModelNotDownloaded, f"studio models get {HUB_ID}"),
        (("espeak-ng",), OptionError, "built in"),
        (("tiny", "--bits", "5"), OptionError, "4, 6, 8 bits, not 5"),
        (("tiny", "--group-size", "7"), OptionError, "32, 64, 128, not 7"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_leaves_nothing(
    whole: Path, tmp_path: Path, words: tuple[str, ...], error: type[EngineError], sentence: str
) -> None:
    (tmp_path / "tiny").symlink_to(whole, target_is_directory=True)
    with pytest.raises(error) as raised:
        quantize(*words)
    assert sentence in str(raised.value)
    assert str(tmp_path) not in str(raised.value)
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


def test_a_disk_without_room_is_said_before_anything_is_written(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.weights.quantisation.free_bytes", lambda _: 1000)
    with pytest.raises(EngineError, match="not enough room"):
        quantize(str(whole), "--group-size", "32")
    assert list(tmp_path.iterdir()) == []
