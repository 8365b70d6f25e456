"""Qwen3-TTS with the real shapes and random weights: frames a second, the first chunk, kernels and memory.

    python -m benchmarks.qwen3_tts [0.6B | 1.7B] [--bits 8] [--frames 25] [--long 0]

What is said by random weights is noise, so that nothing is read from a disk and the figures are those of any checkpoint
of these shapes. On a processor the weights are float32 unless they are quantised. The time a program was given (`cpu`)
is told beside the clock's: on a busy machine only the first means something.
"""

import argparse
import resource
import runpy
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import mlx.core as mx
import mlx.nn as nn
import numpy as np

from engine.codecs.qwen3 import CodecConfig, Qwen3Decoder
from engine.nn.conv import on_gpu
from engine.nn.sampling import Sampling
from engine.tts.qwen3_tts import writing
from engine.tts.qwen3_tts.config import FRAME_RATE, QwenConfig
from engine.tts.qwen3_tts.prompt import Spoken, Tokens, prompt
from engine.tts.qwen3_tts.talker import Talker
from engine.tts.qwen3_tts.writing import Drawing, Ending, Line, write

MAKER = runpy.run_path(str(Path(__file__).parent.parent / "examples" / "make_tiny_qwen3_tts.py"))
SIZES = {"0.6B": (1024, 3072), "1.7B": (2048, 6144)}
DRAWN = Sampling(temperature=0.9, top_p=1.0, top_k=50, repetition_penalty=1.05, repetition_window=0)
TEXT_ROWS = 400  # of 151,936: read a row at a time, so that their number costs memory only


def talker_of(size: str, bits: int) -> Talker:
    """A talker of the real shapes."""
    hidden, inner = SIZES[size]
    said: dict[str, Any] = MAKER["config"]("custom_voice")
    both = {"num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 128}
    shift = 2048 - MAKER["CODES"]
    talker = said["talker_config"]
    talker |= both | {"num_hidden_layers": 28, "hidden_size": hidden, "intermediate_size": inner, "vocab_size": 3072}
    talker |= {"text_hidden_size": 2048, "text_vocab_size": TEXT_ROWS}
    talker |= {
        name: value + shift
        for name, value in talker.items()
        if name.startswith("codec_") and name.endswith("_id") and isinstance(value, int)
    }
    talker["codec_language_id"] = MAKER["LANGUAGES"] | MAKER["DIALECTS"]
    talker["spk_id"] = MAKER["VOICES"]
    shapes = {"num_hidden_layers": 5, "hidden_size": 1024, "intermediate_size": 3072, "vocab_size": 2048}
    talker["code_predictor_config"] |= both | shapes
    made = Talker(QwenConfig.parse(said))
    if bits:
        nn.quantize(made, 64, bits, class_predicate=lambda path, layer: isinstance(layer, nn.Linear))
    elif on_gpu():
        made.set_dtype(mx.bfloat16)
    mx.eval(made.parameters())
    return made


def decoder_of() -> Qwen3Decoder:
    """The codec's decoder of the real shapes."""
    shapes = MAKER["DECODER"]
    shapes |= {"latent": 512, "wide": 1024, "inside": 512, "inner": 1024, "channels": 1536, "entry": 256}
    MAKER["CODEC"]["decoder_config"] |= {
        "codebook_size": 2048,
        "num_hidden_layers": 8,
        "num_attention_heads": 16,
        "head_dim": 64,
        "sliding_window": 72,
    }
    MAKER["decoder_weights"].__globals__["CODES"] = 2048
    weights = MAKER["decoder_weights"](np.random.default_rng(0))
    arrays = {name: mx.array(array.astype(np.float32)) for name, array in weights.items()}
    return Qwen3Decoder(CodecConfig.parse(MAKER["CODEC"]["decoder_config"]), arrays)


def peak() -> float:
    """Gigabytes at the most so far."""
    if on_gpu():
        return mx.get_peak_memory() / 1e9
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


class Clock:
    """Seconds of the clock and of the processor."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s ({self.cpu:.2f} s cpu)"

    @property
    def seconds(self) -> float:
        """Of the clock."""
        return time.perf_counter() - self._began[0]

    @property
    def cpu(self) -> float:
        """Of the processor, all threads."""
        return time.process_time() - self._began[1]


def main(words: Sequence[str] = ()) -> None:
    """Measure, and print lines."""
    asked = argparse.ArgumentParser()
    asked.add_argument("size", nargs="?", choices=SIZES, default="0.6B")
    asked.add_argument("--bits", type=int, default=0, choices=(0, 4, 6, 8))
    asked.add_argument("--frames", type=int, default=25)
    asked.add_argument("--long", type=int, default=0, help="also so many frames, for memory and for whether time grows")
    given = asked.parse_args(words)
    talker = talker_of(given.size, given.bits)
    decoder = decoder_of()
    print(f"{given.size}, {given.bits or 'no'} bits, {mx.default_device()}; loaded: {peak():.2f} GB")
    spoken = Spoken("english", "ryan")
    tokens = Tokens([1], [2], [3], list(range(10, 40)))
    writing.LEAST_FRAMES = 10**9  # an end is drawn by nobody here
    for frames in dict.fromkeys([3, given.frames, given.long or given.frames]):
        clock, state, first, half = Clock(), decoder.begin(), "", 0.0
        line = Line(prompt(talker, tokens, spoken), frames, 1)
        codec_s = codec_cpu = 0.0
        for count, (_, event) in enumerate(write(talker, [line], Drawing(DRAWN, DRAWN)), 1):
            if isinstance(event, Ending):
                break
            one = Clock()
            samples, state = decoder.step(mx.array([[event]], dtype=mx.int32), state)
            mx.eval(samples, state)
            codec_s, codec_cpu = codec_s + one.seconds, codec_cpu + one.cpu
            first = first or str(clock)
            if count == frames // 2:
                half = clock.seconds
        rate, cpu = frames / clock.seconds, clock.cpu / frames
        print(
            f"{frames} frames: first chunk of one frame {first}; {rate:.2f} frames/s, {FRAME_RATE / rate:.1f} times "
            f"slower than real time (by cpu {cpu * FRAME_RATE:.1f}); codec {codec_s / frames * 1000:.0f} ms a frame "
            f"(cpu {codec_cpu / frames * 1000:.0f}); second half / first half "
            f"{(clock.seconds - half) / max(half, 1e-9):.2f}; {peak():.2f} GB"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
