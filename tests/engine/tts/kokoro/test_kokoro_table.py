"""The voices that come with the studio are the published ones, and small."""

import importlib.util
import json
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import numpy as np
import pytest

from engine.errors import WeightsError
from engine.tts.kokoro import house, table, voices
from engine.tts.kokoro.packs import Packs
from engine.tts.kokoro.table import styles
from engine.tts.kokoro.voices import parse

PROJECT = Path(__file__).parents[4]
PLACE = Path(styles.__file__).parent
PUBLISHED = json.loads((PROJECT / "tests" / "parity" / "fixtures" / "kokoro_voices.json").read_text(encoding="utf-8"))


def test_every_published_voice_is_in_the_table_and_no_other() -> None:
    assert set(table.names()) | set(house.names()) == {voice.id for voice in voices()}
    assert len(table.names()) == 54


@pytest.mark.parametrize("name", sorted(PUBLISHED["voices"]))
def test_a_voice_is_the_published_one(name: str) -> None:
    pack = table.pack(name)
    assert pack.shape == (510, 256) and pack.dtype == np.float32
    assert np.isfinite(pack).all()
    for (row, column), value in zip(PUBLISHED["places"], PUBLISHED["voices"][name], strict=True):
        assert abs(pack[row, column] - value) < 2e-4


def test_the_table_is_small_and_shipped_with_its_notice() -> None:
    kept = [path for path in PLACE.iterdir() if path.is_file() and path.suffix != ".py"]
    assert {path.name for path in kept} == {"styles.npz", "loudness.json", "NOTICE"}
    assert sum(path.stat().st_size for path in kept) < 2_000_000
    told = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = told["tool"]["setuptools"]["package-data"]["*"]
    assert all(any(fnmatch(path.name, pattern) for pattern in patterns) for path in kept)
    assert "hexgrad" in (PLACE / "NOTICE").read_text(encoding="utf-8")


def test_the_maker_finds_what_voices_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location("make_voice_table", PROJECT / "examples" / "make_voice_table.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    random = np.random.default_rng(1)
    curves = np.cumsum(random.normal(size=(510, 5)), axis=0) / 20
    (tmp_path / "voices").mkdir()
    for name in ("af_one", "bm_two"):
        pack = (curves @ random.normal(size=(5, 256))).astype("<f4")
        pack.tofile(tmp_path / "voices" / f"{name}.bin")
    packs = maker.published(tmp_path / "voices")
    maker.make_styles(packs, tmp_path / "styles.npz", curves=5)
    assert "2 voices, 5 curves" in capsys.readouterr().out
    with np.load(tmp_path / "styles.npz", allow_pickle=False) as made:
        assert list(made["names"]) == ["af_one", "bm_two"]
        assert (made["curves"].shape, made["mixes"].shape) == ((510, 5), (2, 5, 256))
        for at, pack in enumerate(packs.values()):
            assert np.abs(made["curves"] @ made["mixes"][at] - pack).max() < 1e-4


def test_a_model_without_a_folder_of_voices_has_the_table(tmp_path: Path) -> None:
    packs = Packs(tmp_path, 256)
    assert [voice.id for voice in packs.voices] == [voice.id for voice in voices()]
    assert packs.default == "af_heart"
    heart, emma = (table.pack(name)[19] for name in ("af_heart", "bf_emma"))
    assert np.array_equal(packs.style(parse("af_heart"), 20), heart)
    assert np.allclose(packs.style(parse("af_heart:0.25+bf_emma:0.75"), 20), 0.25 * heart + 0.75 * emma, atol=1e-6)


def test_a_folder_of_voices_is_taken_at_its_word(tmp_path: Path) -> None:
    """Another model's styles would be noise to this one: what it brings is all it has, even where that is nothing."""
    (tmp_path / "voices").mkdir()
    with pytest.raises(WeightsError, match="voices"):
        Packs(tmp_path, 256)
    with pytest.raises(WeightsError, match="voices"):
        Packs(tmp_path / "none", 64)
