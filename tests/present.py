"""Folders of models as far as their names go: who is here is decided by names alone. No fixtures here."""

from pathlib import Path

from engine import registry, weights


def put(models_dir: Path, *ids: str, voices: tuple[str, ...] = ("af_heart",)) -> Path:
    """Files of these models' names, a byte each.

    Args:
        models_dir: where.
        ids: which models.
        voices: the voices of a Kokoro that keeps them in files.
    """
    for model_id in ids:
        card = registry.find(model_id)
        folder = weights.natural_root(models_dir) / card.id
        if not card.natural:
            repo = models_dir / f"models--{card.id.replace('/', '--')}"
            folder = repo / "snapshots" / ("0" * 40)
            (repo / "refs").mkdir(parents=True)
            (repo / "refs" / "main").write_text("0" * 40)
        for pattern in card.files:
            for name in voices if pattern.startswith("voices/") else ("model",):
                path = folder / pattern.replace("*", name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"1")
        assert weights.is_present(card, models_dir)
    return models_dir
