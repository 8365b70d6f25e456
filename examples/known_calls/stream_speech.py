"""Speech as a stream: each chunk as soon as it is made, and what is known of it.

python examples/known_calls/stream_speech.py [MODEL]
"""

import sys

import engine

model = engine.load_model(sys.argv[1] if len(sys.argv) > 1 else "mlx-community/Kokoro-82M-bf16")

for result in model.generate(
    text="This audio will stream chunk by chunk.",
    voice="af_heart",
    lang_code="a",
    stream=True,
    streaming_interval=2.0,
):
    print(f"Chunk: {result.audio.shape[0]} samples at {result.sample_rate} Hz")
    if result.is_final_chunk:
        print(f"First sound after {result.time_to_first_token:.2f} s, all of it after {result.total_seconds:.2f} s")
