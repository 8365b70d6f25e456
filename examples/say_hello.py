"""The engine in ten lines: words in, a file out, each chunk as soon as it is spoken."""

from pathlib import Path

import engine
from engine.audio.files.encode import write_file

chunks = engine.stream("Good morning. This took only a moment.", voice="en-gb")
write_file(Path("hello.wav"), (chunk.samples for chunk in chunks), "wav", 22050)
engine.close()
