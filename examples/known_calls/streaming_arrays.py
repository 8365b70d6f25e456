"""Speech as plain arrays while it is made, the first one as early as the model can.

python examples/known_calls/streaming_arrays.py [MODEL]
"""

import sys

from engine import generate_audio_streaming

for audio_chunk in generate_audio_streaming(
    text="Hello, this is streaming TTS with ultra-low latency!",
    model_path=sys.argv[1] if len(sys.argv) > 1 else "mlx-community/orpheus-3b-0.1-ft-4bit",
    voice="af_heart",  # not one of Orpheus's: tara speaks, and a warning says so
    streaming_chunk_tokens=35,
    temperature=0.6,
    ultra_low_latency=True,
):
    print(f"Received chunk: {len(audio_chunk)} samples")
