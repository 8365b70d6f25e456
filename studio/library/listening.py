"""Who listens at a door: whom a request names, else whom the settings name, else the rule of `engine.defaults`."""

import logging
from collections.abc import Collection

from engine import registry
from engine.defaults import Listener, who_listens
from engine.errors import EngineError
from studio.settings import Settings

log = logging.getLogger(__name__)


def listener(settings: Settings, *, model: str = "", language: str = "", needs: Collection[str] = ()) -> Listener:
    """Who listens.

    Args:
        settings: what goes before the rule.
        model: who was asked for, or "".
        language: what is spoken, or "".
        needs: what it must be able to do besides; see `engine.defaults.who_listens`.

    Raises:
        OptionError, ModelNotDownloaded: as `engine.defaults.who_listens`.
    """
    return who_listens(language, settings.models_dir, model=model or settings.transcribe_model, needs=needs)


def default_listener(settings: Settings) -> Listener:
    """Who listens where nothing at all is named. A machine that has nobody is shown who could be got."""
    try:
        return listener(settings)
    except EngineError as exc:
        log.warning("nobody listens: %s", exc)
        return Listener(next(card.id for card in registry.cards("transcribe") if card.natural))
