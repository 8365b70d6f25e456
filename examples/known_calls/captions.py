"""Captions that only grow, read on one thread while another sends sound; and at the end the text to be trusted.

python examples/known_calls/captions.py [FILE] [MODEL]
"""

import sys
import threading

import engine

file = sys.argv[1] if len(sys.argv) > 1 else "audio.wav"
model = engine.load(sys.argv[2] if len(sys.argv) > 2 else "mlx-community/whisper-large-v3-turbo-asr-fp16")
sound = engine.load_audio(file, model.sample_rate)

streamer = model.open_streamer(language="en", partial_interval_ms=600)


def show() -> None:
    """Every text is the one before and more."""
    for text in streamer.partials:
        print(f"partial: {text}")


captions = threading.Thread(target=show)
captions.start()

frame = model.sample_rate // 10
for i in range(0, len(sound), frame):
    streamer.send(sound[i : i + frame])
streamer.flush()  # as at a pause
final_text = streamer.finish()  # ends the partials
captions.join()
print(f"final: {final_text}")
