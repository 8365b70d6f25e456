"""Nothing is downloaded unasked: a job whose model is not here is refused with the size, unless it allows the download.

One rule for all doors and for the worker; jobs of older versions carry no consent, and say so when they fail.
"""

from engine import registry, weights
from engine.errors import ModelNotDownloaded, OptionError
from engine.registry import ModelCard
from engine.weights.missing import command, is_missing
from engine.wording import size_text
from studio.settings import Settings


class NeedsDownload(ModelNotDownloaded):
    """A job's model is not on this machine, and nobody said that it may be downloaded.

    Attributes:
        name: of the model, as people know it.
        size_bytes: about how much it is; 0 when unknown.
    """

    def __init__(self, card: ModelCard) -> None:
        self.name, self.size_bytes = card.name, card.download_bytes
        much = f"a download of {size_text(card.download_bytes)}" if card.download_bytes else "a download"
        super().__init__(
            f"{is_missing(card.name)}, and getting it is {much}. Allow that with the job (`allow_download`; "
            f"--download at the terminal), or get it with `{command(card.id)}` and try again."
        )


def check(settings: Settings, model_id: str, *, allowed: bool, may_get: bool = True) -> None:
    """Let a job through whose model is here, or may be had.

    Args:
        settings: where models are.
        model_id: of the job.
        allowed: whether the job says that its model may be downloaded.
        may_get: whether whoever submits it may get models at all.

    Raises:
        ModelNotFound: no such model.
        NeedsDownload: it would have to be downloaded, and nobody said that it may be.
        OptionError: somebody said so who may not.
    """
    card = registry.find(model_id)
    if not is_download(settings, card):
        return
    if allowed and not may_get:
        raise OptionError(f"{is_missing(card.name)}, and only the keeper of this studio gets models: ask for it there.")
    if not allowed:
        raise NeedsDownload(card)


def is_download(settings: Settings, card: ModelCard) -> bool:
    """Whether using a model means downloading it: it is not here, nor are the files it could be made of."""
    return not weights.is_present(card, settings.models_dir) and not (card.natural and settings.natural_dir)
