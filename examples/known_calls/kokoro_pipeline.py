"""Kokoro paragraph by paragraph: what is read, how it is read, and how it sounds.

python examples/known_calls/kokoro_pipeline.py [MODEL]
"""

import sys

import soundfile as sf

from engine import KokoroPipeline, load_model

model_id = sys.argv[1] if len(sys.argv) > 1 else "prince-canuma/Kokoro-82M"
model = load_model(model_id)

pipeline = KokoroPipeline(lang_code="a", model=model, repo_id=model_id)

text = "The MLX King lives. Let him cook!"
for graphemes, phonemes, audio in pipeline(text, voice="af_heart", speed=1, split_pattern=r"\n+"):
    print(f"{graphemes} /{phonemes}/")
    sf.write("audio.wav", audio[0], 24000)
