"""The ways to have a text spoken, one after the other. Knows pools and streams; measures nothing but time."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from engine import registry
from engine.codecs.schedule import LONGEST_CHUNK
from engine.compare.at_once import AtOnce
from engine.pool import ModelPool, Stream
from engine.registry import ModelCard
from engine.speech import heard, joined
from engine.tts.base import Synthesizer
from engine.tts.speak import speak
from engine.types import AudioChunk, Chunking, Samples, SpeechRequest

Way = Literal["whole", "clean", "smooth", "callback"]
NAMES: dict[Way, str] = {
    "whole": "Whole",
    "clean": "Clean stream",
    "smooth": "Smooth stream",
    "callback": "Callback",
}
FILES: dict[Way, str] = {
    "whole": "consistent_normal_000.wav",
    "clean": "consistent_clean_streaming.wav",
    "smooth": "consistent_processed_streaming.wav",
    "callback": "consistent_callback_streaming.wav",
}
"""What the ways' files are called, as other comparisons of the kind call them."""
WARM_UP = "Ready."
CHARS_PER_S = 15.0
"""How fast English is read, for a first guess of the length."""

Opened = Callable[[Stream[AudioChunk]], object]


def _nobody(_: Stream[AudioChunk]) -> None:
    """Nobody else closes the streams."""


@dataclass(frozen=True, slots=True)
class Take:
    """One way's result.

    Attributes:
        way: how it was spoken.
        samples: float32 [n], all of it.
        sample_rate: Hz.
        joins: offsets of the samples where one chunk of speech meets the next.
        ttfa_s: seconds from the request to the first sound.
        compute_s: seconds from the request to the end.
        tokens: that the model generated.
        notices: sentences for the person.
    """

    way: Way
    samples: Samples
    sample_rate: int
    joins: tuple[int, ...]
    ttfa_s: float
    compute_s: float
    tokens: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a comparison is.

    Attributes:
        way: that is being spoken.
        number: of the way, from 1.
        ways: how many there are.
        made_s: seconds of sound so far.
        share: 0 to 1 of all ways together, as far as can be known.
    """

    way: Way
    number: int
    ways: int
    made_s: float
    share: float


def ways_of(card: ModelCard) -> tuple[Way, ...]:
    """The ways that differ for a model: without a codec there is nothing to smooth."""
    return ("whole", "clean", "smooth", "callback") if "codec" in card.abilities else ("whole", "clean", "callback")


def remark(card: ModelCard) -> str:
    """What a person should know of the ways that were left out; "" when there are all."""
    if "codec" in card.abilities:
        return ""
    return (
        f"{card.name} does not stream through a codec, so there is nothing to crossfade and smooth is left out. Whole "
        "is each sentence made in one go."
    )


def takes(pool: ModelPool, model: str, request: SpeechRequest, opened: Opened = _nobody) -> Iterator[Progress | Take]:
    """Have a text spoken in every way the model has. Closing the iterator stops the model within one chunk.

    Args:
        pool: where the model lives; it is loaded, and warmed up, before the first way is timed.
        model: its id.
        request: text, voice and seed; its chunking is the stream's, its mode each way's own.
        opened: told of every stream, so that another thread can close it.

    Yields:
        Progress | Take: a take after each way.

    Raises:
        EngineError: as `ModelPool.speak`.
    """
    card = registry.find(model, "speak")
    ways = ways_of(card)
    yield Progress(ways[0], 1, len(ways), 0.0, 0.0)
    pool.preload(model)
    with pool.speak(model, replace(request, text=WARM_UP)) as stream:
        opened(stream)
        for _ in stream:
            pass
    due_s = len(request.text) / CHARS_PER_S
    for number, way in enumerate(ways, 1):
        for step in _take(_stream(pool, card, request, way), way, opened):
            if isinstance(step, Take):
                due_s = len(step.samples) / step.sample_rate
                yield step
            else:
                within = min(1.0, step / max(due_s, 0.1))
                yield Progress(way, number, len(ways), step, (number - 1 + within) / len(ways))


def _stream(pool: ModelPool, card: ModelCard, request: SpeechRequest, way: Way) -> Stream[AudioChunk]:
    if way != "whole":
        mode = "smooth" if way == "smooth" else "clean"
        return pool.speak(card.id, replace(request, chunking=replace(request.chunking, mode=mode)))
    if "codec" in card.abilities:
        # One decode over all that a segment has, with nothing before it and nothing after.
        whole = Chunking(frames_per_chunk=LONGEST_CHUNK, first_frames_per_chunk=LONGEST_CHUNK)
        return pool.speak(card.id, replace(request, chunking=whole))
    started_at = time.perf_counter()

    def work(model: Synthesizer) -> Iterator[AudioChunk]:
        return speak(AtOnce(model), request, started_at)

    return pool.stream(card.id, work)


def _take(stream: Stream[AudioChunk], way: Way, opened: Opened) -> Iterator[float | Take]:
    """Seconds made so far, and at last the take."""
    started_at = time.perf_counter()
    chunks: list[AudioChunk] = []
    with stream:
        opened(stream)
        if way == "callback":
            yield 0.0
            pieces: list[Samples] = []

            def hear(samples: Samples, chunk: AudioChunk) -> None:
                pieces.append(samples)
                chunks.append(chunk)

            whole = replace(heard(stream, hear), samples=np.concatenate(pieces))
        else:
            made = 0
            for chunk in stream:
                chunks.append(chunk)
                made += len(chunk.samples)
                yield made / chunk.sample_rate
            whole = joined(chunks)
    yield Take(
        way=way,
        samples=whole.samples,
        sample_rate=whole.sample_rate,
        joins=_joins(chunks),
        ttfa_s=whole.ttfa_s,
        compute_s=time.perf_counter() - started_at,
        tokens=whole.tokens,
        notices=whole.notices,
    )


def _joins(chunks: list[AudioChunk]) -> tuple[int, ...]:
    ends = np.cumsum([len(chunk.samples) for chunk in chunks if len(chunk.samples)])
    return tuple(int(end) for end in ends[:-1])
