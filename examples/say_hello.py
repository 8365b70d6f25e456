"""The engine in ten lines: words in, a file out, each chunk as soon as it is spoken."""

from pathlib import Path

from engine.audio.encode import write_file
from engine.pool import ModelPool
from engine.types import SpeechRequest

pool = ModelPool()
request = SpeechRequest("Good morning. This took only a moment.", voice="en-gb")
write_file(Path("hello.wav"), (chunk.samples for chunk in pool.speak("espeak-ng", request)), "wav", 22050)
pool.close()
