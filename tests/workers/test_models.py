"""How a worker comes by a model, and what it calls it in the cache: another name when its files are others."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from engine import weights
from studio.library.jobs.consent import NeedsDownload
from studio.settings import Settings
from workers.models import identity, load_recognizer, load_voice
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


class Fetched(Exception):
    """The network was asked."""


@pytest.mark.parametrize(
    "options", [{}, {"allow_download": False}, {"allow_download": "yes"}, {"allow_download": True}]
)
@pytest.mark.parametrize(("load", "model"), [(load_voice, "hexgrad/Kokoro-82M"), (load_recognizer, "whisper-base")])
def test_a_worker_downloads_nothing_that_the_job_does_not_allow(
    options: dict[str, Any], load: Any, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: Any, **__: Any) -> None:
        raise Fetched

    monkeypatch.setattr(weights, "fetch", fetch)
    held = SimpleNamespace(job=SimpleNamespace(options=options))
    heart = SimpleNamespace(message="", should_stop=lambda: False)
    task = SimpleNamespace(settings=Settings(models_dir=tmp_path / "models"), held=held, heart=heart)
    with pytest.raises(Fetched if options.get("allow_download") is True else NeedsDownload):
        load(task, model)
