"""What the terminal says of who was chosen to speak. What is missing on a machine is said once, not every time."""

import contextlib

from rich.console import Console

from engine.weights import natural_root
from studio.library.voices.dressed import Dressed
from studio.settings import Settings


def tell(settings: Settings, who: Dressed) -> None:
    """Say the notice of a choice, on standard error.

    Args:
        settings: where models are kept; another folder is another machine's worth of models.
        who: the choice.
    """
    if not who.notice or (who.lacks and _was_told(settings, who.lacks)):
        return
    Console(stderr=True, highlight=False).print(who.notice, markup=False, soft_wrap=True)


def _was_told(settings: Settings, lacks: str) -> bool:
    """Whether it was said before; from now on it was."""
    folder = natural_root(settings.models_dir)
    mark = folder / f".told-{lacks}"
    if mark.exists():
        return True
    # Where nothing can be kept it is said again.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return False
