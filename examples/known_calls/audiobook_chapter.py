"""A chapter as a file, in one call.

python examples/known_calls/audiobook_chapter.py [MODEL]
"""

import sys

from engine import generate_audio

generate_audio(
    text=("In the beginning, the universe was created...\n...or the simulation was booted up."),
    model_path=sys.argv[1] if len(sys.argv) > 1 else "prince-canuma/Kokoro-82M",
    voice="af_heart",
    speed=1.2,
    lang_code="a",  # Kokoro's letter for American English; leave it out to go by the voice
    file_prefix="audiobook_chapter1",
    audio_format="wav",
    sample_rate=24000,
    join_audio=True,
    verbose=True,  # False prints nothing
)

print("Audiobook chapter successfully generated!")
