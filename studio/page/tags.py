"""The tags a person may put into a text (`<laugh>`): a palette below a text box, and a word about those that the chosen
voice cannot do. assets/speak/tags.js inserts and lights them; here is only what it must know. It knows no tab.
"""

import gradio as gr

from engine.text.tags import EMOTIONS, MARKUP
from studio.page.doorway import part
from studio.page.voices import offered
from studio.settings import Settings

PALETTE = """
<div class="st-tags" role="toolbar" aria-label="Tags to insert at the cursor"></div>
<p class="st-tags-note" role="status" aria-live="polite"></p>
"""


def tag_palette(place: str, box: str, settings: Settings) -> gr.HTML:
    """The palette for one text box; put it right below.

    Args:
        place: whose choices say which model is chosen (`voiced` in assets/shared/choices.js): "speak", "book".
        box: elem_id of the text box.
        settings: for a default model that is on no list.
    """
    value = {
        "place": place,
        "box": box,
        "tags": EMOTIONS,
        "markup": sorted(MARKUP),
        "models": {card.id: {"name": card.name, "tags": card.tags} for card in offered("speak", settings.speak_model)},
    }
    return part("tags", PALETTE, value=value, elem_id=f"{box}-tags")
