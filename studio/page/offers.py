"""The one line of the Speak tab about what would sound better and is not here: the natural voice, or what reads
Japanese or Mandarin; and the button that gets it. assets/speak/offers.js shows the one that fits the text, and hides it
for good when asked to.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import gradio as gr

from engine import registry
from engine.defaults.notices import extra_is_missing, natural_is_missing
from engine.defaults.speaking import kokoro_here
from engine.errors import EngineError, OptionError
from engine.text.g2p.extras import EXTRAS
from engine.weights.missing import NATURAL
from studio.page.context import PageContext
from studio.page.doorway import owner_of, part

log = logging.getLogger(__name__)


def build(context: PageContext) -> gr.HTML:
    """Lay the line out."""
    keeper = context.settings.keeper

    def offer(wanted: Any, request: gr.Request) -> dict[str, Any]:
        """For the script: what is offered, after getting `id` if there is one; errors as a value."""
        try:
            if not isinstance(wanted, dict):
                raise OptionError("The page's request cannot be understood; reload the page.")
            wanted_id, person = str(cast(dict[str, Any], wanted).get("id", "")), owner_of(request)
            if wanted_id:
                if keeper not in ("", person):
                    raise OptionError("Only the keeper of this studio, the first of its users, gets models.")
                if wanted_id not in (NATURAL, *EXTRAS):
                    raise OptionError(f"There is no offer {wanted_id[:40]!r}.")
                context.downloads.start(_kokoro().id if wanted_id == NATURAL else wanted_id)
            can_get = keeper in ("", person) and not context.settings.offline
            return {"offers": offers(context), "can_get": can_get}
        except EngineError as exc:
            return {"error": str(exc)}
        except Exception:
            log.exception("what is missing could not be offered")
            return {"error": "Something went wrong inside the studio; its log says more. Try again."}

    return part("offers", "", elem_id="speak-offers", server_functions=[offer])


def offers(context: PageContext) -> list[dict[str, Any]]:
    """What is not here, each with its sentence, its size, and how far getting it is.

    `notice` is how a stream says the same to whoever has no button; `for` is the language of the texts that it is for,
    "" all that Kokoro speaks.
    """
    if kokoro_here(context.settings.models_dir) is None:
        card = _kokoro()
        far = context.downloads.state(card.id)
        return [_row(NATURAL, "", natural_is_missing, card.download_bytes, far)]
    return [
        _row(extra.language, extra.language, partial(extra_is_missing, extra), extra.download_bytes, state)
        for extra in EXTRAS.values()
        if not extra.is_here
        for state in [context.downloads.state(extra.language)]
    ]


def _row(name: str, language: str, told: Callable[[bool], str], size_bytes: int, far: Any) -> dict[str, Any]:
    return {
        "id": name,
        "for": language,
        "sentence": told(False),
        "notice": told(True),
        "size_bytes": size_bytes,
        "is_running": bool(far and far.is_running),
        "done_bytes": far.done_bytes if far else 0,
        "error": far.error if far else "",
    }


def _kokoro() -> registry.ModelCard:
    return next(card for card in registry.cards("speak") if card.natural)
