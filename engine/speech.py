"""Speech in one line of Python: `engine.stream(text)` and `engine.say(text)`. The page, the API and the queue have
pools of their own and do not come through here.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.defaults import who_speaks
from engine.errors import EngineError, GenerationError, TextError
from engine.pool import ModelPool, Stream, ended
from engine.types import AudioChunk, Chunking, Pronunciation, Samples, Sampling, SpeechRequest, Tone, VoicePrompt

Callback = Callable[[Samples, AudioChunk], object]
"""Given samples, float32 [n], and what is known of them: rate, place in the text, words, tokens, notices."""


def stream(
    text: str,
    *,
    model: str = "",
    voice: str = "",
    language: str = "",
    speed: float = 1.0,
    pitch: float = 1.0,
    instructions: str = "",
    seed: int | None = None,
    prompt: VoicePrompt | None = None,
    moods: tuple[tuple[str, VoicePrompt], ...] = (),
    tone: Tone | None = None,
    sampling: Sampling | None = None,
    chunking: Chunking | None = None,
    pronunciations: tuple[Pronunciation, ...] = (),
    pool: ModelPool | None = None,
) -> Stream[AudioChunk]:
    """Speak a text, chunk by chunk, while it is being made.

    The model is loaded with its first use and stays for the next; `engine.close()` lets it go. Ending early is
    `chunks.close()`, or a `with` around the loop: the model stops within one chunk. Errors are raised by the iterator.

    Args:
        text: what to say; tags such as `<laugh>` where the model has them.
        model: a model id, a built-in name or a local folder; "" is whom `engine.defaults` names for the rest.
        voice: an id of the model's voices; "" is its default.
        language: as people write it; "" is the voice's own, and without a voice the text's.
        speed: see `engine.controls`.
        pitch: likewise.
        instructions: how to say it, for models that take words for it.
        seed: another seed is another reading, for models that draw.
        prompt: a recording to sound like, for models that clone.
        moods: further recordings of it by their moods; `[calm]` in the text chooses one.
        tone: what is done to the sound after any model: pitch at the same pace, three bands, a room.
        sampling: how a model draws; the model's own way when None.
        chunking: how a codec model cuts its stream; the model's own way when None.
        pronunciations: how some words are said.
        pool: a pool of one's own; one for the whole process when None.

    Returns:
        An iterator of AudioChunk. Its samples joined are the whole; the last chunk has is_final, audio_s and wall_s.

    Raises:
        TextError: text is not text.
    """
    if not isinstance(text, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TextError(f"What is to be said must be text, not {type(text).__name__}.")
    pool = pool or shared_pool()
    try:
        speaker = who_speaks(language, pool.models_dir, model=model, voice=voice, text=text)
    except EngineError as exc:
        return ended(exc)
    request = SpeechRequest(
        text=text,
        voice=speaker.voice,
        language=speaker.language,
        speed=speed,
        pitch=pitch,
        instructions=instructions,
        seed=seed,
        prompt=prompt,
        moods=moods,
        tone=tone or Tone(),
        sampling=sampling or Sampling(),
        chunking=chunking or Chunking(),
        pronunciations=pronunciations,
        notices=(speaker.notice,) if speaker.notice else (),
    )
    return pool.speak(speaker.model, request)


def say(
    text: str,
    *,
    model: str = "",
    voice: str = "",
    language: str = "",
    speed: float = 1.0,
    pitch: float = 1.0,
    instructions: str = "",
    seed: int | None = None,
    prompt: VoicePrompt | None = None,
    moods: tuple[tuple[str, VoicePrompt], ...] = (),
    tone: Tone | None = None,
    sampling: Sampling | None = None,
    chunking: Chunking | None = None,
    pronunciations: tuple[Pronunciation, ...] = (),
    pool: ModelPool | None = None,
    callback: Callback | None = None,
) -> AudioChunk:
    """Speak a text and return all of it.

    Args:
        text: as in `stream`, like all that is not named here.
        model: see `stream`.
        voice: see `stream`.
        language: see `stream`.
        speed: see `stream`.
        pitch: see `stream`.
        instructions: see `stream`.
        seed: see `stream`.
        prompt: see `stream`.
        moods: see `stream`.
        tone: see `stream`.
        sampling: see `stream`.
        chunking: see `stream`.
        pronunciations: see `stream`.
        pool: see `stream`.
        callback: called with (samples, chunk) for every chunk as it comes, the last one too, on the caller's thread.
            What it raises stops the speech and reaches the caller.

    Returns:
        One chunk with all samples, words and notices, and the metrics of the whole.

    Raises:
        TextError: there is nothing to say.
        VoiceError, OptionError: the model cannot do what was asked.
        ModelError: the model cannot be had.
        GenerationError: the model made no sound.
    """
    chunks = stream(
        text, model=model, voice=voice, language=language, speed=speed, pitch=pitch, instructions=instructions,
        seed=seed, prompt=prompt, moods=moods, tone=tone, sampling=sampling, chunking=chunking,
        pronunciations=pronunciations, pool=pool,
    )  # fmt: skip
    return heard(chunks, callback)


def heard(chunks: Stream[AudioChunk], callback: Callback | None = None) -> AudioChunk:
    """A stream to its end, as one chunk.

    Args:
        chunks: of one text; closed when this returns.
        callback: as in `say`.

    Raises:
        EngineError: what the stream raises.
    """
    with chunks:
        made: list[AudioChunk] = []
        for chunk in chunks:
            made.append(chunk)
            if callback is not None:
                callback(chunk.samples, chunk)
    return joined(made)


def joined(chunks: list[AudioChunk]) -> AudioChunk:
    """All chunks of a stream as one.

    Raises:
        GenerationError: the stream has no last chunk: it was closed before its end.
    """
    if not chunks or not chunks[-1].is_final:
        raise GenerationError("The speech was stopped before its end.")
    return replace(
        chunks[-1],
        samples=np.concatenate([chunk.samples for chunk in chunks]),
        index=0,
        span=(chunks[0].span[0], max(chunk.span[1] for chunk in chunks)),
        words=tuple(word for chunk in chunks for word in chunk.words),
        notices=tuple(dict.fromkeys(notice for chunk in chunks for notice in chunk.notices)),
    )


def shared_pool() -> ModelPool:
    """The pool of this process, for those who brought none; made when first needed, gone with `close`."""
    return _shared.pool()


def close() -> None:
    """Stop what this process's pool is doing and give back its models and threads. The next use starts afresh."""
    _shared.close()


class _Shared:
    """The pool of those who brought none; made when first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ModelPool | None = None

    def pool(self) -> ModelPool:
        with self._lock:
            if self._pool is None:
                self._pool = ModelPool()
            return self._pool

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()


_shared = _Shared()
