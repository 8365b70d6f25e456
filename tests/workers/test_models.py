"""What a worker calls a model in the cache: another name when its files are others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from studio.settings import Settings
from workers.models import identity
from workers.task import Task


@dataclass(frozen=True)
class OnlySettings:
    settings: Settings


def test_a_natural_model_is_named_by_what_it_was_made_of(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "natural" / "kokoro"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors", "made.json"):
        (folder / name).write_text("{}")
    task = cast(Any, OnlySettings(Settings(models_dir=tmp_path / "models")))

    def files() -> str:
        return str(identity(cast(Task, task), "kokoro")["files"])

    before = files()
    assert len(before) == 64
    (folder / "config.json").touch()
    assert files() == before, "the same files, however old"
    (folder / "made.json").write_text('{"converter": 2}')
    assert files() != before
