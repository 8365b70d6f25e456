"""A microphone's words, from 16 bit samples at 16 kHz on standard input.

arecord -f S16_LE -r 16000 -c 1 -t raw | python examples/known_calls/microphone.py [MODEL]
"""

import sys

import mlx.core as mx
import numpy as np

from engine import from_pretrained

CHUNK_SIZE = 1600  # 100 ms

model = from_pretrained(sys.argv[1] if len(sys.argv) > 1 else "mlx-community/parakeet-tdt-0.6b-v3")

with model.transcribe_stream(context_size=(256, 256)) as transcriber:
    while data := sys.stdin.buffer.read(2 * CHUNK_SIZE):
        audio_chunk = np.frombuffer(data, dtype=np.int16)
        audio_chunk = mx.array(audio_chunk).astype(mx.float32) / 32768.0
        transcriber.add_audio(audio_chunk)
        print(f"\rTranscription: {transcriber.result.text}", end="")
print()
