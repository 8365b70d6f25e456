"""The Pronunciations tab: words said as a person wants them, for assets/pronunciations/. All of it goes by /v1."""

from engine.text.pronunciation import MAX_PHONEMES_CHARS, MAX_RESPELLING_CHARS, MAX_WORD_CHARS, PARTS_OF_SPEECH
from studio.page.context import PageContext
from studio.page.doorway import part

PRONUNCIATIONS = """
<section class="st-words" aria-label="Pronunciations">
  <p class="st-hint">A word is said as you write it here: in letters of the IPA, or respelled so that it is read as you
  want. It holds for everything you have spoken, or for one book.</p>
  <div data-st="form"></div>
  <div class="st-words-bar" data-st="bar"></div>
  <p class="st-away" data-st="away" role="status" hidden></p>
  <div data-st="list"></div>
</section>
"""


def build(context: PageContext) -> None:
    """Lay the tab out."""
    limits = {"word": MAX_WORD_CHARS, "phonemes": MAX_PHONEMES_CHARS, "respelling": MAX_RESPELLING_CHARS}
    parts = [name for name in PARTS_OF_SPEECH if name]
    part("pronunciations", PRONUNCIATIONS, elem_id="words", value={"limits": limits, "parts": parts})
