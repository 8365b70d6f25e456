"""Downloads of models that people have asked for on the page: one thread each, and how far it is. No components here.

They belong to the studio, not to a person: whoever looks sees them, and closing the page does not stop one.
"""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from engine import registry, weights
from engine.errors import Cancelled, EngineError
from engine.types import DownloadProgress

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Fetching:
    """How far one download is.

    Attributes:
        done_bytes, total_bytes: of its files; total_bytes is 0 until the hub has said.
        is_running: False once it has ended.
        error: one sentence when it failed.
    """

    done_bytes: int = 0
    total_bytes: int = 0
    is_running: bool = True
    error: str = ""


class Downloads:
    """All downloads of this process. Safe to use from several threads."""

    def __init__(self, models_dir: Path | None, offline: bool, natural_dir: Path | None = None) -> None:
        self._models_dir = models_dir
        self._natural_dir = natural_dir
        self._offline = offline
        self._states: dict[str, Fetching] = {}
        self._stops: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def start(self, model_id: str) -> None:
        """Begin a download, unless it is already running.

        Raises:
            ModelNotFound: no such model.
        """
        card = registry.find(model_id)
        with self._lock:
            running = self._states.get(card.id)
            if running is not None and running.is_running:
                return
            self._states[card.id] = Fetching()
            self._stops[card.id] = threading.Event()
        threading.Thread(target=self._run, args=(card,), name=f"studio-get-{card.family}", daemon=True).start()

    def stop(self, model_id: str) -> None:
        """Stop a download; what has arrived is kept for the next try."""
        with self._lock:
            event = self._stops.get(model_id)
        if event is not None:
            event.set()

    def state(self, model_id: str) -> Fetching | None:
        """How far the latest download of a model is; None when there was none."""
        with self._lock:
            return self._states.get(model_id)

    def _run(self, card: registry.ModelCard) -> None:
        stop = self._stops[card.id]

        def tell(progress: DownloadProgress) -> None:
            self._set(card.id, Fetching(progress.done_bytes, progress.total_bytes or 0))

        try:
            weights.fetch(
                card,
                self._models_dir,
                offline=self._offline,
                natural_dir=self._natural_dir,
                progress=tell,
                cancelled=stop.is_set,
            )
            self._set(card.id, None)
        except Cancelled:
            self._set(card.id, None)
        except EngineError as exc:
            self._set(card.id, Fetching(is_running=False, error=str(exc)))
        except Exception:
            log.exception("the download of %s failed", card.id)
            sentence = f"{card.name} could not be downloaded; the studio's log says more."
            self._set(card.id, Fetching(is_running=False, error=sentence))

    def _set(self, model_id: str, state: Fetching | None) -> None:
        with self._lock:
            if state is None:
                self._states.pop(model_id, None)
            else:
                self._states[model_id] = state
