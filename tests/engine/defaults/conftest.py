"""Folders of models as far as their names go: who is here is decided by names alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import registry, weights

Have = Callable[..., Path]


@pytest.fixture
def have(tmp_path: Path) -> Have:
    """have("kokoro", "mlx-community/whisper-small-asr-fp16") -> a models folder that holds files of these names."""

    def made(*ids: str, voices: tuple[str, ...] = ("af_heart",)) -> Path:
        for model_id in ids:
            card = registry.find(model_id)
            folder = weights.natural_root(tmp_path) / card.id
            if not card.natural:
                repo = tmp_path / f"models--{card.id.replace('/', '--')}"
                folder = repo / "snapshots" / ("0" * 40)
                (repo / "refs").mkdir(parents=True)
                (repo / "refs" / "main").write_text("0" * 40)
            for pattern in card.files:
                names = voices if pattern.startswith("voices/") else ("model",)
                for name in names:
                    path = folder / pattern.replace("*", name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(b"1")
            assert weights.is_present(card, tmp_path)
        return tmp_path

    return made
