"""A loaded recogniser: `generate` of a recording, whole or as a stream; `transcribe_stream`, `open_streamer` live."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, overload

from engine.audio.files.io import read_blocks
from engine.audio.resample import check_rate, resample
from engine.calls import names, options
from engine.calls.decoding import DecodingConfig, rules_of
from engine.calls.fields import Fields
from engine.calls.heard import Heard, HeardChunk, chunk_of, heard_of
from engine.calls.loaded import LoadedModel
from engine.calls.sound_in import samples_of
from engine.calls.streamer import Streamer
from engine.calls.transcriber import LiveTranscriber, ParakeetTranscriber, Transcriber
from engine.controls import PARTIAL_INTERVAL
from engine.errors import OptionError
from engine.pool import Stream
from engine.stt.base import Guidance
from engine.types import Samples, Segment

CONTEXT = (256, 256)
"""Encoder frames back and ahead that a stream hears where nobody says."""


class HearingOptions(TypedDict, total=False):
    """Further keywords of a recogniser's calls; None is not given.

    Attributes:
        language, lang_code: a tag, a name or a letter; "" finds it out where the model can.
        prompt: text of the kind that is expected, for models that take it.
        hotwords: rare words that may come, as a list or with commas between them.
        translate: write English, whatever is spoken, for models that can.
        sample_rate: Hz of sound that is given as an array, where it is not the model's own.
    """

    language: str | None
    lang_code: str | None
    prompt: str | None
    hotwords: str | list[str] | None
    translate: bool | None
    sample_rate: int | None


Sound = str | PathLike[str] | Any
"""A file, or an array as `samples_of` takes it."""


class LoadedRecogniser(LoadedModel):
    """A recogniser that is ready."""

    @property
    def preprocessor_config(self) -> Fields:
        """What the model wants to hear: `sample_rate`, Hz."""
        return Fields(sample_rate=self.sample_rate)

    @overload
    def generate(self, audio: Sound, *, stream: Literal[False] = False, **given: Unpack[HearingOptions]) -> Heard: ...
    @overload
    def generate(
        self, audio: Sound, *, stream: Literal[True], **given: Unpack[HearingOptions]
    ) -> Iterator[HeardChunk]: ...
    def generate(
        self, audio: Sound, *, stream: bool = False, **given: Unpack[HearingOptions]
    ) -> Heard | Iterator[HeardChunk]:
        """Write down a recording.

        Args:
            audio: a sound or video file, or samples: mono, -1 to 1, at the model's rate.
            stream: give each piece as soon as it is decoded.
            given: see HearingOptions.

        Returns:
            All that was said; as a stream, an iterator of HeardChunk, whose `close()` stops the model.

        Raises:
            UnknownKeyword, OptionError, AudioFormatError: what cannot be done.
            AudioCutShort: by the iterator, behind all that a torn file holds.
        """
        options.refuse_unknown("generate", given, {"audio", "stream", *HearingOptions.__annotations__})
        is_stream = options.flag("stream", stream)
        segments, language = self._segments(audio, dict(given))
        if is_stream:
            return _chunks(segments)
        with closing(segments):
            return heard_of(list(segments), language, self.languages)

    transcribe = generate

    def stream_transcribe(
        self, audio: Sound, *, max_tokens: int | None = None, **given: Unpack[HearingOptions]
    ) -> Iterator[str]:
        """As `generate` with stream=True, as plain texts.

        Args:
            audio: see `generate`.
            max_tokens: does nothing, and is warned of: a recording is written down to its end.
            given: see HearingOptions.
        """
        if max_tokens is not None:
            options.tell([f"{self.card.name} left out max_tokens (a recording is written down to its end)."])
        return (chunk.text for chunk in self.generate(audio, stream=True, **given))

    def transcribe_stream(
        self,
        context_size: tuple[int, int] = CONTEXT,
        depth: int = 1,
        keep_original_attention: bool = False,
        decoding_config: DecodingConfig | None = None,
        *,
        language: str = "",
    ) -> Transcriber:
        """Hear sound as it comes: `with model.transcribe_stream() as transcriber: transcriber.add_audio(chunk)`.

        Args:
            context_size: encoder frames back and ahead that a Parakeet's attention sees. What it says is final once it
                has looked ahead so far: (256, 256) is 21 s, (256, 8) about one.
            depth: how many layers are exact; each costs as much look-ahead again.
            keep_original_attention: frames see all that is remembered, not their window only.
            decoding_config: where sentences end.
            language: BCP 47 tag; "" is the model's own choice.

        Returns:
            A Transcriber. One over a model that is no Parakeet warns of what only a Parakeet has.

        Raises:
            OptionError: what no stream can have.
        """
        pool = self.pool
        rules = rules_of(decoding_config)
        window, depth = _window(context_size), _depth(depth)
        keeps = options.flag("keep_original_attention", keep_original_attention)
        spoken = names.language(None, language)
        if self.card.family == "parakeet":
            return ParakeetTranscriber(pool, self.id, window, depth, keeps, rules, spoken)
        given = {
            "context_size": window != CONTEXT,
            "depth": depth != 1,
            "keep_original_attention": keeps,
        }
        if idle := [name for name, is_given in given.items() if is_given]:
            options.tell([f"{self.card.name} left out {' and '.join(idle)}: its attention has no such window."])
        return LiveTranscriber(pool, self.id, self.sample_rate, rules, spoken)

    def open_streamer(
        self,
        language: str = "",
        partial_interval_ms: float | None = PARTIAL_INTERVAL.default,
        *,
        sample_rate: int | None = None,
        prompt: str = "",
        hotwords: str | list[str] | None = None,
        translate: bool = False,
    ) -> Streamer:
        """Hear one turn of somebody who speaks: `send` frames, read `partials`, `finish` for the whole text.

        Args:
            language: a tag, a name or a letter; "" is the model's own choice.
            partial_interval_ms: sound between two partial answers; None leaves it to the model.
            sample_rate: Hz of the frames; the model's own, 16 kHz, when None.
            prompt: see HearingOptions.
            hotwords: likewise.
            translate: likewise.

        Raises:
            OptionError: an interval, a language or a guidance that cannot be.
        """
        pool = self.pool
        if partial_interval_ms is not None:
            PARTIAL_INTERVAL.check(partial_interval_ms)
        rate = self.sample_rate if sample_rate is None else sample_rate
        check_rate(_whole("sample_rate", rate))
        handle = pool.live(
            self.id,
            names.language(None, language),
            rate,
            guidance=_guidance({"prompt": prompt, "hotwords": hotwords, "translate": translate}),
            partial_interval_s=None if partial_interval_ms is None else partial_interval_ms / 1000,
        )
        return Streamer(handle)

    def _segments(self, audio: Sound, given: dict[str, Any]) -> tuple[Stream[Segment], str]:
        pool = self.pool
        language = names.language(given.get("lang_code"), given.get("language"))
        guidance = _guidance(given)
        blocks = self._blocks(audio, given.get("sample_rate"))
        return pool.transcribe(self.id, blocks, language, guidance=guidance), language

    def _blocks(self, audio: Sound, rate: int | None) -> Iterable[Samples]:
        if rate is not None:
            check_rate(_whole("sample_rate", rate))
        if isinstance(audio, str | PathLike):
            if rate is not None:
                options.tell([f"{self.card.name} left out sample_rate (a file says its own)."])
            return read_blocks(Path(fspath(audio)), self.sample_rate)
        samples = samples_of(audio)
        if rate is not None and rate != self.sample_rate:
            samples = resample(samples, rate, self.sample_rate)
        return (samples[at : at + self.sample_rate] for at in range(0, len(samples), self.sample_rate))


def _chunks(segments: Stream[Segment]) -> Iterator[HeardChunk]:
    before = ""
    with segments:
        for index, segment in enumerate(segments):
            yield chunk_of(segment, before, index)
            before = segment.text


def _guidance(given: dict[str, Any]) -> Guidance | None:
    words = given.get("hotwords")
    if isinstance(words, list | tuple):
        words = ",".join(options.text("hotwords", word) for word in words)  # pyright: ignore[reportUnknownVariableType]
    translates = options.flag("translate", given.get("translate") or False)
    guidance = Guidance.written(
        translates, options.text("prompt", given.get("prompt")), options.text("hotwords", words)
    )
    return None if guidance == Guidance() else guidance


def _window(context: object) -> tuple[int, int]:
    if not isinstance(context, tuple | list) or len(context) != 2:  # pyright: ignore
        raise OptionError("context_size must be two whole numbers of frames, (back, ahead).")
    back, ahead = context  # pyright: ignore
    return _whole("context_size", back), _whole("context_size", ahead)  # pyright: ignore


def _depth(depth: object) -> int:
    return _whole("depth", depth)


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise OptionError(f"{name} must be whole numbers, and “{str(value)[:40]}” is not.")
    return value
