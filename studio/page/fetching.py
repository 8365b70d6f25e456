"""Downloads of models that people have asked for on the page: one thread each, and how far it is. No components here.

They belong to the studio, not to a person: whoever looks sees them, and closing the page does not stop one.
"""

import logging
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

from engine import registry, weights
from engine.errors import Cancelled, EngineError
from engine.text.g2p.extras import Extra
from engine.types import DownloadProgress
from studio.library import extras

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

        Args:
            model_id: a model; or a language, for what reads it.

        Raises:
            ModelNotFound: no such model.
        """
        extra = extras.find(model_id)
        card = None if extra else registry.find(model_id)
        name = extra.language if extra else card.id if card else ""
        with self._lock:
            running = self._states.get(name)
            if running is not None and running.is_running:
                return
            self._states[name] = Fetching()
            self._stops[name] = threading.Event()
        work = partial(self._run, card) if card else partial(self._install, cast(Extra, extra))
        threading.Thread(target=work, name=f"studio-get-{card.family if card else name}", daemon=True).start()

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

    def _install(self, extra: Extra) -> None:
        try:
            extras.install(extra, offline=self._offline)
            self._set(extra.language, None)
        except EngineError as exc:
            self._set(extra.language, Fetching(is_running=False, error=str(exc)))
        except Exception:
            log.exception("what reads %s could not be installed", extra.name)
            sentence = f"What reads {extra.name} could not be installed; the studio's log says more."
            self._set(extra.language, Fetching(is_running=False, error=sentence))

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
