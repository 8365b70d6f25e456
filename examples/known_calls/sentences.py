"""Where sentences end, told; each told of once it is complete, and the times of its words.

python examples/known_calls/sentences.py [FILE] [MODEL]
"""

import sys

from engine import DecodingConfig, Greedy, SentenceConfig, from_pretrained, load_audio

file = sys.argv[1] if len(sys.argv) > 1 else "audio.wav"
model = from_pretrained(sys.argv[2] if len(sys.argv) > 2 else "mlx-community/parakeet-tdt-0.6b-v3")

config = DecodingConfig(
    decoding=Greedy(),
    sentence=SentenceConfig(
        max_words=4,
        silence_gap=2.0,
    ),
)
audio_data = load_audio(file, model.preprocessor_config.sample_rate)
rate = model.preprocessor_config.sample_rate

last_sentence_count = 0
with model.transcribe_stream(context_size=(256, 8), decoding_config=config) as transcriber:
    for i in range(0, len(audio_data), rate):
        transcriber.add_audio(audio_data[i : i + rate])
        result = transcriber.result
        current_sentence_count = len(result.sentences)
        if current_sentence_count > last_sentence_count:
            print(f"New sentence: {result.sentences[last_sentence_count].text}")
            last_sentence_count = current_sentence_count
    for token in transcriber.finalized_tokens:
        print(f"{token.start:.2f}s: {token.text}")
