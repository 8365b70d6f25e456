"""The Captions tab: a place for assets/captions/, which sends the microphone to the studio and shows its words."""

import gradio as gr

from studio.page.context import PageContext
from studio.page.doorway import mirror, note, part
from studio.page.tabs.transcribe import ListeningPicker, listening_picker

HINT = (
    "Firm words are certain and never change. Pale words are the present guess for what was just said. "
    "Save keeps the words with their sound, to be mended and exported."
)

CAPTIONS = """
<section class="st-card st-captions" aria-label="Live captions">
  <div class="st-captions-bar">
    <button type="button" class="st-play" data-st="toggle"><span>Listen</span></button>
    <button type="button" class="st-stop" data-st="pause" hidden><span>Pause</span></button>
    <div class="st-scope">
      <div class="st-level" data-st="level" role="meter" aria-label="Microphone level in decibels"
        aria-valuemin="-60" aria-valuemax="0" aria-valuenow="-60"></div>
    </div>
    <output class="st-time" data-st="time" aria-label="Time heard">0:00</output>
  </div>
  <div class="st-heard" tabindex="0" role="region" aria-label="What was said">
    <div data-st="stable" role="log" aria-live="polite"></div>
    <p class="st-draft" data-st="draft" aria-hidden="true"></p>
  </div>
  <div class="st-captions-tools">
    <span class="st-status" data-st="status" role="status" aria-live="polite"></span>
    <button type="button" class="st-button" data-st="copy">Copy</button>
    <button type="button" class="st-button" data-st="clear">Clear</button>
    <button type="button" class="st-button" data-st="save" disabled>Save</button>
  </div>
</section>
"""


def build(context: PageContext) -> ListeningPicker:
    """Lay the tab out."""
    with gr.Row(elem_classes="st-speak"):
        with gr.Column(scale=7, min_width=300, elem_classes="st-stage"):
            place = part("captions", CAPTIONS, elem_id="captions")
        with gr.Column(scale=3, min_width=260, elem_classes="st-side"):
            picker = listening_picker(context, "captions")
            note(f'<p class="st-hint">{HINT}</p>')
    place.value = {"model": picker.model.value, "language": picker.language.value or ""}
    told = {"translate": picker.translate, "prompt": picker.prompt, "hotwords": picker.hotwords}
    mirror("captions", {"model": picker.model, "language": picker.language, **told})
    return picker
