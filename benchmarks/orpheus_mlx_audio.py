"""mlx-audio's Orpheus, in a process of its own. Run by benchmarks.orpheus with a peer's Python; knows nothing of ours.

It would fetch SNAC and a tokenizer when it is imported; both are given from the folder instead. Its codec's noise is
off, so that two decodings of the same codes can be compared.
"""

import json
import sys
import time
from pathlib import Path

import mlx.core as mx
import numpy as np
import transformers
from mlx_audio.codec.models.snac.snac import SNAC
from tokenizers import Tokenizer

FOLDER = Path(sys.argv[1])
BASE, END = 128266, 128258


class Answer:
    """What a tokenizer of transformers gives."""

    def __init__(self, ids: list) -> None:
        self.input_ids = mx.array([ids], dtype=mx.int64)


class Words:
    """The folder's tokenizer, as far as mlx-audio asks it anything."""

    eos_token_id = 2
    eos_token_ids = (2,)
    bos_token = None

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))

    def __call__(self, text: str, return_tensors: object = None) -> Answer:
        return Answer(self._tokenizer.encode(text).ids)

    def decode(self, ids: object, **_: object) -> str:
        return ""


def codec(*_: object, **__: object) -> SNAC:
    """SNAC from the folder."""
    model = SNAC(**json.loads((FOLDER / "snac_24khz" / "config.json").read_text()))
    model.load_weights(str(FOLDER / "snac_24khz" / "model.safetensors"), strict=False)
    mx.eval(model.parameters())
    return model


SNAC.from_pretrained = classmethod(codec)
transformers.AutoTokenizer.from_pretrained = staticmethod(lambda *_, **__: Words())

import mlx_audio.tts.models.llama.llama as orpheus  # noqa: E402

orpheus.AutoTokenizer = transformers.AutoTokenizer
REAL = orpheus.stream_generate
DICE = mx.random.normal


def quiet(shape=(), **_: object) -> mx.array:
    """No noise."""
    return mx.zeros(shape)


def now() -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    return time.perf_counter(), time.process_time()


def since(started: tuple[float, float], count: int = 1) -> tuple[float, float]:
    """How long each of so many took."""
    clock, processor = now()
    return (clock - started[0]) / count, (processor - started[1]) / count


class Token:
    """One answer of its writer."""

    def __init__(self, token: int) -> None:
        self.token = token


def load() -> orpheus.Model:
    """The folder's Llama in 32 bits: this processor is slow in 16, and ours runs in 32 too."""
    config = json.loads((FOLDER / "config.json").read_text())
    model = orpheus.Model(orpheus.ModelConfig.from_dict(config))
    weights = mx.load(str(FOLDER / "model.safetensors"))
    model.load_weights([(name, array.astype(mx.float32)) for name, array in weights.items()], strict=True)
    model.eval()
    mx.eval(model.parameters())
    return model


def heard(model: orpheus.Model, **how: object) -> tuple[list, list]:
    """Its chunks, and the seconds each took."""
    chunks, seconds = [], []
    started = now()
    for result in model.generate("Hello world.", voice="tara", max_tokens=10**6, **how):
        mx.eval(result.audio)
        chunks.append(np.array(result.audio).reshape(-1))
        seconds.append(since(started))
        started = now()
    return chunks, seconds


def main(job: dict) -> dict:
    """All measurements that are asked for."""
    model = load()
    found: dict = {}
    script = [128257, *job["tokens"], END]

    # What it makes of given codes: its own loop, with the tokens handed to it.
    orpheus.stream_generate = lambda *_, **__: (Token(token) for token in script)
    mx.random.normal = quiet
    whole = np.concatenate(heard(model)[0])
    due = job["due"]
    found["streams"] = []
    for interval in job["intervals"]:
        chunks, seconds = heard(model, stream=True, streaming_interval=interval)
        sound = np.concatenate([chunk for chunk in chunks if len(chunk)])
        n = min(len(sound), due)
        found["streams"].append({
            "interval": interval,
            "length": len(sound) / due,
            "difference": float(np.abs(sound[:n] - whole[:n]).max()),
        })  # fmt: skip
    found["whole_length"] = len(whole) / due
    script = [128257, *job["long"], END]
    _, seconds = heard(model, stream=True, streaming_interval=job["long_interval"])
    found["chunk_seconds"] = seconds
    mx.random.normal = DICE

    # How fast it writes: its own writer and settings, and nothing decoded.
    orpheus.stream_generate = REAL
    prompt = model.prepare_input_ids("Hello world, this is a test.", "tara")[0]
    found["seconds_per_token"] = []
    for _ in range(job["repeats"]):
        sampler = orpheus.make_sampler(0.6, 0.8, top_k=-1)
        processors = orpheus.make_logits_processors(None, 1.3, 20)
        tokens = REAL(
            model,
            tokenizer=model.tokenizer,
            prompt=prompt,
            max_tokens=job["write"] + 1,
            sampler=sampler,
            logits_processors=processors,
        )
        next(tokens)
        started = now()
        count = sum(1 for _ in tokens)
        found["seconds_per_token"].append(since(started, count))

    # Time to its first audio: it writes in earnest, and is handed a sound code in place of each of its random tokens.
    def earnest(*args: object, **how: object):
        for token, _ in zip(script, REAL(*args, **how), strict=False):
            yield Token(token)

    orpheus.stream_generate = earnest
    found["first_audio"] = {}
    for interval in job["first_intervals"]:
        times = []
        for _ in range(job["repeats"]):
            started = now()
            stream = model.generate("Hello world.", voice="tara", stream=True, streaming_interval=interval)
            mx.eval(next(stream).audio)
            times.append(since(started))
            stream.close()
        found["first_audio"][str(interval)] = times
    return found


if __name__ == "__main__":
    print(json.dumps(main(json.loads(Path(sys.argv[2]).read_text()))))
