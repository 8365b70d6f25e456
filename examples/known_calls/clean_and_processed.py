"""Chunks put together as they are, and with their joins smoothed: both as long, and the first is the whole's own sound.

python examples/known_calls/clean_and_processed.py [MODEL]
"""

import sys

import numpy as np

from engine import StreamingAudioProcessor, generate_audio_streaming

text = "Good morning, everybody."
model = sys.argv[1] if len(sys.argv) > 1 else "mlx-community/orpheus-3b-0.1-ft-4bit"

chunks = [chunk.astype(np.float32) for chunk in generate_audio_streaming(text, model)]
clean = np.concatenate(chunks)

processor = StreamingAudioProcessor(crossfade_ms=10.0)
for chunk in generate_audio_streaming(text, model):
    processed_chunk = processor.process_chunk(chunk)
processed = processor.get_concatenated_audio()

print(f"Clean: {len(clean)} samples, processed: {len(processed)} samples")
