"""Text to arrays as they are made, and to a callback: `generate_audio_streaming`, `generate_audio_with_callback`."""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import replace
from os import PathLike
from typing import Any

from engine.calls.asked import KEYWORDS
from engine.calls.fields import Fields
from engine.calls.joining import speaker_of
from engine.calls.options import flag, refuse_both, refuse_unknown
from engine.calls.results import SpeechResult
from engine.calls.speaking import LoadedVoice, SpeechResults, voice_options
from engine.controls import Control
from engine.errors import OptionError
from engine.types import Samples

CHUNK_TOKENS = 21
"""Tokens in a chunk where nobody says, of a model that has them: the quickest that sounds well."""
TEMPERATURE = 0.6
PIECE = Control("output_chunk_duration_ms", "Output chunk duration", 10, 60_000, 150, "sound in a piece", unit="ms")
CALL_KEYWORDS = (KEYWORDS - {"stream", "split_pattern"}) | {
    "model_path", "model", "pool", "output_chunk_duration_ms", "respect_source_boundaries",
}  # fmt: skip


def generate_audio_streaming(
    text: str,
    model_path: str | PathLike[str] = "",
    voice: str | None = None,
    speed: float = 1.0,
    lang_code: str | None = None,
    *,
    model: LoadedVoice | str | PathLike[str] | None = None,
    output_chunk_duration_ms: float | None = None,
    respect_source_boundaries: bool = False,
    **given: Any,
) -> "Generator[Samples]":
    """Speak a text, piece by piece, as plain arrays. Joined they are what the whole text sounds like.

    Args:
        text: what to say.
        model_path: a model as `engine.load` takes it; "" is whoever speaks where nobody is named.
        voice: as in `generate` of a model.
        speed: likewise.
        lang_code: likewise.
        model: the same as model_path, or a model that is loaded.
        output_chunk_duration_ms: sound in a piece, 150 where neither this nor streaming_interval says. With
            ultra_low_latency the first sound is not held back for it.
        respect_source_boundaries: no piece has sound of two of the model's chunks: some are shorter then.
        given: further keywords of `generate`. Where a model draws tokens the temperature is 0.6, and where it streams
            through a codec streaming_chunk_tokens is 21 and ultra_low_latency True, unless said otherwise.

    Yields:
        float32 [n], none empty. Closing the generator stops the model.

    Raises:
        EngineError: as `generate` of a model.
    """
    refuse_unknown("generate_audio_streaming", given, CALL_KEYWORDS)
    given["streaming_interval"], longest_s = _lengths(given, output_chunk_duration_ms, respect_source_boundaries)
    spoken = _begun(text, model_path, model, voice, speed, lang_code, given)
    return _samples(spoken, longest_s)


def generate_audio_with_callback(
    text: str,
    callback: Callable[[Samples, Fields], object],
    model_path: str | PathLike[str] = "",
    voice: str | None = None,
    speed: float = 1.0,
    lang_code: str | None = None,
    *,
    model: LoadedVoice | str | PathLike[str] | None = None,
    output_chunk_duration_ms: float | None = None,
    respect_source_boundaries: bool = False,
    **given: Any,
) -> None:
    """Speak a text and hand over each piece as it is made, on the caller's thread.

    Args:
        text: what to say.
        callback: called with (samples, metadata). The metadata have `chunk_index`, `sample_rate`, `is_final` and more,
            as `metadata["chunk_index"]` and as `metadata.chunk_index`. The last call has the totals.
            What it raises stops the speech and reaches the caller.
        model_path: see `generate_audio_streaming`, like all that follows.
        voice: see model_path.
        speed: see model_path.
        lang_code: see model_path.
        model: see model_path.
        output_chunk_duration_ms: see model_path.
        respect_source_boundaries: see model_path.
        given: see model_path.

    Raises:
        EngineError: as `generate` of a model.
        OptionError: the callback cannot be called.
    """
    refuse_unknown("generate_audio_with_callback", given, CALL_KEYWORDS | {"callback"})
    if not callable(callback):
        raise OptionError("callback must be a function of (chunk, metadata).")
    given["streaming_interval"], longest_s = _lengths(given, output_chunk_duration_ms, respect_source_boundaries)
    spoken = _begun(text, model_path, model, voice, speed, lang_code, given)
    begin_s = 0.0
    with closing(_pieces(spoken, longest_s)) as pieces:
        for index, (samples, result) in enumerate(pieces):
            callback(samples, _told(samples, result, index, begin_s))
            begin_s += len(samples) / result.sample_rate


def _begun(
    text: str,
    model_path: Any,
    model: Any,
    voice: str | None,
    speed: float,
    lang_code: str | None,
    given: dict[str, Any],
) -> SpeechResults:
    interval_s = given.pop("streaming_interval")
    speaker = speaker_of(model_path, model, given.pop("pool", None), voice, lang_code, text, given.get("language"))
    card = speaker.card
    wishes = {name: value for name, value in given.items() if value is not None}
    if card.sampling is not None and "sampling" not in wishes:
        wishes.setdefault("temperature", TEMPERATURE)
    if "codec" in card.abilities and "chunking" not in wishes:
        wishes.setdefault("streaming_chunk_tokens", CHUNK_TOKENS)
        wishes.setdefault("ultra_low_latency", True)
    return speaker.generate(
        text, voice, speed, lang_code, stream=True, streaming_interval=interval_s, **voice_options(wishes)
    )


def _lengths(given: dict[str, Any], duration_ms: float | None, respects: object) -> tuple[float | None, float | None]:
    """(seconds in each of the engine's chunks, seconds that longer ones are cut to)

    Raises:
        OptionError: two lengths at once, or out of bounds.
    """
    PIECE.check(PIECE.default if duration_ms is None else duration_ms)
    interval_s = given.get("streaming_interval")
    if interval_s is not None and duration_ms is not None and interval_s * 1000 != duration_ms:
        refuse_both("streaming_interval", f"{interval_s} s", "output_chunk_duration_ms", f"{duration_ms} ms")
    seconds = (duration_ms or PIECE.default or 0) / 1000 if interval_s is None else interval_s
    return (None, seconds) if flag("respect_source_boundaries", respects) else (seconds, None)


def _samples(spoken: SpeechResults, longest_s: float | None) -> Generator[Samples]:
    with closing(_pieces(spoken, longest_s)) as pieces:
        yield from (samples for samples, _ in pieces if len(samples))


def _pieces(spoken: SpeechResults, longest_s: float | None) -> Generator[tuple[Samples, SpeechResult]]:
    """The samples of each result, in pieces no longer than asked; only the last piece is final."""
    with spoken:
        for result in spoken:
            size = len(result.samples) if longest_s is None else max(1, round(longest_s * result.sample_rate))
            last = max(0, len(result.samples) - 1) // max(1, size) * size
            for at in range(0, last, max(1, size)):
                yield result.samples[at : at + size], _but_final(result)
            yield result.samples[last:], result


def _but_final(result: SpeechResult) -> SpeechResult:
    if not result.is_final_chunk:
        return result
    return replace(result, is_final_chunk=False, is_streaming_chunk=True, total_seconds=None, total_audio=None)


def _told(samples: Samples, result: SpeechResult, index: int, begin_s: float) -> Fields:
    return Fields(
        chunk_index=index,
        sample_rate=result.sample_rate,
        num_samples=len(samples),
        start_s=begin_s,
        duration_s=len(samples) / result.sample_rate,
        segment_idx=result.segment_idx,
        is_streaming_chunk=result.is_streaming_chunk,
        is_final_chunk=result.is_final_chunk,
        is_final=result.is_final_chunk,
        generated_tokens=result.generated_tokens,
        tokens_per_second=result.tokens_per_second,
        time_to_first_token=result.time_to_first_token,
        total_seconds=result.total_seconds,
        notices=result.notices,
    )
