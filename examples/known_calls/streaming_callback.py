"""Speech handed to a function while it is made, with what is known of each chunk.

python examples/known_calls/streaming_callback.py [MODEL]
"""

import sys

from engine import generate_audio_with_callback


def audio_callback(chunk, metadata):  # type: ignore[no-untyped-def]
    """Called for each chunk."""
    print(f"Chunk {metadata['chunk_index']}: {len(chunk)} samples")


generate_audio_with_callback(
    text="Your text here",
    callback=audio_callback,
    model_path=sys.argv[1] if len(sys.argv) > 1 else "mlx-community/orpheus-3b-0.1-ft-4bit",
    voice="af_heart",
    streaming_chunk_tokens=35,
    output_chunk_duration_ms=150,
    ultra_low_latency=True,
)
