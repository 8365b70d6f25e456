"""What is said in a recording, by our own recogniser, with its mistakes: they are the sounds it heard."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from engine.audio.resample import resample
from engine.errors import EngineError, VoiceError
from engine.tts.kokoro.tuning.sound import HEARD
from engine.types import Samples

Hear = Callable[[Samples, int], str]
"""Samples and their rate -> the words said."""


def listener(language: str, models_dir: Path | None) -> Hear:
    """The recogniser that is here."""

    def hear(samples: Samples, sample_rate: int) -> str:
        # By name: who listens, and the pool, stand above the families.
        who_listens, pool_of = import_module("engine.defaults").who_listens, import_module("engine.pool").ModelPool
        try:
            model = who_listens(language, models_dir).model
            with pool_of(models_dir=models_dir, offline=True) as pool:
                found = pool.transcribe(
                    model, iter([resample(samples, sample_rate, HEARD)]), language.partition("-")[0]
                )
                with found as segments:
                    return " ".join(segment.text for segment in segments)
        except EngineError as exc:
            raise VoiceError("Nothing here can hear what is said in this recording. Write down its words.") from exc

    return hear
