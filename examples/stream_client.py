"""A program that speaks the Orpheus stream protocol: start the studio (or `studio serve-orpheus`), then run this.

python examples/stream_client.py "Hello, and <laugh> welcome." tara
"""

import json
import os
import struct
import sys

import numpy as np
import soundfile
from websockets.sync.client import connect

text = sys.argv[1] if len(sys.argv) > 1 else "You hear me while I am still being made."
voice = sys.argv[2] if len(sys.argv) > 2 else ""
address = os.environ.get("STUDIO_ADDRESS", "http://127.0.0.1:7860").replace("http", "ws", 1)
key = {"Authorization": f"Bearer {os.environ['STUDIO_KEY']}"} if "STUDIO_KEY" in os.environ else {}

sound, sample_rate = [], 0
with connect(f"{address}/ws/orpheus", additional_headers=key) as socket:
    socket.send(json.dumps({"type": "start_orpheus_stream", "text": text, "voice": voice, "chunk_tokens": 28}))
    for message in socket:
        if isinstance(message, bytes):
            magic, sample_rate, samples, channels = struct.unpack_from("<4sIII", message)
            sound.append(np.frombuffer(message, "<f4", samples * channels, offset=16))
            continue
        event = json.loads(message)
        print(event)
        if event["type"] in ("stream_complete", "error"):
            break

if sound:
    soundfile.write("stream.wav", np.concatenate(sound), sample_rate)
