"""A model in eight bits, saved by hand and loaded again.

python examples/known_calls/quantize.py [MODEL]
"""

import json
import sys
from pathlib import Path

import mlx.core as mx

from engine import load_model, quantize_model

model = load_model(repo_id=sys.argv[1] if len(sys.argv) > 1 else "prince-canuma/Kokoro-82M")
config = model.config

group_size = 64
bits = 8
weights, config = quantize_model(model, config, group_size, bits)

Path("8bit").mkdir(exist_ok=True)
Path("8bit/config.json").write_text(json.dumps(config), encoding="utf-8")
mx.save_safetensors("./8bit/kokoro-v1_0.safetensors", weights, metadata={"format": "mlx"})

smaller = load_model("8bit")
for result in smaller.generate("Hello from a small model.", voice="af_heart"):
    print(f"{result.audio_duration} from {smaller.config['quantization']['bits']} bits")
