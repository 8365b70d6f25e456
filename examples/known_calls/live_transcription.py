"""Live recognition tried with a file: a second of sound at a time, and the text so far.

python examples/known_calls/live_transcription.py [FILE] [MODEL]
"""

import sys

from engine import from_pretrained, load_audio

file = sys.argv[1] if len(sys.argv) > 1 else "audio_file.wav"
model = from_pretrained(sys.argv[2] if len(sys.argv) > 2 else "mlx-community/parakeet-tdt-0.6b-v3")

with model.transcribe_stream(
    context_size=(256, 256),  # frames back, frames ahead
    depth=1,  # layers that are exact
) as transcriber:
    audio_data = load_audio(file, model.preprocessor_config.sample_rate)
    chunk_size = model.preprocessor_config.sample_rate  # one second

    for i in range(0, len(audio_data), chunk_size):
        transcriber.add_audio(audio_data[i : i + chunk_size])
        result = transcriber.result
        print(f"\rCurrent: {result.text}", end="")

    print(f"\n\nFinal: {transcriber.finish().text}")
