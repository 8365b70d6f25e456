"""The network equals torch's; windows lie where the recipe has them; without weights a sentence says what to get."""

from pathlib import Path

import numpy as np
import pytest

from engine import registry
from engine.errors import AudioFormatError, ModelNotDownloaded, ModelNotFound, WeightsError
from engine.voices import embedding
from engine.voices.ge2e import Ge2e
from engine.weights.natural.safetensors_file import SafetensorsFile
from tests.engine.voices.recordings import RATE, voice

DATA = Path(__file__).with_name("data")


def tiny() -> dict[str, np.ndarray]:
    with np.load(DATA / "tiny.npz") as file:
        return {name: file[name] for name in file.files}


def random_weights(rng: np.random.Generator, hidden: int = 16) -> dict[str, np.ndarray]:
    """A network for real sound: 40 bands in."""
    arrays: dict[str, np.ndarray] = {}
    for layer, size in enumerate((40, hidden, hidden)):
        for kind, width in (("ih", size), ("hh", hidden)):
            arrays[f"lstm.weight_{kind}_l{layer}"] = rng.normal(size=(4 * hidden, width)) * 0.3
            arrays[f"lstm.bias_{kind}_l{layer}"] = rng.normal(size=4 * hidden) * 0.1
    arrays["linear.weight"] = rng.normal(size=(hidden, hidden))
    arrays["linear.bias"] = np.ones(hidden)
    return arrays


@pytest.fixture
def models_dir_with_encoder(tmp_path: Path) -> Path:
    folder = tmp_path / "natural" / "voice-encoder"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    with SafetensorsFile(folder / "model.safetensors") as file:
        for name, array in random_weights(np.random.default_rng(1)).items():
            file.add(name, array.astype(np.float16))
    return tmp_path


def test_the_network_is_torchs() -> None:
    arrays = tiny()
    made = Ge2e(arrays)(arrays["frames"])
    np.testing.assert_allclose(made, arrays["out"], atol=1e-6)


def test_weights_that_do_not_fit_are_refused() -> None:
    arrays = tiny()
    for harmed in (
        {name: array for name, array in arrays.items() if name != "linear.weight"},
        {name: array for name, array in arrays.items() if not name.startswith("lstm")},
        {**arrays, "linear.weight": arrays["linear.weight"][:, :5]},
    ):
        with pytest.raises(WeightsError, match="Get it again"):
            Ge2e(harmed)


def test_a_direction_has_length_one_and_does_not_know_how_loud_or_wide_it_was(models_dir_with_encoder: Path) -> None:
    one = embedding.embed(voice(), RATE, models_dir_with_encoder)
    assert one.dtype == np.float32 and np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    both = np.stack([voice(), voice()], axis=1)
    np.testing.assert_allclose(embedding.embed(both, RATE, models_dir_with_encoder), one, atol=1e-5)
    quiet = [embedding.embed(voice() * share, RATE, models_dir_with_encoder) for share in (0.01, 0.02)]
    np.testing.assert_allclose(*quiet, atol=1e-4)
    assert embedding.similarity(one, one) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("seconds", "begins"), [(0.3, [0]), (1.6, [0]), (2.4, [0, 77]), (3.0, [0, 77, 154]), (3.2, [0, 77, 154])]
)
def test_windows_lie_where_the_recipe_has_them(seconds: float, begins: list[int]) -> None:
    """As Resemblyzer's compute_partial_slices(rate=1.3, min_coverage=0.75)."""
    assert embedding.window_begins(round(seconds * RATE)) == begins


def test_silence_and_what_is_no_number_have_a_direction_too(models_dir_with_encoder: Path) -> None:
    for sound in (np.zeros(RATE, np.float32), np.full(RATE, np.nan, np.float32)):
        assert np.isfinite(embedding.embed(sound, RATE, models_dir_with_encoder)).all()
    with pytest.raises(AudioFormatError, match="too short"):
        embedding.embed(np.zeros(RATE // 5, np.float32), RATE, models_dir_with_encoder)


def test_of_a_long_recording_parts_are_looked_at(
    models_dir_with_encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = np.zeros(3 * 3600 * RATE, dtype=np.float32)  # pages that nobody looks at are never made
    monkeypatch.setattr(embedding, "MOST_S", 30.0)
    assert len(embedding.windows(long, RATE, models_dir_with_encoder)) < 50


def test_without_the_weights_a_sentence_says_what_to_get(tmp_path: Path) -> None:
    with pytest.raises(ModelNotDownloaded, match="studio models get voice-encoder"):
        embedding.embed(voice(), RATE, tmp_path)


def test_it_is_got_as_models_are_and_stands_in_no_list_of_them() -> None:
    card = registry.find("Voice-Encoder")
    assert (card.task, card.natural) == ("compare", True)
    assert card not in registry.cards()
    assert card in registry.natural_set()
    for task in ("speak", "transcribe"):
        with pytest.raises(ModelNotFound, match="Voice encoder tells voices apart; it cannot"):
            registry.find("voice-encoder", task)
    assert registry.voices("voice-encoder") == []
