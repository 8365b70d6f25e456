"""What is said in a recording of a voice, by whoever listens where nobody is named. Knows the pool, and no door."""

from collections.abc import Callable

import numpy as np

from engine import registry
from engine.audio.resample import StreamingResampler
from engine.defaults import simple_recogniser
from engine.errors import EngineError, ModelNotDownloaded
from engine.pool import ModelPool
from engine.spacing import text_of
from engine.stt.base import language_of
from engine.types import Samples
from engine.weights.missing import NATURAL, gets
from studio.library.listening import listener
from studio.library.voices.own.drafts import Hear, Heard
from studio.library.voices.own.sounds import RATE
from studio.settings import Settings


def hearer(pool: ModelPool, settings: Settings) -> Hear:
    """Writes down recordings; where nobody here hears well it says so instead of guessing."""

    def hear(samples: Samples, language: str) -> Heard:
        try:
            model = _who(settings, language)
        except EngineError as exc:
            return Heard(notice=f"Nobody here writes this recording down: {exc} Or type what is said in it.")
        return Heard(*written(pool, model, samples, language))

    return hear


def checker(pool: ModelPool, settings: Settings) -> Callable[[Samples, str], str]:
    """Writes down what somebody reads to agree.

    Raises (when it is called):
        ModelNotDownloaded: nobody here hears well enough to check words.
    """

    def check(samples: Samples, language: str) -> str:
        return written(pool, _who(settings, language), samples, language)[0]

    return check


def written(pool: ModelPool, model: str, samples: Samples, language: str) -> tuple[str, str]:
    """What is said, and in which language."""
    card = registry.find(model, "transcribe")
    resampler = StreamingResampler(RATE, card.sample_rate)
    blocks = [block for block in (resampler.feed(samples), resampler.finish()) if len(block)]
    stream = pool.transcribe(model, iter([np.concatenate(blocks)]), language)
    try:
        segments = list(stream)
    finally:
        stream.close()
    return text_of(segments).strip(), language_of(segments, language, card.languages)


def _who(settings: Settings, language: str) -> str:
    """Raises ModelNotDownloaded: nobody here hears well."""
    found = listener(settings, language=language)
    if simple_recogniser(found.model):
        raise ModelNotDownloaded(f"No recogniser here hears well enough to trust its words; {gets(NATURAL, 'one')}.")
    return found.model
