"""A loaded voice: `generate`, whole or as a stream."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Self, Unpack

from engine import registry
from engine.calls.asked import (
    INTERVAL_S,
    KEYWORDS,
    PARAGRAPHS,
    SHORT_INTERVAL_S,
    Asked,
    FurtherOptions,
    VoiceOptions,
    asked,
)
from engine.calls.loaded import LoadedModel
from engine.calls.options import Told, flag, refuse_unknown
from engine.calls.results import SpeechResult, Tally
from engine.errors import GenerationError, OptionError, TextError
from engine.pool import ModelPool, Stream
from engine.speech import heard
from engine.types import AudioChunk, Voice


class SpeechResults(Iterator[SpeechResult]):
    """The results of one call, made while they are asked for.

    `close()`, on any thread, or leaving a `with`, stops the model within one chunk; so does forgetting them.
    """

    def __init__(self, running: "_Running", made: Iterator[SpeechResult]) -> None:
        self._running = running
        self._made = made

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> SpeechResult:
        return next(self._made)

    def close(self) -> None:
        """Stop; nothing more is given. Safe to call twice."""
        self._running.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class _Running:
    """What speaks for one call, and whether it still should."""

    def __init__(self, pool: ModelPool, model: str, wanted: Asked) -> None:
        self.request = wanted.request
        self.told = Told(wanted.notices)
        self.is_stopped = False
        self._pool = pool
        self._model = model
        self._stream: Stream[AudioChunk] | None = None

    def speak(self, text: str) -> Stream[AudioChunk]:
        """A part of the text, or all of it."""
        self._stream = self._pool.speak(self._model, replace(self.request, text=text))
        if self.is_stopped:
            self._stream.close()
        return self._stream

    def stop(self) -> None:
        self.is_stopped = True
        if self._stream is not None:
            self._stream.close()


class LoadedVoice(LoadedModel):
    """A voice model that is ready."""

    @property
    def voices(self) -> list[Voice]:
        """Whom it can speak as, the default first."""
        return registry.voices(self.id)

    def generate(
        self,
        text: str,
        voice: str | None = None,
        speed: float = 1.0,
        lang_code: str | None = None,
        split_pattern: str | None = PARAGRAPHS,
        *,
        stream: bool = False,
        streaming_interval: float | None = INTERVAL_S,
        **given: Unpack[VoiceOptions],
    ) -> SpeechResults:
        """Speak a text.

        Args:
            text: what to say; tags such as `<laugh>` where the model has them.
            voice: an id of the model's voices; its default when None.
            speed: see `engine.controls`.
            lang_code: a tag, a name, or Kokoro's letter: a b e f h i j p z.
            split_pattern: a regular expression that parts the text, a result for each part; None is one result. A
                stream parts it at sentences by itself.
            stream: give pieces as they are made.
            streaming_interval: seconds of sound in a piece of a stream; None leaves pieces as the model makes them, and
                so does the default where streaming_chunk_tokens or chunking say how long they are.
            given: see VoiceOptions.

        Returns:
            An iterator of SpeechResult. What does nothing for this model is warned of, and stands in the first
            result's notices.

        Raises:
            UnknownKeyword: a keyword nobody knows, with the nearest one.
            OptionError, VoiceError, TextError: what cannot be done. These three come at once; what the model says
                only when it speaks is raised by the iterator.
        """
        refuse_unknown("generate", given, KEYWORDS)
        is_stream = flag("stream", stream)
        pool = self.pool
        wanted = asked(
            self.card,
            pool.models_dir,
            text,
            voice,
            speed,
            lang_code,
            streaming_interval,
            {name: value for name, value in given.items() if value is not None},
            is_stream=is_stream,
        )
        if is_stream and split_pattern not in (None, PARAGRAPHS):
            raise OptionError("A stream parts the text by itself: give split_pattern without stream=True.")
        parts = [] if is_stream else _parts(text, split_pattern)
        running = _Running(pool, self.id, wanted)
        return SpeechResults(running, _streamed(running) if is_stream else _spoken(running, parts))

    def generate_custom_voice(
        self,
        text: str,
        speaker: str | None = None,
        language: str | None = None,
        instruct: str | None = None,
        *,
        stream: bool = False,
        streaming_interval: float | None = SHORT_INTERVAL_S,
        **given: Unpack[FurtherOptions],
    ) -> SpeechResults:
        """Speak as one of the model's voices, told in words how: Qwen3-TTS's call for its CustomVoice.

        Args:
            text: what to say.
            speaker: an id or a name of the model's voices; its default when None.
            language: a tag, a name, or "auto".
            instruct: how to say it, for models that take words for it.
            stream: see `generate`, like the next two.
            streaming_interval: see stream.
            given: see stream.

        Raises:
            OptionError: the model has no voices of its own; and what `generate` raises.
        """
        if not self.voices:
            raise OptionError(
                f"{self.card.name} has no voices of its own; generate_custom_voice needs a model that has."
            )
        told = _told(given, language, instruct)
        every = streaming_interval if stream or streaming_interval != SHORT_INTERVAL_S else INTERVAL_S
        return self.generate(text, speaker, stream=stream, streaming_interval=every, **told)

    def generate_voice_design(
        self,
        text: str,
        instruct: str | None = None,
        language: str | None = None,
        *,
        stream: bool = False,
        streaming_interval: float | None = SHORT_INTERVAL_S,
        **given: Unpack[FurtherOptions],
    ) -> SpeechResults:
        """Speak in a voice that is described in words: Qwen3-TTS's call for its VoiceDesign.

        Args:
            text: what to say.
            instruct: what the voice sounds like.
            language: a tag, a name, or "auto".
            stream: see `generate`, like the next two.
            streaming_interval: see stream.
            given: see stream; with a seed the same voice comes again.

        Raises:
            OptionError: the model makes no voices of descriptions; and what `generate` raises.
        """
        if "design" not in self.card.abilities:
            raise OptionError(f"{self.card.name} makes no voices of descriptions; choose a VoiceDesign model.")
        told = _told(given, language, instruct)
        every = streaming_interval if stream or streaming_interval != SHORT_INTERVAL_S else INTERVAL_S
        return self.generate(text, stream=stream, streaming_interval=every, **told)

    def phonemes(self, text: str, voice: str | None = None, lang_code: str | None = None) -> str:
        """What a Kokoro reads for a text, in its own letters.

        Args:
            text: what would be said.
            voice: see `generate`.
            lang_code: see `generate`.

        Raises:
            OptionError: it reads no phonemes.
            EngineError: as `generate`.
        """
        if self.card.family != "kokoro":
            raise OptionError(f"{self.card.name} reads no phonemes; choose a model that does.")
        pool = self.pool
        wanted = asked(self.card, pool.models_dir, text, voice, 1.0, lang_code, INTERVAL_S, {}, is_stream=False)
        return pool.call(self.id, lambda model: model.phonemes(wanted.request))


def _told(given: FurtherOptions, language: str | None, instruct: str | None) -> VoiceOptions:
    """Keywords with two more, where they were given."""
    more: VoiceOptions = {}
    if language is not None:
        more["language"] = language
    if instruct is not None:
        more["instruct"] = instruct
    return {**given, **more}  # pyright: ignore[reportReturnType] - it has no keys but these


def _parts(text: str, pattern: object) -> list[tuple[int, str]]:
    """The parts of a text that have something in them, and where they begin."""
    if pattern is None:
        return [(0, text)]
    try:
        cuts = [] if pattern == "" else [cut.span() for cut in re.finditer(pattern, text)]  # pyright: ignore
    except (TypeError, re.error) as exc:
        raise OptionError(f"split_pattern must be a regular expression, and “{str(pattern)[:40]}” is none.") from exc
    bounds = [0, *(at for cut in cuts for at in cut), len(text)]
    parts = [(begin, text[begin:end]) for begin, end in zip(bounds[::2], bounds[1::2], strict=True)]
    found = [(begin, part) for begin, part in parts if part.strip()]
    if not found:
        raise TextError("There is nothing to say: the text has no words.")
    return found


def _spoken(running: _Running, parts: list[tuple[int, str]]) -> Iterator[SpeechResult]:
    """A result for each part."""
    tally = Tally(is_stream=False)
    tokens, audio_s = 0, 0.0
    for at, (begin, part) in enumerate(parts):
        if running.is_stopped:
            return
        try:
            whole = heard(running.speak(part))
        except GenerationError:
            if running.is_stopped:
                return
            raise
        tokens += whole.tokens
        placed = replace(_moved(whole, begin, audio_s), tokens=tokens)
        yield tally.result(placed, running.told.new(whole.notices), is_last=at + 1 == len(parts))
        audio_s += whole.duration_s


def _streamed(running: _Running) -> Iterator[SpeechResult]:
    """A result for each chunk."""
    tally = Tally(is_stream=True)
    if running.is_stopped:
        return
    with running.speak(running.request.text) as chunks:
        for chunk in chunks:
            yield tally.result(chunk, running.told.new(chunk.notices), is_last=chunk.is_final)


def _moved(chunk: AudioChunk, by: int, by_s: float) -> AudioChunk:
    """A part's chunk in the whole text and the whole sound."""
    words = tuple(
        replace(
            word,
            start_s=word.start_s + by_s,
            end_s=word.end_s + by_s,
            span=(word.span[0] + by, word.span[1] + by) if word.span else None,
        )
        for word in chunk.words
    )
    return replace(chunk, words=words, span=(chunk.span[0] + by, chunk.span[1] + by))


def voice_options(given: dict[str, Any]) -> VoiceOptions:
    """Keywords of another call that are `generate`'s; it refuses what is wrong with them."""
    return given  # pyright: ignore[reportReturnType]
