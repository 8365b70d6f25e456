"""Models for a worker: fetched when a job needs them, loaded in its own thread, named exactly for the cache."""

from typing import Any, cast

import psutil

from engine import registry, weights
from engine.errors import Cancelled
from engine.pool.loading import load_model
from engine.registry import ModelCard
from engine.stt.base import Recognizer
from engine.tts.base import Synthesizer
from engine.types import DownloadProgress
from studio.library.jobs import consent
from studio.settings import Settings
from workers.task import Task


def load_voice(task: Task, model_id: str) -> Synthesizer:
    """A voice model, downloaded first when it is not here and the job says that it may be.

    Raises:
        ModelError: it cannot be had; the sentence says why.
        Interrupted: the job was stopped while it was downloaded.
    """
    return cast("Synthesizer", _load(task, registry.find(model_id, "speak")))


def load_recognizer(task: Task, model_id: str) -> Recognizer:
    """A recogniser; as `load_voice`."""
    return cast("Recognizer", _load(task, registry.find(model_id, "transcribe")))


def identity(task: Task, model_id: str) -> dict[str, str]:
    """All that decides how a model sounds, besides what it is asked to say."""
    card = registry.find(model_id, "speak")
    return weights.identity(card, task.settings.models_dir, offline=task.settings.offline)


def batch_room(settings: Settings, model_id: str) -> int:
    """How many bytes a pass over several segments may take now, beside the loaded model.

    What the budget leaves, and never more than half of what the machine has free: other workers want some of it too.
    """
    budget = int(settings.memory_budget_gb * 1024**3) or psutil.virtual_memory().total // 2
    left = budget // max(1, settings.workers) - registry.find(model_id, "speak").memory_bytes
    return max(0, min(left, psutil.virtual_memory().available // (2 * max(1, settings.workers))))


def fetched(task: Task, card: ModelCard) -> None:
    """See that a model's files are here, downloaded where the job says that they may be.

    Raises:
        ModelError: they cannot be had.
        Interrupted: the job was stopped meanwhile.
    """
    models_dir, offline = task.settings.models_dir, task.settings.offline
    if not weights.is_present(card, models_dir):
        # Asked again here: what was there when the job was submitted may have gone, and older jobs were never asked.
        consent.check(task.settings, card.id, allowed=task.held.job.options.get("allow_download") is True)

        def say(progress: DownloadProgress) -> None:
            share = f" {progress.done_bytes / progress.total_bytes:.0%}" if progress.total_bytes else ""
            task.heart.message = f"Downloading {card.name}{share}"

        try:
            weights.fetch(
                card,
                models_dir,
                offline=offline,
                natural_dir=task.settings.natural_dir,
                progress=say,
                cancelled=task.heart.should_stop,
            )
        except Cancelled:
            task.heart.check()
            raise
        task.heart.message = ""


def _load(task: Task, card: ModelCard) -> Any:
    models_dir, offline = task.settings.models_dir, task.settings.offline
    fetched(task, card)
    folder = weights.folder_of(card, models_dir, offline=offline)
    return load_model(card, folder, models_dir, offline=offline)
