"""`engine.load(model)`: a model by its name, ready, as an object with the calls that programs know."""

import json
import threading
from collections import Counter
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from weakref import WeakKeyDictionary

from engine import weights
from engine.calls.names import model_known
from engine.calls.options import tell
from engine.errors import OptionError
from engine.pool import ModelPool
from engine.registry import ModelCard
from engine.speech import shared_pool

if TYPE_CHECKING:
    from engine.calls.hearing import LoadedRecogniser
    from engine.calls.speaking import LoadedVoice

_holders: "WeakKeyDictionary[ModelPool, Counter[str]]" = WeakKeyDictionary()
_holding = threading.Lock()


def load(
    model: str | PathLike[str] = "",
    *,
    repo_id: str = "",
    model_path: str | PathLike[str] = "",
    pool: ModelPool | None = None,
) -> Any:
    """Load a model that is on this machine, and wait until it is ready. Nothing is downloaded.

    Args:
        model: a hub id, another publisher's name for the same weights ("prince-canuma/Kokoro-82M"), a built-in name
            ("espeak-ng") or a local folder.
        repo_id: the same.
        model_path: the same.
        pool: a pool of one's own; the process's when None.

    Returns:
        A LoadedVoice for a model that speaks, a LoadedRecogniser for one that listens. `close()` it, or use `with`.

    Raises:
        ModelNotFound: no such model; the nearest known names are told.
        ModelNotDownloaded: its files are not here, with what brings them.
        WeightsError, OutOfMemory: it cannot be loaded.
        OptionError: none was named, or two.
    """
    given = [name for name in (model, repo_id, model_path) if name]
    if len({str(name) for name in given}) != 1:
        raise OptionError("Name one model." if given else "No model was named: give its id or its folder.")
    return opened(given[0], pool)


def opened(name: object, pool: ModelPool | None, *, holds: bool = True) -> "LoadedVoice | LoadedRecogniser":
    """A model of a pool; see `load`. One that is not held may be closed by others."""
    where = pool or shared_pool()
    known = model_known(name, where.models_dir)
    where.preload(known.card.id)
    tell([known.notice] if known.notice else [])
    if known.card.task == "speak":
        from engine.calls.speaking import LoadedVoice

        return LoadedVoice(known.card, pool, holds=holds)
    from engine.calls.hearing import LoadedRecogniser

    return LoadedRecogniser(known.card, pool, holds=holds)


class LoadedModel:
    """A model that is ready. Objects of the same model share its memory; any thread may use them.

    Attributes:
        card: what is known of it.
        id: its name here.
        sample_rate: Hz it makes or hears.
    """

    def __init__(self, card: ModelCard, pool: ModelPool | None, *, holds: bool = True) -> None:
        self.card = card
        self.id = card.id
        self.sample_rate = card.sample_rate
        self._own_pool = pool
        self._is_closed = False
        self._held = self.pool if holds else None
        if self._held is not None:
            with _holding:
                _holders.setdefault(self._held, Counter())[card.id] += 1

    @cached_property
    def folder(self) -> Path | None:
        """Where its files are; None for one that is built in."""
        return weights.folder_of(self.card, self.pool.models_dir)

    @cached_property
    def config(self) -> dict[str, Any]:
        """Its config.json as it is; empty where there is none."""
        path = None if self.folder is None else self.folder / "config.json"
        if path is None or not path.is_file():
            return {}
        return json.loads(path.read_text(encoding="utf-8"))

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags, the default first."""
        return self.card.languages

    def close(self) -> None:
        """This object is done with. The model leaves the memory with the last object of it. Safe to call twice."""
        with _holding:
            if self._is_closed:
                return
            self._is_closed = True
            if self._held is None:
                return
            holders = _holders[self._held]
            holders[self.id] -= 1
            is_last = holders[self.id] == 0
        if is_last:
            self._held.unload(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{self.card.name} ({self.id})>"

    @property
    def pool(self) -> ModelPool:
        """Where the model is.

        Raises:
            OptionError: this object was closed.
        """
        if self._is_closed:
            raise OptionError(f"{self.card.name} was closed here. Load it again.")
        # After `engine.close()` the process has another one.
        return self._own_pool or shared_pool()


load_model = load
from_pretrained = load
