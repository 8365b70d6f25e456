"""A model for a command that uses it at once: here, or downloaded because the person said that it may be."""

from engine import registry, weights
from studio.library.jobs import consent
from studio.settings import Settings


def fetched(settings: Settings, model_id: str, *, allowed: bool) -> None:
    """Have a model on this machine.

    Args:
        settings: where models are, and whether the network may be touched.
        model_id: which.
        allowed: whether it may be downloaded.

    Raises:
        ModelNotFound: no such model.
        NeedsDownload: it is not here and may not be downloaded.
        ModelError: it cannot be had; the sentence says why.
    """
    card = registry.find(model_id)
    consent.check(settings, card.id, allowed=allowed)
    if not weights.is_present(card, settings.models_dir):
        weights.fetch(card, settings.models_dir, offline=settings.offline, natural_dir=settings.natural_dir)
