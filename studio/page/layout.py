"""The page as a whole: header, tabs in order, the line that says what happened. It knows nothing inside the tabs."""

import gradio as gr

from studio.page import beginnings
from studio.page.context import PageContext
from studio.page.doorway import part
from studio.page.tabs import audiobook, captions, compare, jobs, models, pronunciations, speak, transcribe, voices

TITLE = "Speech Studio"

HEADER = """
<header class="st-header">
  <div class="st-mark" aria-hidden="true"><i></i><i></i><i></i><i></i><i></i></div>
  <div class="st-name"><h1>Speech Studio</h1><p>Speech, books and captions on your own machine</p></div>
  <a href="logout" id="st-leave" class="st-chip" hidden>Sign out</a>
  <button type="button" id="st-theme" class="st-icon-button" aria-label="Use the dark theme"></button>
</header>
<div id="st-notice" class="st-notice" role="status" aria-live="polite"></div>
"""


def build_page(context: PageContext) -> gr.Blocks:
    """The whole page, ready to be mounted.

    Args:
        context: what the tabs may use.
    """

    def warm() -> None:
        if context.warming is not None:
            context.warming.begin()

    def left(request: gr.Request) -> None:
        context.readings.leave(str(request.session_hash or ""))

    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400)) as page:
        part("header", HEADER, elem_id="st-header", value={"login": context.settings.asks_here})
        with gr.Tabs(elem_id="st-tabs") as tabs:
            with gr.Tab("Speak", id="speak", elem_id="st-tab-speak"):
                speaking = [speak.build(context)]
            with gr.Tab("Audiobook", id="audiobook", elem_id="st-tab-audiobook"):
                speaking.append(audiobook.build(context, tabs))
            with gr.Tab("Transcribe", id="transcribe", elem_id="st-tab-transcribe"):
                listening = [transcribe.build(context)]
            with gr.Tab("Captions", id="captions", elem_id="st-tab-captions"):
                listening.append(captions.build(context))
            with gr.Tab("Jobs", id="jobs", elem_id="st-tab-jobs"):
                jobs.build(context)
            with gr.Tab("Voices", id="voices", elem_id="st-tab-voices"):
                voices.build(context)
            with gr.Tab("Pronunciations", id="pronunciations", elem_id="st-tab-pronunciations"):
                pronunciations.build(context)
            with gr.Tab("Compare", id="compare", elem_id="st-tab-compare"):
                speaking.append(compare.build(context))
            with gr.Tab("Models", id="models", elem_id="st-tab-models"):
                models.build(context)

        beginnings.follow(page, context, speaking, listening)
        # It began with the studio; this is for a voice that was got, or that had to go, since.
        page.load(warm, None, None, api_visibility="private", show_progress="hidden", queue=False)
        page.unload(left)
    return page
