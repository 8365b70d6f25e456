"""What is final and what may still change, while sound comes in steps of 100 ms.

python examples/known_calls/final_and_draft.py [FILE] [MODEL]
"""

import sys

from engine import from_pretrained, load_audio

file = sys.argv[1] if len(sys.argv) > 1 else "audio.wav"
model = from_pretrained(sys.argv[2] if len(sys.argv) > 2 else "mlx-community/parakeet-tdt-0.6b-v3")

audio_data = load_audio(file, model.preprocessor_config.sample_rate)

# So little look-ahead makes words final after a second; (256, 256) takes twenty and is a little surer.
with model.transcribe_stream(context_size=(256, 8)) as transcriber:
    chunk_size = model.preprocessor_config.sample_rate // 10

    for i in range(0, len(audio_data), chunk_size):
        transcriber.add_audio(audio_data[i : i + chunk_size])
        finalized_text = "".join(token.text for token in transcriber.finalized_tokens)
        draft_text = "".join(token.text for token in transcriber.draft_tokens)
        print(f"\rFinalized: {finalized_text} | Draft: [{draft_text}]", end="")

    print(f"\n\nFinal: {transcriber.result.text}")
