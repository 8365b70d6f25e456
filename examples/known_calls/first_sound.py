"""How soon there is sound: codec frames in the first chunk, and a smoother change from chunk to chunk.

python examples/known_calls/first_sound.py [MODEL]
"""

import sys

import engine
from engine.types import Chunking

model = engine.load(sys.argv[1] if len(sys.argv) > 1 else "mlx-community/orpheus-3b-0.1-ft-4bit")

for frames in (12, 6):
    chunking = Chunking(
        mode="smooth", frames_per_chunk=25, first_frames_per_chunk=frames, lookforward=5, lookback=50, overlap_frames=1
    )
    for chunk in model.generate("A paragraph that is spoken aloud.", stream=True, chunking=chunking):
        if chunk.index == 0:
            print(f"{frames} frames: {chunk.duration_s:.3f} s of sound after {chunk.ttfa:.3f} s")
        if chunk.is_final:
            print(
                f"{chunk.generated_tokens} tokens, {chunk.tokens_per_second:.0f} a second, {chunk.total_seconds:.2f} s"
            )
