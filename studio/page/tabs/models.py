"""The Models tab: what can speak and listen here, what it costs, and how programs come in, for assets/models/."""

import logging
from typing import Any, cast

import gradio as gr

from engine import registry, weights
from engine.defaults import ALWAYS_SPEAKS
from engine.errors import EngineError, OptionError
from engine.pool import LoadedModel
from engine.registry import ModelCard
from engine.text.g2p.extras import EXTRAS, Extra
from studio.access import check_model_name
from studio.library import extras
from studio.page.context import PageContext
from studio.page.doorway import endpoint, escape, hidden, note, owner_of, part
from studio.page.fetching import Downloads, Fetching
from studio.page.tabs import for_programs
from studio.page.voices import voice_counts

log = logging.getLogger(__name__)

MODELS = """
<section class="st-models" aria-label="Models">
  <p class="st-away" data-st="away" role="status" hidden></p>
  <input data-st="find" type="search" class="st-find" aria-label="Find a model" maxlength="100"
    placeholder="Find by name, language or ability">
  <p class="st-empty" data-st="none" hidden>No model is called so, or knows that.</p>
  <h2>Voices</h2>
  <ul data-st="speak" class="st-cards" aria-label="Models that speak"></ul>
  <h2>Recognisers</h2>
  <ul data-st="transcribe" class="st-cards" aria-label="Models that listen"></ul>
  <h2>For voices of your own</h2>
  <ul data-st="compare" class="st-cards" aria-label="What tells voices apart"></ul>
  <h2>Languages for the natural voice</h2>
  <ul data-st="read" class="st-cards" aria-label="What reads a language"></ul>
</section>
"""


def build(context: PageContext) -> None:
    """Lay the tab out."""
    downloads = context.downloads
    keeper = context.settings.keeper

    def models() -> list[dict[str, Any]]:
        """Every model the studio knows: size, licence, languages, whether it is here and in memory."""
        loaded = {one.id: one for one in context.pool.loaded()}
        return [_row(card, context, downloads, loaded) for card in registry.cards()]

    def changed(person: str, model_id: str, action: str) -> list[dict[str, Any]]:
        act_on(person, model_id, action)
        return models()

    def act_on(person: str, model_id: str, action: str) -> None:
        if keeper and person != keeper:
            raise OptionError(
                "Only the keeper of this studio, the first of its users, gets, unloads and removes models."
            )
        if action == "get" and extras.find(model_id):
            downloads.start(model_id)
            return
        check_model_name(model_id, context.settings)
        card = registry.find(model_id)
        if action == "get":
            downloads.start(card.id)
        elif action == "stop":
            downloads.stop(card.id)
        elif action == "unload":
            context.pool.unload(card.id)
        elif action == "remove":
            if card.built_in or card.folder is not None:
                raise OptionError(f"{card.name} did not come by download, so there is nothing to remove.")
            context.pool.unload(card.id)
            weights.remove(card, context.settings.models_dir)
        else:
            raise OptionError(f"A model cannot {action[:40]!r}: choose one of get, stop, unload and remove.")

    def model_action(model_id: str, action: str, request: gr.Request) -> list[dict[str, Any]]:
        """Act on a model: get, stop (the download), unload (from memory) or remove (its files). Answers like models."""
        return changed(owner_of(request), str(model_id or ""), str(action or ""))

    def act(wanted: Any, request: gr.Request) -> dict[str, Any]:
        """For the script: the same, with errors as a value."""
        try:
            if not isinstance(wanted, dict):
                raise OptionError("The page's request cannot be understood; reload the page.")
            wanted = cast(dict[str, Any], wanted)
            action, person = str(wanted.get("action", "")), owner_of(request)
            if action:
                act_on(person, str(wanted.get("id", "")), action)
            helpers = [_row(card, context, downloads, {}) for card in registry.natural_set() if card.task == "compare"]
            read = [_extra_row(extra, downloads) for extra in EXTRAS.values()]
            return {"data": [*models(), *helpers, *read], "is_keeper": keeper in ("", person)}
        except EngineError as exc:
            return {"error": str(exc)}
        except Exception:
            log.exception("the models could not be shown or changed")
            return {"error": "Something went wrong inside the studio; its log says more. Try again."}

    for_programs.build(context)
    part("models", MODELS, elem_id="models", server_functions=[act])
    note(_about(context), elem_id="about")
    endpoint(models, [], [hidden(gr.JSON, "Models")], "models")
    endpoint(
        model_action,
        [hidden(gr.Textbox, "Model id"), hidden(gr.Textbox, "Action")],
        [hidden(gr.JSON, "Models")],
        "model_action",
    )


def _row(card: ModelCard, context: PageContext, downloads: Downloads, loaded: dict[str, LoadedModel]) -> dict[str, Any]:
    models_dir = context.settings.models_dir
    fetching = downloads.state(card.id)
    is_here = card.built_in or weights.is_present(card, models_dir)
    return {
        "id": card.id,
        "name": card.name,
        "task": card.task,
        "licence": card.licence,
        "languages": list(card.languages),
        "voices": voice_counts(card.id)[0],
        "timbres": voice_counts(card.id)[1],
        "built_in": card.built_in,
        "natural": card.natural,
        "downloaded": is_here,
        "size_bytes": 0
        if card.built_in
        else (weights.size_on_disk(card, models_dir) if is_here else card.download_bytes),
        "memory_bytes": card.memory_bytes,
        "loaded_bytes": loaded[card.id].memory_bytes if card.id in loaded else 0,
        "is_loaded": card.id in loaded,
        "streams": loaded[card.id].streams if card.id in loaded else 0,
        "tags": list(card.tags),
        "abilities": sorted(card.abilities),
        "download": _download(fetching, card.download_bytes),
    }


def _download(fetching: Fetching | None, size_bytes: int) -> dict[str, Any] | None:
    if fetching is None:
        return None
    return {
        "done_bytes": fetching.done_bytes,
        "total_bytes": fetching.total_bytes or size_bytes,
        "is_running": fetching.is_running,
        "error": fetching.error,
    }


def _extra_row(extra: Extra, downloads: Downloads) -> dict[str, Any]:
    """A language's packages, as a row like the models'."""
    return {
        "id": extra.language,
        "name": extra.name,
        "task": "read",
        "licence": "MIT" if extra.language == "zh" else "MIT and Apache-2.0",
        "languages": [extra.language],
        "voices": 0,
        "timbres": 0,
        "built_in": False,
        "natural": False,
        "downloaded": extra.is_here,
        "size_bytes": extra.download_bytes,
        "memory_bytes": 0,
        "loaded_bytes": 0,
        "is_loaded": False,
        "streams": 0,
        "tags": [],
        "abilities": [],
        "download": _download(downloads.state(extra.language), extra.download_bytes),
    }


def _about(context: PageContext) -> str:
    always = registry.find(ALWAYS_SPEAKS, "speak")
    settings = context.settings
    origin = f"<span data-origin>http://{escape(settings.host)}:{settings.port}</span>"
    if settings.users:
        key = "Programs send the key you signed in with: <code>Authorization: Bearer &lt;your key&gt;</code>."
    elif settings.asks_here:
        key = (
            "Programs send the token of the address that <code>studio run</code> printed: "
            "<code>Authorization: Bearer &lt;token&gt;</code>; a guest's get a key of their own at <code>/login</code>."
        )
    else:
        key = "Programs on this machine need no key; a client that insists on one may send any."
    network = (
        "The studio is set to stay offline: it never touches the network."
        if settings.offline
        else "Nothing leaves this machine. Only Get, on a model above, fetches files: from the Hugging Face hub, or "
        "from the Python package index for what is part of the studio."
    )
    return f"""
<section class="st-about" aria-label="About this studio">
  <div class="st-card">
    <h2>For programs</h2>
    <p>The studio answers OpenAI's requests at <code>/v1</code> of this address, and Gradio's own client. {key}</p>
    <pre tabindex="0"><code>curl {origin}/v1/audio/speech \\
  -H "Content-Type: application/json" \\
  -d '&#123;"input": "Hello"&#125;' &gt; hello.mp3</code></pre>
    <pre tabindex="0"><code>from gradio_client import Client
Client("{origin}").predict("Hello", api_name="/speak")</code></pre>
    <p>Clients of the Orpheus stream protocol connect to <code>/ws/orpheus</code>, with any voice;
    <a href="listen" target="_blank">a small page</a> plays it.</p>
  </div>
  <div class="st-card">
    <h2>Where things are</h2>
    <p>Clips, books, transcripts and the database lie in the <code>outputs</code> folder of the studio
    (<code>STUDIO_OUTPUTS</code> moves it); models lie in the Hugging Face cache, and those
    that are part of the studio in this machine's own (<code>STUDIO_MODELS_DIR</code> moves both).
    Deleting a job or a clip here deletes its files.</p>
    <p>{network}</p>
    <p>The voice that is always there is {always.name} ({always.licence}); the studio itself is under the
    Apache-2.0 licence.</p>
  </div>
</section>
"""
