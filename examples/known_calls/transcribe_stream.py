"""A recording's words as they are decoded: each piece printed behind the one before.

python examples/known_calls/transcribe_stream.py [FILE] [MODEL]
"""

import sys

import engine

file = sys.argv[1] if len(sys.argv) > 1 else "long_audio.wav"
model = engine.load(sys.argv[2] if len(sys.argv) > 2 else "mlx-community/parakeet-tdt-0.6b-v3")

for chunk in model.generate(file, stream=True):
    print(chunk.text, end="", flush=True)
print()

for chunk in model.generate(file, stream=True):
    print(chunk, end="", flush=True)
print()

for text in model.stream_transcribe(audio=file):
    print(text, end="", flush=True)
print()
