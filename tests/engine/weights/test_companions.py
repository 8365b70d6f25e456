"""Models that need a second repository: fetched, sized, named when missing, removed and loaded together."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine import weights
from engine.errors import DownloadError, ModelNotDownloaded, WeightsError
from engine.pool import loading
from engine.registry import ModelCard
from engine.types import DownloadProgress
from engine.weights.store import is_wanted

CODEC = "codecs/snac_24khz"


@pytest.fixture
def card(card: ModelCard) -> ModelCard:
    return replace(card, companions=(CODEC,))


@pytest.fixture
def codec(hub: Any, repo: Any, make_safetensors: Any) -> Any:
    """The codec's repository on the same hub, with a file nobody needs."""
    sound = make_safetensors({"weight": np.arange(3000, dtype=np.float32)})
    files = {"config.json": b'{"sampling_rate": 24000}', "model.safetensors": sound, "README.md": b"words"}
    hub.repos[CODEC] = type(repo)(files)
    return hub.repos[CODEC]


def needed_bytes(repo: Any, codec: Any, card: ModelCard) -> int:
    own = sum(len(content) for name, content in repo.files.items() if is_wanted(name, card.files))
    return own + len(codec.files["config.json"]) + len(codec.files["model.safetensors"])


def test_a_model_arrives_with_its_companion_and_progress_counts_both(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path
) -> None:
    told: list[DownloadProgress] = []
    folder = weights.fetch(card, models_dir, endpoint=hub.endpoint, progress=told.append)
    assert folder == weights.folder_of(card, models_dir)
    codec_folder = weights.companion_folder(card, CODEC, models_dir)
    assert sorted(path.name for path in codec_folder.iterdir()) == ["config.json", "model.safetensors"]
    assert weights.companion_folders(card, models_dir) == {"snac_24khz": codec_folder}
    total = needed_bytes(repo, codec, card)
    assert {(one.model, one.total_bytes) for one in told} == {(card.id, total)}
    done = [one.done_bytes for one in told]
    assert done == sorted(done)
    assert done[-1] == total == weights.size_on_disk(card, models_dir)


def test_a_model_without_its_companion_is_not_here_and_offline_says_which_is_missing(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path
) -> None:
    alone = replace(card, companions=())
    weights.fetch(alone, models_dir, endpoint=hub.endpoint)
    assert weights.is_present(alone, models_dir)
    assert not weights.is_present(card, models_dir)
    with pytest.raises(ModelNotDownloaded, match=f"Voice One needs {CODEC}, which is not on this machine yet.*offline"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint, offline=True)
    asked = len(hub.asked)
    assert weights.fetch(card, models_dir, endpoint=hub.endpoint)
    assert weights.is_present(card, models_dir)
    brought = [line for line in hub.asked[asked:] if "/resolve/" in line]
    assert brought
    assert all(CODEC in line for line in brought), "the model's own files came again"


def test_a_companion_the_hub_has_not_is_named_with_who_needs_it(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path
) -> None:
    codec.gated = True
    with pytest.raises(DownloadError, match=r"snac_24khz \(needed by Voice One\) is gated"):
        weights.fetch(card, models_dir, endpoint=hub.endpoint)


def test_a_shared_companion_stays_while_another_model_needs_it(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path
) -> None:
    hub.repos["somebody/voice-2"] = type(repo)(dict(repo.files))
    second = replace(card, id="somebody/voice-2", name="Voice Two")
    both = (card, second)
    for one in both:
        weights.fetch(one, models_dir, endpoint=hub.endpoint)
    weights.remove(card, models_dir, both)
    assert not weights.is_present(card, models_dir)
    assert weights.is_present(second, models_dir)
    weights.remove(second, models_dir, both)
    assert weights.size_on_disk(card, models_dir) == weights.size_on_disk(second, models_dir) == 0


def test_a_folder_of_ones_own_holds_its_companion_or_borrows_the_downloaded_one(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path, tmp_path: Path
) -> None:
    own = tmp_path / "my voice"
    own.mkdir()
    local = replace(card, id=str(own), folder=own)
    with pytest.raises(ModelNotDownloaded, match="put it into a folder snac_24khz inside the model's"):
        weights.folder_of(local, models_dir)
    assert weights.fetch(local, models_dir, endpoint=hub.endpoint) == own
    borrowed = weights.companion_folder(local, CODEC, models_dir)
    assert borrowed.is_relative_to(models_dir)
    (own / "snac_24khz").mkdir()
    assert weights.companion_folder(local, CODEC, models_dir) == own / "snac_24khz"
    assert weights.folder_of(local, models_dir) == own


def test_the_family_is_given_its_companions_verified(
    hub: Any, repo: Any, codec: Any, card: ModelCard, models_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def load(files: Path | None, companions: Mapping[str, Path]) -> str:
        given.append((files, json.loads((companions["snac_24khz"] / "config.json").read_text())))
        return "a voice"

    monkeypatch.setattr(loading, "import_module", lambda _name: SimpleNamespace(load=load))
    # The card's own files are not really weights here; the companion's are what is looked at.
    plain = replace(card, files=("config.json",))
    folder = weights.fetch(plain, models_dir, endpoint=hub.endpoint)
    assert loading.load_model(plain, folder, models_dir) == "a voice"
    assert given == [(folder, {"sampling_rate": 24000})]
    place = weights.companion_folder(plain, CODEC, models_dir) / "model.safetensors"
    place.resolve().write_bytes(b"torn")
    with pytest.raises(WeightsError, match=r"model\.safetensors"):
        loading.load_model(plain, folder, models_dir)
