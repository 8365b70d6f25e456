"""Getting a model, whichever way it comes: from the hub, or made as part of the natural set."""

from pathlib import Path

from engine.registry import ModelCard
from engine.weights import download
from engine.weights.download import IsCancelled, Report


def fetch(
    card: ModelCard,
    models_dir: Path | None = None,
    *,
    offline: bool = False,
    natural_dir: Path | None = None,
    progress: Report | None = None,
    cancelled: IsCancelled | None = None,
    endpoint: str | None = None,
    token: str | None = None,
) -> Path | None:
    """Make sure that all files of a model and of its companions are here.

    Args:
        card: what to get; a built-in model needs nothing, a local folder only the companions it does not hold.
        models_dir: where models are kept; None is the hub's own cache, and this machine's for the natural set.
        offline: never touch the network.
        natural_dir: a folder with files of the natural set; see `engine.weights.natural`.
        progress: told about ten times a second, on this thread.
        cancelled: asked as often; True stops it and keeps what has arrived for the next try.
        endpoint: another hub than the public one.
        token: another sign-in than the machine's own.

    Returns:
        The folder to load from; None for a built-in model.

    Raises:
        ModelNotFound: the hub has no such model.
        ModelNotDownloaded: offline, and it is not here.
        DownloadError: no network, gated, damaged on the way, or no room on the disk.
        WeightsError: a file of the natural set is damaged or is another one.
        OutOfMemory: there is too little memory to make a model of the natural set.
        OptionError: `natural_dir` is no folder.
        Cancelled: `cancelled` said so.
    """
    if card.natural:
        from engine.weights import natural  # its converters are needed once, if ever

        return natural.fetch(
            card,
            models_dir,
            offline=offline,
            natural_dir=natural_dir,
            progress=progress,
            cancelled=cancelled,
            endpoint=endpoint,
            token=token,
        )
    return download.fetch(
        card, models_dir, offline=offline, progress=progress, cancelled=cancelled, endpoint=endpoint, token=token
    )
