"""Speech out, speech in. Arrays and text only: no web, queue, database or environment.

    import engine

    for chunk in engine.stream("Hello."):
        play(chunk.samples, chunk.sample_rate)
    whole = engine.say("Hello.")

    model = engine.load("kokoro")
    for result in model.generate("Hello.", voice="af_heart", stream=True):
        play(result.audio, result.sample_rate)

All of these are imported when they are used: importing the package costs a few milliseconds, for `engine.blas`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from engine.blas import stand_in

if TYPE_CHECKING:
    from engine.audio.player import AudioStreamPlayer
    from engine.calls.decoding import Beam, DecodingConfig, Greedy, SentenceConfig
    from engine.calls.joining import generate_audio
    from engine.calls.loaded import from_pretrained, load, load_model
    from engine.calls.options import Notice
    from engine.calls.pipeline import KokoroPipeline
    from engine.calls.quantized import quantize_model
    from engine.calls.smoothing import StreamingAudioProcessor
    from engine.calls.sound_in import load_audio
    from engine.calls.streams import generate_audio_streaming, generate_audio_with_callback
    from engine.speech import close, say, stream

__all__ = [
    "AudioStreamPlayer",
    "Beam",
    "DecodingConfig",
    "Greedy",
    "KokoroPipeline",
    "Notice",
    "SentenceConfig",
    "StreamingAudioProcessor",
    "close",
    "from_pretrained",
    "generate_audio",
    "generate_audio_streaming",
    "generate_audio_with_callback",
    "load",
    "load_audio",
    "load_model",
    "quantize_model",
    "say",
    "stream",
]

_HOMES = {
    "engine.audio.player": ("AudioStreamPlayer",),
    "engine.speech": ("close", "say", "stream"),
    "engine.calls.decoding": ("Beam", "DecodingConfig", "Greedy", "SentenceConfig"),
    "engine.calls.joining": ("generate_audio",),
    "engine.calls.loaded": ("from_pretrained", "load", "load_model"),
    "engine.calls.options": ("Notice",),
    "engine.calls.pipeline": ("KokoroPipeline",),
    "engine.calls.quantized": ("quantize_model",),
    "engine.calls.smoothing": ("StreamingAudioProcessor",),
    "engine.calls.sound_in": ("load_audio",),
    "engine.calls.streams": ("generate_audio_streaming", "generate_audio_with_callback"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

stand_in()


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module 'engine' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
