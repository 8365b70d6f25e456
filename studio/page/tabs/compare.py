"""The Compare tab: one text spoken whole, as streams and through a callback, and what they differ in. assets/compare/
asks for it and shows it; here is only where things stand."""

import gradio as gr

from studio.page.context import PageContext
from studio.page.doorway import mirror, part
from studio.page.tabs.speak import VoicePicker, voice_picker

SAMPLE = (
    "A stream that is cut into pieces must sound like the whole, to the last sample. Listen, and look for the joins."
)
MAX_CHARS = 1000

TABLE = """
<section class="st-card st-compare" aria-label="Comparison">
  <div class="st-compare-bar">
    <button type="button" class="st-button st-button-main" data-st="start">Compare</button>
    <button type="button" class="st-button" data-st="stop" disabled>Stop</button>
    <div class="st-bar" data-st="bar" role="progressbar" aria-label="Progress" aria-valuemin="0" aria-valuemax="100"
      aria-valuenow="0"><i></i></div>
    <span class="st-hint" data-st="status" role="status" aria-live="polite"></span>
  </div>
  <div data-st="result"></div>
</section>
"""


def build(context: PageContext) -> VoicePicker:
    """Lay the tab out."""
    with gr.Row(elem_classes="st-speak"):
        with gr.Column(scale=7, min_width=300, elem_classes="st-stage"):
            gr.Textbox(
                SAMPLE, label="Text", lines=3, max_lines=8, elem_id="compare-text", max_length=MAX_CHARS,
                interactive=True,
            )  # fmt: skip
            compare = part("compare", TABLE, elem_id="compare", value={})
        with gr.Column(scale=3, min_width=260, elem_classes="st-side"):
            picker = voice_picker(context, "compare")
            seed = gr.Number(
                0,
                label="Seed",
                info="The same for every way",
                precision=0,
                minimum=0,
                elem_id="compare-seed",
                interactive=True,
            )
    compare.value = picker.initial() | {"seed": 0}
    chosen = {"model": picker.model, "voice": picker.voice, "timbre": picker.timbre, "seed": seed}
    mirror("compare", chosen)
    return picker
