"""The pickers follow what is on the machine: the page is laid out once, and who speaks or listens where nobody is named
may be another when a model has come or gone. It knows the pickers and no tab.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.page.context import PageContext
from studio.page.doorway import kindly, once_ready, owner_of
from studio.page.tabs.speak import Start, VoicePicker
from studio.page.tabs.transcribe import ListeningPicker, listening_start, shown

# The scripts learn what the pickers now begin with before the pickers tell them of the change.
TELL = f"""(start) => {{
  {once_ready('if (start) for (const place of ["speak", "book", "compare"]) window.studio[place].set(start);')}
}}"""


def follow(
    page: gr.Blocks, context: PageContext, speaking: Sequence[VoicePicker], listening: Sequence[ListeningPicker]
) -> None:
    """Look at every opening of the page, and whenever the script presses `#st-models-changed`.

    Nothing is touched where all is as it was laid out: a late answer must not take back what was chosen meanwhile.

    Args:
        page: its load event is used.
        context: for the settings.
        speaking: all pickers of who speaks.
        listening: all pickers of who listens.
    """
    told = gr.JSON(visible="hidden", elem_id="st-beginnings")
    changed = gr.Button("Look at the models again", visible="hidden", elem_id="st-models-changed")
    laid_out, heard = speaking[0].start.model, str(listening[0].model.value)

    @kindly
    def look(request: gr.Request) -> list[Any]:
        start, listener = Start.of(context, owner_of(request)), listening_start(context)
        if context.warming is not None and start.model != laid_out:
            context.warming.begin()
        is_new, is_heard = start.model != laid_out, listener != heard
        spoken = [list(start.shown()) if is_new else [gr.skip()] * len(one.components) for one in speaking]
        ears = [shown(context, listener) if is_heard else [gr.skip()] * len(one.components) for one in listening]
        return [start.initial() if is_new else gr.skip(), *(part for one in (*spoken, *ears) for part in one)]

    outputs: list[Any] = [told, *(part for one in (*speaking, *listening) for part in one.components)]
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    for event in (page.load, changed.click):
        event(look, None, outputs, **quiet)
    told.change(None, [told], None, js=TELL, api_visibility="private")
