"""A program that speaks OpenAI's API speaks to the studio: start it with `make run`, then `pip install openai`."""

import os

from openai import OpenAI

address = os.environ.get("STUDIO_ADDRESS", "http://127.0.0.1:7860")
studio = OpenAI(base_url=f"{address}/v1", api_key=os.environ.get("STUDIO_KEY", "local"))

with studio.audio.speech.with_streaming_response.create(
    model="espeak-ng", voice="en-gb", input="Good morning.", response_format="mp3"
) as answer:
    answer.stream_to_file("morning.mp3")

with open("morning.mp3", "rb") as recording:
    print(studio.audio.transcriptions.create(model="pocketsphinx", file=recording).text)
