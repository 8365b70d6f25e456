"""What the terminal's help says of telling a recogniser what to expect; `transcribe` and `live` take the same."""

from engine.registry.saying import whoever

TRANSLATE = f"Write English; the larger models of {whoever('transcribe', 'translate')} can."
PROMPT = f"Text of the kind that is spoken: names, spelling; for {whoever('transcribe', 'prompt')}."
HOTWORDS = f"Rare words to expect, with commas between them; for {whoever('transcribe', 'prompt')}."
